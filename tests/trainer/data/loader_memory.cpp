// SPDX-License-Identifier: BSD-3-Clause
// A loader that stands allocates nothing, whatever it loads. Every thread's allocations are counted.
#include "data/loader.hpp"
#include "data/views/views.hpp"

#include "support/catch.hpp"
#include "support/counted_allocations.hpp"
#include "trainer/data/samples.hpp"

using namespace mixcon_train;
using mixcon_test::allocations;

TEST_CASE("A loader that stands allocates nothing, whatever it loads", "[data]") {
  const view_options everything{
      .image = {.shift = 2,
                .crop = {.probability = 0.3},
                .flip = 0.5,
                .jitter = {.probability = 0.3},
                .grey = 0.3,
                .blur = {.probability = 0.1, .smallest = 0.1, .largest = 4},
                .erase = {.probability = 0.25}},
      .row = {.noise = 0.1, .input_drop = 0.2},
      .clip = {
          .time_shift = 2, .noise = 0.1, .time = {.count = 2, .widest = 4}, .frequency = {.count = 1, .widest = 2}}};
  for (const sample_kind kind : {sample_kind::image, sample_kind::row, sample_kind::clip}) {
    const data_set data = mixcon_test::noise_of(kind, 50);
    const auto views = new_views(data, channel_statistics_of(data), everything);
    loader source(*views, {.batch = 8, .at_least_two_classes = true, .threads = 3, .ahead = 2});
    source.next();
    const long before = allocations;
    for (int k = 0; k < 60; ++k) source.next();  // ten epochs
    CHECK(allocations == before);
  }
#if !defined(MIXCON_TEST_COUNTS_NOTHING)
  const long before = allocations;
  ::operator delete(::operator new(8));
  CHECK(allocations > before);  // they are counted
#endif
}
