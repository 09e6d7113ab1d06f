// SPDX-License-Identifier: BSD-3-Clause
#include "autograd/negatives_node.hpp"
#include "autograd/operators.hpp"
#include "devices/lent.hpp"
#include "recipes/conditioned.hpp"
#include "recipes/preferred_views.hpp"

#include <mixcon/core/require.hpp>
#include <mixcon/negatives/synthetic/latent_mixup.hpp>

#include <cstddef>

namespace mixcon_train {
inline namespace recipes {

namespace {

struct latent_mixup_options : conditioned_options {
  std::string base = "uniform", between = "negative-negative", gradient = "stop";
  double alpha = 1, lambda_most = 0.5;
  bool fold = false, replace = false;
  void declare(option_list& to) {
    conditioned_options::declare(to);
    to.add("base", base, {"uniform", "class", "sample"}, "negatives: of all other classes, near ones, near samples");
    to.add("between", between, {"negative-negative", "anchor-negative", "positive-negative"},
           "what a pseudo-negative lies between");
    to.add("alpha", alpha, {0, 1e6}, "its lambda is Beta(alpha, alpha)");
    to.add("lambda-most", lambda_most, {0, 0.5}, "and at most this times the share of an anchor or positive");
    to.add("fold", fold, "between negatives: the larger share to the first");
    to.add("replace", replace, "pseudo-negatives instead of the negatives, not beside them");
    to.add("gradient", gradient, {"stop", "keys", "all"}, "through pseudo-negatives: none, to negatives, to all");
    if (between == "negative-negative")
      to.idle("lambda-most", "--between negative-negative mixes no anchor or positive");
    else
      to.idle("fold", "--between " + between + " mixes no two negatives");
  }
};

std::unique_ptr<negative_choice> base_of(const recipe_world& world, const latent_mixup_options& chosen, index_t width) {
  const index_t count = chosen.negatives;
  if (chosen.base == "class") return std::make_unique<class_choice>(world, count, near_class_options{}, chosen.from());
  if (chosen.base == "sample")
    return std::make_unique<sample_choice>(world, count, near_sample_options{}, chosen.from(), width);
  return std::make_unique<uniform_choice>(world, count, chosen.from());
}

/// The slots of two lists of the same anchors, one behind the other.
lent<mixcon::negative_list> joined(const mixcon::negative_list& first, const mixcon::negative_list& second) {
  lent<mixcon::negative_list> made;
  mixcon::negative_list& both = *made;
  both.anchors = first.anchors, both.slots = first.slots + second.slots;
  both.key.resize(static_cast<std::size_t>(both.anchors * both.slots)), both.weight.resize(both.key.size());
  for (index_t a = 0; a < first.anchors; ++a)
    for (index_t s = 0; s < both.slots; ++s) {
      const bool is_first = s < first.slots;
      const mixcon::negative_list& from = is_first ? first : second;
      const index_t slot = is_first ? s : s - first.slots;
      both.put(a, s, from.key_of(a, slot), from.weight_of(a, slot));
    }
  return made;
}

class latent_mixup_recipe final : public conditioned_recipe {
 public:
  static constexpr const char *name = "latent-mixup",
                              *summary = "an embedding is told from pseudo-negatives mixed of embeddings too",
                              *paper = "O'Neill & Bollegala 2021, arXiv:2102.06603";
  static constexpr bool over_ranks = true;
  using options = latent_mixup_options;
  static std::vector<preferred_value> preferred(sample_kind kind) { return views_of_numbers(kind); }
  static std::vector<preferred_value> paper_values() { return conditioned_benchmark(); }

  latent_mixup_recipe(const recipe_world& world, const options& chosen)
      : conditioned_recipe(world, chosen, [&](index_t width) { return base_of(world, chosen, width); }),
        chosen_(chosen) {
    MIXCON_REQUIRE(chosen.between != "negative-negative" || chosen.negatives % 2 == 0,
                   "--negatives: ", chosen.negatives,
                   ", to be mixed in pairs; expected an even number, or another --between.");
  }

 protected:
  variable contrast(recipe_loss& made, const recipe_step& step, const variable& embeddings,
                    const variable& keys) override {
    remember(step, embeddings);
    const chosen_rows base = rows_chosen(step, keys);
    using mixcon::latent_pair;
    const mixcon::latent_mixup mixes{.between = chosen_.between == "anchor-negative" ? latent_pair::anchor_negative
                                                : chosen_.between == "positive-negative"
                                                    ? latent_pair::positive_negative
                                                    : latent_pair::negative_negative,
                                     .alpha = chosen_.alpha,
                                     .lambda_most = chosen_.lambda_most,
                                     .fold = chosen_.fold};
    const bool to_all = chosen_.gradient == "all", to_keys = to_all || chosen_.gradient == "keys";
    const lent<mixcon::mixture_list> mixtures;
    mixes.mixtures_again(*mixtures, *base.list, step.from.samples, step.draws);
    const synthetic_rows mixed =
        synthetic_negatives(*mixtures, to_all ? embeddings : constant(embeddings), to_all ? keys : constant(keys),
                            to_keys ? base.table : constant(base.table));
    const mixcon::negative_list none(base.list->anchors, 0);
    const mixcon::negative_list& real = chosen_.replace ? none : *base.list;
    const index_t slots = mixed.list->slots;
    const variable rows =
        concatenate_channels(listed_rows(real, base.table, keys), slice_channels(mixed.rows, 1, 1 + slots));
    return told_apart(made, *joined(real, *mixed.list), embeddings, rows);
  }

 private:
  options chosen_;
};

}  // namespace

recipe_entry latent_mixup_entry() { return entry_of<latent_mixup_recipe>(); }

}  // namespace recipes
}  // namespace mixcon_train
