// SPDX-License-Identifier: BSD-3-Clause
#include "gpu/emulator/emulator.hpp"

#include "gpu/moments/moment_call.hpp"

#include <mixcon/engine/candidates.hpp>
#include <mixcon/losses/info_nce.hpp>
#include <mixcon/losses/multi_similarity.hpp>

using namespace mixcon_test;
namespace gpu = mixcon::gpu;

namespace {

/// A batch and two queues behind it, as segments of the candidates.
template <class Targets, class Loss = mixcon::info_nce>
void check(const char* title, const Targets& batch, index_t anchors, index_t in_batch,
           const Loss& loss = {.temperature = 0.2}) {
  INFO(title);
  mixcon::objective criterion{loss, mixcon::cosine{}};
  criterion.direction = {0.75, 0.5}, criterion.without_positive = mixcon::no_positive::skip;
  const auto targets = mixcon::segments(batch, mixcon::every_negative{}, mixcon::every_negative{});
  const index_t sizes[] = {in_batch, 40, 3};
  const auto a = exact_rows(anchors, 9, 1);
  std::vector<numbers_by_row> rows;
  for (const index_t size : sizes) rows.push_back(exact_rows(size, 9, 2 + static_cast<unsigned>(size)));

  const auto both = [&](const auto& executor, const auto& segments, const auto& z, auto* by_a, auto* by_c) {
    using T = std::remove_pointer_t<decltype(by_a)>;
    mixcon::gradients<T> wanted{.anchors = {by_a, {anchors, 9}}};
    index_t first = 0;
    for (const index_t size : sizes) {
      wanted.candidates.push_back(mixcon::matrix_view<T>{by_c + first * 9, {size, 9}});
      first += size;
    }
    return static_cast<double>(value_and_grad(executor, criterion, targets, z, segments, wanted).value);
  };
  const auto numbers = static_cast<std::size_t>(in_batch + 43) * 9;
  std::vector<double> by_a(a.data.size()), by_c(numbers);
  const double expected = both(mixcon::serial{}, mixcon::candidates(rows[0].view(), rows[1].view(), rows[2].view()),
                               a.view(), by_a.data(), by_c.data());

  const auto floats = [](const numbers_by_row& from) { return std::vector<float>(from.data.begin(), from.data.end()); };
  const device_array<float> z(floats(a)), first(floats(rows[0])), second(floats(rows[1])), third(floats(rows[2]));
  device_array<float> z_gradient(a.data.size()), gradient(numbers);
  const auto segments = mixcon::candidates(gpu::device_matrix(first.data(), sizes[0], index_t{9}),
                                           gpu::device_matrix(second.data(), sizes[1], index_t{9}),
                                           gpu::device_matrix(third.data(), sizes[2], index_t{9}));
  const auto on_device = gpu::device_matrix(z.data(), anchors, index_t{9});
  gpu::tile_stream on;
  const gpu::device_memory workspace(gpu::workspace_bytes(on, criterion, targets, on_device, segments));
  on.workspace = workspace.data(), on.workspace_bytes = workspace.bytes();
  gpu::emulated::the_counts() = {};
  const double found = both(on, segments, on_device, z_gradient.data(), gradient.data());
  CHECK(gpu::emulated::the_counts().products > 0);
  const auto wide = [](const std::vector<float>& from) { return std::vector<double>(from.begin(), from.end()); };
  CHECK(found == Approx(expected).epsilon(2e-5));
  CHECK(frobenius_apart(wide(z_gradient.host()), by_a, 1e-2) < 2e-5);
  CHECK(frobenius_apart(wide(gradient.host()), by_c, 1e-2) < 2e-5);
}

}  // namespace

TEST_CASE("A batch with queues agrees with serial on moments, by labels and by number", "[gpu]") {
  std::vector<int> labels;
  for (int i = 0; i < 66; ++i) labels.push_back(i % 5);
  check("labels", mixcon::label_targets{.labels = labels}, 66, 66);
  check("diagonal", mixcon::diagonal_targets{}, 60, 66);
}

TEST_CASE("Rows of a queue, seen as anchors, hide no row of the batch whose others are hidden, on moments", "[gpu]") {
  std::vector<int> labels;
  for (int i = 0; i < 66; ++i) labels.push_back(i % 5);
  const mixcon::label_targets targets{.labels = labels, .others = mixcon::visibility::hidden};
  check("hidden others", targets, 66, 66);
  // a loss that counts anchors without a positive, as rows of a queue are
  check("hidden others, and anchors without a positive", targets, 66, 66, mixcon::multi_similarity{});
}

TEST_CASE("A queue behind keys of the anchors' own agrees with serial on moments", "[gpu]") {
  mixcon::objective criterion{mixcon::info_nce{.temperature = 0.2}, mixcon::cosine{}};
  criterion.logits.bias = 0.25;
  const index_t n = 66, kept = 130;
  const auto a = exact_rows(n, 9, 1), keys = exact_rows(n, 2 * 9, 2), queue = exact_rows(kept, 9, 3);
  const auto run = [&](const auto& executor, const auto& targets, const auto& z, const auto& segments, auto* by_a,
                       auto* by_keys, auto* by_queue, double* scale) {
    using T = std::remove_pointer_t<decltype(by_a)>;
    mixcon::gradients<T> wanted{.anchors = {by_a, {n, 9}}};
    wanted.candidates.push_back(mixcon::tensor_view<T, 3>{by_keys, {n, 2, 9}});
    wanted.candidates.push_back(mixcon::matrix_view<T>{by_queue, {kept, 9}});
    wanted.scale = scale;
    return static_cast<double>(value_and_grad(executor, criterion, targets, z, segments, wanted).value);
  };
  const auto both = [&](const char* title, const auto& targets) {
    INFO(title);
    std::vector<double> by_a(a.data.size()), by_keys(keys.data.size()), by_queue(queue.data.size());
    double scale = 0, scale_found = 0;
    const mixcon::tensor_view<const double, 3> own_rows{keys.data.data(), {n, 2, 9}};
    const double expected =
        run(mixcon::serial{}, targets, a.view(), mixcon::candidates(mixcon::own(own_rows), queue.view()), by_a.data(),
            by_keys.data(), by_queue.data(), &scale);
    const auto floats = [](const numbers_by_row& from) {
      return std::vector<float>(from.data.begin(), from.data.end());
    };
    const device_array<float> z(floats(a)), k(floats(keys)), q(floats(queue));
    device_array<float> z_by(a.data.size()), k_by(keys.data.size()), q_by(queue.data.size());
    const auto on_device = gpu::device_matrix(z.data(), n, index_t{9});
    const auto segments = mixcon::candidates(mixcon::own(gpu::device_tensor<const float, 3>{k.data(), {n, 2, 9}}),
                                             gpu::device_matrix(q.data(), kept, index_t{9}));
    gpu::tile_stream on;
    const gpu::device_memory workspace(gpu::workspace_bytes(on, criterion, targets, on_device, segments));
    on.workspace = workspace.data(), on.workspace_bytes = workspace.bytes();
    gpu::emulated::the_counts() = {};
    const double found = run(on, targets, on_device, segments, z_by.data(), k_by.data(), q_by.data(), &scale_found);
    CHECK(gpu::emulated::the_counts().products > 0);
    const auto wide = [](const std::vector<float>& from) { return std::vector<double>(from.begin(), from.end()); };
    CHECK(found == Approx(expected).epsilon(2e-5));
    CHECK(scale_found == Approx(scale).epsilon(1e-4));
    CHECK(frobenius_apart(wide(z_by.host()), by_a, 1e-2) < 2e-5);
    CHECK(frobenius_apart(wide(k_by.host()), by_keys, 1e-2) < 2e-5);
    CHECK(frobenius_apart(wide(q_by.host()), by_queue, 1e-2) < 2e-5);
  };
  both("queue", mixcon::queue_targets{});
  both("first own", mixcon::first_own_targets{});
}
