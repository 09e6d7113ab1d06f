// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/core/config.hpp>

#include <deque>
#include <vector>

namespace mixcon_train {
inline namespace run {

using mixcon::index_t;

/// How many threads a run has, by what steps take. Threads wait for each other many times in a step; where other work
/// shares the processors, each wait may cost a time slice, and fewer threads may be faster. So a few steps are timed
/// with each count when a run begins, when its speed halves, when it rises by half (the other work ended), and now and
/// then while fewer threads than there could be are in use. All counts must give the same bits.
///
///   device.set_threads(chooser.threads());   // before a step
///   chooser.step(seconds);                   // after it
class thread_chooser {
 public:
  /// Of 1, 2, 4, ... and `most` threads; `most` >= 1, or std::invalid_argument.
  explicit thread_chooser(int most);

  /// For the next step.
  int threads() const { return trying_ ? counts_[candidate_] : counts_[chosen_]; }
  /// What the step with that many threads took.
  void step(double seconds);

  /// How many times slower the last steps were than the best of the run: once, when it is `far` or more; else 0.
  double fell_by();

  static constexpr int steps_each = 3;             ///< timed with each count
  static constexpr int steps_seen = 6;             ///< whose mean is the speed
  static constexpr int steps_between_tries = 200;  ///< while fewer threads than `most` are chosen
  static constexpr double far = 5;

 private:
  void begin_trying();
  void tried(double seconds);

  std::vector<int> counts_{};        // the most first
  std::vector<double> durations_{};  // of the steps of a count, while they are tried
  std::size_t chosen_ = 0, candidate_ = 0;
  bool trying_ = false, told_ = false;
  int timed_ = 0;                                            // steps of this candidate
  index_t since_ = 0;                                        // steps since the choice
  std::deque<double> recent_{};                              // the last steps since the choice
  double at_choice_ = 0, best_since_ = 0, best_of_run_ = 0;  // seconds a step; 0: not known
};

}  // namespace run
}  // namespace mixcon_train
