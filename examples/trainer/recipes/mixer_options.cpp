// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/mixer_options.hpp"

#include "nn/momentum_schedule.hpp"

#include <mixcon/core/require.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numbers>
#include <sstream>
#include <system_error>

namespace mixcon_train {
inline namespace recipes {

namespace {

/// From 1 at the first step to 0 behind the last one.
double half_cosine(index_t step, index_t steps) {
  return (std::cos(std::numbers::pi * static_cast<double>(step) / static_cast<double>(steps)) + 1) / 2;
}

/// "-1,0.25" as numbers.
std::vector<double> powers_of(const std::string& text) {
  std::vector<double> powers;
  std::istringstream parts(text);
  for (std::string part; std::getline(parts, part, ',');) {
    double power = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), power);
    MIXCON_REQUIRE(error == std::errc{} && end == part.data() + part.size() && power >= -1 && power <= 10,
                   "--lambda-power: ", text,
                   "; expected a number in [-1, 10], or several with commas between them, such as -1,0.25.");
    powers.push_back(power);
  }
  return powers;
}

}  // namespace

void mix_block_choice::declare(option_list& to) {
  to.add("mask-block", block, {"pair", "several"},
         "attention of the own image to its partner; or AdAutoMix's, for several images, of which there are two here");
  to.add("lambda-encoding", encoding, {"none", "concat", "concat-v", "mul", "factor"},
         "how the block learns of lambda: by a channel, of values alone, by 1 + lambda or lambda as a factor; several: "
         "by a channel, but for none",
         "none and concat in AutoMix, mul in SAMix");
  to.add(
      "lambda-power", lambda_power, {},
      "mul, factor: by which k lambda is rescaled (below 0: not); of several, with commas, one is drawn at each step",
      "0.25 on CIFAR, -1 on ImageNet");
  to.add("lambda-strength", lambda_strength, {1e-3, 1}, "mul: factors are 1 plus this times lambda", "1");
  to.add("value", value, {"linear", "content"}, "pair: values by one convolution, or by two with ELU between them");
  to.add("value-sees-pair", value_sees_pair, "pair: values are made of both images, not of the partner alone");
  to.add("value-dropout", value_dropout, {0, 0.99}, "content: of its output", "0, on ImageNet 0.1");
  to.add("attention-sees-pair", attention_sees_pair, "pair: queries and keys are made of both images");
  to.add("attention-norm", attention_norm, "queries and keys are normalised by their batch, and have no bias");
  to.add("attention-scaled", attention_scaled, "attention's logits are divided by the root of the width of a key");
  to.add("attention-reduction", reduction, {1, 65536}, "channels of the features for each number of a key", "2");
  to.add("upsample", upsample, {"nearest", "bilinear", "either"},
         "how masks are enlarged; either: one way is drawn at each step");
  to.add("mixer-upsample", mixer_upsample, {"same", "nearest", "bilinear"},
         "how the masks are that the mixer learns from", "same");
  if (is_of_several())
    for (const char* of_pair :
         {"lambda-power", "lambda-strength", "value", "value-sees-pair", "value-dropout", "attention-sees-pair"})
      to.idle(of_pair, "the block of --mask-block several has none");
  if (encoding != "mul" && encoding != "factor")
    to.idle("lambda-power", "--lambda-encoding " + encoding + " does not rescale lambda");
  if (encoding != "mul") to.idle("lambda-strength", "--lambda-encoding " + encoding + " has no such factor");
  if (value != "content") to.idle("value-dropout", "--value " + value + " has no dropout");
}

mix_block_options mix_block_choice::for_block() const {
  mix_block_options made;
  made.encoding = encoding == "concat"     ? lambda_encoding::concat
                  : encoding == "concat-v" ? lambda_encoding::concat_v
                  : encoding == "none"     ? lambda_encoding::none
                                           : lambda_encoding::mul;
  made.residual = encoding != "factor", made.strength = lambda_strength;
  made.rescale_powers = powers_of(lambda_power);
  made.content_value = value == "content", made.dropout = value_dropout, made.value_sees_pair = value_sees_pair;
  made.attention_sees_pair = attention_sees_pair, made.attention_norm = attention_norm;
  made.scaled = attention_scaled, made.reduction = reduction;
  made.upsamplings = upsamplings();
  return made;
}

multi_mix_block_options mix_block_choice::for_several() const {
  return {.lambda_channel = encoding != "none",
          .attention_norm = attention_norm,
          .scaled = attention_scaled,
          .reduction = reduction,
          .how = upsamplings().front()};
}

std::vector<upsampling> mix_block_choice::upsamplings() const {
  if (upsample == "either") return {upsampling::nearest, upsampling::bilinear};
  return {upsample == "bilinear" ? upsampling::bilinear : upsampling::nearest};
}

std::optional<upsampling> mix_block_choice::upsampling_of_mixer() const {
  if (mixer_upsample == "same") return std::nullopt;
  return mixer_upsample == "bilinear" ? upsampling::bilinear : upsampling::nearest;
}

void mask_loss_choice::declare(option_list& to) {
  to.add("mask-loss", mask_loss, {"none", "l1", "l1-variance", "l2-variance", "sparsity"},
         "what masks are held to beside the loss of their mixtures", "l1 in AutoMix, l1-variance in SAMix");
  to.add("mask-weight", mask_weight, {0, 1e3}, "of that", "0.1");
  to.add("mask-schedule", mask_schedule, {"constant", "cosine"}, "whether that weight falls to 0",
         "constant on CIFAR, cosine on ImageNet");
  to.add("mask-margin", mask_margin, {0, 1}, "what counts as no difference there", "0.1");
  if (mask_loss == "none")
    for (const char* of_loss : {"mask-weight", "mask-schedule", "mask-margin"})
      to.idle(of_loss, "--mask-loss none holds masks to nothing");
}

mask_loss_options mask_loss_choice::for_loss() const {
  return {.kind = mask_loss == "l1-variance"   ? mask_loss_kind::l1_variance
                  : mask_loss == "l2-variance" ? mask_loss_kind::l2_variance
                  : mask_loss == "sparsity"    ? mask_loss_kind::sparsity
                                               : mask_loss_kind::l1,
          .margin = mask_margin};
}

double mask_loss_choice::weight(index_t step, index_t steps) const {
  return mask_schedule == "cosine" ? mask_weight * half_cosine(step, steps) : mask_weight;
}

void mixer_options::declare(option_list& to) {
  to.add("alpha", alpha, {1e-6, 1e6}, "lambda is Beta(alpha, alpha)", "2");
  to.add("mask-layer", mask_layer, {1, 8}, "behind which stage of the encoder the mixer stands", "3 of 4 stages");
  mix_block_choice::declare(to);
  mask_loss_choice::declare(to);
  to.add("rescale", rescale, {0, 1}, "share of the encoder's batches whose masks are rescaled to the mean lambda",
         "0, in SAMix-I 1");
  to.add("rescale-margin", rescale_margin, {0, 1}, "unless a mask's mean is that near", "0.1");
  to.add("shapes-only", shapes_only,
         "the mixer's own masks are rescaled to the mean lambda too, so that its mixtures teach it their shapes alone");
  if (rescale == 0) to.idle("rescale-margin", "--rescale 0 rescales no mask");
  to.add("mask-smoothing", mask_smoothing, {0, 64},
         "the encoder's masks are blurred, by a deviation in pixels from 0.5 to this (0: not)", "0");
  to.add("lambda-margin", lambda_margin, {0, 1}, "lambda that near to 0 or 1 is mixed without a mask", "0.08");
  to.add("key-decay", key_decay, {0, 1},
         "share of itself that the mixer's encoder keeps at first (0: 1 - 1 / max(10, steps / 20))", "0.999");
  to.add("key-decay-end", key_decay_end, {0, 1}, "and at last", "0.999999");
  to.add("mixer-rate", mixer_rate, {0, 1e3}, "the mixer's learning rate as a multiple of --lr", "1, 0.5 on Tiny");
  to.add("mixer-schedule", mixer_schedule, {"cosine", "steps", "constant"}, "how it falls", "cosine");
  to.add("mixer-floor", mixer_floor, {0, 1}, "below which share of its peak it does not fall", "0.01, 0.5 on CIFAR");
  to.add("switch-off", switch_off, {0, 1},
         "the mixer learns at this share of the steps at first, and at none at last (0: at all)", "0, 0.8 on ViT");
}

mask_adjustment mixer_options::adjustment() const {
  MIXCON_REQUIRE(mask_smoothing == 0 || mask_smoothing >= least_smoothing, "--mask-smoothing: ", mask_smoothing,
                 "; a deviation is drawn from ", least_smoothing, " to that; expected no less, or 0.");
  return {.lambda_margin = lambda_margin,
          .rescale_probability = rescale,
          .mean_margin = rescale_margin,
          .smoothing = mask_smoothing};
}

double mixer_options::key_decay_at(index_t step, index_t steps) const {
  const double begin = key_decay > 0 ? key_decay : 1 - 1 / std::max(10.0, static_cast<double>(steps) / 20);
  return momentum_schedule{.first = begin, .last = std::max(begin, key_decay_end)}.at(step, steps);
}

double mixer_options::learns_at(index_t step, index_t steps) const {
  return switch_off > 0 ? switch_off * half_cosine(step, steps) : 1;
}

}  // namespace recipes
}  // namespace mixcon_train
