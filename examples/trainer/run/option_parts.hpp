// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "options/any_options.hpp"

#include <string>
#include <vector>

namespace mixcon_train {
inline namespace run {

/// What sort of part: those of every run, and those that are chosen.
enum class part_sort { common, recipe, encoder, data_set, views };
/// The flag that chooses: "--recipe", "--arch", "--data".
const char* flag_of(part_sort sort);

/// A part of a run, and the options that it declares, with their usual values.
struct option_part {
  std::vector<std::string>
      names{};  ///< by which it is chosen: {"unicon"}, {"resnet8", "resnet14"}, {"images"}; none of every run
  part_sort sort = part_sort::common;
  std::string title{};  ///< "recipe unicon"
  any_options kept{};
  option_list list{};
};

/// Every part that there is: those of all runs, then recipes, encoders and views.
std::vector<option_part> all_option_parts();

}  // namespace run
}  // namespace mixcon_train
