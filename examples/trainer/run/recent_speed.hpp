// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/core/config.hpp>

#include <deque>

namespace mixcon_train {
inline namespace run {

/// Steps per second in the last minute, from which a run's end follows: other work that began or ended a minute ago
/// counts in full, what was before does not.
class recent_speed {
 public:
  static constexpr double window = 60;  ///< seconds

  /// `done` steps are done at this time, in seconds from any beginning; times do not fall.
  void at(double seconds, mixcon::index_t done) {
    if (marks_.size() < 2 || seconds >= marks_[marks_.size() - 2].seconds + apart)
      marks_.push_back({seconds, done});
    else
      marks_.back() = {seconds, done};
    while (marks_.size() > 2 && marks_[1].seconds <= seconds - window) marks_.pop_front();
  }
  /// 0 while it is not known.
  double steps_per_second() const {
    if (marks_.size() < 2 || marks_.back().seconds <= marks_.front().seconds) return 0;
    return static_cast<double>(marks_.back().done - marks_.front().done) /
           (marks_.back().seconds - marks_.front().seconds);
  }
  /// Until so many more steps are done; 0 while that is not known.
  double seconds_for(mixcon::index_t steps) const {
    const double rate = steps_per_second();
    return rate > 0 ? static_cast<double>(steps) / rate : 0;
  }

 private:
  static constexpr double apart = 0.5;  // marks closer than this are one
  struct mark {
    double seconds;
    mixcon::index_t done;
  };
  std::deque<mark> marks_{};
};

}  // namespace run
}  // namespace mixcon_train
