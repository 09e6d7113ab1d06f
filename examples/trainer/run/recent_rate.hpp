// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/core/config.hpp>

#include <deque>

namespace mixcon_train {
inline namespace run {

using mixcon::index_t;

/// Steps a second, of the last minute: what is left takes as long as it would at the present speed.
class recent_rate {
 public:
  explicit recent_rate(index_t done, double seconds = 0) : marks_{{seconds, done}} {}

  /// `done` steps at a time in seconds, which does not fall.
  void add(double seconds, index_t done) {
    marks_.push_back({seconds, done});
    // The mark before those of the last minute stays, so that they span a minute.
    while (marks_.size() > 2 && marks_[1].seconds <= seconds - span) marks_.pop_front();
  }

  /// 0 before anything was done.
  double per_second() const {
    const double seconds = marks_.back().seconds - marks_.front().seconds;
    return seconds > 0 ? static_cast<double>(marks_.back().done - marks_.front().done) / seconds : 0;
  }

 private:
  static constexpr double span = 60;
  struct mark {
    double seconds;
    index_t done;
  };
  std::deque<mark> marks_;
};

}  // namespace run
}  // namespace mixcon_train
