// SPDX-License-Identifier: BSD-3-Clause
#include "evaluation/class_predictions.hpp"

#include "evaluation/calibration.hpp"
#include "evaluation/evaluation.hpp"
#include "evaluation/linear_probe.hpp"

#include <mixcon/core/require.hpp>

#include <utility>

namespace mixcon_train {
inline namespace evaluation {

class_predictions predict_classes(network& net, device& on, const data_set& train, const data_set& samples) {
  MIXCON_REQUIRE(train.classes() >= 2, "predict_classes: the run was trained on ", train.name,
                 ", whose samples have no classes; expected two or more. embed writes the features.");
  const channel_statistics statistics = channel_statistics_of(train);
  encoded found = encode(net, on, samples, statistics);
  if (net.classifies()) return {class_probabilities(std::move(found.head)), "classifier"};
  linear_probe_result probe =
      linear_probe(encode(net, on, train, statistics).backbone, found.backbone, train.classes());
  return {{.width = train.classes(), .rows = std::move(probe.probabilities), .labels = samples.labels}, "linear probe"};
}

}  // namespace evaluation
}  // namespace mixcon_train
