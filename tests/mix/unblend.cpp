// SPDX-License-Identifier: BSD-3-Clause
#include "mix/batches.hpp"
#include "support/catch.hpp"

#include <mixcon/core/storage.hpp>
#include <mixcon/mix/kinds/lambda_gradient.hpp>

using namespace mixcon_test;

namespace {

template <class T, int Rank>
double inner_product(const tensor_view<T, Rank>& a, const tensor_view<T, Rank>& b) {
  double sum = 0;
  for_each_place(a.extents(), [&](const axes<Rank>& place) { sum += double{at(a, place)} * double{at(b, place)}; });
  return sum;
}

template <int Rank>
void check_adjoint() {
  for (const layout as : all_layouts) {
    const auto x = random_batch<double>(four_samples<Rank>(), 21, as);
    const auto g = random_batch<double>(four_samples<Rank>(), 22);
    for_each_plan<Rank>([&](const auto& plan) {
      auto y = empty_batch<double>(four_samples<Rank>()), gradient = empty_batch<double>(four_samples<Rank>(), as);
      blend(plan, x.of, y.of);
      unblend(plan, g.of, gradient.of);
      INFO(to_string(plan));
      CHECK(inner_product(y.of, g.of) == Approx(inner_product(x.of, gradient.of)).epsilon(1e-13).margin(1e-13));
    });
  }
}

}  // namespace

TEST_CASE("unblend is the adjoint of blend, for every kind, rank and layout", "[mix]") {
  check_adjoint<1>();
  check_adjoint<2>();
  check_adjoint<3>();
  check_adjoint<4>();
}

TEST_CASE("unblend agrees with its definition written out, repeated partners included", "[mix]") {
  const auto g = random_batch<double>(four_samples<4>(), 23);
  for_each_plan<4>([&](const auto& plan) {
    auto gradient = empty_batch<double>(four_samples<4>()), expected = empty_batch<double>(four_samples<4>());
    unblend(plan, g.of, gradient.of);
    for_each_place(g.of.extents(), [&](const axes<4>& place) {
      axes<4> other = place;
      other[0] = plan.partner_of(place[0]);
      at(expected.of, place) += kept(plan, place) * at(g.of, place);
      at(expected.of, other) += (1 - kept(plan, place)) * at(g.of, place);
    });
    for_each_place(g.of.extents(), [&](const axes<4>& place) {
      REQUIRE(at(gradient.of, place) == Approx(at(expected.of, place)).margin(1e-14));
    });
  });
}

TEST_CASE("unblend adds to what stands in the gradient", "[mix]") {
  const auto g = random_batch<float>(four_samples<3>(), 24);
  const mix_plan<pasted_boxes> plan{{1, 2, 3, 0}, {0.5}, {{{1, 3, 2, 5}}}};
  auto once = empty_batch<float>(four_samples<3>()), twice = empty_batch<float>(four_samples<3>());
  unblend(plan, g.of, once.of);
  unblend(plan, g.of, twice.of);
  unblend(plan, g.of, twice.of);
  for (std::size_t k = 0; k < once.storage.size(); ++k) REQUIRE(twice.storage[k] == Approx(2 * once.storage[k]));
}

TEST_CASE("a gradient that is covered does not leak, NaN included", "[mix]") {
  std::vector<double> g{1, std::numeric_limits<double>::quiet_NaN(), 3}, gradient(3, 0.0);
  unblend(mix_plan<interpolated>{{1, 1, 0}, {1, 1, 0}, {}}, g, gradient);
  CHECK(gradient[0] == 4);  // its own, and that of sample 2, which shows it whole
  CHECK(gradient[1] != gradient[1]);
  CHECK(gradient[2] == 0);
}

TEST_CASE("with partners from elsewhere, both batches get their part of the gradient", "[mix]") {
  const auto x = random_batch<double>(four_samples<3>(), 25), g = random_batch<double>(four_samples<3>(), 26);
  const auto bank = random_batch<double>(axes<3>{6, 5, 7}, 27);
  for_each_plan<3>([&](auto plan) {
    plan.partner = {5, 0, 5, 2};
    auto y = empty_batch<double>(four_samples<3>()), of_x = empty_batch<double>(four_samples<3>());
    auto of_bank = empty_batch<double>(axes<3>{6, 5, 7}), only = empty_batch<double>(axes<3>{6, 5, 7});
    blend(plan, x.of, bank.of, y.of);
    unblend(plan, g.of, of_x.of, of_bank.of);
    CHECK(inner_product(y.of, g.of) ==
          Approx(inner_product(x.of, of_x.of) + inner_product(bank.of, of_bank.of)).epsilon(1e-13).margin(1e-13));
    unblend(plan, g.of, tensor_view<double, 3>{}, only.of);  // the samples' gradient is not wanted
    CHECK(only.storage == of_bank.storage);
  });
}

TEST_CASE("gradients may be stored in two bytes", "[mix]") {
  const auto g = random_batch<bfloat16>(four_samples<2>(), 28);
  auto gradient = empty_batch<bfloat16>(four_samples<2>());
  const mix_plan<interpolated> plan{{1, 0, 3, 2}, {0.25}, {}};
  unblend(plan, g.of, gradient.of);
  for (index_t i = 0; i < 4; ++i)
    for (index_t f = 0; f < 7; ++f)
      CHECK(gradient.of(i, f) == Approx(0.25f * g.of(i, f) + 0.75f * g.of(plan.partner_of(i), f)).margin(0x1p-6));
}

TEST_CASE("the gradient of lambda agrees with finite differences, of one lambda and of one a sample", "[mix]") {
  const auto x = random_batch<double>(four_samples<4>(), 29, layout::channels_last);
  const auto g = random_batch<double>(four_samples<4>(), 30);
  for (const std::vector<double>& lambda : {std::vector<double>{0.4}, std::vector<double>{0.1, 0.5, 0.6, 0.9}}) {
    mix_plan<interpolated> plan{{2, 2, 0, 1}, lambda, {}};
    std::vector<double> gradient(lambda.size(), 1.0);  // unblend_lambda adds
    unblend_lambda(plan, x.of, g.of, gradient);
    for (std::size_t k = 0; k < lambda.size(); ++k) {
      double value[2];
      for (const int side : {0, 1}) {
        auto y = empty_batch<double>(four_samples<4>());
        mix_plan<interpolated> moved = plan;
        moved.lambda[k] += side == 0 ? -1e-4 : 1e-4;
        blend(moved, x.of, y.of);
        value[side] = inner_product(y.of, g.of);
      }
      CHECK(gradient[k] - 1 == Approx((value[1] - value[0]) / 2e-4).epsilon(1e-9).margin(1e-9));
    }
  }
}

TEST_CASE("unblend refuses shapes that do not fit", "[mix]") {
  const auto g = random_batch<float>(four_samples<3>(), 31);
  auto narrow = empty_batch<float>(axes<3>{4, 5, 6}), few = empty_batch<float>(axes<3>{3, 5, 7});
  auto right = empty_batch<float>(four_samples<3>());
  const mix_plan<interpolated> plan{{1, 0, 3, 2}, {0.5}, {}};
  CHECK_THROWS_WITH(unblend(plan, g.of, narrow.of), ContainsSubstring("upstream is (4, 5, 7), the gradient (4, 5, 6)"));
  CHECK_THROWS_WITH(unblend(plan, g.of, few.of), ContainsSubstring("the gradient of the samples (3, 5, 7)"));
  CHECK_THROWS_WITH(unblend(plan, g.of, right.of, few.of), "unblend: the partner of sample 2 is 3; expected 0 to 2.");
  CHECK_THROWS_WITH(unblend(plan, g.of, right.of, right.of), ContainsSubstring("the two gradients overlap"));
  std::vector<double> lambdas(2);
  CHECK_THROWS_WITH(unblend_lambda(plan, g.of, g.of, lambdas), ContainsSubstring("the plan has 1 lambdas"));
}
