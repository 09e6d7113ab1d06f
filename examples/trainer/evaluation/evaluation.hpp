// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "data/data_set.hpp"
#include "evaluation/features.hpp"
#include "evaluation/score_table.hpp"
#include "recipes/network.hpp"

#include <string>
#include <vector>

namespace mixcon_train {
inline namespace evaluation {

/// What a network says about the images of a data set, in evaluation mode; channels are normalised by `statistics`.
struct encoded {
  features backbone{}, head{};
};
encoded encode(network& net, device& on, const data_set& data, const channel_statistics& statistics);
/// The same of some samples, in this order.
encoded encode(network& net, device& on, const data_set& data, const channel_statistics& statistics,
               const std::vector<index_t>& samples);

/// The pixels themselves, normalised by channel.
features raw_pixels(const data_set& data, const channel_statistics& statistics);

/// Judges features by a ridge probe, a linear softmax probe and the five nearest neighbours. What the softmax probe
/// says of the classes of the test rows, (N, K), goes to `probabilities`, where that is not nullptr.
score_row judged(const std::string& name, const features& train, const features& test, index_t classes,
                 features* probabilities = nullptr);

/// Share of rows whose largest score is that of their class.
double classifier_accuracy(const features& scores);

}  // namespace evaluation
}  // namespace mixcon_train
