// SPDX-License-Identifier: BSD-3-Clause
// Labels, lists, synthetic negatives and a queue on a GPU, against the host.
#include "gpu/device.cuh"

#include "../../cuda/src/sort.cu"

#include <mixcon/gpu/labels/device_classes.cuh>
#include <mixcon/gpu/negatives/device_queue.cuh>
#include <mixcon/gpu/negatives/own_rows.cuh>
#include <mixcon/gpu/negatives/synthetic_rows.cuh>

#include <mixcon/contrast/targets/label.hpp>
#include <mixcon/engine/serial.hpp>
#include <mixcon/engine/value_and_grad.hpp>
#include <mixcon/losses/info_nce.hpp>
#include <mixcon/negatives/memory/ring.hpp>

#include <cmath>
#include <random>
#include <vector>

namespace {

using namespace mixcon;

constexpr index_t rows = 40, width = 24, slots = 5, mixtures = 4;
int failed = 0, passed = 0;
void note(const char* title, bool good) {
  std::printf("%s %s\n", good ? "ok    " : "FAILED", title);
  ++(good ? passed : failed);
}

template <class T>
class both_sides {
 public:
  explicit both_sides(std::vector<T> numbers) : host(std::move(numbers)), memory_(host.size() * sizeof(T)) {
    gpu::require_ok("copy", gpu::copy_to_device(memory_.data(), host.data(), memory_.bytes(), {}));
    gpu::require_ok("copy", gpu::wait({}));
  }
  T* device() const { return static_cast<T*>(memory_.data()); }
  bool is_near(const std::vector<T>& expected, double within) const {
    std::vector<T> found(host.size());
    gpu::require_ok("copy", gpu::wait({}));
    gpu::require_ok("copy", gpu::copy_to_host(found.data(), memory_.data(), memory_.bytes(), {}));
    gpu::require_ok("copy", gpu::wait({}));
    for (std::size_t k = 0; k < found.size(); ++k)
      if (!(std::fabs(static_cast<double>(found[k]) - static_cast<double>(expected[k])) <= within)) return false;
    return true;
  }
  std::vector<T> host;

 private:
  gpu::device_memory memory_;
};
both_sides<double> random_numbers(index_t count, unsigned seed) {
  std::mt19937 bits(seed);
  std::vector<double> numbers;
  for (index_t k = 0; k < count; ++k) numbers.push_back(std::ldexp(static_cast<double>(bits() >> 12U), -19) - 1.0);
  return both_sides<double>(numbers);
}
matrix_view<double> on_host(both_sides<double>& of, index_t count) { return {of.host.data(), {count, width}}; }
gpu::device_tensor<double, 2> on_device(const both_sides<double>& of, index_t count) {
  return gpu::device_matrix(of.device(), count, width);
}

void label_loss() {
  auto z = random_numbers(rows * width, 1), by_z = random_numbers(rows * width, 2);
  std::vector<int> labels;
  for (index_t i = 0; i < rows / 2; ++i) labels.push_back(static_cast<int>(i * i % 7) - 3);
  const both_sides<int> placed(labels);
  gpu::stream on{};
  gpu::device_classes classes(rows);
  bool good = classes.number(on, gpu::device_vector(placed.device(), rows / 2), 2).ok();
  const objective criterion{info_nce{.temperature = 0.5}, cosine{}};
  const gpu::device_label_targets targets{&classes};
  const auto dz = on_device(z, rows);
  const gpu::device_memory room(gpu::workspace_bytes(on, criterion, targets, dz, dz));
  on.workspace = room.data(), on.workspace_bytes = room.bytes();
  const double found = value_and_grad(on, criterion, targets, dz, on_device(by_z, rows));
  const double expected = value_and_grad(serial{}, criterion, label_targets{.labels = labels, .views = 2},
                                         on_host(z, rows), on_host(by_z, rows));
  note("labels on the device", good && std::fabs(found - expected) < 1e-12 && by_z.is_near(by_z.host, 1e-12));
}

void lists_and_mixtures() {
  auto z = random_numbers(rows * width, 3), positives = random_numbers(rows * width, 4),
       keys = random_numbers(rows * width, 5), by_keys = random_numbers(rows * width, 6),
       by_z = random_numbers(rows * width, 7);
  negative_list list(rows, slots);
  mixture_list mixed(rows, mixtures);
  for (index_t a = 0; a < rows; ++a) {
    for (index_t s = 0; s < slots; ++s)
      if ((a + s) % 9 != 4) list.put(a, s, (a * a + 3 * s) % rows);
    for (index_t s = 0; s < mixtures; ++s)
      mixed.put(a, s, {s == 0 ? mixture::anchor : (a + s) % rows, (a * s + 1) % rows, 0.3});
  }
  const gpu::device_memory memory(gpu::device_list<double>::bytes(rows, slots));
  const gpu::device_list<double> placed(memory.data(), rows, slots);
  gpu::require_ok("copy", gpu::copy_to_device(placed.key, list.key.data(), list.key.size() * 4, {}));
  const gpu::stream on{};
  auto own = random_numbers(rows * slots * width, 8), by_own = random_numbers(rows * slots * width, 9);
  const axes<3> shape{rows, slots, width};
  bool good = gpu::enqueue_own_rows(on, placed, gpu::device_tensor<double, 3>(), on_device(keys, rows),
                                    gpu::device_tensor<double, 3>(own.device(), shape))
                  .ok();
  note("rows of a list", good && own.is_near(own_rows(list, on_host(keys, rows)).numbers, 0));
  const gpu::device_memory room(gpu::add_to_keys_bytes(placed));
  good = gpu::enqueue_add_to_keys(on, placed, gpu::device_tensor<double, 3>(by_own.device(), shape),
                                  on_device(by_keys, rows), room.data(), room.bytes())
             .ok();
  rows_of_anchors<double> by{rows, slots, width};
  by.numbers = by_own.host;
  add_to_keys(list, by, on_host(by_keys, rows));
  note("their sparse gradient", good && by_keys.is_near(by_keys.host, 0));

  const synthetic_negatives<double> expected(cosine{}, mixed, on_host(z, rows), on_host(positives, rows),
                                             on_host(keys, rows));
  gpu::synthetic_rows<double> found({rows, mixtures, rows, width});
  found.set_mixtures(on, mixed);
  good = found.mix(on, cosine{}, on_device(z, rows), on_device(positives, rows), on_device(keys, rows)).ok();
  auto by_rows = random_numbers(rows * (mixtures + 1) * width, 10);
  const axes<3> whole{rows, mixtures + 1, width};
  good = good && found
                     .add_to_sources(on, gpu::device_tensor<double, 3>(by_rows.device(), whole),
                                     {on_device(by_z, rows), {}, on_device(by_keys, rows)})
                     .ok();
  rows_of_anchors<double> by_mixed{rows, mixtures + 1, width};
  by_mixed.numbers = by_rows.host;
  expected.add_to_sources(by_mixed, {on_host(by_z, rows), {}, on_host(by_keys, rows)});
  note("synthetic negatives' sources", good && by_z.is_near(by_z.host, 1e-12) && by_keys.is_near(by_keys.host, 1e-12));
}

void queue() {
  ring<double> expected(30, width);
  gpu::device_queue<double> found(30, width);
  const gpu::stream on{};
  bool good = true;
  for (unsigned seed = 20; seed < 25; ++seed) {
    auto keys = random_numbers(8 * width, seed);
    expected.push(on_host(keys, 8));
    good = good && found.push(on, on_device(keys, 8)).ok();
  }
  std::vector<double> held(expected.rows.size());
  gpu::require_ok("copy", gpu::copy_to_host(held.data(), found.rows().on_device.data(), held.size() * 8, {}));
  gpu::require_ok("copy", gpu::wait({}));
  note("a queue", good && held == expected.rows && found.pushed(on) == expected.pushed);
}

}  // namespace

int main() {
  if (!mixcon_test::find_gpu()) return 77;
  label_loss();
  lists_and_mixtures();
  queue();
  std::printf("%d passed, %d failed\n", passed, failed);
  return failed == 0 && passed > 0 ? 0 : 1;
}
