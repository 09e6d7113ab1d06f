// SPDX-License-Identifier: BSD-3-Clause
#include "gpu/emulator/emulator.hpp"

#include "gpu/negatives/rows_on_device.hpp"
#include "support/catch.hpp"

#include <mixcon/gpu/negatives/device_queue.cuh>
#include <mixcon/gpu/negatives/own_rows.cuh>

#include <mixcon/engine/serial.hpp>
#include <mixcon/engine/value_and_grad.hpp>
#include <mixcon/losses/hard_negative.hpp>
#include <mixcon/negatives/memory/ring.hpp>
#include <mixcon/negatives/synthetic/own_rows.hpp>

using namespace mixcon_test;
using namespace mixcon;

namespace {

constexpr index_t anchors = 11, slots = 5, count = 23, width = 37;

/// A list with repeated keys and empty slots, on both sides.
struct two_lists {
  negative_list host{anchors, slots};
  gpu::device_memory memory{gpu::device_list<float>::bytes(anchors, slots)};
  gpu::device_list<float> device{memory.data(), anchors, slots};
  two_lists() {
    for (index_t k = 0; k < anchors * slots; ++k)
      if (k % 7 != 3) host.put(k / slots, k % slots, k * k % count, 1 + static_cast<double>(k % 3));
    std::memcpy(device.key, host.key.data(), host.key.size() * sizeof(std::int32_t));
    std::memcpy(device.weight, host.weight.data(), host.weight.size() * sizeof(double));
  }
};
gpu::device_tensor<float, 3> cube(const rows_on_both<float>& rows, index_t each) {
  const auto& matrix = rows.device().on_device;
  return {matrix.data(), axes<3>{matrix.extent(0) / each, each, matrix.extent(1)}};
}

}  // namespace

TEST_CASE("Rows that a list names are gathered, and their gradient added to the keys, as on the host", "[gpu]") {
  const two_lists list;
  const gpu::stream on;
  const auto keys = random_rows<float>(count, width, 1), positives = random_rows<float>(anchors, width, 2);
  const auto found = random_rows<float>(anchors * (1 + slots), width, 3);
  const auto expected = own_rows(list.host, keys.host(), positives.host());
  REQUIRE(gpu::enqueue_own_rows(on, list.device, cube(positives, 1), keys.device(), cube(found, 1 + slots)).ok());
  CHECK(found.device_numbers() == std::vector<double>(expected.numbers.begin(), expected.numbers.end()));
  const auto without = random_rows<float>(anchors * slots, width, 4);
  REQUIRE(gpu::enqueue_own_rows(on, list.device, {}, keys.device(), cube(without, slots)).ok());
  const auto bare = own_rows(list.host, keys.host());
  CHECK(without.device_numbers() == std::vector<double>(bare.numbers.begin(), bare.numbers.end()));

  const gpu::device_memory room(gpu::add_to_keys_bytes(list.device));
  auto by_keys = random_rows<float>(count, width, 5);
  rows_of_anchors<float> by{anchors, 1 + slots, width};
  const auto slopes = random_rows<float>(anchors * (1 + slots), width, 6);
  std::copy_n(slopes.host().data(), by.numbers.size(), by.numbers.data());
  const auto before = gpu::emulated::the_settings();
  for (const auto& how : gpu::emulated::every_order()) {
    gpu::emulated::the_settings() = how;
    REQUIRE(
        gpu::enqueue_add_to_keys(on, list.device, cube(slopes, 1 + slots), by_keys.device(), room.data(), room.bytes())
            .ok());
    add_to_keys(list.host, by, by_keys.host());
    CHECK(by_keys.device_numbers() == by_keys.host_numbers());
  }
  gpu::emulated::the_settings() = before;
  CHECK_THAT(gpu::enqueue_add_to_keys(on, list.device, cube(slopes, 1 + slots), by_keys.device(), room.data(), 8).why(),
             ContainsSubstring("`room` has 8 bytes"));
}

TEST_CASE("A reweighted and debiased loss against a list on the device, captured, is the host's", "[gpu]") {
  const two_lists list;
  const auto z = random_rows<double>(anchors, width, 7), rows = random_rows<double>(anchors * (1 + slots), width, 8);
  const objective criterion{hard_negative{.temperature = 0.5, .concentration = 0.7, .positive_prior = 0.1}, cosine{}};
  auto by_z = z, by_rows = rows;
  const axes<3> shape{anchors, 1 + slots, width};
  const auto three = [&](double* data) { return tensor_view<double, 3>(data, shape); };
  const double expected = static_cast<double>(
      value_and_grad(serial{}, criterion, listed_targets{list.host}, z.host(),
                     candidates(own(tensor_view<const double, 3>(rows.host().data(), shape))),
                     gradients<double>{.anchors = by_z.host(), .candidates = {three(by_rows.host().data())}})
          .value);
  const auto against = candidates(own(gpu::device_tensor<double, 3>(three(rows.device().on_device.data()))));
  const gpu::device_listed_targets targets(list.device);
  gpu::stream on;
  const gpu::device_memory room(gpu::workspace_bytes(on, criterion, targets, z.device(), against)),
      place(sizeof(gpu::outcome));
  on.workspace = room.data(), on.workspace_bytes = room.bytes();
  auto* const result = static_cast<gpu::outcome*>(place.data());
  gpu::captures_streams() = true;
  const bool ok =
      gpu::enqueue_value_and_grad(on, criterion, targets, z.device(), against,
                                  gradients<double>{.anchors = by_z.device().on_device,
                                                    .candidates = {three(by_rows.device().on_device.data())}},
                                  result)
          .ok();
  gpu::captures_streams() = false;
  REQUIRE(ok);
  CHECK(std::abs(gpu::read<double>(*result).value - expected) < 1e-12);
  const auto compare = [](const rows_on_both<double>& of) {
    const auto found = of.device_numbers(), right = of.host_numbers();
    for (std::size_t k = 0; k < right.size(); ++k)
      if (!(std::abs(found[k] - right[k]) < 1e-12)) return false;
    return true;
  };
  CHECK(compare(by_z));
  CHECK(compare(by_rows));
}

TEST_CASE("A queue on the device holds slot for slot what a ring of the host holds, over captured pushes", "[gpu]") {
  ring<bfloat16> expected(10, width);
  gpu::device_queue<bfloat16> queue(10, width);
  const gpu::stream on;
  unsigned seed = 20;
  for (const index_t rows : {3, 4, 4, 10, 1, 7}) {
    const auto keys = random_rows<float>(rows, width, ++seed);
    expected.push(keys.host());
    gpu::captures_streams() = true;
    CHECK(queue.push(on, keys.device()).ok());
    gpu::captures_streams() = false;
    CHECK(queue.pushed(on) == expected.pushed);
    const auto held = queue.rows(expected.size()).on_device;
    CHECK(std::memcmp(held.data(), expected.rows.data(), static_cast<std::size_t>(held.size()) * 2) == 0);
  }
  const auto many = random_rows<float>(11, width, 1);
  CHECK_THAT(queue.push(on, many.device()).why(), ContainsSubstring("pushing rows (11, 37) into 10 slots of width 37"));
  CHECK_THROWS_WITH(queue.rows(11), ContainsSubstring("11 rows of 10"));
}
