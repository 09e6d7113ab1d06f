// SPDX-License-Identifier: BSD-3-Clause
#include "gpu/emulator/emulator.hpp"

#include "gpu/stream/shared_calls.hpp"
#include "support/catch.hpp"

#include <mixcon/contrast/targets.hpp>
#include <mixcon/gpu/enqueue.cuh>

using namespace mixcon_test;
using namespace mixcon;

namespace {

/// A call of 6 anchors that are their own candidates, in a workspace that fits.
struct small_call {
  device_side<float> side;
  shared_objective criterion = made_objective();
  any_targets targets = any_targets::of("views", view_targets{.samples = 3});
  numbers_by_row numbers = exact_rows(6, 4, 1);
  gpu::device_tensor<float, 2> rows = side.tensor(side.place(numbers.data), axes<2>{6, 4});
  gpu::device_tensor<float, 2> slopes = side.tensor(side.place(std::vector<double>(24, std::nan(""))), axes<2>{6, 4});

  small_call() { side.give_workspace(gpu::workspace_bytes(side.on(), criterion, targets, rows, rows)); }
  gradients<float> wanted() const { return {.anchors = slopes, .candidates = {slopes}}; }
  call_answer expected() const { return by_serial(criterion, targets, {numbers}); }
  /// How far the gradient is from `times` the expected one.
  double apart_from(double times) const {
    std::vector<double> both = expected().anchors;
    const std::vector<double> other = expected().candidates;
    for (std::size_t k = 0; k < both.size(); ++k) both[k] = times * (both[k] + other[k]);
    return apart(side.fetch(slopes.on_device.data(), 24), both);
  }
};

}  // namespace

TEST_CASE("forward, backward and value_and_grad take device rows unchanged, and backward adds", "[gpu]") {
  small_call call;
  const float value = value_and_grad(call.side.on(), call.criterion, call.targets, call.rows, call.slopes);
  CHECK(std::abs(static_cast<double>(value) - call.expected().value) < 1e-6);
  CHECK(call.apart_from(1) < float_bound);

  const std::size_t bytes = gpu::saved_bytes(call.side.on(), call.criterion, call.targets, call.rows, call.rows);
  const gpu::device_memory memory(bytes);
  gpu::saved kept{memory.data(), bytes};
  forward(call.side.on(), call.criterion, call.targets, call.rows, kept);
  forward(call.side.on(), call.criterion, call.targets, call.slopes, kept);  // the workspace is another call's now
  forward(call.side.on(), call.criterion, call.targets, call.rows, kept);
  backward(call.side.on(), call.criterion, call.targets, call.rows, kept, 2, call.slopes);
  CHECK(call.apart_from(3) < float_bound);
}

TEST_CASE("A call waits once, also where gradients by parameters go to the host", "[gpu]") {
  small_call call;
  double slope = std::nan(""), by_scale = 5;
  const auto waits_of = [](auto&& run) {
    const long before = gpu::emulated::waits();
    run();
    return gpu::emulated::waits() - before;
  };
  auto wanted = call.wanted();
  const auto value = [&] {
    value_and_grad(call.side.on(), call.criterion, call.targets, call.rows, call.rows, wanted);
  };
  CHECK(waits_of(value) == 1);
  wanted.temperature = &slope, wanted.scale = &by_scale;
  CHECK(waits_of(value) == 1);
  CHECK(std::abs(slope - call.expected().temperature) < 1e-5);
  CHECK(std::abs(by_scale - call.expected().scale) < 1e-5);
  CHECK(call.apart_from(1) < float_bound);

  gpu::saved kept;
  CHECK(waits_of([&] { forward(call.side.on(), call.criterion, call.targets, call.rows, kept); }) == 1);
  const auto back = [&] {
    backward(call.side.on(), call.criterion, call.targets, call.rows, call.rows, kept, 1, wanted);
  };
  CHECK(waits_of(back) == 1);
  CHECK(std::abs(slope - 2 * call.expected().temperature) < 1e-5);
  wanted.temperature = nullptr, wanted.scale = nullptr;
  CHECK(waits_of(back) == 0);

  // What the outcome refuses leaves the host's numbers alone.
  call.criterion.check_finite = true;
  call.side.give_workspace(gpu::workspace_bytes(call.side.on(), call.criterion, call.targets, call.rows, call.rows));
  call.rows.on_device.data()[7] = HUGE_VALF;
  wanted.temperature = &slope, slope = 7;
  CHECK_THROWS_WITH(value(), ContainsSubstring("is inf"));
  CHECK(slope == 7);
}

TEST_CASE("What is enqueued leaves its outcome on the device, allocates nothing and says why it refuses", "[gpu]") {
  small_call call;
  const gpu::device_memory place(sizeof(gpu::outcome)), numbers(3 * sizeof(double));
  auto* const result = static_cast<gpu::outcome*>(place.data());
  auto* const by_parameter = static_cast<double*>(numbers.data());
  auto wanted = call.wanted();
  wanted.temperature = by_parameter, wanted.scale = by_parameter + 1;
  REQUIRE(
      gpu::enqueue_value_and_grad(call.side.on(), call.criterion, call.targets, call.rows, call.rows, wanted, result)
          .ok());
  CHECK(std::abs(gpu::read<double>(*result).value - call.expected().value) < 1e-6);
  CHECK(call.apart_from(1) < float_bound);
  CHECK(std::abs(by_parameter[0] - call.expected().temperature) < 1e-5);
  CHECK(std::abs(by_parameter[1] - call.expected().scale) < 1e-5);

  gpu::saved kept;
  const auto allocations = gpu::emulated::device_memory_map::get().allocations();
  REQUIRE(gpu::enqueue_forward(call.side.on(), call.criterion, call.targets, call.rows, call.rows, kept, result).ok());
  REQUIRE(
      gpu::enqueue_backward(call.side.on(), call.criterion, call.targets, call.rows, call.rows, kept, 1, wanted).ok());
  CHECK(gpu::emulated::device_memory_map::get().allocations() == allocations);
  CHECK(call.apart_from(2) < float_bound);
  CHECK(std::abs(by_parameter[0] - 2 * call.expected().temperature) < 1e-5);

  double on_host = 0;
  wanted.temperature = &on_host;
  CHECK_THAT(
      gpu::enqueue_value_and_grad(call.side.on(), call.criterion, call.targets, call.rows, call.rows, wanted, result)
          .why(),
      ContainsSubstring("the gradient by a parameter does not lie in the memory of this device"));
  gpu::outcome of_host;
  CHECK_FALSE(
      gpu::enqueue_forward(call.side.on(), call.criterion, call.targets, call.rows, call.rows, kept, &of_host).ok());
}

TEST_CASE("A captured call takes targets without arrays of the host alone", "[gpu]") {
  small_call call;
  const gpu::device_memory place(sizeof(gpu::outcome));
  auto* const result = static_cast<gpu::outcome*>(place.data());
  static const std::vector<int> labels{0, 1, 0, 1, 2, 2};
  const std::vector<double> weights(6, 1.0);
  gpu::saved kept;
  gpu::captures_streams() = true;
  CHECK(gpu::enqueue_forward(call.side.on(), call.criterion, call.targets, call.rows, call.rows, kept, result).ok());
  CHECK_THROWS_WITH(forward(call.side.on(), call.criterion, call.targets, call.rows, kept),
                    ContainsSubstring("this stream is being captured"));
  auto weighted = call.criterion;
  weighted.reduce = reduction::weighted, weighted.weights = view(weights);
  CHECK_THAT(gpu::enqueue_forward(call.side.on(), weighted, call.targets, call.rows, call.rows, kept, result).why(),
             ContainsSubstring("refer to arrays of the host"));
  gpu::captures_streams() = false;
  call.side.give_workspace(gpu::workspace_bytes(call.side.on(), weighted, call.targets, call.rows, call.rows));
  CHECK(gpu::enqueue_forward(call.side.on(), weighted, call.targets, call.rows, call.rows, kept, result).ok());
}

TEST_CASE("What is wrong is refused before the first launch", "[gpu]") {
  small_call call;
  auto& on = call.side.on();
  gpu::emulated::the_counts() = {};
  const auto whole = on.workspace_bytes;
  void* const memory = on.workspace;
  const auto run = [&] { value_and_grad(on, call.criterion, call.targets, call.rows, call.slopes); };

  on.workspace = nullptr;
  CHECK_THROWS_WITH(
      run(), ContainsSubstring("the stream's workspace has 0 bytes and this call takes " + std::to_string(whole)));
  on.workspace = memory, on.workspace_bytes = whole - 1;
  CHECK_THROWS_WITH(run(), ContainsSubstring("bytes and this call takes " + std::to_string(whole)));
  on.workspace = static_cast<std::byte*>(memory) + 64, on.workspace_bytes = whole;
  CHECK_THROWS_WITH(run(), ContainsSubstring("is no multiple of 256 bytes"));
  on.workspace = memory;

  std::vector<float> of_host(24);
  const auto host_rows = gpu::device_matrix(of_host.data(), 6, 4);
  CHECK_THROWS_WITH(value_and_grad(on, call.criterion, call.targets, host_rows, call.slopes),
                    ContainsSubstring("the anchors' memory does not lie in the memory of this device"));
  CHECK_THROWS_WITH(value_and_grad(on, call.criterion, call.targets, call.rows, host_rows),
                    ContainsSubstring("a gradient's memory does not lie in the memory of this device"));
  CHECK_THROWS_WITH(value_and_grad(on, call.criterion, call.targets, call.rows, call.rows),
                    ContainsSubstring("shares memory with the embeddings"));
  auto* const odd = reinterpret_cast<float*>(reinterpret_cast<std::byte*>(call.rows.on_device.data()) + 2);
  CHECK_THROWS_WITH(value_and_grad(on, call.criterion, call.targets, gpu::device_matrix(odd, 6, 4), call.slopes),
                    ContainsSubstring("the anchors' memory is misaligned"));

  gpu::saved kept;
  CHECK_THROWS_WITH(backward(on, call.criterion, call.targets, call.rows, kept, 1, call.slopes),
                    ContainsSubstring("`saved` is of another forward pass"));
  kept.memory = memory, kept.bytes = 8;
  CHECK_THROWS_WITH(forward(on, call.criterion, call.targets, call.rows, kept),
                    ContainsSubstring("`saved` has 8 bytes"));
  CHECK(gpu::emulated::the_counts().launches == 0);
}

TEST_CASE("A launch that fails names its kernel and the reason", "[gpu]") {
  gpu::launches to({});
  gpu::emulated::the_card().shared_bytes = 0;
  to.one_block<&gpu::sum_numbers<double>, double>(index_t{0}, static_cast<const double*>(nullptr), 1.0,
                                                  static_cast<double*>(nullptr), false);
  gpu::emulated::the_card() = {};
  CHECK_THROWS_WITH(gpu::require_ok("forward", to.found()),
                    ContainsSubstring("forward: the kernel") && ContainsSubstring("was not launched"));
}
