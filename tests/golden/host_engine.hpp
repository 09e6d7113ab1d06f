// SPDX-License-Identifier: BSD-3-Clause
// The host's engines in checks of losses files.
#pragma once

#include "golden/loss_cases.hpp"

#include <mixcon/mixcon.hpp>

/// Names a namespace in which checks of one engine differ from those of the other.
#define MIXCON_GOLDEN_ENGINE on_host

namespace mixcon_golden {
inline namespace on_host {

/// The engine that the command line names, as one executor: the code in front of the engines is compiled once.
struct named_engine {
  engine name;

  template <class Problem, class States>
  void gather(const Problem& problem, States& states) const {
    name == engine::serial ? mixcon::serial{}.gather(problem, states) : mixcon::tiled{}.gather(problem, states);
  }
  template <class Problem, class Saved, class Gradients>
  void scatter(const Problem& problem, const Saved& saved, Gradients& to) const {
    name == engine::serial ? mixcon::serial{}.scatter(problem, saved, to) : mixcon::tiled{}.scatter(problem, saved, to);
  }
  template <class Row>
  void rows(mixcon::index_t number, Row&& row) const {
    name == engine::serial ? mixcon::serial{}.rows(number, row) : mixcon::tiled{}.rows(number, row);
  }
};
/// An engine whose `saved` the host can read.
inline named_engine reading_engine(const named_engine& by) { return by; }

/// What forward leaves for backward.
template <class Objective, class T>
using saved_by_engine = mixcon::saved_statistics<std::remove_const_t<Objective>, T>;

}  // namespace on_host
}  // namespace mixcon_golden
