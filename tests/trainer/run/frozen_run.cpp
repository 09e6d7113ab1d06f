// SPDX-License-Identifier: BSD-3-Clause
// What twenty steps on the reference device computed when this was written: whoever moves, renames or speeds up
// something sees here whether a run stayed what it was.
#include "data/loader.hpp"
#include "data/sets/readers.hpp"
#include "devices/reference_device.hpp"
#include "files/checksum.hpp"
#include "run/settings.hpp"
#include "run/sgd.hpp"
#include "support/catch.hpp"

#include <cmath>
#include <cstdint>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

using namespace mixcon_train;

namespace {

settings frozen_settings() {
  return settings_with({{"recipe", "unicon"},
                        {"data", "digits"},
                        {"shift", "1"},
                        {"flip", "0"},
                        {"erase", "0"},
                        {"width", "4"},
                        {"embedding", "16"},
                        {"batch", "16"},
                        {"lr", "0.05"},
                        {"seed", "7"},
                        {"threads", "1"}});
}

struct frozen_run {
  std::vector<double> losses{};
  double squares = 0;     // of all weights at the end
  std::string weights{};  // checksum of their bits
};

frozen_run twenty_steps() {
  const settings chosen = frozen_settings();
  const data_set data = part_of(read_digits().train, 0, 160);
  reference_device on;
  const std::unique_ptr<recipe> unicon = new_recipe(chosen, on, facts_of(data));
  sgd optimiser(unicon->parameters(), chosen.training.momentum, chosen.training.weight_decay);
  const auto views = new_views(data, channel_statistics_of(data), chosen.views);
  const recipe_wish wish = unicon->wants();
  loader batches(*views, loader_options{.batch = chosen.training.batch,
                                        .views = wish.views,
                                        .seed = chosen.run.seed,
                                        .at_least_two_classes = wish.at_least_two_classes});
  mixcon::image_shape of_view = data.shape;
  of_view.samples = chosen.training.batch;
  frozen_run run;
  for (index_t step = 0; step < 20; ++step) {
    const mixcon::philox_draws draws{.seed = chosen.run.seed, .step = static_cast<std::uint64_t>(step)};
    const recipe_loss made =
        unicon->loss({.from = batches.next(), .shape = of_view, .draws = draws, .step = step, .steps = 20});
    backward(made.loss);
    run.losses.push_back(made.loss.number());
    optimiser.step(chosen.training.learning_rate);
  }
  std::string bits;
  for (const parameter& p : unicon->parameters()) {
    std::vector<double> numbers(static_cast<std::size_t>(p.value.extents().size()));
    copy_numbers(p.value.value(), numbers.data());
    for (double w : numbers) run.squares += w * w;
    bits.append(reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(double));
  }
  run.weights = hexadecimal(checksum(bits));
  return run;
}

}  // namespace

TEST_CASE("twenty steps of UniCon on the reference device give the losses and weights that they gave", "[examples]") {
  const frozen_run run = twenty_steps();
  INFO("checksum of the weights: " << run.weights);  // the same bits on one machine only
  const double losses[] = {3.81729986708, 3.29172034719, 3.86614351198, 3.46508004574, 3.27241137341,
                           3.43276395899, 3.39763854083, 3.33805528824, 3.40558579329, 3.36511700435,
                           3.40873921683, 3.3732762011,  3.3523610777,  3.34375526997, 3.27482447191,
                           3.29748361431, 3.34017230276, 3.29923303444, 3.30515367336, 3.24742071632};
  REQUIRE(run.losses.size() == std::size(losses));
  for (std::size_t k = 0; k < run.losses.size(); ++k) CHECK(run.losses[k] == Approx(losses[k]).epsilon(1e-6));
  CHECK(run.squares == Approx(248.8441445323).epsilon(1e-6));
}
