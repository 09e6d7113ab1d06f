// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What a call over ranks costs before it is made: bytes held and sent, seconds of a ring, negatives of an anchor.

#include <mixcon/engine/call/packed_rows.hpp>
#include <mixcon/ranks/meetings.hpp>
#include <mixcon/ranks/trip.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// What is known of a planned call of `ranks`: N rows that are anchors and candidates, shared out evenly.
struct planned_ranks {
  index_t rows = 0, width = 0, ranks = 1;  // N, D, W: of all ranks
  index_t bytes = 4;                       // of a number: 4 for float and shorter rows, 8 for double
  exchange_form form = exchange_form::ring;
  /// Targets are labels or views, so that each two ranks meet once for both orders of a pair.
  bool meets_once = false;
};

namespace detail {
inline index_t rows_of_one(const planned_ranks& plan) { return (plan.rows + plan.ranks - 1) / plan.ranks; }
inline double block_bytes(const planned_ranks& plan) {
  return static_cast<double>(rows_of_one(plan) * packed_rows<float>::pitch_of(plan.width) * plan.bytes);
}
/// How many blocks of others come by in a pass.
inline index_t blocks_of_others(const planned_ranks& plan) {
  return plan.meets_once ? blocks_met(plan.ranks) : plan.ranks - 1;
}
inline void require_plan(const char* function, const planned_ranks& plan) {
  MIXCON_REQUIRE(plan.rows >= 1 && plan.width >= 1 && plan.ranks >= 1 && plan.bytes >= 1, function, ": a plan of ",
                 plan.rows, " rows of width ", plan.width, " on ", plan.ranks, " ranks, ", plan.bytes,
                 " bytes a number; expected each at least 1");
}
}  // namespace detail

/// Bytes that one rank holds at most during value_and_grad, besides the caller's rows and gradients: blocks of N / W
/// rows, D rounded up to 16. In the ring: packed rows, two blocks of others, and five of gradients; where all are
/// gathered, the rows of all and five of gradients. Where each two ranks meet once, one of gradients less, rows of half
/// the others are gathered, and an even number of ranks takes half a block. States, labels and other things of a few
/// bytes a row are left out.
inline double memory_estimate(const planned_ranks& plan) {
  detail::require_plan("memory_estimate", plan);
  const double block = detail::block_bytes(plan), others = static_cast<double>(detail::blocks_of_others(plan));
  if (plan.ranks == 1) return 4 * block;
  const double held = plan.form == exchange_form::ring && others > 2 ? 2 : others;
  if (!plan.meets_once) return block * (6 + (plan.form == exchange_form::ring ? 2 : others));
  return block * (5 + held + (plan.ranks % 2 == 0 ? 0.5 : 0));
}
/// Bytes of rows and gradients that one rank sends in value_and_grad: W - 1 blocks in each pass, and as many gradients;
/// W / 2 (rounded down) where each two ranks meet once. Where all are gathered, rows travel in the first pass alone.
inline double traffic_estimate(const planned_ranks& plan) {
  detail::require_plan("traffic_estimate", plan);
  return detail::block_bytes(plan) * static_cast<double>(detail::blocks_of_others(plan)) *
         (plan.form == exchange_form::ring ? 3 : 2);
}

/// How fast blocks are worked on and sent.
struct ring_speed {
  double forward_seconds = 0, backward_seconds = 0;  // of N / W anchors against N / W candidates, measured on one rank;
                                                     // in both orders at once where each two ranks meet once
  double bandwidth = 0;                              // bytes a second from one rank to the next, > 0
  double latency = 0;                                // seconds until the first byte of a message is there
};
/// Seconds of value_and_grad in a ring: of the W steps of each pass, the longer of work and messages. Where each two
/// ranks meet once, a rank's own block takes half of the work of another, and of an even number of ranks so does the
/// last; what goes home after a pass is waited for. What follows a pass (readings, formulas, sums) is left out.
inline double ring_seconds(const planned_ranks& plan, const ring_speed& speed) {
  detail::require_plan("ring_seconds", plan);
  MIXCON_REQUIRE(speed.bandwidth > 0, "ring_seconds: the bandwidth is ", speed.bandwidth,
                 "; expected bytes a second, > 0");
  const double message = speed.latency + detail::block_bytes(plan) / speed.bandwidth;
  const double rows_again = plan.form == exchange_form::ring ? message : 0;
  const index_t last = detail::blocks_of_others(plan);
  const auto longer = [](double a, double b) { return a < b ? b : a; };
  const auto pass = [&](double work, double messages) {
    double sum = 0;
    for (index_t step = 0; step <= last; ++step) {
      const bool is_half = plan.meets_once && (step == 0 || 2 * step == plan.ranks);
      sum += longer(is_half ? work / 2 : work, step < last ? messages : 0);
    }
    return sum;
  };
  return pass(speed.forward_seconds, message) + pass(speed.backward_seconds, message + rows_again) +
         (plan.ranks > 1 ? message : 0);
}

/// One line for a program's log, on every rank at the same time: how many ranks, anchors and candidates there are, and
/// how many negatives an anchor has at most: all candidates but one.
template <Communicator Comm>
std::string batch_of_ranks(const Comm& communicator, index_t anchors, index_t candidates) {
  const detail::rank_board<Comm> board(communicator);
  index_t both[] = {anchors, candidates};
  board.add_up(both, 2);
  return detail::sentence(board.size(), " ranks, ", both[0], " anchors, ", both[1], " candidates: at most ",
                          both[1] > 0 ? both[1] - 1 : index_t{0}, " negatives per anchor");
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
