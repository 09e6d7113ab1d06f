// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What a call over ranks costs before it is made: bytes held and sent, seconds of a ring, negatives of an anchor.

#include <mixcon/engine/call/packed_rows.hpp>
#include <mixcon/ranks/trip.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// What is known of a planned call of `ranks`: N rows that are anchors and candidates, shared out evenly.
struct planned_ranks {
  index_t rows = 0, width = 0, ranks = 1;  // N, D, W: of all ranks
  index_t bytes = 4;                       // of a number: 4 for float and shorter rows, 8 for double
  exchange_form form = exchange_form::ring;
};

namespace detail {
inline index_t rows_of_one(const planned_ranks& plan) { return (plan.rows + plan.ranks - 1) / plan.ranks; }
inline double block_bytes(const planned_ranks& plan) {
  return static_cast<double>(rows_of_one(plan) * packed_rows<float>::pitch_of(plan.width) * plan.bytes);
}
inline void require_plan(const char* function, const planned_ranks& plan) {
  MIXCON_REQUIRE(plan.rows >= 1 && plan.width >= 1 && plan.ranks >= 1 && plan.bytes >= 1, function, ": a plan of ",
                 plan.rows, " rows of width ", plan.width, " on ", plan.ranks, " ranks, ", plan.bytes,
                 " bytes a number; expected each at least 1");
}
}  // namespace detail

/// Bytes that one rank holds at most during value_and_grad, besides the caller's rows and gradients: blocks of N / W
/// rows, D rounded up to 16. In the ring: packed rows, two blocks of others, and five of gradients; where all are
/// gathered, the rows of all and five of gradients. States, labels and other things of a few bytes a row are left out.
inline double memory_estimate(const planned_ranks& plan) {
  detail::require_plan("memory_estimate", plan);
  const double block = detail::block_bytes(plan), ranks = static_cast<double>(plan.ranks);
  if (plan.ranks == 1) return 4 * block;
  return block * (plan.form == exchange_form::ring ? 8 : 5 + ranks);
}
/// Bytes of rows and gradients that one rank sends in value_and_grad: W - 1 blocks in each pass, and as many gradients.
/// Where all are gathered, rows travel in the first pass alone.
inline double traffic_estimate(const planned_ranks& plan) {
  detail::require_plan("traffic_estimate", plan);
  return detail::block_bytes(plan) * static_cast<double>(plan.ranks - 1) * (plan.form == exchange_form::ring ? 3 : 2);
}

/// How fast blocks are worked on and sent.
struct ring_speed {
  double forward_seconds = 0, backward_seconds = 0;  // of N / W anchors against N / W candidates, measured on one rank
  double bandwidth = 0;                              // bytes a second from one rank to the next, > 0
  double latency = 0;                                // seconds until the first byte of a message is there
};
/// Seconds of value_and_grad in a ring: of the W steps of each pass, the longer of work and messages. What follows a
/// pass (readings, formulas, sums) is left out.
inline double ring_seconds(const planned_ranks& plan, const ring_speed& speed) {
  detail::require_plan("ring_seconds", plan);
  MIXCON_REQUIRE(speed.bandwidth > 0, "ring_seconds: the bandwidth is ", speed.bandwidth,
                 "; expected bytes a second, > 0");
  const double message = speed.latency + detail::block_bytes(plan) / speed.bandwidth;
  const double rows_again = plan.form == exchange_form::ring ? message : 0;
  const auto longer = [](double a, double b) { return a < b ? b : a; };
  const double steps = static_cast<double>(plan.ranks - 1);
  return steps * longer(speed.forward_seconds, message) + speed.forward_seconds +
         steps * longer(speed.backward_seconds, message + rows_again) + speed.backward_seconds +
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
