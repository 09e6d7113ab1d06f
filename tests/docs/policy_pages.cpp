// SPDX-License-Identifier: BSD-3-Clause
// What docs/mixes/ shows: each policy on a batch of eight images, of which image i holds i / 8 everywhere. So the mean
// of a mixed image says how much of either image it shows, which must be what its labels say.
#include "support/catch.hpp"

#include <mixcon/adapt/tensors/span.hpp>
#include <mixcon/mixcon.hpp>

#include <cmath>

using namespace mixcon;

namespace {

constexpr index_t samples = 8, channels = 3, height = 32, width = 32;
const philox_draws draws{.seed = 1, .step = 3};
const std::vector<int> labels{0, 1, 2, 3, 0, 1, 2, 3};

template <int Rank>
struct numbers {
  std::vector<float> held;
  axes<Rank> extents;
  explicit numbers(const axes<Rank>& of) : extents(of) {
    index_t size = 1;
    for (int axis = 0; axis < Rank; ++axis) size *= of[axis];
    held.resize(static_cast<std::size_t>(size));
  }
  tensor_view<float, Rank> view() { return as_tensor<Rank>(held, extents); }
  /// Fills every sample with its number / 8, or with noise from 0 to 1.
  void count() {
    const std::size_t each = held.size() / static_cast<std::size_t>(extents[0]);
    for (std::size_t k = 0; k < held.size(); ++k) held[k] = static_cast<float>(k / each) / 8;
  }
  void scatter() {
    for (std::size_t k = 0; k < held.size(); ++k)
      held[k] = static_cast<float>(draws.uniform("noise", static_cast<index_t>(k), 0, 1));
  }
};

struct image_batch {
  numbers<4> held{{samples, channels, height, width}}, room = held, held_maps{{samples, 4, 8, 8}};
  numbers<3> held_saliency{{samples, height, width}}, held_attention{{samples, 8, 8}};
  tensor_view<float, 4> images = held.view(), mixed = room.view(), features = held_maps.view();
  tensor_view<float, 3> saliency = held_saliency.view(), attention = held_attention.view();
  image_batch() { held.count(), held_maps.scatter(), held_saliency.scatter(), held_attention.scatter(); }
  image_batch(const image_batch&) = delete;
  image_batch& operator=(const image_batch&) = delete;

  template <class Region>
  void check_shares(const mix_plan<Region>& plan, double tolerance = 1e-5) const {
    for (index_t i = 0; i < samples; ++i) {
      double mean = 0;
      for (index_t k = 0; k < channels * height * width; ++k)
        mean += static_cast<double>(room.held[static_cast<std::size_t>(i * channels * height * width + k)]);
      mean /= static_cast<double>(channels * height * width);
      const double keep = plan.lambda_of(i), partner = static_cast<double>(plan.partner_of(i));
      CHECK(std::abs(mean - (keep * static_cast<double>(i) + (1 - keep) * partner) / 8) < tolerance);
    }
  }
};

}  // namespace

TEST_CASE("The policies that mix all of a sample run as their pages say", "[docs]") {
  image_batch batch;
  const auto &images = batch.images, &mixed = batch.mixed;
  numbers<4> up(batch.held.extents), down(batch.held.extents);
  const auto by_mixed = up.view(), by_images = down.view();
  {
    // mixup.md
    const auto plan = mixup<>{.lambda = {.alpha = 0.4}}.plan(samples, draws);
    blend(plan, images, mixed);                                  // any strides, rank 1 to 4
    const pair_targets targets = pair_targets_of(plan, labels);  // own, partner, lambda: (N) each
    unblend(plan, by_mixed, by_images);                          // adds

    batch.check_shares(plan);
    CHECK(targets.samples() == samples);
  }
  {
    // manifold_mixup.md
    const manifold_mixup<> policy{};
    const index_t layer = policy.layer(draws);      // 0 is the input
    const auto plan = policy.plan(samples, draws);  // blend the features in front of that layer
    const auto targets = pair_targets_of(plan, labels);

    CHECK(layer < policy.end_layer);
    CHECK(targets.lambda[0] == plan.lambda[0]);
  }
  {
    // un_mix_policy.md
    const auto plan = un_mix_policy{.global_probability = 1}.plan(image_shape_of(images), draws);
    blend(plan, images, mixed);
    const auto of_other_order = reversed(mixed);  // row i is the mixture whose partner is image i

    batch.check_shares(plan);
    CHECK(of_other_order(0, 0, 0, 0) == mixed(samples - 1, 0, 0, 0));
  }
  {
    numbers<4> room({2 * samples, channels, height, width});
    const auto both = room.view();
    // regmixup.md
    const auto plan = regmixup<>{}.plan(samples, draws);
    blend_after_clean(plan, images, both);  // N clean images, then N mixed ones

    CHECK(both(5, 0, 0, 0) == images(5, 0, 0, 0));
  }
  {
    // universum.md
    const auto plan = universum<>{}.plan(samples, draws, labels);                              // Mixup
    const auto boxes = universum<pasted_boxes>{}.plan(image_shape_of(images), draws, labels);  // CutMix
    blend(boxes, images, mixed);

    batch.check_shares(boxes);
    CHECK(plan.lambda == std::vector<double>{0.5});
    for (const auto& partner : {plan.partner, boxes.partner})
      for (std::size_t i = 0; i < labels.size(); ++i) CHECK(labels[static_cast<std::size_t>(partner[i])] != labels[i]);
  }
  {
    // inputmix.md
    const auto plan = inputmix{.partners = 3, .floor = 0.6}.plan(samples, draws);
    blend(plan, images, mixed);

    CHECK(mixed(0, 0, 0, 0) <= 0.36F);  // image 0 is all 0 and has at least 0.6 of the weight
  }
  {
    // noise_mixup.md
    std::vector<float> values(samples * channels * height * width);
    noise_mixup<>::fill_noise(as_matrix(values, samples, channels * height * width), draws);
    const auto noise = as_tensor<4>(values, {samples, channels, height, width});
    const auto plan = noise_mixup<>{}.plan(samples, draws);
    blend(plan, images, noise, mixed);

    const auto keep = static_cast<float>(plan.lambda_of(3));
    CHECK(mixed(3, 0, 5, 5) == Approx(keep * images(3, 0, 5, 5) + (1 - keep) * noise(3, 0, 5, 5)).margin(1e-6));
  }
  {
    numbers<4> held({3 * samples, channels, height, width});
    const auto copies = held.view();
    // augmix.md
    const augmix policy{.chains = 3};
    const index_t operations = policy.depth(0, 2, draws);  // how many operations chain 2 applies to sample 0
    const auto plan = policy.plan(samples, draws);
    blend(plan, images, copies, mixed);  // copies (3 N, C, H, W): the first chain's N images, then the second's, ...

    CHECK((operations >= 1 && operations <= 3));
    CHECK(mixed(4, 0, 0, 0) == Approx(plan.region.weights[4 * 4] * 0.5));  // these copies are black
  }
}

TEST_CASE("The policies of boxes and columns run as their pages say", "[docs]") {
  image_batch batch;
  const auto &images = batch.images, &mixed = batch.mixed, &features = batch.features;
  const auto &saliency = batch.saliency, &attention = batch.saliency;
  {
    // cutmix.md
    const auto plan = cutmix<>{}.plan(image_shape_of(images), draws);
    blend(plan, images, mixed);
    const pair_targets targets = pair_targets_of(plan, labels);

    batch.check_shares(plan);
    CHECK(targets.lambda[0] == plan.lambda[0]);
  }
  {
    // mixup_or_cutmix.md
    const mixup_or_cutmix<> policy{.probability = 0.9, .per = granularity::sample};
    const auto plan = policy.plan(image_shape_of(images), draws);
    blend(plan, images, mixed);

    batch.check_shares(plan);
  }
  {
    // resizemix.md
    const auto plan = resizemix<>{}.plan(image_shape_of(images), draws);
    blend(plan, images, mixed);

    batch.check_shares(plan);
  }
  {
    // saliencymix.md
    const auto plan = saliencymix<>{}.plan(image_shape_of(images), draws, saliency);
    blend(plan, images, mixed);

    batch.check_shares(plan);
  }
  {
    numbers<3> room(batch.held_saliency.extents);
    const auto map = room.view();
    // spectral residual
    spectral_residual_saliency(images, map);  // map (N, H, W), in [0, 1]; no network is needed

    for (const float value : room.held) CHECK((value >= 0 && value <= 1));
  }
  {
    // attentivemix.md
    const auto plan = attentivemix<>{.top_k = 6}.plan(image_shape_of(images), draws, features);
    blend(plan, images, mixed);

    batch.check_shares(plan);
  }
  {
    // snapmix.md
    const auto plan = snapmix<>{}.plan(image_shape_of(images), draws);
    blend(plan, images, mixed);
    const weighted_labels weights = snapmix<>::labels(plan, labels, attention);

    batch.check_shares(plan);
    CHECK(weights.own_weight.size() == labels.size());
  }
  {
    // cutout.md
    const auto plan = cutout<>{.value = 0.5}.plan(image_shape_of(images), draws);
    blend(plan, images, mixed);

    const box& covered = plan.region.of(2);
    CHECK(mixed(2, 0, covered.top, covered.left) == 0.5F);
  }
  {
    // random_erasing.md
    const auto plan = random_erasing{.probability = 1}.plan(image_shape_of(images), draws);
    blend(plan, images, mixed);

    const box& covered = plan.region.of(5);
    CHECK(mixed(5, 0, covered.top, covered.left) == 0);
  }
  {
    // hconcat.md
    const auto plan = hconcat<>{}.plan(image_shape_of(images), draws);
    blend(plan, images, mixed);

    batch.check_shares(plan);
  }
  {
    numbers<4> room({samples, channels, height, 2 * width});
    const auto wide = room.view();
    // stackmix.md
    const auto plan = stackmix<>{}.plan(samples, draws);
    stack_columns(plan, images, images, wide);  // wide (N, C, H, 2 W)

    CHECK(wide(1, 0, 0, width) == images(plan.partner_of(1), 0, 0, 0));
  }
}

TEST_CASE("The policies of masks and matched features run as their pages say", "[docs]") {
  image_batch batch;
  const auto &images = batch.images, &mixed = batch.mixed, &features = batch.features;
  const auto &saliency = batch.saliency, &attention = batch.attention;
  {
    // fmix.md
    const auto plan = fmix<>{}.plan(image_shape_of(images), draws);
    blend(plan, images, mixed);

    batch.check_shares(plan, 1.0 / (height * width));
  }
  {
    // gridmix.md
    const auto plan = gridmix<>{}.plan(image_shape_of(images), draws);
    blend(plan, images, mixed);

    batch.check_shares(plan);
  }
  {
    // smoothmix.md
    const auto plan = smoothmix<>{}.plan(image_shape_of(images), draws);
    blend(plan, images, mixed);

    batch.check_shares(plan);
  }
  {
    // guidedmixup.md
    const auto plan = guidedmixup<>{}.plan(image_shape_of(images), draws, saliency);
    blend(plan, images, mixed);

    batch.check_shares(plan);
  }
  {
    // puzzlemix.md
    const auto plan = puzzlemix<>{}.plan(images, draws, saliency);
    blend(plan, images, mixed);

    batch.check_shares(plan);
  }
  {
    // patchup.md
    const auto plan = patchup<>{.block_size = 3, .gamma = 0.5}.plan(image_shape_of(images), draws);
    blend(plan, images, mixed);

    batch.check_shares(plan);
  }
  {
    // tokenmix.md
    const auto plan = tokenmix<>{.grid = 8, .least_block = 5}.plan(image_shape_of(images), draws);
    blend(plan, images, mixed);
    const weighted_labels weights = tokenmix<>::labels(plan, labels, attention, 32, 32);  // images of 32 x 32

    batch.check_shares(plan);
    CHECK(weights.own_weight.size() == labels.size());
  }
  {
    // transmix.md
    const auto plan = cutmix<>{}.plan(image_shape_of(images), draws);
    const pair_targets targets = transmix{}.targets(plan, labels, attention, 32, 32);  // images of 32 x 32

    CHECK(targets.lambda[0] != plan.lambda[0]);
  }
  {
    numbers<4> room(batch.held_maps.extents);
    const auto mixed_features = room.view();
    // alignmix.md
    const auto plan = alignmix<>{}.plan(features, draws);
    blend(plan, features, mixed_features);

    CHECK(plan.region.tokens == 64);
  }
  {
    const mask own{{1, 1, 1, 2}, {0.75, 0.5}}, first{{1, 1, 1, 2}, {0.25, 0.25}}, second{{1, 1, 1, 2}, {0, 0.25}};
    numbers<4> held({2, 1, 1, 2}), room({2, 1, 1, 2});
    held.count();
    const auto pair = held.view(), mixed_pair = room.view();
    // multi_mask.md
    const mix_plan<multi_mask> plan{{1, 0}, {1}, {{{0, 1}}, {own, first, second}}};  // two partners of each sample
    blend(plan, pair, mixed_pair);
    const auto shares = label_shares(plan);  // (N, 3): how much of the label is of each

    CHECK(mixed_pair(0, 0, 0, 0) == Approx(0.25 / 8));
    CHECK(shares.size() == 6);
  }
  {
    numbers<2> of_q({samples, 16}), of_k({samples, 16}), of_q2({samples, 16}), of_k2({samples, 16});
    of_q.scatter(), of_k.scatter();
    const auto q = of_q.view(), k = of_k.view(), harder_q = of_q2.view(), harder_k = of_k2.view();
    {
      // positive_features.md
      const positive_features policy{};
      const std::vector<double> shares = policy.shares(samples, 16, draws);
      policy.blend(shares, q, k, harder_q);
      policy.blend(shares, k, q, harder_k);

      double length = 0;
      for (index_t d = 0; d < 16; ++d)
        length += static_cast<double>(harder_q(2, d)) * static_cast<double>(harder_q(2, d));
      CHECK(length == Approx(1));
    }
    {
      // slerp.md
      const auto plan = on_sphere(mixup<>{}.plan(samples, draws));
      blend(plan, q, k, harder_q);  // partners are rows of k

      double length = 0;
      for (index_t d = 0; d < 16; ++d)
        length += static_cast<double>(harder_q(2, d)) * static_cast<double>(harder_q(2, d));
      CHECK(length == Approx(1));
    }
  }
}
