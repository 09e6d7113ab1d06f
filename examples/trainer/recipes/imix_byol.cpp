// SPDX-License-Identifier: BSD-3-Clause
#include "autograd/over_ranks.hpp"
#include "autograd/rows.hpp"
#include "recipes/imix_mixer.hpp"
#include "recipes/mixed_rows.hpp"
#include "recipes/prediction.hpp"

namespace mixcon_train {
inline namespace recipes {

namespace {

class imix_byol_recipe final : public target_recipe {
 public:
  static constexpr const char *name = "imix-byol",
                              *summary = "a mixture predicts what a slower network makes of both of its samples",
                              *paper = "Lee et al. 2021, arXiv:2010.08887";
  static constexpr bool over_ranks = true;
  struct options : target_options, imix_options {
    bool symmetric = false;
    void declare(option_list& to) {
      target_options::declare(to), imix_options::declare(to);
      to.add("symmetric", symmetric, "mixtures of the second view predict targets of the first one too");
    }
  };
  static std::vector<preferred_value> preferred(sample_kind kind, index_t channels) {
    return imix_values(kind, channels);
  }
  /// The published code keeps the decay at 0.999; here it rises from there to 1.
  static std::vector<preferred_value> paper_values(sample_kind kind) {
    std::vector<preferred_value> more{{"hidden", "2048"}, {"key-decay", "0.999"}};
    if (kind == sample_kind::row) more.emplace_back("input-drop", "0");
    return paper_of_imix(kind, "2000", more);
  }

  imix_byol_recipe(const recipe_world& world, const options& chosen)
      : target_recipe(world, chosen), symmetric_(chosen.symmetric), mixing_(world, chosen) {}
  recipe_wish wants() const override {
    return {.views = 2, .encoded = symmetric_ ? 4 : 2, .mixes = mixing_.needs_whole_batch()};
  }
  std::optional<shown_mix> shown() const override { return mixing_.shown(); }

  /// One direction, as in the published code: mixtures of the first view, targets of the second. Or both, each mixed by
  /// draws of its own.
  recipe_loss loss(const recipe_step& step) override {
    const index_t samples = step.shape.samples;
    const variable views = mixing_.views_of(step);
    const variable first = slice(views, 0, samples), second = slice(views, samples, 2 * samples);
    const variable targets = target_of(own_rows(second, step));
    recipe_loss made{.embeddings = targets, .chance = symmetric_ ? 4.0 : 2.0};
    made.loss = loss_of_mixed(made, step, first, targets);
    if (!symmetric_) return made;
    recipe_step other = step;
    other.draws = step.draws.within("second view");
    made.loss = add(made.loss, loss_of_mixed(made, other, second, target_of(own_rows(first, step))));
    return made;
  }

 private:
  variable loss_of_mixed(recipe_loss& made, const recipe_step& step, const variable& views, const variable& targets) {
    const auto [z, labels] = mixing_.embed(net(), views, step);
    const mixcon::byol mixed{.lambda = mixcon::view(labels.lambda), .partner = labels.partner};
    // a partner's target may be of another rank: each has those of all, and all predictions
    const variable predictions = rows_of_all_ranks(predicted(z)), all = rows_of_all_ranks(targets);
    return loss_of(made, step, mixed, predictions, all);
  }

  bool symmetric_;
  imix_mixer mixing_;
};

}  // namespace

recipe_entry imix_byol_entry() { return entry_of<imix_byol_recipe>(); }

}  // namespace recipes
}  // namespace mixcon_train
