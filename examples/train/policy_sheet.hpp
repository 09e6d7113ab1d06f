// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "data/data_set.hpp"
#include "image/picture.hpp"
#include "train/policies.hpp"

#include <cstdint>
#include <string>

namespace mixcon_train {

struct sheet_options {
  index_t samples = 8;
  std::uint64_t seed = 0;  ///< of the choice of images, and of the plan
  policy_options policy{};
};

/// Images of a data set to show: of as many classes as can be, in random order. Their saliency is the size of the
/// brightness gradient, smoothed. Refuses more samples than there are.
batch_to_mix batch_to_show(const data_set& data, index_t samples, std::uint64_t seed);

/// What a policy does to images of a data set: each with its class, its partner, the share of its own value that each
/// pixel keeps (white: all), and the mixed image with its lambda.
picture policy_sheet(const data_set& data, const std::string& policy, const sheet_options& options);

}  // namespace mixcon_train
