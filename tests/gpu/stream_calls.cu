// SPDX-License-Identifier: BSD-3-Clause
// gpu::stream on a GPU: a loss of each scope, of each similarity's kind and type, against serial; and a call captured
// in a graph and replayed.
#include "gpu/device.cuh"

#include <mixcon/gpu/enqueue.cuh>

#include <mixcon/contrast/targets.hpp>
#include <mixcon/engine/serial.hpp>
#include <mixcon/losses/info_nce.hpp>
#include <mixcon/losses/nt_xent_per_pair.hpp>
#include <mixcon/losses/triplet_margin.hpp>
#include <mixcon/losses/uniformity.hpp>

#include <cmath>
#include <random>
#include <vector>

namespace {

using namespace mixcon;

constexpr index_t row_count = 66, width = 37;
int failed = 0, passed = 0;

void note(const char* title, bool good) {
  std::printf("%s %s\n", good ? "ok    " : "FAILED", title);
  ++(good ? passed : failed);
}

/// Device rows, a gradient and a workspace for one call.
template <class T>
struct device_call {
  std::vector<double> numbers = std::vector<double>(static_cast<std::size_t>(row_count * width));
  gpu::device_memory memory{numbers.size() * sizeof(T)}, slopes{numbers.size() * sizeof(T)}, work{};
  gpu::device_tensor<T, 2> z = gpu::device_matrix(static_cast<T*>(memory.data()), row_count, width);
  gpu::device_tensor<T, 2> by_z = gpu::device_matrix(static_cast<T*>(slopes.data()), row_count, width);
  gpu::stream on{};

  device_call() {
    std::mt19937 bits(1);
    std::vector<T> rounded;
    for (double& x : numbers) {
      x = std::ldexp(static_cast<double>(bits() >> 12U), -19) - 1.0;
      rounded.push_back(static_cast<T>(x));
    }
    gpu::require_ok("copy", gpu::copy_to_device(memory.data(), rounded.data(), rounded.size() * sizeof(T), on.queue));
    gpu::require_ok("copy", gpu::wait(on.queue));
  }
  template <class Objective, class Targets>
  void make_room(const Objective& criterion, const Targets& targets) {
    work = gpu::device_memory(gpu::workspace_bytes(on, criterion, targets, z, z));
    on.workspace = work.data(), on.workspace_bytes = work.bytes();
  }
  std::vector<T> gradient() const {
    std::vector<T> found(numbers.size());
    gpu::require_ok("copy", gpu::copy_to_host(found.data(), slopes.data(), found.size() * sizeof(T), on.queue));
    gpu::require_ok("copy", gpu::wait(on.queue));
    return found;
  }
};

template <class T, class Objective, class Targets>
void compare(const char* title, Objective criterion, const Targets& targets) {
  criterion.direction = {0.5, 0.5};
  device_call<T> call;
  call.make_room(criterion, targets);
  std::vector<double> expected(call.numbers.size());
  const matrix_view<double> z{call.numbers.data(), {row_count, width}}, by_z{expected.data(), {row_count, width}};
  const double value = value_and_grad(serial{}, criterion, targets, z, by_z);
  const T found = value_and_grad(call.on, criterion, targets, call.z, call.by_z);
  const std::vector<T> first = call.gradient();
  double top = 0, apart = 0;
  for (std::size_t k = 0; k < first.size(); ++k) {
    top = std::fmax(top, std::fabs(expected[k]));
    apart = std::fmax(apart, std::fabs(expected[k] - static_cast<double>(first[k])));
  }
  const double bound = sizeof(T) == sizeof(float) ? 1e-5 : 1e-12;
  note(title, std::fabs(static_cast<double>(found) - value) <= bound * std::fabs(value) && apart <= bound * top);
  value_and_grad(call.on, criterion, targets, call.z, call.by_z);
  note("the same bits again", first == call.gradient());
}

/// A call in a graph, replayed: the bits of the call itself.
void replay() {
  device_call<float> call;
  const objective criterion{info_nce{.temperature = 0.5}, cosine{}};
  const view_targets targets{.samples = row_count / 2};
  gpu::require_ok("stream", gpu::detail::status_of(cudaStreamCreate(&call.on.queue)));
  call.make_room(criterion, targets);
  value_and_grad(call.on, criterion, targets, call.z, call.by_z);
  const std::vector<float> expected = call.gradient();
  gpu::device_memory result(sizeof(gpu::outcome));
  const gradients<float> wanted{.anchors = call.by_z, .candidates = {call.by_z}};
  cudaGraph_t graph{};
  cudaGraphExec_t ready{};
  bool good = cudaStreamBeginCapture(call.on.queue, cudaStreamCaptureModeGlobal) == cudaSuccess;
  good = good && gpu::enqueue_value_and_grad(call.on, criterion, targets, call.z, call.z, wanted,
                                             static_cast<gpu::outcome*>(result.data()))
                     .ok();
  good = good && cudaStreamEndCapture(call.on.queue, &graph) == cudaSuccess;
  good = good && cudaGraphInstantiate(&ready, graph, 0) == cudaSuccess;
  good = good && cudaMemsetAsync(call.slopes.data(), 0xFF, call.slopes.bytes(), call.on.queue) == cudaSuccess;
  good = good && cudaGraphLaunch(ready, call.on.queue) == cudaSuccess;
  note("a captured call, replayed", good && call.gradient() == expected);
}

}  // namespace

int main() {
  if (!mixcon_test::find_gpu()) return 77;
  const view_targets targets{.samples = row_count / 2};
  compare<float>("each anchor, float", objective{info_nce{.temperature = 0.5}, cosine{}}, targets);
  compare<double>("each anchor, double", objective{info_nce{.temperature = 0.5}, cosine{}}, targets);
  compare<float>("distances", objective{info_nce{.temperature = 0.5}, negative_distance{}}, targets);
  compare<float>("each positive", objective{nt_xent_per_pair{.temperature = 0.5}, cosine{}}, targets);
  compare<float>("the batch", objective{uniformity{}, negative_squared_distance{}}, other_rows{});
  compare<float>("each triplet", objective{triplet_margin{}, negative_distance{}}, targets);
  replay();
  std::printf("%d passed, %d failed\n", passed, failed);
  return failed == 0 && passed > 0 ? 0 : 1;
}
