// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/student.hpp"

namespace mixcon_train {
inline namespace recipes {

namespace {

class kd_recipe final : public student_recipe {
 public:
  static constexpr const char *name = "kd", *summary = "the teacher's softened class probabilities, and labels",
                              *paper = "Hinton et al. 2015, arXiv:1503.02531";
  static constexpr bool over_ranks = true;
  struct options : student_options {
    options() { ce_weight = 0.1, kd_weight = 0.9; }
  };
  static std::vector<preferred_value> paper_values() {
    return distillation_benchmark({{"ce-weight", "0.1"}, {"kd-weight", "0.9"}, {"kd-temperature", "4"}});
  }

  kd_recipe(const recipe_world& world, const options& chosen) : student_recipe(world, require_teacher(chosen, name)) {}
};

}  // namespace

recipe_entry kd_entry() { return entry_of<kd_recipe>(); }

}  // namespace recipes
}  // namespace mixcon_train
