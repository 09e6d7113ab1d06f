// SPDX-License-Identifier: BSD-3-Clause
#include "run/thread_chooser.hpp"

#include <mixcon/core/require.hpp>

#include <algorithm>
#include <numeric>

namespace mixcon_train {
inline namespace run {

thread_chooser::thread_chooser(int most) {
  MIXCON_REQUIRE(most >= 1, "thread_chooser: ", most, " threads; expected at least 1.");
  counts_.push_back(most);
  int below = 1;
  while (2 * below < most) below *= 2;
  for (; most > 1 && below >= 1; below /= 2) counts_.push_back(below);
  begin_trying();
  timed_ = -1;  // the first step of a run makes its kernels
}

void thread_chooser::begin_trying() {
  trying_ = counts_.size() > 1;
  candidate_ = 0, timed_ = 0;
  durations_.assign(counts_.size(), 0);
}

void thread_chooser::tried(double seconds) {
  if (timed_++ < 0) return;
  durations_[candidate_] += seconds / steps_each;
  if (timed_ < steps_each) return;
  timed_ = 0;
  if (++candidate_ < counts_.size()) return;
  trying_ = false;
  chosen_ = static_cast<std::size_t>(std::min_element(durations_.begin(), durations_.end()) - durations_.begin());
  since_ = 0;
  recent_.clear();
  at_choice_ = best_since_ = durations_[chosen_];
}

void thread_chooser::step(double seconds) {
  if (trying_) return tried(seconds);
  ++since_;
  recent_.push_back(seconds);
  if (recent_.size() > steps_seen) recent_.pop_front();
  if (recent_.size() < steps_seen) return;
  const double mean = std::accumulate(recent_.begin(), recent_.end(), 0.0) / steps_seen;
  if (at_choice_ == 0) at_choice_ = best_since_ = mean;
  best_since_ = std::min(best_since_, mean);
  best_of_run_ = best_of_run_ == 0 ? mean : std::min(best_of_run_, mean);
  const bool halved = mean > 2 * best_since_, freed = mean < at_choice_ / 1.5 && chosen_ > 0;
  if (halved || freed || (chosen_ > 0 && since_ >= steps_between_tries)) begin_trying();
}

double thread_chooser::fell_by() {
  if (told_ || recent_.size() < steps_seen || best_of_run_ == 0) return 0;
  const double by = std::accumulate(recent_.begin(), recent_.end(), 0.0) / steps_seen / best_of_run_;
  told_ = by >= far;
  return told_ ? by : 0;
}

}  // namespace run
}  // namespace mixcon_train
