// SPDX-License-Identifier: BSD-3-Clause
// Also under AddressSanitizer and ThreadSanitizer.
#include "gpu/emulator/kernel_run.hpp"

#include "support/catch.hpp"

using namespace mixcon::gpu;
using mixcon_test::broken_rule;
using mixcon_test::device_array;

namespace {

int self() { return static_cast<int>(threadIdx.x); }

__global__ void barrier_of_some() {
  if (self() < 48) __syncthreads();
}
__global__ void two_barriers() {
  if (self() < 32)
    __syncthreads();
  else
    __syncthreads();
}
__global__ void shuffle_of_some(float* out) {
  float x = 1;
  if (self() % 2 == 0) x = shuffle_xor(x, 2);
  out[self()] = x;
}
__global__ void two_shuffles(float* out) {
  float x = 1;
  if (self() % 2 == 0)
    x = shuffle_xor(x, 1);
  else
    x = shuffle_xor(x, 1);
  out[self()] = x;
}
__global__ void shuffle_of_absent_lane(float* out) { out[self()] = shuffle(1.0F, 20); }
__global__ void mask_without_self(float* out) { out[self()] = __shfl_sync(1U, 1.0F, 0); }

// The warps pass numbers around in a ring, through shared memory.
__global__ void pass_around(int* out, int rounds) {
  const shared_array<int> slot(0, 128);
  int mine = self();
  for (int round = 0; round < rounds; ++round) {
    slot.write(self(), mine);
    __syncthreads();
    mine = slot.read((self() + 33) % 128);
    __syncthreads();
  }
  out[self()] = mine;
}
__global__ void barrier_forgotten(int* out) {
  const shared_array<int> slot(0, 64);
  slot.write(self(), self());
  out[self()] = slot.read((self() + 1) % 64);
}
__global__ void second_barrier_forgotten(int* out) {
  const shared_array<int> slot(0, 64);
  int mine = self();
  for (int round = 0; round < 2; ++round) {
    slot.write(self(), mine);
    __syncthreads();
    mine = slot.read((self() + 1) % 64);
  }
  out[self()] = mine;
}
// Lanes of one warp need only __syncwarp; lanes of two need more.
__global__ void warp_barrier(int* out, int apart) {
  const shared_array<int> slot(0, 64);
  slot.write(self(), self());
  __syncwarp();
  out[self()] = slot.read(self() ^ apart);
}
// A shuffle carries values and orders no memory.
__global__ void shuffle_as_barrier(int* out) {
  const shared_array<int> slot(0, 32);
  slot.write(self(), self());
  static_cast<void>(shuffle_xor(1, 1));
  out[self()] = slot.read(self() ^ 1);
}
// Each pair of warps has a barrier of its own.
__global__ void named_barriers(int* out) {
  const shared_array<int> slot(0, 128);
  slot.write(self(), self());
  if (self() < 64)
    named_barrier<1>(64);
  else
    named_barrier<2>(64);
  out[self()] = slot.read(self() ^ 32);
}
__global__ void wrong_named_barrier(int* out) {
  const shared_array<int> slot(0, 128);
  slot.write(self(), self());
  if (self() < 64)
    named_barrier<1>(64);
  else
    named_barrier<2>(64);
  out[self()] = slot.read(self() ^ 64);
}
__global__ void votes(unsigned* out) {
  const bool odd = self() % 2 == 1;
  out[self()] = __ballot_sync(every_lane, odd) + (__any_sync(every_lane, self() % 32 == 31) ? 1U : 0U) +
                (__all_sync(every_lane, odd) ? 2U : 0U);
}
__global__ void shuffles(int* out) {
  struct triple {
    int a, b, c;
  };
  const int lane = lane_of_warp();
  const triple other = shuffle_xor(triple{lane, 2 * lane, 3 * lane}, 5);
  out[0 * 32 + lane] = other.a + other.b + other.c;
  out[1 * 32 + lane] = shuffle(lane, 7);
  out[2 * 32 + lane] = __shfl_down_sync(every_lane, lane, 3);
  out[3 * 32 + lane] = __shfl_up_sync(every_lane, lane, 3, 8);
  out[4 * 32 + lane] = sum_of_warp(lane);
}

}  // namespace

TEST_CASE("Threads pass numbers through shared memory, in every order", "[gpu]") {
  const device_array<int> out(128);
  for (const auto& how : emulated::every_order()) {
    CHECK(broken_rule<&pass_around>(128, 512, how, out.data(), 5) == "");
    for (int t = 0; t < 128; ++t) CHECK(out.host()[static_cast<std::size_t>(t)] == (t + 5 * 33) % 128);
  }
}

TEST_CASE("A missing barrier is a race, in every order", "[gpu]") {
  if (emulated::races_end_the_program) return;
  const device_array<int> out(64);
  const auto first = [](const std::string& rule) { return rule.substr(0, rule.find(':')); };
  for (const auto& how : emulated::every_order()) {
    const std::string before = broken_rule<&barrier_forgotten>(64, 256, how, out.data());
    CHECK_THAT(before, ContainsSubstring("race") || ContainsSubstring("no thread has written"));
    const std::string after = broken_rule<&second_barrier_forgotten>(64, 256, how, out.data());
    CHECK_THAT(first(after), ContainsSubstring("a race"));
    CHECK_THAT(after, ContainsSubstring("barriers.cpp:"));
  }
}

TEST_CASE("A warp's barrier orders its own lanes, and a shuffle orders nothing", "[gpu]") {
  const device_array<int> out(64);
  for (const auto& how : emulated::every_order()) {
    CHECK(broken_rule<&warp_barrier>(64, 256, how, out.data(), 5) == "");
    CHECK(out.host()[3] == 6);
    if (emulated::races_end_the_program) continue;
    CHECK(broken_rule<&warp_barrier>(64, 256, how, out.data(), 32) != "");
    CHECK_THAT(broken_rule<&shuffle_as_barrier>(32, 128, how, out.data()), ContainsSubstring("a race"));
  }
}

TEST_CASE("Named barriers order those who meet at them", "[gpu]") {
  const device_array<int> out(128);
  for (const auto& how : emulated::every_order()) {
    CHECK(broken_rule<&named_barriers>(128, 512, how, out.data()) == "");
    CHECK(out.host()[100] == (100 ^ 32));
    if (emulated::races_end_the_program) continue;
    CHECK(broken_rule<&wrong_named_barrier>(128, 512, how, out.data()) != "");
  }
}

TEST_CASE("Threads that never arrive are named", "[gpu]") {
  for (const auto& how : emulated::every_order())
    CHECK_THAT(broken_rule<&barrier_of_some>(64, 0, how),
               ContainsSubstring("__syncthreads: thread 0 of block 0 waits"));
}

TEST_CASE("Threads at different barriers, and lanes at different shuffles, are found", "[gpu]") {
  const device_array<float> out(64);
  for (const auto& how : emulated::every_order()) {
    CHECK_THAT(broken_rule<&two_barriers>(64, 0, how), ContainsSubstring("different barriers"));
    CHECK_THAT(broken_rule<&two_shuffles>(32, 0, how, out.data()), ContainsSubstring("different calls"));
    CHECK_THAT(broken_rule<&shuffle_of_some>(32, 0, how, out.data()), ContainsSubstring("never arrive"));
    CHECK_THAT(broken_rule<&shuffle_of_absent_lane>(16, 0, how, out.data()), ContainsSubstring("does not take part"));
    CHECK_THAT(broken_rule<&mask_without_self>(32, 0, how, out.data()), ContainsSubstring("not in its own mask"));
  }
}

TEST_CASE("A failed launch leaves nothing behind for the next", "[gpu]") {
  const device_array<int> out(128);
  CHECK(broken_rule<&barrier_of_some>(64, 0, {}) != "");
  CHECK(broken_rule<&pass_around>(128, 512, {}, out.data(), 1) == "");
}

TEST_CASE("Votes and shuffles are those of the manual", "[gpu]") {
  const device_array<unsigned> votes_of(32);
  const device_array<int> out(160);
  for (const auto& how : emulated::every_order()) {
    CHECK(broken_rule<&votes>(32, 0, how, votes_of.data()) == "");
    CHECK(votes_of.host()[9] == 0xAAAAAAAAU + 1U);
    CHECK(broken_rule<&shuffles>(32, 0, how, out.data()) == "");
    const auto found = out.host();
    for (int lane = 0; lane < 32; ++lane) {
      const auto at = [&](int row) { return found[static_cast<std::size_t>(32 * row + lane)]; };
      CHECK(at(0) == 6 * (lane ^ 5));
      CHECK(at(1) == 7);
      CHECK(at(2) == (lane + 3 < 32 ? lane + 3 : lane));
      CHECK(at(3) == (lane % 8 >= 3 ? lane - 3 : lane));
      CHECK(at(4) == 31 * 16);
    }
  }
}
