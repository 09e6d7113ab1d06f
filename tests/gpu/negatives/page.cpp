// SPDX-License-Identifier: BSD-3-Clause
// What docs/gpu.md shows of mixing, negatives and labels.
#include "gpu/emulator/emulator.hpp"

#include "gpu/negatives/rows_on_device.hpp"
#include "support/catch.hpp"

#include <mixcon/gpu/labels/device_classes.cuh>
#include <mixcon/gpu/mixing/blend.cuh>
#include <mixcon/gpu/negatives/synthetic_rows.cuh>
#include <mixcon/gpu/negatives/top_k.cuh>

#include <mixcon/contrast/targets/label.hpp>
#include <mixcon/engine/serial.hpp>
#include <mixcon/losses/info_nce.hpp>
#include <mixcon/mix/draw/draws.hpp>
#include <mixcon/mixes/cutmix.hpp>
#include <mixcon/negatives/synthetic/mochi.hpp>

using namespace mixcon_test;
namespace gpu = mixcon::gpu;

TEST_CASE("The page's mixing: a plan of the host on images of the device, and one that a graph can keep", "[gpu]") {
  const mixcon::index_t samples = 3, channels = 2, rows = 4, columns = 8;
  const auto host = random_rows<float>(samples, channels * rows * columns, 1);
  const auto host_mixed = random_rows<float>(samples, channels * rows * columns, 2);
  float *const images = host.device().on_device.data(), *const room_for_mixed = host_mixed.device().on_device.data();
  const mixcon::philox_draws draws{.seed = 1};
  gpu::stream on;

  const auto plan = mixcon::cutmix<>{}.plan(mixcon::image_shape{samples, channels, rows, columns}, draws);
  const gpu::device_tensor<float, 4> x(images, {samples, channels, rows, columns});
  const gpu::device_tensor<float, 4> mixed(room_for_mixed, {samples, channels, rows, columns});
  const gpu::device_memory workspace(gpu::workspace_bytes(on, plan, x, mixed));
  on.workspace = workspace.data(), on.workspace_bytes = workspace.bytes();
  mixcon::blend(on, plan, x, mixed);

  const mixcon::axes<4> extents{samples, channels, rows, columns};
  auto expected = random_rows<float>(samples, channels * rows * columns, 3);
  mixcon::blend(plan, mixcon::tensor_view<const float, 4>(host.host().data(), extents),
                mixcon::tensor_view<float, 4>(expected.host().data(), extents));
  CHECK(host_mixed.device_numbers() == expected.host_numbers());

  const auto next_plan =
      mixcon::cutmix<>{}.plan(mixcon::image_shape{samples, channels, rows, columns}, mixcon::philox_draws{.seed = 2});
  gpu::placed_plan placed(on, plan, x);  // before the capture
  const gpu::enqueue_status blended = gpu::enqueue_blend(on, placed, x, mixed);
  placed.replace(on, next_plan);  // between two replays
  CHECK(blended.ok());
}

TEST_CASE("The page's MoCHi: the search, the mixtures and the loss stay on the device", "[gpu]") {
  const mixcon::index_t n = 6, m = 30, d = 8, k = 5;
  const auto of_q = random_rows<float>(n, d, 1), of_positives = random_rows<float>(n, d, 2),
             of_queue = random_rows<float>(m, d, 3);
  const auto of_slopes = random_rows<float>(n * 8, d, 4), of_q_slopes = random_rows<float>(n, d, 5);
  const auto q = of_q.device(), positives = of_positives.device(), queue = of_queue.device(),
             by_q = of_q_slopes.device();
  const gpu::device_tensor<float, 3> by_rows(of_slopes.device().on_device.data(), {n, mixcon::index_t{8}, d});
  const mixcon::objective criterion{mixcon::info_nce{.temperature = 0.5}, mixcon::cosine{}};
  const mixcon::philox_draws draws{.seed = 3};
  const gpu::device_memory lists(gpu::device_list<float>::bytes(n, k)), place(sizeof(gpu::search_outcome));
  const gpu::device_list<float> list(lists.data(), n, k);
  auto* const outcome = static_cast<gpu::search_outcome*>(place.data());
  gpu::stream on;
  gpu::device_memory workspace(1 << 20);
  on.workspace = workspace.data(), on.workspace_bytes = workspace.bytes();

  const mixcon::mochi mochi{.hardest = k, .mixed = 4, .query_mixed = 3};
  gpu::synthetic_rows<float> synthetic({.anchors = n, .mixtures = 7, .keys = m, .width = d});
  synthetic.set_mixtures(on, mochi.mixtures(gpu::list_of_slots(n, k), mochi.plan(n, draws)));
  const auto searched = gpu::enqueue_top_k(on, mixcon::top_k{.k = k}, mixcon::cosine{}, q, queue, list, outcome);
  const auto made = synthetic.mix(on, mixcon::cosine{}, q, positives, queue, &list);
  const auto against = mixcon::candidates(mixcon::own(synthetic.rows()));
  mixcon::value_and_grad(on, criterion, synthetic.targets(), q, against, {.anchors = by_q, .candidates = {by_rows}});
  const auto pulled = synthetic.add_to_sources(on, by_rows, {.anchors = by_q});

  CHECK(searched.ok());
  CHECK(made.ok());
  CHECK(pulled.ok());
  for (const double slope : of_q_slopes.device_numbers()) CHECK(std::abs(slope) < 10);
}

TEST_CASE("The page's labels: numbered on the device", "[gpu]") {
  const std::vector<int> host{1, 0, 1, 2};
  const gpu::device_memory memory(host.size() * sizeof(int));
  std::memcpy(memory.data(), host.data(), memory.bytes());
  auto* const labels = static_cast<int*>(memory.data());
  const auto rows = random_rows<double>(8, 5, 1), slopes = random_rows<double>(8, 5, 2);
  const auto z = rows.device(), by_z = slopes.device();
  const mixcon::index_t samples = 4, views = 2;
  const mixcon::objective criterion{mixcon::info_nce{.temperature = 0.5}, mixcon::cosine{}};
  gpu::stream on;
  gpu::device_memory workspace(1 << 20);
  on.workspace = workspace.data(), on.workspace_bytes = workspace.bytes();

  gpu::device_classes classes(samples * views);
  const auto numbered = classes.number(on, gpu::device_vector(labels, samples), views);
  const double loss = mixcon::value_and_grad(on, criterion, gpu::device_label_targets{&classes}, z, by_z);

  CHECK(numbered.ok());
  auto expected = slopes;
  CHECK(std::abs(loss - mixcon::value_and_grad(mixcon::serial{}, criterion,
                                               mixcon::label_targets{.labels = host, .views = views}, rows.host(),
                                               expected.host())) < 1e-13);
}
