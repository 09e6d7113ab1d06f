// SPDX-License-Identifier: BSD-3-Clause
// What learned masks are held to, how they do, and how they are corrected.
#include "nn/mask_adjustment.hpp"
#include "nn/mask_loss.hpp"
#include "nn/momentum_schedule.hpp"
#include "trainer/autograd/gradient_check.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

using namespace mixcon_train;

namespace {

/// Shares in (0, 1), with means of samples that differ.
variable random_shares(device& on, const shape& extents, std::uint64_t seed) {
  std::vector<double> numbers;
  const mixcon::philox_draws draws{.seed = seed};
  for (index_t k = 0; k < extents.size(); ++k) {
    const double level = 2 * draws.normal("sample", k / extents.row_size());
    numbers.push_back(1 / (1 + std::exp(-level - draws.normal("place", k))));
  }
  return variable(tensor_of(on, extents, numbers.data()), true);
}
double mean_of(const std::vector<double>& numbers) {
  double sum = 0;
  for (const double x : numbers) sum += x;
  return sum / static_cast<double>(numbers.size());
}

/// The losses as they are written down.
double written_loss(mask_loss_kind kind, const std::vector<double>& mu, double lambda, double margin) {
  const double m = mean_of(mu);
  double variance = 0, undecided = 0;
  for (const double x : mu) {
    variance += (x - m) * (x - m) / static_cast<double>(mu.size());
    undecided += x * (1 - x) / static_cast<double>(mu.size());
  }
  const double l1 = std::max(std::abs(1 - m - lambda) - margin, 0.0),
               l2 = std::max(std::pow(1 - m - lambda, 2) - margin * margin, 0.0);
  switch (kind) {
    case mask_loss_kind::l1:
      return l1;
    case mask_loss_kind::l2:
      return l2;
    case mask_loss_kind::variance:
      return -variance;
    case mask_loss_kind::l1_variance:
      return l1 - 2 * variance;
    case mask_loss_kind::l2_variance:
      return l2 - 2 * variance;
    case mask_loss_kind::sparsity:
      return std::max(undecided - margin, 0.0);
  }
  return 0;
}

}  // namespace

TEST_CASE("losses of masks are as written down, with exact gradients", "[nn]") {
  using kind = mask_loss_kind;
  reference_device on;
  const auto mu = random_shares(on, {3, 1, 2, 4}, 1);
  const double own = 1 - mean_of(numbers_in(mu));
  int without_gradient = 0;
  for (const kind k : {kind::l1, kind::l2, kind::variance, kind::l1_variance, kind::l2_variance, kind::sparsity})
    for (const double lambda : {own / 2, own, (1 + own) / 2})  // below, at and above the mean of own shares
      for (const double margin : {0.0, 0.1, 0.4}) {
        const mask_loss_options options{k, margin};
        INFO("kind " << static_cast<int>(k) << ", lambda " << lambda << ", margin " << margin);
        CHECK(mask_loss(mu, lambda, options).number() ==
              Approx(written_loss(k, numbers_in(mu), lambda, margin)).epsilon(1e-12).margin(1e-14));
        if (lambda == own && margin == 0) continue;  // the kink
        check_gradients("mask_loss", {mu}, [&] { return mask_loss(mu, lambda, options); });
        mu.clear_gradient();
        backward(mask_loss(mu, lambda, options));
        const auto g = numbers_in(mu.gradient());
        without_gradient += std::all_of(g.begin(), g.end(), [](double x) { return x == 0; }) ? 1 : 0;
        mu.clear_gradient();
      }
  CHECK(without_gradient > 4);  // inside of a margin
  const variable middle(filled(on, {2, 1, 2, 2}, 0.5), true);
  backward(mask_loss(middle, 0.5, {kind::l1, 0}));
  for (const double g : numbers_in(middle.gradient())) CHECK(g == 0);  // at the kink
  CHECK_THROWS_WITH(mask_loss(mu, -0.1, {}), "mask_loss: lambda is -0.1; expected a number in [0, 1]");
  CHECK_THROWS_WITH(mask_loss(mu, 0.1, {kind::l1, -1}), "mask_loss: the margin is -1; expected at least 0");
}

TEST_CASE("the health of masks is their mean against lambda, and their variance", "[nn]") {
  reference_device on;
  const double numbers[] = {0, 1, 1, 1, 0.5, 0.5, 0, 0};
  const mask_health found = health_of(variable(tensor_of(on, {2, 1, 2, 2}, numbers)), 0.3);
  CHECK(found.mean_minus_lambda == Approx(0.5 - 0.3));
  CHECK(found.variance == Approx(0.1875));
  CHECK(health_of(constant_share(random_shares(on, {2, 1, 2, 2}, 1), 0.3), 0.3).mean_minus_lambda ==
        Approx(0).margin(1e-12));
}

TEST_CASE("masks are rescaled to the mean lambda where they are further from it than a margin", "[nn]") {
  reference_device on;
  const index_t samples = 12, places = 6;
  const auto mu = random_shares(on, {samples, 1, 2, 3}, 3);
  const auto before = numbers_in(mu);
  for (const double lambda : {0.2, 0.5, 0.85})
    for (const double margin : {0.0, 0.15}) {
      const variable after = adjusted(mu, lambda, {.rescale_probability = 1, .mean_margin = margin}, {});
      CHECK_FALSE(after.wants_gradient());
      const auto found = numbers_in(after);
      int moved = 0;
      for (index_t i = 0; i < samples; ++i) {
        const auto at = static_cast<std::ptrdiff_t>(i * places);
        const std::vector<double> old(before.begin() + at, before.begin() + at + places),
            now(found.begin() + at, found.begin() + at + places);
        if (std::abs(1 - mean_of(old) - lambda) <= margin) {
          CHECK(now == old);
          continue;
        }
        ++moved;
        CHECK(1 - mean_of(now) == Approx(lambda).epsilon(1e-12));
        const bool shrinks_own = 1 - mean_of(old) > lambda;
        for (std::size_t k = 0; k < now.size(); ++k) {
          CHECK((now[k] > 0 && now[k] < 1));
          // shares of one image shrink in proportion
          if (shrinks_own) CHECK((1 - now[k]) / (1 - now[0]) == Approx((1 - old[k]) / (1 - old[0])));
          if (!shrinks_own) CHECK(now[k] / now[0] == Approx(old[k] / old[0]));
        }
      }
      CHECK(moved > 0);
    }
}

TEST_CASE("masks of mean lambda are the rescaled ones, and their gradients leave the mean alone", "[nn]") {
  reference_device on;
  for (const double lambda : {0.2, 0.5, 0.85}) {
    const auto mu = random_shares(on, {5, 1, 2, 3}, 7);
    const auto found = numbers_in(of_mean_lambda(mu, lambda)),
               by_rule = numbers_in(adjusted(mu, lambda, {.rescale_probability = 1}, {}));
    for (std::size_t k = 0; k < found.size(); ++k) CHECK(found[k] == Approx(by_rule[k]).epsilon(1e-12));
    check_gradients("of_mean_lambda", {mu}, [&] { return of_mean_lambda(mu, lambda); });
  }
  const variable none(filled(on, {1, 1, 2, 2}, 0),
                      true);  // of a mask that shows one image alone the other shares shrink
  for (const double share : numbers_in(of_mean_lambda(none, 0.3))) CHECK(share == Approx(0.7));
  CHECK_THROWS_WITH(of_mean_lambda(none, 2), Catch::Matchers::StartsWith("of_mean_lambda: masks of (1, 1, 2, 2)"));
}

TEST_CASE("one draw decides whether a batch is rescaled; masks are constant at the ends of lambda", "[nn]") {
  reference_device on;
  const auto mu = random_shares(on, {400, 1, 2, 2}, 3);
  const auto before = numbers_in(mu);
  const auto rescaled = numbers_in(adjusted(mu, 0.5, {.rescale_probability = 1}, {}));
  int kept = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const auto found = numbers_in(adjusted(mu, 0.5, {.rescale_probability = 0.25}, {.seed = seed}));
    CHECK((found == before || found == rescaled));
    kept += found == before ? 1 : 0;
  }
  CHECK((kept > 260 && kept < 340));  // 300, with a deviation of 9
  CHECK(numbers_in(adjusted(mu, 0.5, {}, {})) == before);
  for (const double lambda : {0.0, 0.08, 0.92, 1.0})
    for (const double share : numbers_in(adjusted(mu, lambda, {.rescale_probability = 1}, {})))
      CHECK(share == 1 - lambda);
  CHECK(numbers_in(adjusted(mu, 0.081, {}, {})) == before);
  std::vector<bool> plain(400, false);
  plain[7] = true;
  for (const double probability : {0.0, 0.5}) {
    const mask_adjustment by{.rescale_probability = probability};
    const auto with = numbers_in(adjusted(mu, 0.5, by, {.seed = 1}, plain)),
               without = numbers_in(adjusted(mu, 0.5, by, {.seed = 1}));
    for (std::size_t k = 0; k < with.size(); ++k) CHECK(with[k] == (k / 4 == 7 ? 0.5 : without[k]));
  }
  CHECK_THROWS_WITH(adjusted(mu, 0.5, {}, {}, {true}), Catch::Matchers::StartsWith("adjusted: 1 samples are plain"));
  CHECK(numbers_in(adjusted(mu, 0, {.lambda_margin = -1}, {})) == before);
  CHECK_THROWS_WITH(adjusted(mu, 0.3, {.lambda_margin = 0.5}, {}),
                    "adjusted: the margin of lambda is 0.5; expected less than 1/2, from where on every mask would be "
                    "constant");
  CHECK_THROWS_WITH(adjusted(mu, 0.3, {.rescale_probability = 1.5}, {}),
                    Catch::Matchers::StartsWith("adjusted: masks are"));
  CHECK_THROWS_WITH(adjusted(mu, 2, {}, {}), "adjusted: lambda is 2; expected a number in [0, 1]");
}

TEST_CASE("masks are blurred by a Gaussian of the places that there are, before they are rescaled", "[nn]") {
  reference_device on;
  const index_t rows = 5, columns = 7;
  const auto mu = random_shares(on, {3, 1, rows, columns}, 5);
  const auto before = numbers_in(mu);
  for (const double deviation : {0.5, 1.3, 4.0}) {
    const auto found = numbers_in(smoothed(mu, deviation));
    const auto reach = static_cast<index_t>(std::ceil(3 * deviation));
    for (index_t i = 0; i < 3; ++i)
      for (index_t y = 0; y < rows; ++y)
        for (index_t x = 0; x < columns; ++x) {
          double sum = 0, weights = 0;
          for (index_t v = 0; v < rows; ++v)
            for (index_t u = 0; u < columns; ++u) {
              if (std::abs(v - y) > reach || std::abs(u - x) > reach) continue;
              const double far2 = static_cast<double>((v - y) * (v - y) + (u - x) * (u - x));
              const double w = std::exp(-far2 / (2 * deviation * deviation));
              sum += w * before[static_cast<std::size_t>((i * rows + v) * columns + u)], weights += w;
            }
          CHECK(found[static_cast<std::size_t>((i * rows + y) * columns + x)] == Approx(sum / weights).epsilon(1e-12));
        }
  }
  for (const double share : numbers_in(smoothed(constant_share(mu, 0.3), 2))) CHECK(share == Approx(0.7));

  const mixcon::philox_draws draws{.seed = 4};
  const double drawn = draws.uniform("smoothing", 0, 0.5, 3);
  CHECK((drawn > 0.5 && drawn < 3));
  CHECK(numbers_in(adjusted(mu, 0.4, {.smoothing = 3}, draws)) == numbers_in(smoothed(mu, drawn)));
  CHECK(numbers_in(adjusted(mu, 0.4, {.rescale_probability = 1, .smoothing = 3}, draws)) ==
        numbers_in(adjusted(smoothed(mu, drawn), 0.4, {.rescale_probability = 1}, draws)));
  for (const double share : numbers_in(adjusted(mu, 0.05, {.smoothing = 3}, draws))) CHECK(share == 0.95);
  CHECK_THROWS_WITH(adjusted(mu, 0.4, {.smoothing = 0.2}, draws),
                    "adjusted: the smoothing is 0.2; expected 0, or at least 0.5");
  CHECK_THROWS_WITH(smoothed(mu, 0), Catch::Matchers::StartsWith("smoothed: masks of (3, 1, 5, 7) and a deviation"));
}

TEST_CASE("a momentum stays, then rises by a cosine that counts from step 0", "[nn]") {
  const momentum_schedule schedule{.first = 0.9, .last = 1, .rises_from = 0.25, .rises_to = 0.5};
  CHECK(schedule.at(0, 100) == 0.9);
  CHECK(schedule.at(24, 100) == 0.9);
  CHECK(schedule.at(25, 100) == Approx(0.95));  // with a jump
  CHECK(schedule.at(40, 100) == Approx(1 - 0.05 * (1 + std::cos(0.8 * 3.14159265358979))));
  CHECK(schedule.at(50, 100) == 1);
  CHECK(schedule.at(99, 100) == 1);
  CHECK_THROWS_WITH(schedule.at(100, 100), "momentum_schedule: step 100 of 100; steps are numbered from 0.");
}
