// SPDX-License-Identifier: BSD-3-Clause
#include "gpu/emulator/emulator.hpp"

#include "gpu/negatives/rows_on_device.hpp"
#include "support/catch.hpp"

#include <mixcon/gpu/negatives/synthetic_rows.cuh>
#include <mixcon/gpu/negatives/top_k.cuh>

#include <mixcon/engine/serial.hpp>
#include <mixcon/engine/value_and_grad.hpp>
#include <mixcon/losses/info_nce.hpp>
#include <mixcon/mix/draw/draws.hpp>
#include <mixcon/negatives/synthetic/latent_mixup.hpp>
#include <mixcon/negatives/synthetic/mochi.hpp>

using namespace mixcon_test;
using namespace mixcon;

namespace {

constexpr index_t anchors = 9, count = 40, width = 37, slots = 6;

double apart(const std::vector<double>& found, const std::vector<double>& expected) {
  double worst = found.size() == expected.size() ? 0 : 1;
  for (std::size_t k = 0; k < expected.size() && worst < 1; ++k) {
    const double by = std::abs(found[k] - expected[k]);
    if (!(by <= worst)) worst = by;
  }
  return worst;
}

/// Rows, a search of them on both sides, and what mixtures of it come to.
struct mixed_case {
  rows_on_both<double> z = random_rows<double>(anchors, width, 1), positives = random_rows<double>(anchors, width, 2),
                       keys = random_rows<double>(count, width, 3);
  rows_on_both<double> by_z = random_rows<double>(anchors, width, 4), by_p = random_rows<double>(anchors, width, 5),
                       by_k = random_rows<double>(count, width, 6);
  ranked_list<double> hard = top_k{.k = slots}(serial{}, cosine{}, std::as_const(z).host(), std::as_const(keys).host());
  gpu::stream on;
  gpu::device_memory room{gpu::workspace_bytes(on, top_k{.k = slots}, cosine{}, z.device(), keys.device())},
      lists{gpu::device_list<double>::bytes(anchors, slots)}, place{sizeof(gpu::search_outcome)};
  gpu::device_list<double> list{lists.data(), anchors, slots};

  mixed_case() {
    on.workspace = room.data(), on.workspace_bytes = room.bytes();
    REQUIRE(gpu::enqueue_top_k(on, top_k{.k = slots}, cosine{}, z.device(), keys.device(), list,
                               static_cast<gpu::search_outcome*>(place.data()))
                .ok());
  }
  /// Mixes and pulls a gradient back on both sides; how far they are apart.
  double difference(const mixture_list& by_key, const mixture_list& by_slot, mixing_path how) {
    const synthetic_negatives<double> expected(cosine{}, by_key, std::as_const(z).host(),
                                               std::as_const(positives).host(), std::as_const(keys).host(), how);
    gpu::synthetic_rows<double> found({anchors, by_slot.each, count, width});
    found.set_mixtures(on, by_slot);
    gpu::captures_streams() = true;
    const bool mixed = found.mix(on, cosine{}, z.device(), positives.device(), keys.device(), &list, how).ok();
    const double* const rows = found.rows().on_device.data();
    const auto& right = expected.own_candidates.numbers;
    double worst = apart({rows, rows + right.size()}, right);
    const gpu::device_listed_targets targets = found.targets();
    for (index_t k = 0; k < by_slot.anchors * by_slot.each; ++k)
      if (targets.key[k] != expected.list.key[static_cast<std::size_t>(k)] ||
          targets.weight[k] != expected.list.weight[static_cast<std::size_t>(k)])
        worst = 2;

    const auto by_rows = random_rows<double>(anchors * (by_slot.each + 1), width, 7);
    rows_of_anchors<double> by{anchors, by_slot.each + 1, width};
    by.numbers = by_rows.host_numbers();
    const bool added =
        found
            .add_to_sources(on, gpu::device_tensor<double, 3>(by_rows.device().on_device.data(), by.view().extents()),
                            {by_z.device(), by_p.device(), by_k.device()})
            .ok();
    gpu::captures_streams() = false;
    expected.add_to_sources(by, {by_z.host(), by_p.host(), by_k.host()});
    CHECK(mixed);
    CHECK(added);
    for (const auto* of : {&by_z, &by_p, &by_k})
      worst = std::max(worst, apart(of->device_numbers(), of->host_numbers()));
    return worst;
  }
};

}  // namespace

TEST_CASE("MoCHi on the device, from the search to the sources' gradients, is the host's", "[gpu]") {
  mixed_case of;
  const mochi how{.hardest = slots, .mixed = 4, .query_mixed = 3};
  const mochi_plan plan = how.plan(anchors, philox_draws{.seed = 3});
  const auto by_key = how.mixtures(of.hard.list, plan),
             by_slot = how.mixtures(gpu::list_of_slots(anchors, slots), plan);
  CHECK(of.difference(by_key, by_slot, mixing_path::chord) < 1e-13);
  CHECK(of.difference(by_key, by_slot, mixing_path::arc) < 1e-12);
}

TEST_CASE("Latent mixup on the device is the host's, empty slots and all", "[gpu]") {
  std::vector<std::int64_t> ids;
  for (index_t a = 0; a < anchors; ++a) ids.push_back(a);
  for (const latent_pair between :
       {latent_pair::negative_negative, latent_pair::anchor_negative, latent_pair::positive_negative}) {
    mixed_case of;
    of.hard.list.key[8] = of.list.key[8] = negative_list::none;
    of.list.weight[8] = of.hard.list.weight[8] = 0;
    const latent_mixup how{.between = between};
    const philox_draws draws{.seed = 5};
    CHECK(of.difference(how.mixtures(of.hard.list, ids, draws),
                        how.mixtures(gpu::list_of_slots(anchors, slots), ids, draws), mixing_path::chord) < 1e-13);
  }
}

TEST_CASE("A loss against synthetic rows on the device is the host's", "[gpu]") {
  mixed_case of;
  const mochi how{.hardest = slots, .mixed = 4, .query_mixed = 3};
  const mochi_plan plan = how.plan(anchors, philox_draws{.seed = 3});
  const synthetic_negatives<double> expected(cosine{}, how.mixtures(of.hard.list, plan), std::as_const(of.z).host(),
                                             std::as_const(of.positives).host(), std::as_const(of.keys).host());
  const objective criterion{info_nce{.temperature = 0.5}, cosine{}};
  rows_of_anchors<double> by_rows{anchors, 8, width};
  const double right =
      static_cast<double>(value_and_grad(serial{}, criterion, listed_targets{expected.list}, std::as_const(of.z).host(),
                                         candidates(own(expected.own_candidates.view())),
                                         gradients<double>{.anchors = of.by_z.host(), .candidates = {by_rows.view()}})
                              .value);

  gpu::synthetic_rows<double> found({anchors, 7, count, width});
  found.set_mixtures(of.on, how.mixtures(gpu::list_of_slots(anchors, slots), plan));
  REQUIRE(found.mix(of.on, cosine{}, of.z.device(), of.positives.device(), of.keys.device(), &of.list).ok());
  const auto against = candidates(own(found.rows()));
  const gpu::device_memory room(gpu::workspace_bytes(of.on, criterion, found.targets(), of.z.device(), against));
  gpu::stream on{.queue = {}, .workspace = room.data(), .workspace_bytes = room.bytes()};
  const auto slopes = random_rows<double>(anchors * 8, width, 9);
  const gradients<double> wanted{
      .anchors = of.by_z.device().on_device,
      .candidates = {tensor_view<double, 3>(slopes.device().on_device.data(), {anchors, 8, width})}};
  const double value =
      static_cast<double>(value_and_grad(on, criterion, found.targets(), of.z.device(), against, wanted).value);
  CHECK(std::abs(value - right) < 1e-13);
  CHECK(apart(slopes.device_numbers(), by_rows.numbers) < 1e-13);
  CHECK(apart(of.by_z.device_numbers(), of.by_z.host_numbers()) < 1e-13);
}

TEST_CASE("Mixtures that do not fit are refused", "[gpu]") {
  mixed_case of;
  gpu::synthetic_rows<double> found({anchors, 1, count, width});
  mixture_list mixtures(anchors, 1);
  mixtures.put(0, 0, {2, slots, 0.5});
  found.set_mixtures(of.on, mixtures);
  CHECK(found.mix(of.on, cosine{}, of.z.device(), of.positives.device(), of.keys.device()).ok());
  CHECK_THAT(found.mix(of.on, cosine{}, of.z.device(), of.positives.device(), of.keys.device(), &of.list).why(),
             ContainsSubstring("a mixture of slot 6 of 6"));
  CHECK_THAT(found.mix(of.on, cosine{}, of.z.device(), of.keys.device(), of.keys.device()).why(),
             ContainsSubstring("positives (40, 37)"));
  CHECK_THAT(
      found.mix(of.on, dot_product{}, of.z.device(), of.positives.device(), of.keys.device(), nullptr, mixing_path::arc)
          .why(),
      ContainsSubstring("the arc between rows as given"));
  CHECK_THROWS_WITH(found.set_mixtures(of.on, mixture_list(anchors, 2)), ContainsSubstring("9 x 2 mixtures"));
}
