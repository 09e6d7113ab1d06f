// SPDX-License-Identifier: BSD-3-Clause
// Also under AddressSanitizer and ThreadSanitizer.
// Kernels that use shared_bytes() as a plain pointer: what the sanitizers must end the program for. Hidden tests, which
// the build runs one by one and whose message it looks for.
#include "gpu/emulator/kernel_run.hpp"

#include "support/catch.hpp"

using namespace mixcon::gpu;
using mixcon_test::broken_rule;
using mixcon_test::device_array;

namespace {

template <bool Before, bool After>
__global__ void neighbours(int* out) {
  auto* slot = reinterpret_cast<int*>(shared_bytes());
  const unsigned self = threadIdx.x;
  int mine = static_cast<int>(self);
  for (int round = 0; round < 2; ++round) {
    slot[self] = mine;
    if constexpr (Before) __syncthreads();
    mine = slot[(self + 1) % 64];
    if constexpr (After) __syncthreads();
  }
  out[self] = mine;
}
__global__ void everyone_writes(int* out) { out[0] = static_cast<int>(threadIdx.x); }
__global__ void write_past(int* out, int k) {
  auto* slot = reinterpret_cast<int*>(shared_bytes());
  slot[k] = 1;
  out[0] = slot[k];
}

}  // namespace

TEST_CASE("Plain pointers with all barriers", "[gpu]") {
  const device_array<int> out(64);
  for (const auto& how : emulated::every_order()) {
    CHECK(broken_rule<&neighbours<true, true>>(64, 256, how, out.data()) == "");
    CHECK(out.host()[5] == 7);
  }
}

TEST_CASE("Plain pointers without the first barrier", "[.race]") {
  const device_array<int> out(64);
  CHECK(broken_rule<&neighbours<false, true>>(64, 256, {}, out.data()) == "");
}
TEST_CASE("Plain pointers without the second barrier", "[.race]") {
  const device_array<int> out(64);
  CHECK(broken_rule<&neighbours<true, false>>(64, 256, {}, out.data()) == "");
}
TEST_CASE("Every thread writes one number", "[.race]") {
  const device_array<int> out(64);
  CHECK(broken_rule<&everyone_writes>(64, 256, {}, out.data()) == "");
}
TEST_CASE("One number past shared memory", "[.overrun]") {
  const device_array<int> out(1);
  CHECK(broken_rule<&write_past>(1, 256, {}, out.data(), 64) == "");
}
TEST_CASE("One number past device memory", "[.overrun]") {
  const device_array<int> out(1);
  CHECK(broken_rule<&everyone_writes>(1, 0, {}, out.data() + 1) == "");
}
