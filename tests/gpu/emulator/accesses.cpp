// SPDX-License-Identifier: BSD-3-Clause
// Also under AddressSanitizer and ThreadSanitizer.
#include "gpu/emulator/kernel_run.hpp"

#include "support/catch.hpp"

#include <bit>

using namespace mixcon::gpu;
using mixcon_test::broken_rule;
using mixcon_test::device_array;

namespace {

int self() { return static_cast<int>(threadIdx.x); }

__global__ void past_the_array(int index) { shared_array<int>(0, 8).write(index, 1); }
__global__ void past_shared_memory(int offset) { shared_array<int>(offset, 8).write(7, 1); }
__global__ void unwritten(float* out) { out[0] = shared_array<float>(0, 8).read(3); }
__global__ void unaligned_array() { shared_array<float>(2, 4).write(0, 1.0F); }

__global__ void sixteen_at_once(const float* from, float* to, int shift) { store_16(to, load_16(from + shift)); }

enum class fault { none, no_wait, no_barrier, short_wait, overwritten, unaligned, uncommitted };

// A ring of three stages of 64 floats: sums of the tiles that pass through it.
template <fault Fault>
__global__ void ring(const float* from, float* out, int tiles) {
  constexpr int stages = 3, tile = 64;
  const shared_array<float> rows(0, stages * tile);
  const auto fetch = [&](int which) {
    if (which < tiles && self() < tile / 4)
      copy_async<16>(rows.address(which % stages * tile + 4 * self() + (Fault == fault::unaligned ? 1 : 0)),
                     from + which * tile + 4 * self(), true);
    if (Fault != fault::uncommitted) copy_async_commit();
  };
  float sum = 0;
  for (int k = 0; k < stages - 1; ++k) fetch(k);
  for (int k = 0; k < tiles; ++k) {
    if (Fault == fault::short_wait)
      copy_async_wait<stages - 1>();
    else if (Fault != fault::no_wait)
      copy_async_wait<stages - 2>();
    if (Fault != fault::no_barrier) __syncthreads();
    fetch(k + (Fault == fault::overwritten ? stages : stages - 1));
    sum += rows.read(k % stages * tile + (self() + k) % tile);
  }
  out[self()] = sum;
}
__global__ void zero_filled(const float* from, float* out) {
  const shared_array<float> rows(0, 64);
  copy_async<4>(rows.address(self()), from, false);
  copy_async_commit();
  copy_async_wait<0>();
  __syncthreads();
  out[self()] = rows.read(63 - self());
}
__global__ void write_at(float* out, int k) { out[k] = 1; }

template <fault Fault>
std::string run_ring(const emulated::settings& how, std::vector<float>* found = nullptr) {
  std::vector<float> numbers;
  for (int k = 0; k < 6 * 64; ++k) numbers.push_back(static_cast<float>(k * k % 101));
  const device_array<float> from(numbers), out(64);
  const std::string rule =
      broken_rule<&ring<Fault>>(64, 3 * 64 * 4, how, static_cast<const float*>(from.data()), out.data(), 6);
  if (found != nullptr) *found = out.host();
  return rule;
}

}  // namespace

TEST_CASE("Accesses outside of shared memory are refused", "[gpu]") {
  CHECK(broken_rule<&past_the_array>(1, 32, {}, 7) == "");
  CHECK_THAT(broken_rule<&past_the_array>(1, 64, {}, 8), ContainsSubstring("shared_array: element 8 of 8"));
  CHECK_THAT(broken_rule<&past_the_array>(1, 64, {}, -1), ContainsSubstring("element -1 of 8"));
  CHECK(broken_rule<&past_shared_memory>(1, 48, {}, 16) == "");
  CHECK_THAT(broken_rule<&past_shared_memory>(1, 44, {}, 16),
             ContainsSubstring("4 bytes at offset 44 are outside the 44 bytes"));
  CHECK_THAT(broken_rule<&unaligned_array>(1, 64, {}), ContainsSubstring("not aligned to its size"));
}

TEST_CASE("A read of what nobody wrote is refused", "[gpu]") {
  const device_array<float> out(1);
  CHECK_THAT(broken_rule<&unwritten>(1, 32, {}, out.data()), ContainsSubstring("reads what no thread has written"));
}

TEST_CASE("Sixteen bytes at once need an address that is a multiple, within what was allocated", "[gpu]") {
  const device_array<float> from(std::vector<float>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}), to(4);
  const auto* given = static_cast<const float*>(from.data());
  CHECK(broken_rule<&sixteen_at_once>(1, 0, {}, given, to.data(), 4) == "");
  CHECK(to.host() == std::vector<float>{4, 5, 6, 7});
  CHECK_THAT(broken_rule<&sixteen_at_once>(1, 0, {}, given, to.data(), 1),
             ContainsSubstring("not a multiple of 16 bytes"));
  if (!emulated::sanitized)  // there the sanitizer ends the program
    CHECK_THAT(broken_rule<&sixteen_at_once>(1, 0, {}, given, to.data(), 8),
               ContainsSubstring("outside of what was allocated"));
}

TEST_CASE("A write past an allocation is found after the launch", "[gpu]") {
  if (emulated::sanitized) return;
  const device_array<float> out(5);
  CHECK(broken_rule<&write_at>(1, 0, {}, out.data(), 4) == "");
  CHECK_THAT(broken_rule<&write_at>(1, 0, {}, out.data(), 5),
             ContainsSubstring("past the end of an allocation of 20 bytes"));
  out.data()[5] = std::bit_cast<float>(0xFDFDFDFDU);
  CHECK_THAT(broken_rule<&write_at>(1, 0, {}, out.data(), -1), ContainsSubstring("before the beginning"));
  out.data()[-1] = std::bit_cast<float>(0xFDFDFDFDU);
}

TEST_CASE("A ring of asynchronous copies gives the same bits in every order, early and late", "[gpu]") {
  std::vector<float> first, next;
  CHECK(run_ring<fault::none>({}, &first) == "");
  double expected = 0;
  for (int k = 0; k < 6; ++k) expected += (k * 64 + k) * (k * 64 + k) % 101;
  CHECK(static_cast<double>(first[0]) == expected);
  for (const auto& how : emulated::every_order()) {
    CHECK(run_ring<fault::none>(how, &next) == "");
    CHECK(next == first);
  }
}

TEST_CASE("Faults of a ring of copies are found in every order", "[gpu]") {
  for (const auto& how : emulated::every_order()) {
    CHECK_THAT(run_ring<fault::no_wait>(how), ContainsSubstring("asynchronous copy still writes"));
    CHECK_THAT(run_ring<fault::short_wait>(how), ContainsSubstring("asynchronous copy still writes"));
    CHECK_THAT(run_ring<fault::uncommitted>(how), ContainsSubstring("asynchronous copy still writes"));
    CHECK(run_ring<fault::no_barrier>(how) != "");
    CHECK(run_ring<fault::overwritten>(how) != "");
    CHECK_THAT(run_ring<fault::unaligned>(how), ContainsSubstring("not aligned to its size"));
  }
}

TEST_CASE("A copy of what is not valid gives zeros and reads nothing", "[gpu]") {
  const device_array<float> out(64);
  for (const auto& how : emulated::every_order()) {
    CHECK(broken_rule<&zero_filled>(64, 256, how, static_cast<const float*>(nullptr), out.data()) == "");
    CHECK(out.host() == std::vector<float>(64, 0.0F));
  }
}
