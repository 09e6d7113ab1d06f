// SPDX-License-Identifier: BSD-3-Clause
// Threads that take 16 bytes at once, and what keeps them from it.
#include "gpu/emulator/emulator.hpp"

#include "gpu/mixing/mixed_on_device.hpp"
#include "support/catch.hpp"

using namespace mixcon_test;

namespace {

const std::vector<index_t> partner{2, 0, 0};

/// Whether a batch, laid like that, is taken in packs.
template <class T>
bool takes_packs(const axes<4>& extents, layout as) {
  const auto one = empty_batch<T>(extents, as);
  const placed_batch<T, 4> placed(one);
  const auto view = placed.of.on_device;
  return gpu::fits_packs(gpu::walk_along(view), static_cast<int>(16 / sizeof(T)), view);
}
template <class T>
void check(const axes<4>& extents, layout as) {
  const index_t width = extents[3];
  INFO("width " << width << ", layout " << static_cast<int>(as));
  CHECK(difference<T>(mix_plan<interpolated>{partner, {0.999, 0, 1}, {}}, extents, as) == "");
  CHECK(difference<T>(mix_plan<pasted_boxes>{partner, {0.5}, {{{0, 2, 1, width - 2}}, false}}, extents, as) == "");
  CHECK(difference<T>(mix_plan<pasted_intervals>{partner, {0.5}, {{{0, 0}, {3, width}, {0, width}}, true}}, extents,
                      as) == "");
  CHECK(difference<T>(mix_plan<masked>{partner, {0.5}, {some_mask({1, 1, 2, width})}}, extents, as) == "");
  CHECK(difference<T>(mix_plan<masked>{partner, {0.5}, {some_mask({3, extents[1], 1, 1})}}, extents, as) == "");
  CHECK(difference<T>(mix_plan<multi_lerp>{partner, {1}, {{{1, 1, 2}}, {0.5, 0.2, 0.3, 0, 1, 0, 0.4, 0.6, 0}}}, extents,
                      as) == "");
}

}  // namespace

TEST_CASE("Threads take 16 bytes where every step in memory is a multiple of them", "[gpu]") {
  const axes<4> even{3, 2, 2, 16}, deep{3, 16, 2, 3};
  CHECK(takes_packs<float>(even, layout::row_major));
  CHECK(takes_packs<float>(deep, layout::channels_last));
  CHECK(takes_packs<std::uint8_t>(even, layout::row_major));
  CHECK_FALSE(takes_packs<float>({3, 2, 2, 15}, layout::row_major));
  CHECK_FALSE(takes_packs<float>(even, layout::with_gaps));
  CHECK_FALSE(takes_packs<float>(even, layout::backwards));
  check<float>(even, layout::row_major), check<double>(even, layout::row_major);
  check<half>(even, layout::row_major), check<bfloat16>(even, layout::row_major);
  check<std::uint8_t>(even, layout::row_major), check<std::int16_t>(even, layout::row_major);
  check<float>(deep, layout::channels_last);
}

TEST_CASE("A batch that begins off a multiple of 16 bytes is mixed entry by entry", "[gpu]") {
  auto whole = random_batch<float, 2>({3, 36}, 1);
  const tensor_view<float, 2> off{whole.storage.data() + 1, {3, 32}, {36, 1}};
  auto expected = empty_batch<float, 2>({3, 36});
  const tensor_view<float, 2> expected_off{expected.storage.data() + 1, {3, 32}, {36, 1}};
  const placed_batch<float, 2> x(batch<float, 2>{whole.storage, {}}), y(batch<float, 2>{expected.storage, {}});
  const mix_plan<interpolated> plan{partner, {0.3}, {}};
  const auto at_one = [](const placed_batch<float, 2>& of, const std::vector<float>& storage) {
    return gpu::device_tensor<float, 2>(of.start() + 1, {3, 32}, {static_cast<index_t>(storage.size()) / 3, 1});
  };
  const auto from = at_one(x, whole.storage), to = at_one(y, expected.storage);
  const mixing_stream stream(plan, from, to);
  blend(plan, off, expected_off);
  blend(stream.on(), plan, from, to);
  CHECK(y.equals(expected));
}

TEST_CASE("Mixing has the same bits in every order of threads and blocks", "[gpu]") {
  const auto before = gpu::emulated::the_settings();
  for (const auto& how : gpu::emulated::every_order()) {
    gpu::emulated::the_settings() = how;
    check<float>({3, 2, 2, 16}, layout::row_major);
    check<float>({3, 3, 2, 7}, layout::row_major);
  }
  gpu::emulated::the_settings() = before;
}

TEST_CASE("A grid of fewer rows of blocks than samples mixes all samples", "[gpu]") {
  using kind = gpu::device_kind<interpolated>;
  const auto host = random_batch<float, 2>({5, 3}, 4);
  auto mixed = empty_batch<float, 2>({5, 3});
  const placed_batch<float, 2> x(host), y(mixed);
  const mix_plan<interpolated> plan{{1, 2, 3, 4, 0}, {0.25}, {}};
  const gpu::plan_arrays<interpolated> arrays(plan, {5, 1, 1, 3}, 0);
  const gpu::device_memory memory(arrays.bytes());
  gpu::plan_parts<interpolated> parts = arrays.parts();
  REQUIRE(arrays.upload(memory.data(), {}, parts).ok());
  const tensor_view<const float, 4> from = gpu::as_images<false>(x.of.on_device);
  const tensor_view<float, 4> to = gpu::as_images<false>(y.of.on_device);
  const gpu::walk by = gpu::walk_along(to);
  REQUIRE(gpu::launch<&gpu::blend_entries<1, kind, float>>(dim3(1, 2), dim3(128), 0, {}, parts.kind, by, parts.lists,
                                                           from, from, to)
              .ok());
  blend(plan, host.of, mixed.of);
  CHECK(y.equals(mixed));
}

TEST_CASE("A share of 0 shows nothing of a sample, NaN neither", "[gpu]") {
  auto host = random_batch<float, 2>({2, 8}, 3);
  for (index_t k = 0; k < 8; ++k) host.of(1, k) = std::nanf("");
  auto mixed = empty_batch<float, 2>({2, 8});
  const placed_batch<float, 2> x(host), y(mixed);
  const mix_plan<interpolated> plan{{1, 0}, {1, 0}, {}};
  const mixing_stream stream(plan, x.of, y.of);
  blend(plan, host.of, mixed.of);
  blend(stream.on(), plan, x.of, y.of);
  CHECK(y.equals(mixed));
  for (index_t k = 0; k < 16; ++k) CHECK_FALSE(std::isnan(y.of.on_device.data()[k]));
}
