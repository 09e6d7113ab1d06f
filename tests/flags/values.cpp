// SPDX-License-Identifier: BSD-3-Clause
// Compiled with -ffast-math and with -Ofast, which reorder sums, take NaN and infinity for impossible and flush
// subnormal numbers to 0: values, gradients, refusals and plans stay what they are without. Comparisons are
// naive.cpp's, where such flags are off.
#include "naive.hpp"

#include <mixcon/contrast/statistics/per_anchor.hpp>
#include <mixcon/contrast/targets.hpp>
#include <mixcon/core/number/lanes.hpp>
#include <mixcon/core/number/ordered_sum.hpp>
#include <mixcon/engine/executor.hpp>
#include <mixcon/engine/value_and_grad.hpp>
#include <mixcon/losses/hard_negative.hpp>
#include <mixcon/losses/info_nce.hpp>
#include <mixcon/losses/siglip.hpp>
#include <mixcon/losses/soft_cross_entropy.hpp>
#include <mixcon/losses/triplet_margin.hpp>
#include <mixcon/mix/draw/pairing_by_distance.hpp>
#include <mixcon/mixes/mixup.hpp>

#include <cmath>
#include <stdexcept>

using namespace mixcon;

namespace {

constexpr int n = 40, width = 9, classes = 7;

template <class F>
bool refused(F&& f) {
  try {
    f();
  } catch (const std::invalid_argument&) {
    return true;
  }
  return false;
}

struct batch {
  std::vector<float> z, g;
  std::vector<int> labels;
  naive::rows exact;
  batch() : z(n * width), g(n * width) {
    for (std::size_t k = 0; k < z.size(); ++k) {
      z[k] = static_cast<float>(std::sin(0.7 * static_cast<double>(k * k) + 0.2));
      exact.push_back(static_cast<double>(z[k]));
    }
    for (int i = 0; i < n; ++i) labels.push_back(i % classes);
  }
  tensor_view<const float, 2> rows() const { return {z.data(), {n, width}}; }
  tensor_view<float, 2> gradient() { return {g.data(), {n, width}}; }
};

/// Value and some entries of the gradient of one objective, by one engine.
template <class Engine, class Objective, class Targets, class Loss>
void same(const char* what, const Engine& engine, const Objective& criterion, const Targets& targets, Loss loss) {
  batch b;
  const float value = value_and_grad(engine, criterion, targets, b.rows(), b.gradient()).value;
  naive::near(what, static_cast<double>(value), loss(b.exact));
  for (const int at : {0, 17, 200, n * width - 1})
    naive::near(what, static_cast<double>(b.g[static_cast<std::size_t>(at)]), naive::slope(loss, b.exact, at));
}

void losses() {
  const batch b;
  const view_targets views{.samples = n / 2};
  const label_targets labels{.labels = view(b.labels)};
  const objective soft{info_nce{.temperature = 0.1}, cosine{}}, sharp{info_nce{.temperature = 0.01}, cosine{}};
  const tiled engine{.threads = 1};
  same("nt_xent, tiled", engine, soft, views, [](const auto& z) { return naive::nt_xent(z, n, 0.1); });
  same("nt_xent, serial", serial{}, soft, views, [](const auto& z) { return naive::nt_xent(z, n, 0.1); });
  same("supcon at 0.01", engine, sharp, labels, [](const auto& z) { return naive::supcon(z, n, 0.01, classes); });
  same("hard negatives", engine, objective{hard_negative{}, cosine{}}, views,
       [](const auto& z) { return naive::hard_negative(z, n, 0.5, 0.1); });
  same("siglip", engine, objective{siglip{}, cosine{}}, views, [](const auto& z) { return naive::siglip(z, n); });
  same("triplets", engine, objective{triplet_margin{}, negative_distance{}}, labels,
       [](const auto& z) { return naive::triplet(z, n, 0.2, classes); });
}

/// A logit of minus infinity is probability 0.
void hidden_logit() {
  std::vector<float> logits{0.5f, 0, 1}, slopes(3);
  naive::put_infinity(&logits[1], -1);
  const std::vector<int> target{0};
  const tensor_view<const float, 2> l{logits.data(), {1, 3}};
  const float value = value_and_grad(tiled{.threads = 1}, soft_cross_entropy(), class_targets{.labels = view(target)},
                                     given_logits{l}, {.logits = tensor_view<float, 2>{slopes.data(), {1, 3}}})
                          .value;
  naive::near("a logit of minus infinity", static_cast<double>(value), naive::cross_entropy(logits.data(), 3, 0));
  naive::near("its slope", static_cast<double>(slopes[1]), 0);
}

void nan_rows_and_parameters() {
  batch b;
  naive::put_nan(&b.z[20]);
  objective criterion{info_nce{.temperature = 0.1}, cosine{}};
  const view_targets views{.samples = n / 2};
  const tiled engine{.threads = 1};
  const float value = value_and_grad(engine, criterion, views, b.rows(), b.gradient()).value;
  naive::yes("a NaN row gives NaN", naive::is_nan(&value));
  naive::yes("a pairing refuses NaN features", refused([&] { (void)pairing::nearest{}.neighbours(b.rows()); }));
  criterion.check_finite = true;
  const auto refuses_it = [&] {
    return refused([&] { value_and_grad(engine, criterion, views, b.rows(), b.gradient()); });
  };
  naive::yes("check_finite refuses NaN", refuses_it());
  naive::put_infinity(&b.z[20], 1);
  naive::yes("check_finite refuses infinity", refuses_it());
  b = batch();
  naive::yes("check_finite takes numbers", !refuses_it());
  naive::put_nan(&criterion.loss.temperature);
  naive::yes("a temperature that is NaN is refused", refuses_it());
  mix_plan<interpolated> plan{.partner = {1, 0}, .lambda = {0.5}};
  naive::put_nan(plan.lambda.data());
  naive::yes("a lambda that is NaN is refused", refused([&] {
               blend(plan, tensor_view<const float, 2>{b.z.data(), {2, 4}}, tensor_view<float, 2>{b.g.data(), {2, 4}});
             }));
}

template <class T>
void functions_on_lanes(double tolerance) {
  using number = native_lanes<T>;
  for (const double x : {-60.5, -3.25, -0.4, 1e-3, 0.0, 0.3, 11.0, 80.0}) {
    const T as_given = static_cast<T>(x);
    const double given = static_cast<double>(as_given);
    naive::near("exp / e^x", static_cast<double>(exp_of(number(as_given))[1]) / naive::exp(given), 1, tolerance);
    if (x > -0.5)
      naive::near("log1p", static_cast<double>(log1p_of(number(as_given))[1]), naive::log1p(given), tolerance);
  }
}

void sums() {
  detail::ordered_sum<float> sum;
  sum.add(1);
  for (int k = 0; k < 1000; ++k) sum.add(1e-17f);
  naive::near("what a sum loses is kept, in 1e-14", (sum.value() - 1) * 1e14, 1, 0.02);
}

void draws() {
  const auto plan = mixup<>{.lambda = {0.1}, .per = granularity::sample}.plan(3, philox_draws{.seed = 1});
  naive::near("the first weight of seed 1", plan.lambda[0], 0.94029447650213849, 1e-15);
  naive::near("the third", plan.lambda[2], 0.00050575915256939738, 1e-15);
}

}  // namespace

int main() {
  losses();
  hidden_logit();
  nan_rows_and_parameters();
  functions_on_lanes<float>(1e-6);
  functions_on_lanes<double>(1e-14);
  sums();
  draws();
  return naive::failures() == 0 ? 0 : 1;
}
