// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

namespace mixcon_train {
inline namespace options {
class option_list;
}
inline namespace data {

/// How a view differs from its row of numbers, in this order. Everything is off unless it is asked for.
struct row_view_options {
  /// Gaussian noise added to every number; its deviation in deviations of that feature, in [0, 100].
  double noise = 0;

  /// Probability that a number becomes its feature's mean, which is 0 once normalised. Each number by itself. Masking
  /// noise of Vincent et al. 2008, doi:10.1145/1390156.1390294; 0.2 in i-Mix, arXiv:2010.08887.
  double input_drop = 0;

  void declare(option_list& to);
};

/// Every part that is on, in one line: "noise 0.1, input drop 0.2"; or "none".
std::string to_string(const row_view_options&);

/// Refuses options that are out of range; `function` starts the sentence, which speaks of flags.
void check_row_view_options(const row_view_options& chosen, const char* function);

}  // namespace data
}  // namespace mixcon_train
