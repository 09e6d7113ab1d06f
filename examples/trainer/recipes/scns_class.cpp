// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/conditioned.hpp"
#include "recipes/preferred_views.hpp"

namespace mixcon_train {
inline namespace recipes {

namespace {

class scns_class_recipe final : public conditioned_recipe {
 public:
  static constexpr const char *name = "scns-class",
                              *summary = "an embedding is told from samples of the classes nearest to its own",
                              *paper = "O'Neill & Bollegala 2021, arXiv:2102.06603";
  static constexpr bool over_ranks = true;
  struct options : conditioned_options {
    near_class_options near{};
    void declare(option_list& to) { conditioned_options::declare(to), near.declare(to); }
  };
  static std::vector<preferred_value> preferred(sample_kind kind) { return views_of_numbers(kind); }
  static std::vector<preferred_value> paper_values() { return conditioned_benchmark(); }

  scns_class_recipe(const recipe_world& world, const options& chosen)
      : conditioned_recipe(
            world, chosen,
            [&](index_t /*width*/) {
              return std::make_unique<class_choice>(world, chosen.negatives, chosen.near, chosen.from());
            },
            chosen.near.similarity == "confusion") {}
};

}  // namespace

recipe_entry scns_class_entry() { return entry_of<scns_class_recipe>(); }

}  // namespace recipes
}  // namespace mixcon_train
