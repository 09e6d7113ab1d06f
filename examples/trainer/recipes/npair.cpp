// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/npair_base.hpp"

namespace mixcon_train {
inline namespace recipes {

namespace {

class npair_recipe final : public npair_base {
 public:
  static constexpr const char *name = "npair", *summary = "a view finds the other view of its sample in the batch",
                              *paper = "Sohn 2016; Lee et al. 2021, arXiv:2010.08887";
  using options = embedding_options;
  static std::vector<preferred_value> preferred(sample_kind kind, index_t channels) {
    return virtual_label_values(kind, channels);
  }
  /// Of i-Mix's code, without mixing; Sohn trained classes of images, not views.
  static std::vector<preferred_value> paper_values(sample_kind kind) { return paper_of_imix(kind, "2000", {}); }

  npair_recipe(const recipe_world& world, const options& chosen) : npair_base(world, chosen, imix_options::none()) {}
};

}  // namespace

recipe_entry npair_entry() { return entry_of<npair_recipe>(); }

}  // namespace recipes
}  // namespace mixcon_train
