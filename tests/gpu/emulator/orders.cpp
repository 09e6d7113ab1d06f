// SPDX-License-Identifier: BSD-3-Clause
// Also under AddressSanitizer and ThreadSanitizer.
#include "gpu/emulator/kernel_run.hpp"

#include "support/catch.hpp"

#include <mixcon/gpu/memory.cuh>

#include <algorithm>
#include <set>

using namespace mixcon::gpu;
using mixcon_test::device_array;

namespace {

// one thread: writes a number
__global__ void write_number(float* to) {
  if (threadIdx.x == 0) *to = 1;
}

// Who came when: an integer counter hands out numbers.
__global__ void take_numbers(int* next, int* number) {
  number[blockIdx.x * blockDim.x + threadIdx.x] = atomicAdd(next, 1);
}
__global__ void places(unsigned* out) {
  const unsigned block = blockIdx.x + gridDim.x * (blockIdx.y + gridDim.y * blockIdx.z);
  const unsigned thread = threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z);
  out[block * blockDim.x * blockDim.y * blockDim.z + thread] = 1000 * block + thread;
}
__global__ void nothing() {}

std::vector<int> numbers_in(const emulated::settings& how) {
  const device_array<int> next(std::vector<int>{0}), number(6 * 64);
  REQUIRE(launch<&take_numbers>(6, 64, 0, &how, next.data(), number.data()).ok());
  return number.host();
}

}  // namespace

TEST_CASE("Orders differ, and each runs every thread once", "[gpu]") {
  std::set<std::vector<int>> seen;
  for (const auto& how : emulated::every_order()) {
    auto numbers = numbers_in(how);
    seen.insert(numbers);
    CHECK(numbers == numbers_in(how));
    std::sort(numbers.begin(), numbers.end());
    for (int k = 0; k < 6 * 64; ++k) CHECK(numbers[static_cast<std::size_t>(k)] == k);
  }
  CHECK(seen.size() == 5);
  CHECK(numbers_in({emulated::order::backward, 1, emulated::landing::late})[0] == 6 * 64 - 1);
  CHECK(numbers_in({emulated::order::interleaved, 1, emulated::landing::late})[32] == 1);
}

TEST_CASE("Threads and blocks of three dimensions have their places", "[gpu]") {
  const device_array<unsigned> out(24 * 30);
  REQUIRE(launch<&places>(dim3(2, 3, 4), dim3(5, 2, 3), 0, nullptr, out.data()).ok());
  const auto found = out.host();
  for (unsigned k = 0; k < 24 * 30; ++k) CHECK(found[k] == 1000 * (k / 30) + k % 30);
}

TEST_CASE("Launches that the runtime would refuse are refused, and the kernel is named", "[gpu]") {
  const status none = launch<&nothing>(0, 32, 0, nullptr);
  CHECK_THAT(std::string(none.error), ContainsSubstring("invalid configuration"));
  CHECK_THAT(std::string(none.kernel), ContainsSubstring("nothing"));
  CHECK_FALSE(launch<&nothing>(1, 1025, 0, nullptr).ok());
  CHECK_FALSE(launch<&nothing>(dim3(1, 65536), 32, 0, nullptr).ok());
  CHECK_FALSE(launch<&nothing>(1, 32, emulated::the_card().shared_bytes + 1, nullptr).ok());
  CHECK(launch<&nothing>(1, emulated::sanitized ? 64 : 1024, emulated::the_card().shared_bytes, nullptr).ok());
}

TEST_CASE("The card that is emulated can be asked, and launches are counted", "[gpu]") {
  device_info found;
  REQUIRE(query_device(found).ok());
  CHECK(found.compute_capability == 80);
  emulated::the_counts() = {};
  REQUIRE(launch<&nothing>(3, 64, 0, nullptr).ok());
  CHECK(emulated::the_counts().launches == 1);
  CHECK(emulated::the_counts().blocks == 3);
  CHECK(emulated::the_counts().switches == 3 * 64);
}

TEST_CASE("An arena measures what it would hand out, and leaves red zones between arrays", "[gpu]") {
  constexpr std::size_t zone = 256;
  arena measured(nullptr);
  CHECK(measured.take<float>(3) == nullptr);
  CHECK(measured.take<double>(2) == nullptr);
  CHECK(measured.used() == 2 * (256 + zone));
  const device_memory memory(measured.used() + 256);
  auto* const buffer = static_cast<std::byte*>(memory.data());
  arena cut(buffer);
  auto* const three = cut.take<float>(3);
  CHECK(reinterpret_cast<std::byte*>(three) == buffer);
  CHECK(reinterpret_cast<std::byte*>(cut.take<double>(2)) == buffer + 256 + zone);
  CHECK(cut.used() == measured.used());

  REQUIRE(launch<&write_number>(1, 32, 0, nullptr, three + 2).ok());
  arena again(buffer);  // what was a red zone becomes an array
  REQUIRE(launch<&write_number>(1, 32, 0, nullptr, again.take<float>(4) + 3).ok());
  CHECK_THROWS_WITH(launch<&write_number>(1, 32, 0, nullptr, three + 4).ok(), ContainsSubstring("of a workspace"));
  arena last(buffer);  // for the launches of other tests
  last.take<float>(5);
}
