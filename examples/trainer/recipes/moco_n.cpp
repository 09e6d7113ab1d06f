// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/momentum_contrast.hpp"

namespace mixcon_train {
inline namespace recipes {

namespace {

class moco_n_recipe final : public momentum_contrast {
 public:
  static constexpr const char *name = "moco-n", *summary = "MoCo with the keys of the batch as candidates too",
                              *paper = "Lee et al. 2021, arXiv:2010.08887";
  using options = momentum_key_options;
  static std::vector<preferred_value> preferred(sample_kind kind, index_t channels) {
    return virtual_label_values(kind, channels);
  }
  static std::vector<preferred_value> paper_values(sample_kind kind) {  // the epochs are those of MoCo there
    return paper_of_imix(kind, "1000", {{"queue", "4096"}, {"key-decay", "0.999"}});
  }

  moco_n_recipe(const recipe_world& world, const options& chosen)
      : momentum_contrast(world, chosen, batch_keys::all, imix_options::none()) {}
};

}  // namespace

recipe_entry moco_n_entry() { return entry_of<moco_n_recipe>(); }

}  // namespace recipes
}  // namespace mixcon_train
