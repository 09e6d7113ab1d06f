// SPDX-License-Identifier: BSD-3-Clause
#include "gpu/emulator/emulator.hpp"

#include "gpu/mixing/mixed_on_device.hpp"
#include "support/catch.hpp"

using namespace mixcon_test;

namespace {

const mix_plan<pasted_boxes> boxes{{1, 2, 0}, {0.5}, {{{0, 2, 1, 3}}, false}};

/// A batch, where its mixture goes, and both on the device.
struct two_batches {
  batch<float, 3> x = random_batch<float, 3>({3, 4, 5}, 1), y = random_batch<float, 3>({3, 4, 5}, 2);
  placed_batch<float, 3> dx{x}, dy{y};
};
bool same(double a, double b, double within) { return std::abs(a - b) <= within * std::max(1.0, std::abs(b)); }

}  // namespace

TEST_CASE("Mixing on a stream refuses what the host refuses, and what does not lie on the device", "[gpu]") {
  two_batches of;
  mixing_stream stream(boxes, of.dx.of, of.dy.of);
  gpu::stream on = stream.on();
  gpu::emulated::the_counts() = {};
  const auto on_host = gpu::device_tensor<float, 3>(of.x.of);
  CHECK_THROWS_WITH(blend(on, boxes, on_host, of.dy.of),
                    ContainsSubstring("blend: the samples' memory does not lie in the memory of this device"));
  CHECK_THROWS_WITH(unblend(on, boxes, of.dx.of, on_host),
                    ContainsSubstring("unblend: the gradient's memory does not lie in the memory of this device"));
  CHECK_THROWS_WITH(blend(on, boxes, of.dx.of, of.dx.of), ContainsSubstring("the mixed batch overlaps its input"));
  auto wrong = boxes;
  wrong.partner[1] = 3;
  CHECK_THROWS_WITH(blend(on, wrong, of.dx.of, of.dy.of), ContainsSubstring("the partner of sample 1 is 3"));
  wrong = boxes;
  wrong.region.boxes[0].right = 6;
  CHECK_THROWS_WITH(unblend(on, wrong, of.dx.of, of.dy.of), ContainsSubstring("is not within images of 4 x 5"));
  on.workspace_bytes -= 1;
  CHECK_THROWS_WITH(unblend(on, boxes, of.dx.of, of.dy.of), ContainsSubstring("bytes and this call takes"));
  on.workspace = nullptr;
  CHECK_THROWS_WITH(blend(on, boxes, of.dx.of, of.dy.of),
                    ContainsSubstring("the stream's workspace has 0 bytes and this call takes"));
  CHECK(gpu::emulated::the_counts().launches == 0);
}

TEST_CASE("What is enqueued says why it refuses, and takes no plan of the host while the stream is captured", "[gpu]") {
  two_batches of;
  const mixing_stream stream(boxes, of.dx.of, of.dy.of);
  CHECK(gpu::enqueue_blend(stream.on(), boxes, of.dx.of, of.dy.of).ok());
  blend(boxes, of.x.of, of.y.of);
  CHECK(of.dy.equals(of.y));
  CHECK(gpu::enqueue_unblend(stream.on(), boxes, of.dx.of, of.dy.of).ok());
  unblend(boxes, of.x.of, of.y.of);
  CHECK(of.dy.equals(of.y));
  CHECK_THAT(gpu::enqueue_blend(stream.on(), boxes, of.dx.of, of.dx.of).why(),
             ContainsSubstring("the mixed batch overlaps its input"));
  gpu::captures_streams() = true;
  CHECK_THAT(gpu::enqueue_blend(stream.on(), boxes, of.dx.of, of.dy.of).why(),
             ContainsSubstring("make a gpu::placed_plan before the capture"));
  CHECK_THROWS_WITH(gpu::placed_plan(stream.on(), boxes, of.dx.of), ContainsSubstring("this stream is being captured"));
  gpu::captures_streams() = false;
}

TEST_CASE("A placed plan mixes in a captured call, allocates nothing, and is replaced by one of its shape", "[gpu]") {
  two_batches of;
  const gpu::stream on;  // no workspace
  gpu::placed_plan plan(on, boxes, of.dx.of);
  const auto allocations = gpu::emulated::device_memory_map::get().allocations();
  gpu::captures_streams() = true;
  const auto check = [&](const mix_plan<pasted_boxes>& expected) {
    CHECK(gpu::enqueue_blend(on, plan, of.dx.of, of.dy.of).ok());
    blend(expected, of.x.of, of.y.of);
    CHECK(of.dy.equals(of.y));
    CHECK(gpu::enqueue_unblend(on, plan, of.dx.of, of.dy.of).ok());
    unblend(expected, of.x.of, of.y.of);
    CHECK(of.dy.equals(of.y));
  };
  check(boxes);
  gpu::captures_streams() = false;
  const mix_plan<pasted_boxes> next{{2, 2, 1}, {0.1}, {{{1, 4, 0, 5}}, false}};
  plan.replace(on, next);
  gpu::captures_streams() = true;
  check(next);
  gpu::captures_streams() = false;
  CHECK(gpu::emulated::device_memory_map::get().allocations() == allocations);

  auto other = next;
  other.region.own_inside = true;
  CHECK_THROWS_WITH(plan.replace(on, other), ContainsSubstring("arrays of other lengths, or other options"));
  other = next, other.region.boxes.resize(3);
  CHECK_THROWS_WITH(plan.replace(on, other), ContainsSubstring("arrays of other lengths, or other options"));
  const auto short_batch = random_batch<float, 3>({2, 4, 5}, 3);
  const placed_batch<float, 3> two(short_batch);
  CHECK_THAT(gpu::enqueue_blend(on, plan, two.of, of.dy.of).why(),
             ContainsSubstring("samples are (2, 4, 5); the plan was placed for (3, 4, 5)"));
}

TEST_CASE("Partners of another batch, of more samples, get their own gradient", "[gpu]") {
  two_batches of;
  const auto host = random_batch<float, 3>({5, 4, 5}, 9);
  auto gradient = random_batch<float, 3>({5, 4, 5}, 10);
  const placed_batch<float, 3> others(host), by_others(gradient);
  const mix_plan<interpolated> plan{{4, 4, 1}, {0.3}, {}};
  const mixing_stream stream(plan, of.dx.of, others.of, of.dy.of);
  blend(plan, of.x.of, host.of, of.y.of);
  blend(stream.on(), plan, of.dx.of, others.of, of.dy.of);
  CHECK(of.dy.equals(of.y));
  unblend(plan, of.x.of, of.y.of, gradient.of);
  unblend(stream.on(), plan, of.dx.of, of.dy.of, by_others.of);
  CHECK(of.dy.equals(of.y));
  CHECK(by_others.equals(gradient));

  const gpu::placed_plan placed(stream.on(), plan, of.dx.of, 5);
  CHECK(gpu::enqueue_blend(stream.on(), placed, of.dx.of, others.of, of.dy.of).ok());
  CHECK(gpu::enqueue_unblend(stream.on(), placed, of.dx.of, by_others.of, unblend_part::partners).ok());
  unblend(plan, of.x.of, tensor_view<float, 3>(), gradient.of);
  CHECK(by_others.equals(gradient));
  CHECK_THAT(gpu::enqueue_unblend(stream.on(), placed, of.dx.of, by_others.of).why(),
             ContainsSubstring("partners are of another batch"));
}

TEST_CASE("Rows on the great circle and their gradient agree with the host's", "[gpu]") {
  auto host = random_batch<double, 2>({5, 37}, 21);
  for (index_t d = 0; d < 37; ++d) host.of(3, d) = -2 * host.of(0, d), host.of(4, d) = 0;  // opposite; no direction
  for (const bool rescale : {false, true}) {
    const mix_plan<slerp> plan{{1, 3, 3, 0, 2}, {0.3, 1, 0, 0.75, 0.5}, {rescale}};
    auto mixed = empty_batch<double, 2>({5, 37}), by = random_batch<double, 2>({5, 37}, 22);
    auto other = random_batch<double, 2>({5, 37}, 23);
    const auto up = random_batch<double, 2>({5, 37}, 24);
    const placed_batch<double, 2> x(host), y(mixed), g(by), h(other), u(up);
    const mixing_stream stream(plan, x.of, y.of);
    const auto agrees = [&](const placed_batch<double, 2>& found, const batch<double, 2>& expected) {
      for (std::size_t k = 0; k < expected.storage.size(); ++k)
        if (!same(found.start()[k], expected.storage[k], 1e-13)) return false;
      return true;
    };
    blend(plan, host.of, mixed.of);
    blend(stream.on(), plan, x.of, y.of);
    CHECK(agrees(y, mixed));
    unblend_slerp(plan, host.of, host.of, up.of, by.of, by.of);
    gpu::unblend_slerp(stream.on(), plan, x.of, x.of, u.of, g.of, g.of);
    CHECK(agrees(g, by));
    unblend_slerp(plan, host.of, host.of, up.of, by.of, other.of);
    gpu::unblend_slerp(stream.on(), plan, x.of, x.of, u.of, g.of, h.of);
    CHECK(agrees(g, by));
    CHECK(agrees(h, other));
    const gpu::placed_plan placed(stream.on(), plan, x.of);
    CHECK(gpu::enqueue_blend(gpu::stream{}, placed, x.of, y.of).ok());
    CHECK(agrees(y, mixed));
  }
}
