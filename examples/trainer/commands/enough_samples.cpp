// SPDX-License-Identifier: BSD-3-Clause
#include "commands/enough_samples.hpp"

#include "evaluation/linear_probe.hpp"

#include <mixcon/core/require.hpp>

#include <string>

namespace mixcon_train {
inline namespace commands {

void require_enough_samples(const settings& chosen, const train_and_test& data, bool evaluated) {
  const data_set& train = data.train;
  const std::string kind = to_string(train.kind);
  MIXCON_REQUIRE(chosen.training.batch <= train.samples(), "--batch: ", chosen.training.batch, " of the ",
                 train.samples(), " ", kind, "s of ", train.name, "; expected no more than there are.");
  MIXCON_REQUIRE(data.test.samples() >= 1, "--data: ", chosen.data.name, " has no test samples, and none of its ",
                 train.classes(), " classes has two ", kind, "s to hold one of them out. Are these its classes?");
  MIXCON_REQUIRE(!evaluated || train.classes() < 2 || train.samples() >= least_to_probe, "--data: ", train.samples(),
                 " ", kind, "s of ", train.name, "; expected at least ", least_to_probe,
                 " for the probes that evaluate the run. Leave these out by --no-evaluation.");
}

}  // namespace commands
}  // namespace mixcon_train
