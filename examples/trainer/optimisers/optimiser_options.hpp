// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "optimisers/optimiser.hpp"
#include "options/option_list.hpp"

#include <memory>
#include <string>
#include <vector>

namespace mixcon_train {
inline namespace optimisers {

/// Which optimiser, and its numbers.
struct optimiser_options {
  std::string optimiser = "sgd";  ///< sgd, adamw, lars
  double momentum = 0.9;          ///< of sgd and lars
  bool nesterov = false;          ///< of sgd
  double weight_decay = 1e-4;
  double trust = 0.001;  ///< of lars

  void declare(option_list& to);
};

/// The optimiser of these parameters that the options name. Refuses an unknown one.
std::unique_ptr<optimiser> new_optimiser(const optimiser_options& chosen, std::vector<parameter> parameters);

}  // namespace optimisers
}  // namespace mixcon_train
