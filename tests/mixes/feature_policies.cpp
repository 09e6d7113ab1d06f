// SPDX-License-Identifier: BSD-3-Clause
// Policies on features, tables and several partners. docs/mixes/ quotes the calls.
#include "mix/batches.hpp"
#include "support/catch.hpp"
#include "support/distributions.hpp"

#include <mixcon/mix/kinds/slerp.hpp>
#include <mixcon/mixes/positive_features.hpp>

#include <set>

using namespace mixcon_test;

namespace {

const philox_draws draws{.seed = 6};

double inner_product(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t k = 0; k < a.size(); ++k) sum += a[k] * b[k];
  return sum;
}

/// The derivative of f by each number of `at`.
template <class F>
std::vector<double> differences(std::vector<double>& at, F&& f) {
  std::vector<double> slopes;
  for (double& number : at) {
    const double before = number;
    number = before + 1e-5;
    const double above = f();
    number = before - 1e-5;
    slopes.push_back((above - f()) / 2e-5);
    number = before;
  }
  return slopes;
}

}  // namespace

TEST_CASE("inputmix: the own weight is the largest with one partner, and at least the floor with more", "[mix]") {
  const auto one = inputmix{}.plan(50, draws);
  for (index_t i = 0; i < 50; ++i) CHECK(one.region.weight(i, 0) >= 0.5);
  const auto three = inputmix{.partners = 3, .floor = 0.6}.plan(50, draws);
  CHECK(three.region.partners() == 3);
  for (index_t i = 0; i < 50; ++i) {
    CHECK(three.region.weight(i, 0) >= 0.6);
    CHECK(three.region.weight(i, 0) + three.region.weight(i, 1) + three.region.weight(i, 2) +
              three.region.weight(i, 3) ==
          Approx(1));
  }
  CHECK(three.lambda == std::vector<double>{1});  // labels stay
  CHECK_THROWS_WITH(inputmix{.partners = 0}.plan(3, draws), ContainsSubstring("partners is 0"));
}

TEST_CASE("inputmix: alpha 0 is off with any number of partners, and is not the limit of small alphas", "[mix]") {
  const auto x = random_batch<float>(axes<2>{6, 5}, 3);
  for (const index_t partners : {1, 2, 5}) {
    const auto off = inputmix{.partners = partners, .alpha = 0}.plan(6, draws);
    CHECK(off.partner == pairing::identity(6));
    const auto same = empty_batch<float>(axes<2>{6, 5});
    blend(off, x.of, same.of);
    CHECK(same.storage == x.storage);
  }
  const auto nearly = inputmix{.partners = 2, .alpha = 1e-300}.plan(200, draws);
  index_t taken = 0;  // one of the three sources has all that the floor leaves, each as often
  for (index_t i = 0; i < 200; ++i) taken += nearly.region.weight(i, 0) == 0.5 ? 1 : 0;
  CHECK((taken > 100 && taken < 170));
}

TEST_CASE("patchup: square holes shared by the batch, soft or hard, and both of its targets", "[mix]") {
  const image_shape maps{.samples = 2, .channels = 2, .rows = 5, .columns = 5};
  recorded_draws recorded;
  recorded.record("partner", {1, 0}), recorded.record("lambda", {0.25});
  std::vector<double> seeds(50, 0.999);
  seeds[6] = 0, seeds[25] = 0;  // channel 0 at (1, 1), channel 1 at (0, 0)
  recorded.record("seed", seeds);
  patchup<> policy{.block_size = 3, .gamma = 0.5};
  const auto soft = policy.plan(maps, recorded);
  const auto shares = soft.region.shares.view();
  CHECK((shares(0, 0, 0, 0) == 0.25 && shares(0, 0, 2, 2) == 0.25 && shares(0, 0, 3, 2) == 1));
  CHECK((shares(0, 1, 1, 1) == 0.25 && shares(0, 1, 2, 2) == 1));
  CHECK(unchanged_share(soft) == Approx(37.0 / 50));  // 9 and 4 pixels are in holes
  CHECK(soft.lambda[0] == Approx(37.0 / 50 + 13.0 / 50 * 0.25));
  policy.mode = patchup_mode::hard;
  CHECK(policy.plan(maps, recorded).lambda[0] == Approx(37.0 / 50));
  const std::vector<int> labels{3, 4};
  CHECK(hole_targets(soft, labels, 0.25).lambda == std::vector<double>{0.25, 0.25});
  CHECK(policy.seed_probability(maps) == Approx(0.5 * 25 / (9 * 9)));
  policy.gamma = 100;
  CHECK(policy.seed_probability(maps) == 1);
  policy.block_size = 4;
  CHECK_THROWS_WITH(policy.plan(maps, recorded), ContainsSubstring("it must be odd and fit into the map"));
}

TEST_CASE("slerp walks the great circle: unit length, an angle in proportion", "[mix]") {
  std::vector<double> a{3, 0, 0, 0, 2, 0}, b{0, 0.5, 0, 0, 0, 7}, mixed(6);
  const matrix_view<const double> own(a.data(), {2, 3}), other(b.data(), {2, 3});
  const matrix_view<double> to(mixed.data(), {2, 3});
  const auto plan = on_sphere({{0, 1}, {0.75, 0.5}, {}});
  blend(plan, own, other, to);
  CHECK((to(0, 0) == Approx(std::cos(0.25 * std::acos(0.0))) && to(0, 1) == Approx(std::sin(0.25 * std::acos(0.0)))));
  CHECK((to(1, 1) == Approx(std::sqrt(0.5)) && to(1, 2) == Approx(std::sqrt(0.5))));
  blend(on_sphere({{0, 1}, {0.75, 0.5}, {}}, true), own, other, to);
  CHECK(std::hypot(to(0, 0), to(0, 1)) == Approx(0.75 * 3 + 0.25 * 0.5));
}

TEST_CASE("the gradient of slerp agrees with differences, lengths and repeated partners included", "[mix]") {
  auto x = random_batch<double>(axes<2>{4, 3}, 81), z = random_batch<double>(axes<2>{5, 3}, 82);
  const auto g = random_batch<double>(axes<2>{4, 3}, 83);
  for (const bool rescale : {false, true}) {
    const auto plan = on_sphere({{4, 0, 4, 2}, {0.3, 0.5, 0, 1}, {}}, rescale);
    std::vector<double> mixed(12), of_x(12, 0.0), of_z(15, 0.0);
    const auto value = [&] {
      blend(plan, x.of, z.of, matrix_view<double>(mixed.data(), {4, 3}));
      return inner_product(mixed, g.storage);
    };
    unblend_slerp(plan, x.of, z.of, g.of, matrix_view<double>(of_x.data(), {4, 3}),
                  matrix_view<double>(of_z.data(), {5, 3}));
    const auto by_x = differences(x.storage, value), by_z = differences(z.storage, value);
    for (std::size_t k = 0; k < 12; ++k) CHECK(of_x[k] == Approx(by_x[k]).epsilon(1e-6).margin(1e-8));
    for (std::size_t k = 0; k < 15; ++k) CHECK(of_z[k] == Approx(by_z[k]).epsilon(1e-6).margin(1e-8));
  }
}

TEST_CASE("positive features move apart or together; their gradient agrees with differences", "[mix]") {
  auto q = random_batch<double>(axes<2>{3, 4}, 84), k = random_batch<double>(axes<2>{3, 4}, 85);
  const auto g = random_batch<double>(axes<2>{3, 4}, 86);
  for (const bool extrapolate : {false, true})
    for (const bool normalize : {false, true}) {
      const positive_features policy{.extrapolate = extrapolate, .normalize = normalize};
      const auto shares = policy.shares(3, 4, draws);
      for (const double share : shares) CHECK((share >= (extrapolate ? 1 : 0) && share <= (extrapolate ? 2 : 1)));
      std::vector<double> mixed(12), of_q(12, 0.0), of_k(12, 0.0);
      const auto value = [&] {
        policy.blend(shares, q.of, k.of, matrix_view<double>(mixed.data(), {3, 4}));
        return inner_product(mixed, g.storage);
      };
      policy.unblend(shares, q.of, k.of, g.of, matrix_view<double>(of_q.data(), {3, 4}),
                     matrix_view<double>(of_k.data(), {3, 4}));
      const auto by_q = differences(q.storage, value), by_k = differences(k.storage, value);
      for (std::size_t n = 0; n < 12; ++n) {
        CHECK(of_q[n] == Approx(by_q[n]).epsilon(1e-6).margin(1e-8));
        CHECK(of_k[n] == Approx(by_k[n]).epsilon(1e-6).margin(1e-8));
      }
    }
  CHECK_THROWS_WITH(positive_features{.alpha = 0}.shares(3, 4, draws), ContainsSubstring("alpha is 0"));
}

TEST_CASE("noise_mixup mixes with rows of another batch and keeps the label", "[mix]") {
  const auto x = random_batch<double>(axes<2>{3, 5}, 87);
  std::vector<double> noise(15), mixed(15);
  noise_mixup<>::fill_noise(matrix_view<double>(noise.data(), {3, 5}), draws);
  const auto plan = noise_mixup<>{}.plan(3, draws);
  blend(plan, x.of, matrix_view<const double>(noise.data(), {3, 5}), matrix_view<double>(mixed.data(), {3, 5}));
  CHECK(plan.partner == pairing::identity(3));
  CHECK(mixed[7] == Approx(plan.lambda[1] * x.of(1, 2) + (1 - plan.lambda[1]) * noise[7]));
}

TEST_CASE("noise_mixup's noise is normal, and a function of seed and step", "[mix]") {
  const auto noise_of = [](index_t rows, index_t columns, std::uint64_t step) {
    std::vector<double> noise(static_cast<std::size_t>(rows * columns));
    noise_mixup<>::fill_noise(matrix_view<double>(noise.data(), {rows, columns}),
                              philox_draws{.seed = 3, .step = step});
    return noise;
  };
  CHECK(noise_of(7, 9, 1) == noise_of(7, 9, 1));
  CHECK(noise_of(7, 9, 1) != noise_of(7, 9, 2));
  const std::vector<double> many = noise_of(101, 301, 1);
  CHECK(std::set<double>(many.begin(), many.end()).size() == many.size());
  CHECK(kolmogorov_smirnov(many, normal_distribution) > 1e-3);
}

TEST_CASE("regmixup writes the clean batch and the mixed one after it", "[mix]") {
  const auto x = random_batch<float>(axes<3>{4, 5, 7}, 88);
  auto both = empty_batch<float>(axes<3>{8, 5, 7}), mixed = empty_batch<float>(axes<3>{4, 5, 7});
  const auto plan = regmixup<>{}.plan(4, draws);
  blend_after_clean(plan, x.of, both.of);
  blend(plan, x.of, mixed.of);
  const auto half = both.storage.begin() + static_cast<std::ptrdiff_t>(x.storage.size());
  CHECK(std::vector<float>(both.storage.begin(), half) == x.storage);
  CHECK(std::vector<float>(half, both.storage.end()) == mixed.storage);
  CHECK_THROWS_WITH(blend_after_clean(plan, x.of, mixed.of), ContainsSubstring("expected (8, 5, 7), clean and mixed"));
}

TEST_CASE("augmix: weights of a sample and its copies sum to 1", "[mix]") {
  const augmix policy{.chains = 2};
  const auto plan = policy.plan(3, draws);
  CHECK(plan.partner == std::vector<index_t>{0, 1, 2});
  CHECK(plan.region.more_partners == std::vector<std::vector<index_t>>{{3, 4, 5}});
  for (index_t i = 0; i < 3; ++i)
    CHECK(plan.region.weight(i, 0) + plan.region.weight(i, 1) + plan.region.weight(i, 2) == Approx(1));
  for (index_t k = 0; k < 2; ++k) CHECK((policy.depth(1, k, draws) >= 1 && policy.depth(1, k, draws) <= 3));
}

TEST_CASE("manifold_mixup draws the layer and plans as mixup", "[mix]") {
  std::vector<index_t> seen(3);
  for (std::uint64_t step = 0; step < 90; ++step)
    ++seen[static_cast<std::size_t>(manifold_mixup<>{}.layer(philox_draws{.seed = 1, .step = step}))];
  for (const index_t count : seen) CHECK(count > 15);
  const auto mixed_features = manifold_mixup<>{}.plan(4, draws);
  CHECK(mixed_features.partner.size() == 4);
  CHECK_THROWS_WITH(manifold_mixup<>{.end_layer = 0}.layer(draws), ContainsSubstring("layers are [0, 0)"));
}
