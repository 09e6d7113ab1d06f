// SPDX-License-Identifier: BSD-3-Clause
// What twenty steps on the reference device computed when this was written: whoever moves, renames or speeds up
// something sees here whether a run stayed what it was.
#include "data/loader.hpp"
#include "data/sets/readers.hpp"
#include "devices/reference_device.hpp"
#include "files/checksum.hpp"
#include "optimisers/sgd.hpp"
#include "run/settings.hpp"
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

struct twenty_steps_run {
  std::vector<double> losses{};
  double squares = 0;     // of all weights at the end
  std::string weights{};  // checksum of their bits
};

twenty_steps_run twenty_steps() {
  const settings chosen = frozen_settings();
  const data_set data = part_of(read_digits().train, 0, 160);
  reference_device on;
  const std::unique_ptr<recipe> unicon = new_recipe(chosen, on, facts_of(data));
  sgd optimiser(unicon->parameters(), chosen.training.optimiser.momentum, chosen.training.optimiser.weight_decay);
  const auto views = new_views(data, channel_statistics_of(data), chosen.views);
  const recipe_wish wish = unicon->wants();
  loader batches(*views, loader_options{.batch = chosen.training.batch,
                                        .views = wish.views,
                                        .seed = chosen.run.seed,
                                        .at_least_two_classes = wish.at_least_two_classes});
  mixcon::image_shape of_view = data.shape;
  of_view.samples = chosen.training.batch;
  twenty_steps_run run;
  for (index_t step = 0; step < 20; ++step) {
    const mixcon::philox_draws draws{.seed = chosen.run.seed, .step = static_cast<std::uint64_t>(step)};
    const recipe_loss made =
        unicon->loss({.from = batches.next(), .shape = of_view, .draws = draws, .step = step, .steps = 20});
    backward(made.loss);
    run.losses.push_back(made.loss.number());
    optimiser.step(chosen.training.schedule.learning_rate);
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
  const twenty_steps_run run = twenty_steps();
  INFO("checksum of the weights: " << run.weights);  // the same bits on one machine only
  const double losses[] = {3.8190026635, 3.5395112455, 3.5545762393, 3.4083543106, 3.4274173472,
                           3.2946052124, 3.3298036645, 3.312573975,  3.3265211206, 3.2728507456,
                           3.2755727379, 3.3583488995, 3.3219309076, 3.2798080935, 3.2827097415,
                           3.1966467504, 3.415011846,  3.198579461,  3.3857775179, 3.3371436576};
  REQUIRE(run.losses.size() == std::size(losses));
  for (std::size_t k = 0; k < run.losses.size(); ++k) CHECK(run.losses[k] == Approx(losses[k]).epsilon(1e-6));
  CHECK(run.squares == Approx(237.5887260712).epsilon(1e-6));
}
