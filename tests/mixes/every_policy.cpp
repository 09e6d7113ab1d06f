// SPDX-License-Identifier: BSD-3-Clause
// What holds for the plans of every policy of `all_mixes`. The checks are templates of the kind of plan, not of the
// policy: there are fewer kinds to compile.
#include "mix/batches.hpp"
#include "mixes/side_inputs.hpp"
#include "support/catch.hpp"

#include <mixcon/mix/labels/pair_targets.hpp>
#include <mixcon/mix/plan_json.hpp>

using namespace mixcon_test;

namespace {

/// The batch, and what AugMix takes its partners from: three chains, the first of them the partners of all others.
struct batches_of_policies {
  axes<4> extents{6, 2, 56, 112}, of_chains{18, 2, 56, 112};
  batch<double, 4> x = random_batch<double>(extents, 43), chains = random_batch<double>(of_chains, 44);

  template <class Region>
  std::vector<double> mixed(const mix_plan<Region>& plan, double scale = 1) const {
    auto own = x.storage, others = chains.storage;
    for (auto* values : {&own, &others})
      for (double& value : *values) value *= scale;
    auto y = empty_batch<double>(extents);
    blend(plan, tensor_view<const double, 4>(own.data(), extents),
          tensor_view<const double, 4>(others.data(), of_chains), tensor_view<double, 4>(y.storage.data(), extents));
    return y.storage;
  }
};

double inner_product(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t k = 0; k < a.size(); ++k) sum += a[k] * b[k];
  return sum;
}

template <class Region>
void check_plan(const mix_plan<Region>& plan, const batches_of_policies& with, const std::vector<int>& labels) {
  const std::vector<double> y = with.mixed(plan);
  double least = 0, most = 0;  // P3: between the smallest and the largest value
  for (const auto* values : {&with.x.storage, &with.chains.storage})
    for (const double value : *values) least = std::min(least, value), most = std::max(most, value);
  const auto [low, high] = std::minmax_element(y.begin(), y.end());
  CHECK((*low >= least - 1e-12 && *high <= most + 1e-12));

  const std::vector<double> scaled = with.mixed(plan, -2);  // P7: linear
  double worst = 0;
  for (std::size_t k = 0; k < y.size(); ++k) worst = std::max(worst, std::abs(scaled[k] + 2 * y[k]));
  CHECK(worst < 1e-12);

  auto of_x = empty_batch<double>(with.extents), of_chains = empty_batch<double>(with.of_chains);
  const auto g = random_batch<double>(with.extents, 45);
  unblend(plan, g.of, tensor_view<double, 4>(of_x.storage.data(), with.extents),
          tensor_view<double, 4>(of_chains.storage.data(), with.of_chains));
  CHECK(inner_product(y, g.storage) ==
        Approx(inner_product(with.x.storage, of_x.storage) + inner_product(with.chains.storage, of_chains.storage))
            .epsilon(1e-11)
            .margin(1e-9));

  std::vector<double> soft(6 * 3);  // P5: labels sum to 1
  soft_targets(pair_targets_of(plan, labels), matrix_view<double>(soft.data(), {6, 3}), 0.1);
  for (std::size_t i = 0; i < 6; ++i)
    CHECK(soft[3 * i] + soft[3 * i + 1] + soft[3 * i + 2] == Approx(1).epsilon(1e-12));

  CHECK(plan_from_json<Region>(to_json(plan)) == plan);
  CHECK_FALSE(to_string(plan).empty());

  auto unmixed = plan;  // P1, P2: nothing of a partner is the own sample, bit for bit
  unmixed.lambda = {1.0};
  unmixed.region = Region::none();
  CHECK(with.mixed(unmixed) == with.x.storage);
}

}  // namespace

TEST_CASE("every policy's plans blend, unblend, label, print, are stored, and have properties P1 to P7", "[mix]") {
  const side_inputs inputs;
  const batches_of_policies with;
  all_mixes::for_each_of<mix_shape::policy>([&](const auto& listed) {
    INFO(listed.name);
    for (std::uint64_t step = 0; step < 2; ++step)
      check_plan(inputs.plan_of(listed.made, {.seed = 5, .step = step}), with, inputs.labels);
  });
}
