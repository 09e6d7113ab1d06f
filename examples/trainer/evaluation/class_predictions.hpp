// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "data/data_set.hpp"
#include "evaluation/features.hpp"
#include "recipes/network.hpp"

#include <string>

namespace mixcon_train {
inline namespace evaluation {

/// What is said of the classes of samples, and by what.
struct class_predictions {
  features probabilities{};  ///< (N, K), with the labels of the samples
  std::string by{};          ///< "classifier" or "linear probe"
};

/// By the classifier of a network in evaluation mode; where its head is none, by a linear probe on its backbone, which
/// is trained on `train`, the samples of its run. Inputs are normalised as those of `train`.
class_predictions predict_classes(network& net, device& on, const data_set& train, const data_set& samples);

}  // namespace evaluation
}  // namespace mixcon_train
