// SPDX-License-Identifier: BSD-3-Clause
// Numbers by candidate, by pair and by anchor over ranks, and the gradients by them.
#include "ranks/rank_case.hpp"
#include "support/catch.hpp"

#include <mixcon/losses/info_nce.hpp>

using namespace mixcon;
using namespace mixcon_test;

namespace {

constexpr index_t anchors = 9, candidates_of_all = 14, width = 4;
const std::vector<index_t> my_anchors{4, 0, 5}, my_candidates{6, 5, 3};

struct rows_and_labels {
  random_numbers draw{13};
  matrix<double> a = random_embeddings<double>(anchors, width, draw),
                 c = random_embeddings<double>(candidates_of_all, width, draw);
  std::vector<int> of_a, of_c;
  rows_and_labels() {
    for (int i = 0; i < anchors; ++i) of_a.push_back(i % 4);
    for (int i = 0; i < candidates_of_all; ++i) of_c.push_back(i * 3 % 4);
  }
};
/// Calls work(me, rows of this rank's anchors and candidates, their first numbers, and their targets).
template <class Work>
void on_three(const rows_and_labels& all, Work&& work) {
  thread_ranks(3).run([&](const thread_rank& me) {
    const auto r = static_cast<std::size_t>(me.rank());
    const index_t a = firsts_of(my_anchors)[r], c = firsts_of(my_candidates)[r];
    const auto labels = part_of(all.of_a, a, my_anchors[r]), theirs = part_of(all.of_c, c, my_candidates[r]);
    work(me, rows_of(all.a, a, my_anchors[r]), a, rows_of(all.c, c, my_candidates[r]), c,
         label_targets{.labels = labels, .candidate_labels = theirs});
  });
}
matrix<double> columns(index_t rows) { return {rows, candidates_of_all}; }

}  // namespace

TEST_CASE("A bias of each rank's own candidates is known to all anchors, and its gradient is of all anchors",
          "[ranks]") {
  const rows_and_labels all;
  std::vector<double> bias, by_bias(candidates_of_all), got(candidates_of_all);
  for (int c = 0; c < candidates_of_all; ++c) bias.push_back(0.1 * c - 0.5);
  const auto made = [](std::vector<double>& of) {
    objective criterion{info_nce{.temperature = 0.3}, cosine{}, candidate_bias(of)};
    criterion.direction = {.rows = 1, .columns = 0.5};
    return criterion;
  };
  const label_targets targets{.labels = all.of_a, .candidate_labels = all.of_c};
  const double whole = value_and_grad(serial{}, made(bias), targets, all.a, all.c, {.candidate_bias = view(by_bias)});
  on_three(all, [&](const auto& me, const auto& a, index_t, const auto& c, index_t first, const auto& mine) {
    auto own = part_of(bias, first, c.rows());
    std::vector<double> by_own(own.size());
    const double value = value_and_grad(ranks{me, serial{}}, made(own), mine, a, c, {.candidate_bias = view(by_own)});
    const std::lock_guard held(checking);
    CHECK(value == Catch::Detail::Approx(whole).epsilon(1e-13));
    std::copy(by_own.begin(), by_own.end(), got.begin() + first);
  });
  for (std::size_t k = 0; k < got.size(); ++k) CHECK(got[k] == Catch::Detail::Approx(by_bias[k]).margin(1e-14));
}

TEST_CASE("A rank has the factors and biases of its anchors with all candidates, and gets their gradients", "[ranks]") {
  rows_and_labels all;
  auto scale = columns(anchors), bias = scale;
  for (double& x : scale.entries()) x = all.draw.uniform(0.5, 1);
  for (double& x : bias.entries()) x = all.draw.uniform(-1, 1);
  const auto made = [](const matrix<double>& factors, const matrix<double>& offsets) {
    return objective{info_nce{.temperature = 0.3}, cosine{}, pair_logits(factors, offsets)};
  };
  const label_targets targets{.labels = all.of_a, .candidate_labels = all.of_c};
  auto by_scale = columns(anchors), by_bias = by_scale, by_target = by_scale;
  value_and_grad(serial{}, made(scale, bias), targets, all.a, all.c,
                 {.pair_scale = by_scale, .pair_bias = by_bias, .targets = by_target});
  on_three(all, [&](const auto& me, const auto& a, index_t first, const auto& c, index_t, const auto& mine) {
    const auto my_scale = rows_of(scale, first, a.rows()), my_bias = rows_of(bias, first, a.rows());
    auto got_scale = columns(a.rows()), got_bias = got_scale, got_target = got_scale;
    value_and_grad(ranks{me, serial{}}, made(my_scale, my_bias), mine, a, c,
                   {.pair_scale = got_scale, .pair_bias = got_bias, .targets = got_target});
    const std::lock_guard held(checking);
    CHECK(largest_difference(got_scale, rows_of(by_scale, first, a.rows())) < 1e-14L);
    CHECK(largest_difference(got_bias, rows_of(by_bias, first, a.rows())) < 1e-14L);
    CHECK(largest_difference(got_target, rows_of(by_target, first, a.rows())) < 1e-14L);
  });
}

TEST_CASE("Weights and policies of anchors are each rank's own, and hold for all", "[ranks]") {
  const rows_and_labels all;
  std::vector<double> weights;
  for (int i = 0; i < anchors; ++i) weights.push_back(0.25 * (i % 4));
  objective criterion{info_nce{.temperature = 0.3}, cosine{}};
  criterion.without_positive = no_positive::skip;
  for (const bool is_weighted : {false, true}) {
    auto whole = criterion;
    if (is_weighted) whole.reduce = reduction::weighted, whole.weights = view(weights);
    auto labels = all.of_a;
    labels[1] = labels[7] = 77;  // of no candidate
    auto by_a = zeros_like(all.a), by_c = zeros_like(all.c);
    const label_targets targets{.labels = labels, .candidate_labels = all.of_c, .ignored = 3};
    const auto one = value_and_grad(serial{}, whole, targets, all.a, all.c, {.anchors = by_a, .candidates = {by_c}});
    on_three(all, [&](const auto& me, const auto& a, index_t first, const auto& c, index_t first_c, const auto&) {
      const auto own = part_of(weights, first, a.rows());
      const auto mine = part_of(labels, first, a.rows()), theirs = part_of(all.of_c, first_c, c.rows());
      auto part = criterion;
      if (is_weighted) part.reduce = reduction::weighted, part.weights = view(own);
      auto got_a = zeros_like(a), got_c = zeros_like(c);
      const auto result = value_and_grad(ranks{me, serial{}}, part,
                                         label_targets{.labels = mine, .candidate_labels = theirs, .ignored = 3}, a, c,
                                         {.anchors = got_a, .candidates = {got_c}});
      const std::lock_guard held(checking);
      CHECK(result.value == Catch::Detail::Approx(one.value).epsilon(1e-13));
      CHECK(result.anchors_used == one.anchors_used);
      CHECK(largest_difference(got_a, rows_of(by_a, first, a.rows())) < 1e-13L);
      CHECK(largest_difference(got_c, rows_of(by_c, first_c, c.rows())) < 1e-13L);
    });
  }
}
