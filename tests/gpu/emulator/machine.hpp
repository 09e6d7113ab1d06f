// SPDX-License-Identifier: BSD-3-Clause
// One multiprocessor that runs one block at a time, with a fiber for each CUDA thread. A fiber runs until it must wait
// for others; then the next one in the order has its turn.
#pragma once

#include "gpu/emulator/context.hpp"
#include "gpu/emulator/copies.hpp"
#include "gpu/emulator/dimensions.hpp"
#include "gpu/emulator/order.hpp"
#include "gpu/emulator/sanitizers.hpp"
#include "gpu/emulator/shadow.hpp"

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace mixcon::gpu::emulated {

constexpr unsigned warp_size = 32;

/// What the lanes of a warp bring to a meeting, and where each wants its result. All lanes wait while it is held, so
/// these point to variables on their stacks.
struct meeting {
  std::uint32_t mask = 0;
  std::array<const void*, warp_size> given{};
  std::array<void*, warp_size> result{};

  bool has(unsigned lane) const { return (mask >> lane & 1U) != 0; }
  template <class T>
  const T& from(unsigned lane) const {
    return *static_cast<const T*>(given[lane]);
  }
  template <class T>
  T& to(unsigned lane) const {
    return *static_cast<T*>(result[lane]);
  }
};

class machine {
 public:
  static machine& get() {
    static machine one;
    return one;
  }

  /// Runs `body` once for each thread of each block. Throws the first failure.
  void run(dim3 grid, dim3 block, std::size_t shared_bytes, const settings& how, std::function<void()> body) {
    const quiet books;
    ++the_counts().launches;
    gridDim = grid, blockDim = block;
    threads_ = block.x * block.y * block.z, body_ = std::move(body), how_ = how;
    std::mt19937 bits(how.seed);
    std::vector<unsigned> blocks, turns;
    const unsigned count = grid.x * grid.y * grid.z;
    put_in_order(blocks, count, how.threads, (count + 1) / 2, bits);
    for (unsigned b : blocks) {
      blockIdx = {b % grid.x, b / grid.x % grid.y, b / grid.x / grid.y};
      ++the_counts().blocks;
      shared.begin_block(shared_bytes, threads_);
      begin_block();
      put_in_order(turns, threads_, how.threads, warp_size, bits);
      while (take_turns(turns, bits)) {
      }
      end_block();
    }
  }

  unsigned thread() const { return current_; }
  unsigned lane() const { return current_ % warp_size; }
  asynchronous_copies& copies() { return fibers_[current_]->copies; }
  const settings& how() const { return how_; }
  [[noreturn]] static void fail(const std::string& rule, const place& where) {
    throw failure(rule + ", at " + where.text());
  }

  /// Barrier `id` (0 is __syncthreads) of `count` threads of the block.
  void wait_at_barrier(unsigned id, unsigned count, const char* what, const place& where) {
    const quiet books;
    barrier& at = barriers_[id];
    if (!at.arrived.empty() && (at.count != count || at.where.line != where.line))
      fail(std::string(what) + ": threads of one block reached different barriers (the other is " + at.where.text() +
               ")",
           where);
    ++the_counts().barriers;
    at.count = count, at.where = where;
    at.arrived.push_back(current_);
    char* const past = &at.past[at.round % 2];
    release(past);
    if (at.arrived.size() == count) {
      shared.join(at.arrived);
      at.arrived.clear();
      ++at.round;
    } else {
      wait_for(at.round, what, where);
    }
    acquire(past);
  }

  /// Lanes in `mask` meet; the last to arrive computes all results: compute(meeting).
  template <class Compute>
  void meet(std::uint32_t mask, const char* what, const void* given, void* result, const place& where,
            Compute compute) {
    const quiet books;
    warp& mine = warps_[current_ / warp_size];
    const unsigned self = lane();
    mask &= mine.lanes;
    if ((mask >> self & 1U) == 0) fail(std::string(what) + ": the calling lane is not in its own mask", where);
    if (mine.arrived != 0 && (mine.what != what || mine.now.mask != mask || mine.where.line != where.line))
      fail(std::string(what) + ": lanes of one warp reached different calls (another is at " + mine.what + ", " +
               mine.where.text() + ")",
           where);
    mine.what = what, mine.where = where, mine.now.mask = mask;
    mine.now.given[self] = given, mine.now.result[self] = result;
    mine.arrived |= 1U << self;
    if (mine.arrived != mask) return wait_for(mine.round, what, where);
    ++the_counts().meetings;
    mine.arrived = 0;
    ++mine.round;
    compute(static_cast<const meeting&>(mine.now));
  }
  /// __syncwarp: what its lanes wrote before is seen by all of them after it.
  void wait_for_warp(std::uint32_t mask, const place& where) {
    const quiet books;
    warp& mine = warps_[current_ / warp_size];
    char* const past = &mine.past[mine.barriers % 2];
    release(past);
    meet(mask, "__syncwarp", nullptr, nullptr, where, [this, &mine](const meeting& now) {
      ++mine.barriers;
      std::vector<unsigned> lanes;
      for (unsigned lane = 0; lane < warp_size; ++lane)
        if (now.has(lane)) lanes.push_back(current_ / warp_size * warp_size + lane);
      shared.join(lanes);
    });
    acquire(past);
  }

  shared_memory shared;

 private:
  struct fiber {
    std::unique_ptr<std::byte[]> stack;
    context at;
    void* sanitizer = nullptr;
    bool done = true;
    const std::uint64_t* waits = nullptr;  // runs again when this is no longer `round`
    std::uint64_t round = 0;
    const char* what = "";
    place where;
    asynchronous_copies copies;
  };
  // `past` stands for what happened before a barrier, to the race detector: two, since a thread may already be at the
  // next barrier while others have not yet left this one.
  struct barrier {
    std::uint64_t round = 0;
    char past[2] = {};
    unsigned count = 0;
    place where;
    std::vector<unsigned> arrived;
  };
  struct warp {
    std::uint64_t round = 0, barriers = 0;
    char past[2] = {};
    std::uint32_t lanes = 0, arrived = 0;
    const char* what = "";
    place where;
    meeting now;
  };
  struct abandoned {};
  static constexpr std::size_t guard_bytes = 64;

  void begin_block() {
    the_scheduler_ = this_thread();
    while (fibers_.size() < threads_) {
      fibers_.push_back(std::make_unique<fiber>());
      fiber& made = *fibers_.back();
      made.stack.reset(new std::byte[stack_bytes]);
      if (!sanitized) std::memset(made.stack.get(), 0x5A, guard_bytes);
      made.at.begin_at(&machine::live, made.stack.get(), stack_bytes);
      made.sanitizer = make_thread();
    }
    warps_.resize((threads_ + warp_size - 1) / warp_size);
    for (unsigned w = 0; w < warps_.size(); ++w) {
      const unsigned lanes = std::min(warp_size, threads_ - w * warp_size);
      warps_[w].arrived = 0, warps_[w].lanes = lanes == warp_size ? ~0U : (1U << lanes) - 1U;
    }
    for (barrier& at : barriers_) at.arrived.clear();
    for (unsigned t = 0; t < threads_; ++t)
      fibers_[t]->done = false, fibers_[t]->waits = nullptr, fibers_[t]->copies.forget();
    release(&body_);
  }
  /// Every thread that need not wait runs on, once. False when there was none.
  bool take_turns(std::vector<unsigned>& turns, std::mt19937& bits) {
    if (how_.threads == order::shuffled) std::shuffle(turns.begin(), turns.end(), bits);
    bool any = false;
    for (unsigned t : turns) {
      fiber& next = *fibers_[t];
      if (next.done || (next.waits != nullptr && *next.waits == next.round)) continue;
      next.waits = nullptr;
      resume(t);
      if (!error_.empty()) return false;
      any = true;
    }
    return any;
  }
  void end_block() {
    acquire(&error_);
    for (unsigned t = 0; t < threads_ && error_.empty(); ++t) {
      const fiber& one = *fibers_[t];
      for (std::size_t k = 0; k < guard_bytes && !sanitized; ++k)
        if (one.stack[k] != std::byte{0x5A}) error_ = "the variables of a thread do not fit the emulator's stack";
      if (!one.done)
        error_ = std::string(one.what) + ": thread " + std::to_string(t) + " of block " + std::to_string(blockIdx.x) +
                 " waits for threads that never arrive, at " + one.where.text();
    }
    if (error_.empty()) return;
    abandoning_ = true;  // threads that are half way leave what they are in, as if it had thrown
    for (unsigned t = 0; t < threads_; ++t)
      if (!fibers_[t]->done) resume(t);
    abandoning_ = false;
    acquire(&error_);
    throw failure(std::exchange(error_, {}));
  }

  void resume(unsigned t) {
    current_ = t;
    threadIdx = {t % blockDim.x, t / blockDim.x % blockDim.y, t / (blockDim.x * blockDim.y)};
    ++the_counts().switches;
    become(fibers_[t]->sanitizer);
    void* kept = nullptr;
    before_switch(&kept, {fibers_[t]->stack.get(), stack_bytes});
    context::change(scheduler_, fibers_[t]->at);
    after_switch(kept, nullptr);
  }
  void suspend() {
    become(the_scheduler_);
    void* kept = nullptr;
    fiber& self = *fibers_[current_];
    before_switch(&kept, scheduler_stack_);
    context::change(self.at, scheduler_);
    after_switch(kept, &scheduler_stack_);
  }
  void wait_for(const std::uint64_t& round, const char* what, const place& where) {
    fiber& self = *fibers_[current_];
    self.waits = &round, self.round = round, self.what = what, self.where = where;
    suspend();
    if (abandoning_) throw abandoned{};
  }
  void run_body() {
    try {
      if (!abandoning_) body_();
    } catch (const std::exception& broken) {
      const quiet books;
      if (error_.empty()) error_ = broken.what();
    } catch (const abandoned&) {
      return;
    }
  }
  /// The life of a fiber: one thread of a block after the other.
  static void live() {
    machine& m = get();
    after_switch(nullptr, &m.scheduler_stack_);
    for (;;) {
      acquire(&m.body_);
      m.run_body();
      const quiet books;
      release(&m.error_);
      m.fibers_[m.current_]->done = true;
      m.suspend();
    }
  }

  std::vector<std::unique_ptr<fiber>> fibers_;
  std::vector<warp> warps_;
  std::array<barrier, 16> barriers_{};
  unsigned threads_ = 0, current_ = 0;
  settings how_;
  std::function<void()> body_;
  std::string error_;
  bool abandoning_ = false;
  context scheduler_;
  known_stack scheduler_stack_;
  void* the_scheduler_ = nullptr;
};

}  // namespace mixcon::gpu::emulated
