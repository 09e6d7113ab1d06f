// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "run/recent_speed.hpp"
#include "run/running_mean.hpp"

#include <chrono>
#include <cstdio>
#include <optional>
#include <string>

namespace mixcon_train {
inline namespace run {

/// What a run says of itself while it runs: one line that is written over on a terminal, a plain line every ten seconds
/// elsewhere. NO_COLOR is respected. The time that is left follows the speed of the last minute.
class progress {
 public:
  /// `kind` is what samples are called: "image" makes "images/s".
  explicit progress(std::FILE* to, index_t steps, index_t images_per_step, index_t done = 0,
                    const char* kind = "image");

  /// After every step; says something now and then. The loss shown is the mean of the steps since it was last shown.
  void step(index_t done, double loss);
  /// The accuracy of the nearest neighbours, a share, which is shown from now on.
  void score(double accuracy) { score_ = accuracy; }
  /// A line that stays.
  void line(const std::string& text);

  double images_per_second() const { return images_per_second_; }
  double seconds() const;

 private:
  using clock = std::chrono::steady_clock;
  void show(const std::string& text);

  std::FILE* to_;
  bool terminal_ = false, colour_ = false, open_line_ = false;
  index_t steps_, images_per_step_;
  clock::time_point start_ = clock::now(), shown_{};
  index_t shown_step_;
  double images_per_second_ = 0;
  const char* kind_;
  recent_speed speed_{};
  running_mean loss_{};
  std::optional<double> score_{};
};

/// "1 h 02 min", "4 min 05 s", "7 s".
std::string written_duration(double seconds);

}  // namespace run
}  // namespace mixcon_train
