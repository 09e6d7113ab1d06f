// SPDX-License-Identifier: BSD-3-Clause
// A call divided among ranks, through the public door: value and gradients are those of the whole.
#include "engine/parts_of_call.hpp"
#include "support/catch.hpp"
#include "support/embeddings.hpp"

#include <mixcon/contrast/targets.hpp>
#include <mixcon/losses/all_losses.hpp>

#include <cstring>
#include <string>

using namespace mixcon;
using namespace mixcon_test;

namespace {

constexpr index_t number = 23, width = 5;

std::vector<int> some_labels() {
  std::vector<int> labels;
  for (index_t i = 0; i < number; ++i) labels.push_back(static_cast<int>(i * 7 % 5));
  return labels;
}
template <class T>
void check_close(const matrix<T>& got, const matrix<T>& expected) {
  T largest = 0, off = 0;
  for (index_t i = 0; i < got.rows(); ++i)
    for (index_t k = 0; k < got.width(); ++k) {
      largest = std::max(largest, std::abs(expected(i, k)));
      off = std::max(off, std::abs(got(i, k) - expected(i, k)));
    }
  CHECK(largest > T(1e-6));
  CHECK(off <= largest * T(1e-12));
}

/// One matrix as anchors and candidates.
template <class Objective, class Targets>
void check_same_rows(const Objective& criterion, const Targets& targets) {
  random_numbers draw(4);
  const auto z = random_embeddings<double>(number, width, draw);
  auto expected = zeros_like(z), got = zeros_like(z);
  double expected_slope = 0, slope = 0;
  const auto whole =
      value_and_grad(serial{}, criterion, targets, z, {.embeddings = expected, .temperature = &expected_slope});
  for (const index_t ranks : {index_t{1}, index_t{2}, index_t{5}}) {
    INFO(ranks << " ranks");
    const auto check = [&](const auto& executor) {
      const auto result = value_and_grad(executor, criterion, targets, z, {.embeddings = got, .temperature = &slope});
      CHECK(result.value == Catch::Detail::Approx(whole.value).epsilon(1e-13));
      CHECK(result.anchors_used == whole.anchors_used);
      CHECK(slope == Catch::Detail::Approx(expected_slope).epsilon(1e-11).margin(1e-13));
      check_close(got, expected);
    };
    check(in_parts<serial>{.ranks = ranks});
    check(in_parts<tiled>{.ranks = ranks, .engine = {.threads = 1}});
  }
}

/// A formula for each positive that reads both ends, in two terms with divisors.
struct of_both_ends {
  double temperature = 0.5;
  static constexpr auto scope = each::positive;
  static constexpr bool both_ends = true;
  auto statistics() const { return pack{log_sum_exp{over::candidates}, largest{over::negatives}}; }
  template <class T>
  MIXCON_HD auto value(T x, T all, T top, T other_all, T other_top, T scale) const {
    return terms{term{softplus(all - x) + other_top / scale, plain(T(2))},
                 term{square(other_all) * 0.1 + x * top, plain(T(1))}};
  }
};

}  // namespace

TEST_CASE("A call divided among ranks has the value and gradients of the whole", "[engine]") {
  const auto labels = some_labels();
  const label_targets targets{.labels = labels};
  SECTION("info_nce") { check_same_rows(objective{info_nce{.temperature = 0.2}, cosine{}}, targets); }
  SECTION("supcon_inside") { check_same_rows(objective{supcon_inside{.temperature = 0.2}, cosine{}}, targets); }
  SECTION("the extremes of batch_hard_triplet, whose places are numbers of the whole") {
    check_same_rows(objective{batch_hard_triplet{}, negative_distance{}}, targets);
  }
  SECTION("a formula for each positive that reads both ends") {
    check_same_rows(objective{of_both_ends{}, cosine{}}, targets);
    check_same_rows(objective{lifted_structure{}, negative_distance{}}, targets);
  }
  SECTION("a formula for the batch") {
    check_same_rows(objective{uniformity{}, negative_squared_distance{}}, other_rows{});
  }
}

TEST_CASE("Policies of an objective hold across ranks", "[engine]") {
  auto labels = some_labels();
  labels[3] = labels[17] = -1;
  labels[20] = 99;  // alone
  auto criterion = objective{info_nce{.temperature = 0.2}, cosine{}};
  criterion.without_positive = no_positive::skip;
  check_same_rows(criterion, label_targets{.labels = labels, .ignored = -1});

  std::vector<double> weights;
  for (index_t i = 0; i < number; ++i) weights.push_back(0.25 * static_cast<double>(i % 4));
  criterion.reduce = reduction::weighted, criterion.weights = view(weights);
  const auto all = some_labels();
  check_same_rows(criterion, label_targets{.labels = all});
}

TEST_CASE("What one rank refuses, all refuse", "[engine]") {
  auto labels = some_labels();
  labels[20] = 99;  // alone: of the last rank
  random_numbers draw(4);
  const auto z = random_embeddings<double>(number, width, draw);
  auto gradient = zeros_like(z);
  auto criterion = objective{info_nce{}, cosine{}};
  criterion.without_positive = no_positive::error;
  CHECK_THROWS_WITH(
      value_and_grad(in_parts<serial>{.ranks = 3}, criterion, label_targets{.labels = labels}, z, gradient),
      Catch::Contains("has no positive and the objective's policy is no_positive::error"));
}

TEST_CASE("Numbers that the caller gives for each anchor are found across ranks", "[engine]") {
  std::vector<double> kappa;
  for (index_t i = 0; i < number; ++i) kappa.push_back(1 + 0.1 * static_cast<double>(i));
  const auto labels = some_labels();
  check_same_rows(objective{weighted_softmax{.kappa = view(kappa), .temperature = 0.4}, cosine{}},
                  label_targets{.labels = labels});
}

TEST_CASE("Gradients of candidates return to the ranks that own the rows, forward and backward apart", "[engine]") {
  const index_t columns = GENERATE(index_t{width}, index_t{16});  // of 16 the keys stand where they are
  random_numbers draw(1);
  const auto anchors = random_embeddings<double>(7, columns, draw), keys = random_embeddings<double>(7, columns, draw),
             queue = random_embeddings<double>(11, columns, draw);
  const objective moco{info_nce{.temperature = 0.2}, cosine{}};
  const auto against = candidates(own(keys), queue);
  auto da = zeros_like(anchors), dk = zeros_like(keys), dq = zeros_like(queue);
  value_and_grad(serial{}, moco, queue_targets{}, anchors, against, {.anchors = da, .candidates = {dk, dq}});

  const in_parts<serial> ranks{.ranks = 3};
  auto a = zeros_like(anchors), k = zeros_like(keys), q = zeros_like(queue);
  auto saved = detail::evaluate_on(ranks, "forward", in_workspace::none(), moco, queue_targets{}, anchors, against)
                   .fresh_saved();
  const auto result = forward(ranks, moco, queue_targets{}, anchors, against, saved);
  CHECK(result.anchors_used == 7);
  backward(ranks, moco, queue_targets{}, anchors, against, saved, 2, {.anchors = a, .candidates = {k, q}});
  for (auto* gradient : {&a, &k, &q})
    for (double& x : gradient->entries()) x /= 2;
  check_close(a, da), check_close(k, dk), check_close(q, dq);
}

TEST_CASE("The bytes of a state name its statistics and hold all of it", "[engine]") {
  const pack statistics{cross_entropy{}, largest{over::negatives}, count_of{over::positives}};
  using state = detail::row_state<std::remove_const_t<decltype(statistics)>, float>;
  using bytes = detail::state_bytes<state>;
  STATIC_REQUIRE(bytes::count == 4);
  std::string names;
  std::size_t sum = 0;
  for (const auto& part : bytes::parts) names += std::string(part.name) + ' ', sum += part.bytes;
  CHECK(names == "cross_entropy largest count_of presence ");
  CHECK(sum == bytes::size);

  state first, second;
  for (int i = 0; i < 9; ++i) {
    const logit_pair<float> pair{0.3F * static_cast<float>(i % 4), 1, i == 2 ? 1.0F : 0.0F, i == 2, i};
    state& to = i < 4 ? first : second;
    to.make_room(statistics, pair), to.observe(statistics, pair);
  }
  std::vector<unsigned char> sent(bytes::size);
  bytes::write(second, sent.data());
  state whole = first, direct = first;
  whole.merge(statistics, bytes::read(sent.data()));
  direct.merge(statistics, second);
  const auto got = whole.read(statistics, 0), expected = direct.read(statistics, 0);
  CHECK(get<0>(got).value == get<0>(expected).value);
  CHECK(get<1>(got).where == get<1>(expected).where);
  CHECK(get<2>(got).value == get<2>(expected).value);
  CHECK(get<1>(got).where == 3);
}
