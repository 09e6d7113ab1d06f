// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "optimisers/optimiser_options.hpp"
#include "optimisers/schedule_options.hpp"
#include "options/option_list.hpp"

namespace mixcon_train {
inline namespace run {

/// How a run trains, and for how long.
struct training_options {
  index_t batch = 64;
  index_t images = 1200000, steps = 0, epochs = 0;
  schedule_options schedule{};
  optimiser_options optimiser{};
  double average = 0;
  index_t norm_groups = 1;
  void declare(option_list& to) {
    to.add("batch", batch, {2, 65536}, "samples in a step");
    to.add("images", images, {1, 0x1p50}, "how long: samples encoded, views and mixtures too");
    to.add("steps", steps, {0, 0x1p40}, "how long: steps (0: by --images)");
    to.add("epochs", epochs, {0, 0x1p30}, "how long: passes over the data (0: by --images)");
    if (steps > 0 || epochs > 0) to.idle("images", "--steps or --epochs says how long");
    schedule.declare(to), optimiser.declare(to);
    to.add("average", average, {0, 1}, "decay of the mean of weights that is evaluated (0: none)");
    to.add("norm-groups", norm_groups, {1, 65536},
           "batch normalisation takes the statistics of each of so many equal parts of a batch; 1: of the batch, also "
           "where ranks have parts of it. As many as ranks: each takes those of its own part");
  }
};

}  // namespace run
}  // namespace mixcon_train
