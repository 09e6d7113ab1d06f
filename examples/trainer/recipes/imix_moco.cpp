// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/momentum_contrast.hpp"

namespace mixcon_train {
inline namespace recipes {

namespace {

class imix_moco_recipe final : public momentum_contrast {
 public:
  static constexpr const char *name = "imix-moco",
                              *summary = "a mixture finds the keys of both of its samples, of a slower network",
                              *paper = "Lee et al. 2021, arXiv:2010.08887";
  struct options : momentum_key_options, imix_options {
    std::string keys = "batch";
    void declare(option_list& to) {
      momentum_key_options::declare(to), imix_options::declare(to);
      to.add("keys", keys, {"batch", "pair"},
             "which keys of the batch compete beside past ones: all, or those of the two samples alone", "batch");
    }
  };
  static std::vector<preferred_value> preferred(sample_kind kind, index_t channels) {
    return imix_values(kind, channels);
  }
  static std::vector<preferred_value> paper_values(sample_kind kind) {
    std::vector<preferred_value> more{{"queue", "4096"}, {"key-decay", "0.999"}};
    if (kind == sample_kind::row) more.emplace_back("input-drop", "0");
    return paper_of_imix(kind, "4000", more);
  }

  imix_moco_recipe(const recipe_world& world, const options& chosen)
      : momentum_contrast(world, chosen, chosen.keys == "pair" ? batch_keys::own : batch_keys::all, chosen) {}
};

}  // namespace

recipe_entry imix_moco_entry() { return entry_of<imix_moco_recipe>(); }

}  // namespace recipes
}  // namespace mixcon_train
