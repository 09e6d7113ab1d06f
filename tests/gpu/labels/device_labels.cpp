// SPDX-License-Identifier: BSD-3-Clause
#include "gpu/emulator/emulator.hpp"

#include "gpu/negatives/rows_on_device.hpp"
#include "support/catch.hpp"

#include <mixcon/gpu/labels/device_classes.cuh>

#include <mixcon/contrast/targets/label.hpp>
#include <mixcon/engine/serial.hpp>
#include <mixcon/engine/value_and_grad.hpp>
#include <mixcon/losses/info_nce.hpp>

using namespace mixcon_test;
using namespace mixcon;

namespace {

/// A vector on the device.
template <class I>
class placed_vector {
 public:
  explicit placed_vector(const std::vector<I>& host) : size_(host.size()), memory_(size_ * sizeof(I)) {
    std::memcpy(memory_.data(), host.data(), memory_.bytes());
  }
  gpu::device_tensor<I, 1> of() const {
    return gpu::device_vector(static_cast<I*>(memory_.data()), static_cast<index_t>(size_));
  }

 private:
  std::size_t size_;
  gpu::device_memory memory_;
};

/// How far a loss and its gradients by targets of the device are from those by targets of the host, on rows in double.
/// With `keys` empty the anchors are the candidates. The device's call is captured.
double apart(const label_targets& on_host, const gpu::device_label_targets& on_device, const rows_on_both<double>& z,
             const rows_on_both<double>& keys, const directions& ways) {
  objective criterion{info_nce{.temperature = 0.5}, dot_product{}};
  criterion.direction = ways;
  const auto loss = [&](const auto& engine, const auto& targets, const auto& rows, const auto& others,
                        const gradients<double>& wanted) {
    return static_cast<double>(value_and_grad(engine, criterion, targets, rows, others, wanted).value);
  };
  rows_on_both<double> by_z = z, by_keys = keys, found_z = z, found_keys = keys;
  const auto host = std::as_const(z).host(), host_keys = std::as_const(keys).host();
  const double expected =
      loss(serial{}, on_host, host, host_keys, {.anchors = by_z.host(), .candidates = {by_keys.host()}});

  gpu::stream on;
  const gpu::device_memory room(gpu::workspace_bytes(on, criterion, on_device, z.device(), keys.device())),
      place(sizeof(gpu::outcome));
  on.workspace = room.data(), on.workspace_bytes = room.bytes();
  auto* const result = static_cast<gpu::outcome*>(place.data());
  const gradients<double> wanted{.anchors = found_z.device().on_device, .candidates = {found_keys.device().on_device}};
  gpu::captures_streams() = true;
  const auto enqueued =
      gpu::enqueue_value_and_grad(on, criterion, on_device, z.device(), keys.device(), wanted, result);
  gpu::captures_streams() = false;
  INFO(enqueued.why());
  CHECK(enqueued.ok());
  double worst = std::abs(gpu::read<double>(*result).value - expected);
  const auto compare = [&](const std::vector<double>& found, const std::vector<double>& right) {
    for (std::size_t k = 0; k < right.size(); ++k) {
      const double by = std::abs(found[k] - right[k]);
      if (!(by <= worst)) worst = by;
    }
  };
  compare(found_z.device_numbers(), by_z.host_numbers());
  compare(found_keys.device_numbers(), by_keys.host_numbers());
  return worst;
}

}  // namespace

TEST_CASE("Labels on the device are the host's label_targets, views and orders too, in a captured call", "[gpu]") {
  const std::vector<std::int64_t> labels{7, -3, 7, 1LL << 40, 5, -3, 7};
  const placed_vector<std::int64_t> placed(labels);
  const gpu::stream on;
  for (const view_order order : {view_order::view_major, view_order::sample_major})
    for (const index_t views : {1, 3}) {
      const index_t rows = 7 * views;
      const auto z = random_rows<double>(rows, 5, 1), keys = random_rows<double>(rows, 5, 2);
      gpu::device_classes classes(rows);
      gpu::captures_streams() = true;  // numbering too can be captured
      REQUIRE(classes.number(on, placed.of(), views, order).ok());
      gpu::captures_streams() = false;
      for (const visibility others : {visibility::visible, visibility::hidden}) {
        INFO(views << " views");
        const label_targets expected{.labels = labels, .views = views, .order = order, .others = others};
        CHECK(apart(expected, {&classes, others}, z, keys, {1, 0.5}) < 1e-13);
      }
    }
}

TEST_CASE("Candidates with labels of their own, and labels that are ignored", "[gpu]") {
  const std::vector<int> labels{2, -100, 9, 2, 4, 11};
  std::vector<std::uint8_t> key_labels;
  for (index_t c = 0; c < 70; ++c) key_labels.push_back(static_cast<std::uint8_t>(c * c % 6));  // no 9, no 11
  const placed_vector<int> placed(labels);
  const placed_vector<std::uint8_t> placed_keys(key_labels);
  const gpu::stream on;
  const auto z = random_rows<double>(6, 4, 3), keys = random_rows<double>(70, 4, 4);
  gpu::device_classes classes(6, 70);
  for (const ignored_label& ignored : {ignored_label(), ignored_label(-100), ignored_label(4)})
    for (const ignored_anchor kept : {ignored_anchor::skip, ignored_anchor::keep}) {
      REQUIRE(classes.number(on, placed.of(), placed_keys.of(), ignored).ok());
      const label_targets expected{
          .labels = labels, .candidate_labels = key_labels, .ignored = ignored, .ignored_anchors = kept};
      CHECK(apart(expected, {&classes, visibility::visible, kept}, z, keys, {1, 0}) < 1e-13);
      CHECK(apart(expected, {&classes, visibility::visible, kept}, z, keys, {0.25, 1}) < 1e-13);
    }
}

TEST_CASE("Labels that do not fit the rows are refused", "[gpu]") {
  const std::vector<int> labels{1, 2, 3};
  const placed_vector<int> placed(labels);
  const gpu::stream on;
  gpu::device_classes classes(7), other(3, 5);
  CHECK_THAT(classes.number(on, placed.of(), 2).why(), ContainsSubstring("3 labels x 2 views for 7 rows"));
  CHECK_THAT(other.number(on, placed.of()).why(), ContainsSubstring("made for 5 other candidates"));
  CHECK_THAT(gpu::device_classes(3).number(on, placed.of(), placed.of()).why(),
             ContainsSubstring("made for candidates that are the anchors"));
  CHECK_THAT(gpu::device_classes(3).number(on, gpu::device_vector(labels.data(), 3)).why(),
             ContainsSubstring("the labels' memory does not lie in the memory of this device"));
  pair_space space;
  space.anchors = 7, space.candidates = 8;
  CHECK_THROWS_WITH(gpu::device_label_targets{&classes}.bind(space),
                    ContainsSubstring("classes of 7 anchors and 7 candidates for 7 and 8"));
}
