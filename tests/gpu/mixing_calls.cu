// SPDX-License-Identifier: BSD-3-Clause
// Mixing and the search for hard negatives on a GPU, against the host: bits of mixtures and gradients, lists with ties,
// and a graph whose plan is replaced between replays.
#include "gpu/device.cuh"

#include <mixcon/gpu/mixing/blend.cuh>
#include <mixcon/gpu/mixing/device_noise.cuh>
#include <mixcon/gpu/negatives/top_k.cuh>
#include <mixcon/mixes/noise_mixup.hpp>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace {

using namespace mixcon;

int failed = 0, passed = 0;
void note(const char* title, bool good) {
  std::printf("%s %s\n", good ? "ok    " : "FAILED", title);
  ++(good ? passed : failed);
}

/// Numbers on both sides.
struct both_sides {
  std::vector<float> host;
  gpu::device_memory memory;
  explicit both_sides(std::size_t count, unsigned seed) : host(count), memory(count * sizeof(float)) {
    std::mt19937 bits(seed);
    for (float& x : host) x = std::ldexp(static_cast<float>(bits() >> 12U), -19) - 1.0F;
    copy();
  }
  void copy() {
    gpu::require_ok("copy", gpu::copy_to_device(memory.data(), host.data(), memory.bytes(), {}));
    gpu::require_ok("copy", gpu::wait({}));
  }
  float* device() const { return static_cast<float*>(memory.data()); }
  bool agrees() const {
    std::vector<float> found(host.size());
    gpu::require_ok("copy", gpu::wait({}));
    gpu::require_ok("copy", gpu::copy_to_host(found.data(), memory.data(), memory.bytes(), {}));
    gpu::require_ok("copy", gpu::wait({}));
    return found == host;
  }
};

const axes<4> extents{3, 2, 8, 16};
tensor_view<float, 4> on_host(both_sides& of) { return {of.host.data(), extents}; }
gpu::device_tensor<float, 4> on_device(const both_sides& of) { return {of.device(), extents}; }

template <class Region>
void compare(const char* title, const mix_plan<Region>& plan) {
  both_sides x(768, 1), y(768, 2), g(768, 3);
  const gpu::device_memory room(gpu::workspace_bytes(gpu::stream{}, plan, on_device(x), on_device(y)));
  const gpu::stream on{.queue = {}, .workspace = room.data(), .workspace_bytes = room.bytes()};
  blend(plan, on_host(x), on_host(y));
  blend(on, plan, on_device(x), on_device(y));
  note(title, y.agrees());
  unblend(plan, on_host(x), on_host(g));
  unblend(on, plan, on_device(x), on_device(g));
  note("its adjoint", g.agrees());
}

template <gpu::tier Tier>
void search(const char* title) {
  constexpr index_t anchors = 70, keys = 1000, width = 24, k = 20;
  both_sides z(anchors * width, 4), c(keys * width, 5);
  for (auto* of : {&z, &c}) {
    for (float& x : of->host) x = std::round(2 * x);
    of->copy();
  }
  gpu::basic_stream<Tier> on{};
  const auto dz = gpu::device_matrix(z.device(), anchors, width), dc = gpu::device_matrix(c.device(), keys, width);
  const top_k choose{.k = k};
  const gpu::device_memory room(gpu::workspace_bytes(on, choose, dot_product{}, dz, dc));
  on.workspace = room.data(), on.workspace_bytes = room.bytes();
  const auto found = choose(on, dot_product{}, dz, dc);
  bool good = true;
  for (index_t a = 0; a < anchors; ++a) {
    std::vector<std::pair<float, index_t>> order;
    for (index_t key = 0; key < keys; ++key) {
      float score = 0;
      for (index_t d = 0; d < width; ++d)
        score += z.host[static_cast<std::size_t>(a * width + d)] * c.host[static_cast<std::size_t>(key * width + d)];
      order.emplace_back(-score, key);
    }
    std::sort(order.begin(), order.end());
    for (index_t s = 0; s < k; ++s) good = good && found.list.key_of(a, s) == order[static_cast<std::size_t>(s)].second;
  }
  note(title, good);
}

/// Noise of 100,000 numbers, of which a thousand take more than 32 bits.
void draw() {
  constexpr index_t rows = 100, width = 1000;
  both_sides noise(rows * width, 8);
  const philox_draws draws{.seed = 9};
  const gpu::stream on{};
  const gpu::device_noise made(on);
  const bool good =
      made.fill(on, gpu::device_matrix(noise.device(), rows, width), noise_mixup<>::streams_of_noise(draws)).ok();
  noise_mixup<>::fill_noise(matrix_view<float>(noise.host.data(), {rows, width}), draws);
  note("noise has the host's bits", good && noise.agrees());
}

/// A mixture in a graph, replayed by two plans.
void replay() {
  both_sides x(768, 6), y(768, 7);
  gpu::stream on{};
  gpu::require_ok("stream", gpu::detail::status_of(cudaStreamCreate(&on.queue)));
  const mix_plan<pasted_boxes> first{{1, 2, 0}, {0.5}, {{{0, 4, 1, 9}}, false}};
  const mix_plan<pasted_boxes> second{{2, 2, 1}, {0.5}, {{{2, 8, 0, 16}}, false}};
  gpu::placed_plan plan(on, first, on_device(x));
  cudaGraph_t graph{};
  cudaGraphExec_t ready{};
  bool good = cudaStreamBeginCapture(on.queue, cudaStreamCaptureModeGlobal) == cudaSuccess;
  good = good && gpu::enqueue_blend(on, plan, on_device(x), on_device(y)).ok();
  good = good && cudaStreamEndCapture(on.queue, &graph) == cudaSuccess;
  good = good && cudaGraphInstantiate(&ready, graph, 0) == cudaSuccess;
  for (const auto* now : {&first, &second}) {
    plan.replace(on, *now);
    good = good && cudaGraphLaunch(ready, on.queue) == cudaSuccess && gpu::wait(on.queue).ok();
    blend(*now, on_host(x), on_host(y));
    note("a captured mixture, replayed", good && y.agrees());
  }
}

}  // namespace

int main() {
  if (!mixcon_test::find_gpu()) return 77;
  const std::vector<index_t> partner{2, 0, 0};
  compare("lerp", mix_plan<interpolated>{partner, {0.3, 0, 0.9}, {}});
  compare("box", mix_plan<pasted_boxes>{partner, {0.5}, {{{1, 5, 2, 11}}, false}});
  compare("resized box", mix_plan<resized_boxes>{partner, {0.5}, {{{1, 5, 2, 11}}, {}, interpolation::bilinear}});
  compare("several partners", mix_plan<multi_lerp>{partner, {1}, {{{1, 1, 2}}, {0.5, 0.2, 0.3}}});
  search<gpu::tier::pairs>("top_k by plain threads");
  search<gpu::tier::tiles>("top_k by tiles");
  draw();
  replay();
  std::printf("%d passed, %d failed\n", passed, failed);
  return failed == 0 && passed > 0 ? 0 : 1;
}
