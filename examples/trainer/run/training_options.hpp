// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "options/option_list.hpp"

#include <string>

namespace mixcon_train {
inline namespace run {

/// How a run trains, and for how long.
struct training_options {
  index_t batch = 64;
  index_t images = 1200000, steps = 0, epochs = 0;
  double learning_rate = 0.1, momentum = 0.9, weight_decay = 1e-4;
  std::string schedule = "cosine";
  double warm_up = 0.05;
  double average = 0;
  void declare(option_list& to) {
    to.add("batch", batch, {2, 65536}, "samples in a step");
    to.add("images", images, {1, 0x1p50}, "how long: samples encoded, views and mixtures too");
    to.add("steps", steps, {0, 0x1p40}, "how long: steps (0: by --images)");
    to.add("epochs", epochs, {0, 0x1p30}, "how long: passes over the data (0: by --images)");
    to.add("lr", learning_rate, {0, 1e3}, "learning rate at its peak");
    to.add("momentum", momentum, {0, 1}, "of SGD");
    to.add("weight-decay", weight_decay, {0, 1}, "of weights; none of norms and biases");
    to.add("schedule", schedule, {"cosine", "steps"}, "of the learning rate; steps: x 0.1 at 1/2 and 3/4");
    to.add("warm-up", warm_up, {0, 1}, "share of the steps in which the learning rate grows");
    to.add("average", average, {0, 1}, "decay of the mean of weights that is evaluated (0: none)");
  }
};

}  // namespace run
}  // namespace mixcon_train
