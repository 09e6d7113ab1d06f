// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "optimisers/schedule.hpp"
#include "options/option_list.hpp"

#include <string>

namespace mixcon_train {
inline namespace optimisers {

/// How the learning rate runs.
struct schedule_options {
  double learning_rate = 0.1;
  std::string form = "cosine", milestones = "0.5,0.75";
  double factor = 0.1, floor = 0, warm_up = 0.05;

  void declare(option_list& to);
  /// The schedule of a run of so many steps; `rate` times the rates of the options. Refuses milestones that are no list
  /// of shares, and a floor above the peak.
  schedule over(index_t steps, double rate = 1) const;
};

}  // namespace optimisers
}  // namespace mixcon_train
