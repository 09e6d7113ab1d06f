// SPDX-License-Identifier: BSD-3-Clause
// Targets of each rank's own rows, against one process that is told the role of every pair by a plain function.
#pragma once

#include "ranks/rank_case.hpp"
#include "support/catch.hpp"

#include <functional>

namespace mixcon_test {

using role_of_pair = std::function<mixcon::role<double>(index_t, index_t)>;

/// What one rank has of the rows of all.
struct rows_of_rank {
  index_t rank, first_anchor, anchors, first_candidate, candidates;
};

/// Rows of all ranks, and the shares of one.
struct shared_rows {
  std::vector<index_t> anchors, candidates;  // how many each rank has
  std::vector<index_t> first_anchor = firsts_of(anchors), first_candidate = firsts_of(candidates);
  index_t ranks() const { return static_cast<index_t>(anchors.size()); }
  rows_of_rank of(index_t rank) const {
    const auto r = static_cast<std::size_t>(rank);
    return {rank, first_anchor[r], anchors[r], first_candidate[r], candidates[r]};
  }
  index_t rank_of_anchor(index_t a) const { return rank_in(first_anchor, a); }
  index_t rank_of_candidate(index_t c) const { return rank_in(first_candidate, c); }

 private:
  static index_t rank_in(const std::vector<index_t>& first, index_t row) {
    index_t r = 0;
    while (row >= first[static_cast<std::size_t>(r) + 1]) ++r;
    return r;
  }
};

/// Calls with anchors and candidates of 1 to 4 ranks: `call(rows of rank, use)` must call use(targets of this rank).
/// `role` knows all pairs by the rows' numbers among all. Rows that no rank may split come in groups of `together`.
template <class Objective, class Make, class Engine = mixcon::serial>
void check_pairs(const Objective& criterion, index_t anchors, index_t candidates,
                 const std::function<role_of_pair(const shared_rows&)>& roles, Make&& make, index_t together = 1,
                 const Engine& engine = {}, mixcon::exchange_form form = mixcon::exchange_form::ring) {
  random_numbers draw(21);
  const auto a = random_embeddings<double>(anchors, 6, draw), c = random_embeddings<double>(candidates, 6, draw);
  for (index_t ranks = 1; ranks <= 4; ++ranks)
    for (const sharing how : {sharing::uneven, sharing::one_empty}) {
      INFO(ranks << " ranks, " << name_of_sharing(how));
      auto of_anchors = shares_of(anchors / together, ranks, how), of_candidates = of_anchors;
      if (candidates != anchors) of_candidates = shares_of(candidates / together, ranks, how);
      for (auto* sizes : {&of_anchors, &of_candidates})
        for (index_t& size : *sizes) size *= together;
      const shared_rows all{of_anchors, of_candidates};
      auto expected_a = zeros_like(a), expected_c = zeros_like(c), got_a = a, got_c = c;
      double slope = 0;
      const auto one = mixcon::value_and_grad(mixcon::serial{}, criterion, mixcon::targets_of(roles(all)), a, c,
                                              {.anchors = expected_a, .candidates = {expected_c}, .scale = &slope});
      std::vector<double> values(static_cast<std::size_t>(ranks)), slopes(static_cast<std::size_t>(ranks));
      std::vector<index_t> used(static_cast<std::size_t>(ranks));
      mixcon::thread_ranks threads(ranks);
      threads.run([&](const mixcon::thread_rank& me) {
        const rows_of_rank mine = all.of(me.rank());
        const auto z = rows_of(a, mine.first_anchor, mine.anchors),
                   k = rows_of(c, mine.first_candidate, mine.candidates);
        matrix<double> by_z(mine.anchors, 6, 3), by_k(mine.candidates, 6, 3);
        const auto at = static_cast<std::size_t>(me.rank());
        make(mine, [&](const auto& targets) {
          const auto result = mixcon::value_and_grad(mixcon::ranks{me, engine, form}, criterion, targets, z, k,
                                                     {.anchors = by_z, .candidates = {by_k}, .scale = &slopes[at]});
          values[at] = result.value, used[at] = result.anchors_used;
        });
        for (index_t i = 0; i < mine.anchors; ++i)
          for (index_t x = 0; x < 6; ++x) got_a(mine.first_anchor + i, x) = by_z(i, x);
        for (index_t i = 0; i < mine.candidates; ++i)
          for (index_t x = 0; x < 6; ++x) got_c(mine.first_candidate + i, x) = by_k(i, x);
      });
      const long double bound = apart<double>(candidates, 6, static_cast<long double>(criterion.logit_scale()));
      for (std::size_t r = 0; r < values.size(); ++r) {
        CHECK(error_of(values[r], static_cast<long double>(one.value)) <=
              bound * std::max(1.0L, std::fabs(static_cast<long double>(one.value))));
        CHECK(used[r] == one.anchors_used);
        CHECK(error_of(slopes[r], static_cast<long double>(slope)) <= bound);
      }
      CHECK(largest_entry(expected_a) > 1e-6L);
      CHECK(largest_difference(got_a, expected_a) <= bound * std::max(1.0L, largest_entry(expected_a)));
      CHECK(largest_difference(got_c, expected_c) <= bound * std::max(1.0L, largest_entry(expected_c)));
    }
}

/// A positive's share in the place of what targets say: the mean over the positives of an anchor.
inline role_of_pair in_equal_shares(index_t candidates, std::function<bool(index_t, index_t)> positive,
                                    std::function<bool(index_t, index_t)> hidden) {
  return [=](index_t a, index_t c) {
    if (hidden(a, c)) return mixcon::hidden_pair();
    if (!positive(a, c)) return mixcon::negative_pair();
    index_t count = 0;
    for (index_t k = 0; k < candidates; ++k) count += positive(a, k) && !hidden(a, k) ? 1 : 0;
    return mixcon::positive_pair(1.0 / static_cast<double>(count));
  };
}

}  // namespace mixcon_test
