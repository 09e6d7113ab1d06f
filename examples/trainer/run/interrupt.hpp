// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <csignal>

namespace mixcon_train {
inline namespace run {

/// While one exists, Ctrl-C (SIGINT), SIGTERM and the end of the terminal (SIGHUP) set a flag instead of ending the
/// program; the second one ends it. A SIGHUP that was ignored, as by nohup, still is.
class interrupt_guard {
 public:
  interrupt_guard();
  ~interrupt_guard();
  interrupt_guard(const interrupt_guard&) = delete;
  interrupt_guard& operator=(const interrupt_guard&) = delete;

  bool asked_to_stop() const;

 private:
  struct sigaction interrupt_before_ {
  }, terminate_before_{}, hang_up_before_{};
};

}  // namespace run
}  // namespace mixcon_train
