// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Where a call's time goes: a clock for the phases of an engine, which MIXCON_PHASES switches on for a whole program.

#include <mixcon/core/config.hpp>

#if defined(MIXCON_PHASES)
#include <cstdio>
#include <ctime>
#endif

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// What an engine does in turn. `rest` is what a call does outside the others.
enum class phase { rest, packing, products, epilogue, weights, transposing, gradients };
inline constexpr int phase_count = 7;

#if defined(MIXCON_PHASES)

/// Time of all threads in each phase since the program began, or since `phases::reset`; printed to stderr when the
/// program ends. Define MIXCON_PHASES for all files of a program, or for none: the same functions have a clock or none.
/// On x86-64 the clock is the processor's counter, and a change of phase costs about 50 cycles, so that a strip of
/// products can be told from what follows; elsewhere it is the system's. What interrupts a thread counts too.
class phases {
 public:
  static void reset() {
    for (int k = 0; k < phase_count; ++k) totals()->ticks[k] = totals()->begun[k] = 0;
  }
  /// Milliseconds of a phase, and how often it began.
  static double milliseconds(phase which) {
    return milliseconds_per_tick() *
           static_cast<double>(__atomic_load_n(&totals()->ticks[at(which)], __ATOMIC_RELAXED));
  }
  static long long times(phase which) { return __atomic_load_n(&totals()->begun[at(which)], __ATOMIC_RELAXED); }
  /// A line per phase that began: milliseconds, share of all, how often.
  static void print(std::FILE* to) {
    constexpr const char* names[] = {"the rest", "packing rows", "logit products", "epilogues",
                                     "weights",  "transposing",  "gradients"};
    double all = 0;
    for (int k = 0; k < phase_count; ++k) all += milliseconds(static_cast<phase>(k));
    if (all == 0) return;
    std::fprintf(to, "%-16s %10s %7s %9s\n", "phase", "ms", "share", "times");
    for (int k = 1; k <= phase_count; ++k) {
      const phase which = static_cast<phase>(k % phase_count);
      if (times(which) == 0) continue;
      std::fprintf(to, "%-16s %10.2f %5.1f %% %9lld\n", names[k % phase_count], milliseconds(which),
                   100 * milliseconds(which) / all, times(which));
    }
    std::fprintf(to, "%-16s %10.2f\n", "all", all);
  }

 private:
  friend class timed_phase;
  struct instant {
    long long tick, nanosecond;
  };
  struct sums {
    long long ticks[phase_count], begun[phase_count];
    instant first;  // when the clocks were first read
  };
  struct printed_at_exit : sums {
    ~printed_at_exit() { print(stderr); }
  };
  /// What a thread does now, and since when.
  struct moment {
    phase which = phase::rest;
    bool runs = false;
    long long since = 0;
  };
  static unsigned at(phase which) { return static_cast<unsigned>(which); }
  static sums* totals() {
    static printed_at_exit all{{{}, {}, both_clocks()}};
    return &all;
  }
  static moment& now() {
    thread_local moment of_thread;
    return of_thread;
  }
  static long long nanoseconds() {
    std::timespec time{};
    std::timespec_get(&time, TIME_UTC);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
  }
  static long long clock() {
#if defined(__x86_64__)
    return static_cast<long long>(__builtin_ia32_rdtsc());
#else
    return nanoseconds();
#endif
  }
  /// Both clocks at one time: the closest of a few tries, for a thread may be interrupted between them.
  static instant both_clocks() {
    instant found{};
    long long closest = -1;
    for (int k = 0; k < 8; ++k) {
      const long long before = clock(), time = nanoseconds(), gap = clock() - before;
      if (closest < 0 || gap < closest) closest = gap, found = {before + gap / 2, time};
    }
    return found;
  }
  static double milliseconds_per_tick() {
    const instant first = totals()->first, now = both_clocks();
    const double ticks = static_cast<double>(now.tick - first.tick);
    return ticks > 0 ? 1e-6 * static_cast<double>(now.nanosecond - first.nanosecond) / ticks : 0;
  }
  /// Ends what the thread does now, and begins another phase or none.
  static moment change(phase which, bool runs) {
    moment& current = now();
    const moment before = current;
    const long long time = clock();
    if (before.runs) __atomic_fetch_add(&totals()->ticks[at(before.which)], time - before.since, __ATOMIC_RELAXED);
    current = {which, runs, time};
    return before;
  }
};

/// The thread is in a phase as long as this lives; then again in the one before. A phase within another one is not
/// counted there.
class timed_phase {
 public:
  explicit timed_phase(phase which) : before_(phases::change(which, true)) { count(which); }
  ~timed_phase() { phases::change(before_.which, before_.runs); }
  timed_phase(const timed_phase&) = delete;
  timed_phase& operator=(const timed_phase&) = delete;
  /// Goes on with another phase.
  void then(phase which) {
    phases::change(which, true);
    count(which);
  }

 private:
  static void count(phase which) {
    __atomic_fetch_add(&phases::totals()->begun[phases::at(which)], 1, __ATOMIC_RELAXED);
  }
  phases::moment before_;
};

#else

struct phases {
  static constexpr void reset() {}
  static constexpr double milliseconds(phase) { return 0; }
  static constexpr long long times(phase) { return 0; }
  template <class File>
  static constexpr void print(File*) {}
};
struct timed_phase {
  constexpr explicit timed_phase(phase) {}
  constexpr void then(phase) const {}
};

#endif

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
