// SPDX-License-Identifier: BSD-3-Clause
// Bytes sent and held, and times planned: what estimates say, and what calls do.
#include "ranks/rank_case.hpp"
#include "support/catch.hpp"

#include <mixcon/losses/info_nce.hpp>
#include <mixcon/ranks/estimate.hpp>

#include <memory>

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// A communicator that counts what it sends.
struct counted {
  thread_rank inner;
  std::shared_ptr<double> rows = std::make_shared<double>(0), gathered = std::make_shared<double>(0);
  index_t rank() const { return inner.rank(); }
  index_t size() const { return inner.size(); }
  auto start_exchange(index_t to, const void* sent, std::size_t bytes, index_t from, void* received,
                      std::size_t coming) const {
    *rows += static_cast<double>(bytes);
    return inner.start_exchange(to, sent, bytes, from, received, coming);
  }
  void all_gather(const void* mine, std::size_t bytes, void* all) const {
    *gathered += static_cast<double>(bytes);
    inner.all_gather(mine, bytes, all);
  }
  void leave(const char* why) const { inner.leave(why); }
};

/// An engine that visits no pair: what is left is what ranks hold and send.
struct idle {
  template <class Problem>
  void gather(const Problem&, typename Problem::row_states& states) const {
    for (auto& state : states) state.seen = {1, 1, 2};
  }
  template <class Problem, class Saved>
  void scatter(const Problem&, const Saved&, detail::packed_gradients<typename Problem::number>&) const {}
  template <class Row>
  void rows(index_t number, Row&& row) const {
    serial{}.rows(number, row);
  }
};

struct cost {
  double rows_sent, gathered, held;
};
/// The largest of all ranks, for N rows of width D.
cost cost_of(const planned_ranks& plan) {
  std::vector<cost> of_rank(static_cast<std::size_t>(plan.ranks));
  thread_ranks all(plan.ranks);
  all.run([&](const thread_rank& me) {
    const index_t mine = plan.rows / plan.ranks;
    const matrix<float> z(mine, plan.width, 1);
    auto by_z = z;
    const counted communicator{me};
    workspace memory;
    const ranks on{communicator, idle{}, plan.form};
    const objective criterion{info_nce{}, cosine{}};
    if (plan.meets_once)
      value_and_grad(on, criterion, view_targets{.samples = mine / 2}, z, by_z, memory);
    else
      value_and_grad(on, criterion, other_rows{}, z, by_z, memory);
    of_rank[static_cast<std::size_t>(me.rank())] = {*communicator.rows, *communicator.gathered,
                                                    static_cast<double>(memory.bytes())};
  });
  return of_rank[0];
}

}  // namespace

TEST_CASE("Ranks send as many bytes as the formula says, and a few for each row besides", "[ranks]") {
  for (const bool once : {false, true})
    for (const index_t ranks : {1, 2, 4, 8})
      for (const auto form : {exchange_form::ring, exchange_form::gathered}) {
        const planned_ranks plan{.rows = 4096, .width = 48, .ranks = ranks, .form = form, .meets_once = once};
        const cost found = cost_of(plan);
        INFO(ranks << " ranks, form " << static_cast<int>(form) << (once ? ", meeting once" : ""));
        // besides, where ranks meet once: states home, and then what they left with the block
        const double a_row = found.rows_sent - traffic_estimate(plan);
        CHECK(a_row >= 0);
        CHECK(a_row <= (once ? 160 * 4096.0 / static_cast<double>(ranks) * static_cast<double>(ranks / 2) : 0));
        CHECK(found.gathered <= 8 * 4096.0 / static_cast<double>(ranks) + 4096);  // labels, and what calls agree on
      }
}

TEST_CASE("The memory of a ring falls as one over the ranks", "[ranks]") {
  for (const bool once : {false, true}) {
    double of_four = 0;
    for (const index_t ranks : {2, 4, 8, 16}) {
      const planned_ranks plan{
          .rows = once ? 16384 : 65536, .width = once ? 128 : 32, .ranks = ranks, .meets_once = once};
      const double held = cost_of(plan).held, estimate = memory_estimate(plan);
      INFO(ranks << " ranks hold " << held << " bytes, estimated " << estimate << (once ? ", meeting once" : ""));
      CHECK(held < 1.3 * estimate);
      CHECK(held > 0.8 * estimate);
      if (ranks == 4) of_four = held;
      if (ranks > 4) CHECK(held < 1.05 * of_four * 4 / static_cast<double>(ranks));
    }
  }
  CHECK(cost_of({.rows = 65536, .width = 32, .ranks = 4, .form = exchange_form::gathered}).held > 65536.0 * 32 * 4);
}

TEST_CASE("A ring takes the longer of work and messages at each step", "[ranks]") {
  const planned_ranks plan{.rows = 1024, .width = 16, .ranks = 4};
  const double block = 256 * 16 * 4;
  CHECK(ring_seconds(plan, {.forward_seconds = 1, .backward_seconds = 2, .bandwidth = block * 10}) ==
        Catch::Detail::Approx(4 * 1 + 4 * 2 + 0.1));
  CHECK(ring_seconds(plan, {.forward_seconds = 1, .backward_seconds = 2, .bandwidth = block / 10}) ==
        Catch::Detail::Approx(3 * 10 + 1 + 3 * 20 + 2 + 10));
  planned_ranks once = plan;
  once.meets_once = true;
  CHECK(ring_seconds(once, {.forward_seconds = 1, .backward_seconds = 2, .bandwidth = block * 10}) ==
        Catch::Detail::Approx((0.5 + 1 + 0.5) + (1 + 2 + 1) + 0.1));
  CHECK(ring_seconds(once, {.forward_seconds = 1, .backward_seconds = 2, .bandwidth = block / 10}) ==
        Catch::Detail::Approx(2 * 10 + 0.5 + 2 * 20 + 1 + 10));
  CHECK_THROWS_WITH(ring_seconds(plan, {}), ContainsSubstring("the bandwidth is 0"));
  CHECK_THROWS_WITH(memory_estimate({}), ContainsSubstring("a plan of 0 rows"));
  CHECK(batch_of_ranks(alone{}, 8, 12) == "1 ranks, 8 anchors, 12 candidates: at most 11 negatives per anchor");
}
