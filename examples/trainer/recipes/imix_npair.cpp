// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/npair_base.hpp"

namespace mixcon_train {
inline namespace recipes {

namespace {

class imix_npair_recipe final : public npair_base {
 public:
  static constexpr const char *name = "imix-npair", *summary = "a mixture finds both of its samples in the batch",
                              *paper = "Lee et al. 2021, arXiv:2010.08887";
  struct options : embedding_options, imix_options {
    void declare(option_list& to) { embedding_options::declare(to), imix_options::declare(to); }
  };
  static std::vector<preferred_value> preferred(sample_kind kind, index_t channels) {
    return imix_values(kind, channels);
  }
  static std::vector<preferred_value> paper_values(sample_kind kind) { return paper_of_imix(kind, "4000", {}); }

  imix_npair_recipe(const recipe_world& world, const options& chosen) : npair_base(world, chosen, chosen) {}
};

}  // namespace

recipe_entry imix_npair_entry() { return entry_of<imix_npair_recipe>(); }

}  // namespace recipes
}  // namespace mixcon_train
