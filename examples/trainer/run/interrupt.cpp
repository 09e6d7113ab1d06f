// SPDX-License-Identifier: BSD-3-Clause
#include "run/interrupt.hpp"

namespace mixcon_train {
inline namespace run {

namespace {

volatile std::sig_atomic_t asked = 0;

extern "C" void remember(int) { asked = 1; }

}  // namespace

interrupt_guard::interrupt_guard() {
  asked = 0;
  struct sigaction action {};
  action.sa_handler = remember;
  action.sa_flags = SA_RESTART | static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, &interrupt_before_);
  sigaction(SIGTERM, &action, &terminate_before_);
  sigaction(SIGHUP, nullptr, &hang_up_before_);
  if (hang_up_before_.sa_handler != SIG_IGN) sigaction(SIGHUP, &action, nullptr);
}

interrupt_guard::~interrupt_guard() {
  sigaction(SIGINT, &interrupt_before_, nullptr);
  sigaction(SIGTERM, &terminate_before_, nullptr);
  sigaction(SIGHUP, &hang_up_before_, nullptr);
}

bool interrupt_guard::asked_to_stop() const { return asked != 0; }

}  // namespace run
}  // namespace mixcon_train
