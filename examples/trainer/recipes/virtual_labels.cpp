// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/virtual_labels.hpp"

#include "autograd/rows.hpp"
#include "recipes/mixed_rows.hpp"
#include "recipes/preferred_views.hpp"

#include <mixcon/core/require.hpp>
#include <mixcon/mix/blend.hpp>
#include <mixcon/mixes/cutmix.hpp>
#include <mixcon/mixes/inputmix.hpp>
#include <mixcon/mixes/manifold_mixup.hpp>
#include <mixcon/mixes/mixup.hpp>

#include <numeric>

namespace mixcon_train {
inline namespace recipes {

namespace {

/// Maps (N, C, H, W) of any layer, as a policy sees them.
mixcon::image_shape places_of(const shape& extents, index_t samples) {
  if (extents.rank() == 4) return {samples, extents[1], extents[2], extents[3]};
  return {samples, 1, 1, extents.row_size()};
}

/// Of whole batches of samples, those that this rank encodes.
variable own_rows(const variable& samples, const recipe_step& step) {
  if (step.share.parts == 1) return samples;
  std::vector<index_t> own;
  const index_t batch = step.shape.samples, first = step.share.first(batch);
  for (index_t block = 0; block < samples.extents()[0]; block += batch)
    for (index_t i = 0; i < step.own_samples(); ++i) own.push_back(block + first + i);
  return gather_rows(samples, own);
}

template <class Region>
variable mixed_by(const mixcon::mix_plan<Region>& plan, const variable& arriving, virtual_labels& labels) {
  labels = {plan.lambda, plan.partner};
  return with_mixed_rows(plan, arriving);
}

}  // namespace

void imix_options::declare(option_list& to) {
  to.add("alpha", alpha, {1e-6, 1e6}, "lambda is Beta(alpha, alpha), or 1 less it where that is more",
         "1 on images and clips, 2 on rows");
  to.add("mix", mix, {"mixup", "cutmix"}, "how samples and their virtual labels are mixed; cutmix not on rows",
         "mixup, cutmix on ImageNet");
  to.add("mix-at", mix_at, {"input", "hidden"}, "what is mixed: samples, or what arrives at a random layer", "input");
  to.add("input-mix", input_mix, {0, 16}, "other samples that are mixed into each view as noise, without their labels",
         "2 on images that are not augmented");
}

std::vector<preferred_value> virtual_label_values(sample_kind kind, index_t channels) {
  std::vector<preferred_value> values = contrastive_views(kind, channels);
  const char* temperature = kind == sample_kind::image ? "0.2" : kind == sample_kind::row ? "0.1" : "0.5";
  values.emplace_back("temperature", temperature);
  return values;
}

std::vector<preferred_value> imix_values(sample_kind kind, index_t channels) {
  std::vector<preferred_value> values = virtual_label_values(kind, channels);
  values.emplace_back("alpha", kind == sample_kind::row ? "2" : "1");
  return values;
}

// Of the published code: the rate is 0.125 for 256 samples, warm-up 5 epochs, 10 where there are more than 500, and the
// head has a hidden layer as wide as the features. Left out: batch normalisation behind the head, which N-pair and all
// of clips and rows have there, and that there only the last of the five layers on rows is a max-out.
std::vector<preferred_value> paper_of_imix(sample_kind kind, const char* epochs_on_images,
                                           const std::vector<preferred_value>& more) {
  std::vector<preferred_value> values{{"weight-decay", "1e-4"}, {"embedding", "128"}, {"head-hidden", "2048"}};
  const auto add = [&](const std::vector<preferred_value>& these) {
    values.insert(values.end(), these.begin(), these.end());
  };
  if (kind == sample_kind::image)  // CIFAR-10
    add({{"arch", "resnet50"},
         {"width", "64"},
         {"batch", "256"},
         {"lr", "0.125"},
         {"epochs", epochs_on_images},
         {"warm-up", "0.005"},
         {"temperature", "0.2"},
         {"alpha", "1"},
         {"blur", "0"}});
  if (kind == sample_kind::clip)  // Speech Commands
    add({{"arch", "resnet50"},
         {"width", "64"},
         {"batch", "256"},
         {"lr", "0.125"},
         {"epochs", "500"},
         {"warm-up", "0.01"},
         {"schedule", "steps"},
         {"milestones", "0.6,0.8"},
         {"factor", "0.1"},
         {"temperature", "0.5"},
         {"alpha", "1"}});
  if (kind == sample_kind::row)  // CovType
    add({{"arch", "maxout-mlp"},
         {"mlp-layers", "5"},
         {"mlp-width", "2048"},
         {"mlp-features", "2048"},
         {"mlp-pieces", "4"},
         {"batch", "512"},
         {"lr", "0.25"},
         {"epochs", "500"},
         {"warm-up", "0.01"},
         {"temperature", "0.1"},
         {"alpha", "2"},
         {"input-drop", "0.2"}});
  add(more);
  return values;
}

void require_mixable(const recipe_world& world, const imix_options& chosen) {
  const image_shape& of = world.data.shape;
  MIXCON_REQUIRE(chosen.mix != "cutmix" || (of.rows > 1 && of.columns > 1),
                 "--mix: cutmix pastes boxes, and samples of ", of.rows, " x ", of.columns,
                 " numbers have no places for them; expected images or clips, or mixup.");
}

variable views_of(device& on, const recipe_step& step, const imix_options& chosen) {
  mixcon::image_shape both = step.shape;
  both.samples *= 2;
  std::vector<float> images = step.from.images;
  if (chosen.input_mix > 0) {
    const auto noise = mixcon::inputmix{.partners = chosen.input_mix}.plan(both, step.draws);
    mixcon::blend(noise, as_images(step.from.images.data(), both), as_images(images.data(), both));
  }
  return input_of(on, images, step.shape, both.samples);
}

mixed_embeddings embed_mixed(network& net, const variable& samples, const recipe_step& step,
                             const imix_options& chosen) {
  const index_t count = step.shape.samples;
  mixed_embeddings made{.labels = {{1.0}, std::vector<index_t>(static_cast<std::size_t>(count))}};
  std::iota(made.labels.partner.begin(), made.labels.partner.end(), index_t{0});
  if (!chosen.mixes()) {
    made.rows = net.forward(own_rows(samples, step));
    return made;
  }
  const mixcon::folded<> lambda{{.alpha = chosen.alpha}};
  const auto mix = [&](const variable& arriving) {
    if (chosen.mix == "cutmix")
      return mixed_by(
          mixcon::cutmix<mixcon::folded<>>{.lambda = lambda}.plan(places_of(arriving.extents(), count), step.draws),
          arriving, made.labels);
    return mixed_by(
        mixcon::mixup<mixcon::folded<>>{.lambda = lambda, .per = mixcon::granularity::sample}.plan(count, step.draws),
        arriving, made.labels);
  };
  if (step.share.parts > 1) {  // partners are on other ranks: the samples are mixed, not what a network makes of them
    made.rows = net.forward(own_rows(mix(samples), step));
    return made;
  }
  const mixcon::manifold_mixup<> layers{.end_layer = net.layers()};
  const index_t at = chosen.mix_at == "hidden" ? layers.layer(step.draws) : 0;
  made.rows = net.head(net.features(samples, static_cast<int>(at), mix));
  return made;
}

}  // namespace recipes
}  // namespace mixcon_train
