// SPDX-License-Identifier: BSD-3-Clause
#include "gpu/emulator/emulator.hpp"

#include "gpu/mixing/mixed_on_device.hpp"
#include "support/catch.hpp"

#include <mixcon/gpu/mixing/device_noise.cuh>

#include <algorithm>

using namespace mixcon_test;

namespace {

constexpr philox_draws draws{.seed = 7, .step = 3};
const philox_streams streams = noise_mixup<>::streams_of_noise(draws);

/// Whether noise of the device has the bits of the host's, in this layout, and nothing else was written.
template <class T>
bool has_the_hosts_bits(const axes<2>& extents, layout as, const gpu::stream& on = {}) {
  auto on_host = random_batch<T, 2>(extents, 1, as);
  const placed_batch<T, 2> there(on_host);
  const gpu::device_noise noise(on);
  const bool enqueued = noise.fill(on, there.of, streams).ok();
  noise_mixup<>::fill_noise(on_host.of, draws);
  return enqueued && there.equals(on_host);
}

}  // namespace

TEST_CASE("Noise of the device has the host's bits, whatever the numbers, the layout and the order of threads",
          "[gpu]") {
  for (const layout as : all_layouts) {
    CHECK(has_the_hosts_bits<float>({5, 7}, as));  // blocks of random bits begin in one row and end in the next
    CHECK(has_the_hosts_bits<double>({3, 4}, as));
    CHECK(has_the_hosts_bits<half>({2, 3}, as));
    CHECK(has_the_hosts_bits<bfloat16>({1, 1}, as));
  }
  CHECK(has_the_hosts_bits<float>({0, 5}, layout::row_major));
  for (const auto& order : gpu::emulated::every_order())
    CHECK(has_the_hosts_bits<float>({3, 171}, layout::row_major, {.queue = &order}));
}

TEST_CASE("Noise has the host's bits where 32 bits do not suffice, up to beyond the last layer", "[gpu]") {
  std::vector<double> numbers(160 * 251);
  const matrix_view<double> on_host(numbers.data(), {160, 251});
  noise_mixup<>::fill_noise(on_host, draws);
  // of 40,000 numbers about ten are beyond the last layer, and 400 take more bits
  CHECK(std::count_if(numbers.begin(), numbers.end(), [](double x) { return std::abs(x) > 3.6541528853610088; }) > 0);
  CHECK(has_the_hosts_bits<double>({160, 251}, layout::row_major));
}

TEST_CASE("Noise of the device is mixed there as on the host, also in a captured call", "[gpu]") {
  const axes<2> extents{6, 20};
  const auto x = random_batch<float, 2>(extents, 1, layout::row_major);
  auto noise = random_batch<float, 2>(extents, 2, layout::row_major),
       y = random_batch<float, 2>(extents, 3, layout::row_major);
  const placed_batch<float, 2> dx(x), dnoise(noise), dy(y);
  const auto plan = noise_mixup<>{}.plan(6, draws);
  const mixing_stream stream(plan, dx.of, dnoise.of, dy.of);
  const gpu::device_noise made(stream.on());
  const gpu::placed_plan<interpolated, 2> placed(stream.on(), plan, dx.of);
  gpu::captures_streams() = true;
  const bool filled = made.fill(stream.on(), dnoise.of, streams).ok();
  const bool blended = gpu::enqueue_blend(stream.on(), placed, dx.of, dnoise.of, dy.of).ok();
  gpu::captures_streams() = false;
  CHECK((filled && blended));
  noise_mixup<>::fill_noise(noise.of, draws);
  blend(plan, x.of, noise.of, y.of);
  CHECK(dy.equals(y));
}

TEST_CASE("The page's noise, drawn in device memory", "[gpu]") {
  const index_t samples = 2, width = 9;
  auto expected = random_batch<float, 2>({samples, width}, 1);
  const placed_batch<float, 2> room(expected);
  float* const partners = room.start();
  const gpu::stream on;

  const gpu::device_noise noise(on);  // once
  const auto rows_of_noise = gpu::device_matrix(partners, samples, width);
  const gpu::enqueue_status filled = noise.fill(on, rows_of_noise, noise_mixup<>::streams_of_noise(draws));

  CHECK(filled.ok());
  noise_mixup<>::fill_noise(expected.of, draws);
  CHECK(room.equals(expected));
}

TEST_CASE("Noise refuses rows that do not lie on the device", "[gpu]") {
  auto x = random_batch<float, 2>({2, 3}, 1, layout::row_major);
  const gpu::device_noise noise(gpu::stream{});
  CHECK_THAT(noise.fill(gpu::stream{}, gpu::device_tensor<float, 2>(x.of), streams).why(),
             ContainsSubstring("device_noise: the rows' memory does not lie in the memory of this device"));
}
