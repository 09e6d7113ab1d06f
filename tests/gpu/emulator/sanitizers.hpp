// SPDX-License-Identifier: BSD-3-Clause
// What sanitizers must know of fibers: nothing without one. ThreadSanitizer takes each CUDA thread for a thread, and
// only barriers for synchronisation, so that a missing barrier is a data race. AddressSanitizer follows the stacks.
#pragma once

#include <cstddef>

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define MIXCON_EMULATOR_TSAN
#endif
#if __has_feature(address_sanitizer)
#define MIXCON_EMULATOR_ASAN
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define MIXCON_EMULATOR_TSAN
#endif
#if defined(__SANITIZE_ADDRESS__)
#define MIXCON_EMULATOR_ASAN
#endif

#if defined(MIXCON_EMULATOR_TSAN)
#include <sanitizer/tsan_interface.h>
extern "C" {
void AnnotateIgnoreReadsBegin(const char*, int);
void AnnotateIgnoreReadsEnd(const char*, int);
void AnnotateIgnoreWritesBegin(const char*, int);
void AnnotateIgnoreWritesEnd(const char*, int);
}
#endif
#if defined(MIXCON_EMULATOR_ASAN)
#include <sanitizer/common_interface_defs.h>
#endif

namespace mixcon::gpu::emulated {

/// Stacks need more room where every variable has a red zone.
#if defined(MIXCON_EMULATOR_TSAN) || defined(MIXCON_EMULATOR_ASAN)
constexpr std::size_t stack_bytes = 512 * 1024;
constexpr bool sanitized = true;
#else
constexpr std::size_t stack_bytes = 128 * 1024;
constexpr bool sanitized = false;
#endif

/// ThreadSanitizer ends the program at a race, before the emulator can report it.
#if defined(MIXCON_EMULATOR_TSAN)
constexpr bool races_end_the_program = true;
#else
constexpr bool races_end_the_program = false;
#endif

/// While one lives, the race detector looks away: all fibers share the emulator's own books on purpose.
class quiet {
 public:
#if defined(MIXCON_EMULATOR_TSAN)
  quiet() { AnnotateIgnoreReadsBegin(__FILE__, __LINE__), AnnotateIgnoreWritesBegin(__FILE__, __LINE__); }
  ~quiet() { AnnotateIgnoreReadsEnd(__FILE__, __LINE__), AnnotateIgnoreWritesEnd(__FILE__, __LINE__); }
#else
  quiet() {}   // NOLINT(modernize-use-equals-default): a variable of it is used
  ~quiet() {}  // NOLINT(modernize-use-equals-default)
#endif
  quiet(const quiet&) = delete;
  quiet& operator=(const quiet&) = delete;
};

#if defined(MIXCON_EMULATOR_TSAN)
inline void* make_thread() { return __tsan_create_fiber(0); }
inline void* this_thread() { return __tsan_get_current_fiber(); }
inline void become(void* thread) { __tsan_switch_to_fiber(thread, __tsan_switch_to_fiber_no_sync); }
/// What happened before release(at) in any thread is seen after acquire(at).
inline void acquire(void* at) { __tsan_acquire(at); }
inline void release(void* at) { __tsan_release(at); }
#else
inline void* make_thread() { return nullptr; }
inline void* this_thread() { return nullptr; }
inline void become(void*) {}
inline void acquire(void*) {}
inline void release(void*) {}
#endif

/// A stack as AddressSanitizer knows it.
struct known_stack {
  const void* bottom = nullptr;
  std::size_t bytes = 0;
};
#if defined(MIXCON_EMULATOR_ASAN)
inline void before_switch(void** kept, const known_stack& to) {
  __sanitizer_start_switch_fiber(kept, to.bottom, to.bytes);
}
inline void after_switch(void* kept, known_stack* from) {
  __sanitizer_finish_switch_fiber(kept, from != nullptr ? &from->bottom : nullptr,
                                  from != nullptr ? &from->bytes : nullptr);
}
#else
inline void before_switch(void**, const known_stack&) {}
inline void after_switch(void*, known_stack*) {}
#endif

}  // namespace mixcon::gpu::emulated
