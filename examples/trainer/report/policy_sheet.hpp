// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "data/data_set.hpp"
#include "pictures/picture.hpp"
#include "recipes/learned_policy.hpp"

#include <cstdint>
#include <string>

namespace mixcon_train {
inline namespace report {

struct sheet_options {
  index_t samples = 8;
  std::uint64_t seed = 0;  ///< of the choice of images, and of the plan
  policy_options policy{};
};

/// What a policy does to samples of a data set (batch_to_show): each with its class, its partner, the share of its own
/// value that each pixel keeps (white: all), and the mixed sample above the share of the own label. Rows are drawn as
/// bars, clips as spectrograms with low tones below.
picture policy_sheet(const data_set& data, const std::string& policy, const sheet_options& options);
/// The same of a policy that a recipe called `recipe` has learned.
picture policy_sheet(const data_set& data, const std::string& recipe, learned_policy& policy,
                     const sheet_options& options);

}  // namespace report
}  // namespace mixcon_train
