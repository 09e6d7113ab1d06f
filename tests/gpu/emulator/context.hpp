// SPDX-License-Identifier: BSD-3-Clause
// A place where a computation was left, and the switch to another: twelve instructions on x86-64 (about 30 ns there and
// back), ucontext elsewhere (about twenty times that).
#pragma once

#include <cstddef>
#include <cstdint>

#if defined(__x86_64__) && !defined(MIXCON_EMULATOR_UCONTEXT)
#define MIXCON_EMULATOR_OWN_SWITCH
#else
#include <ucontext.h>
#endif

#if defined(MIXCON_EMULATOR_OWN_SWITCH)
// Saves the registers that a call must keep on the old stack, and takes them from the new one.
extern "C" void mixcon_emulator_switch(void** saved, void* to);
asm(R"(
.text
.weak mixcon_emulator_switch
.type mixcon_emulator_switch, @function
mixcon_emulator_switch:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size mixcon_emulator_switch, . - mixcon_emulator_switch
)");
#endif

namespace mixcon::gpu::emulated {

class context {
 public:
#if defined(MIXCON_EMULATOR_OWN_SWITCH)
  /// Begins at `entry`, which never returns, on a stack of its own.
  void begin_at(void (*entry)(), std::byte* stack, std::size_t bytes) {
    auto top = reinterpret_cast<std::uintptr_t>(stack + bytes) & ~std::uintptr_t{15};
    auto* at = reinterpret_cast<void**>(top);
    *--at = nullptr;  // a function begins 8 bytes off a multiple of 16
    *--at = reinterpret_cast<void*>(entry);
    for (int registers = 0; registers < 6; ++registers) *--at = nullptr;
    stack_pointer_ = at;
  }
  static void change(context& from, context& to) { mixcon_emulator_switch(&from.stack_pointer_, to.stack_pointer_); }

 private:
  void* stack_pointer_ = nullptr;
#else
  void begin_at(void (*entry)(), std::byte* stack, std::size_t bytes) {
    getcontext(&state_);
    state_.uc_stack.ss_sp = stack, state_.uc_stack.ss_size = bytes;
    makecontext(&state_, entry, 0);
  }
  static void change(context& from, context& to) { swapcontext(&from.state_, &to.state_); }

 private:
  ucontext_t state_{};
#endif
};

}  // namespace mixcon::gpu::emulated
