// SPDX-License-Identifier: BSD-3-Clause
// The kinds of samix_mixblock.json around a block: masks corrected for the encoder, a step of training, the momentum.
#include "golden/mask_networks.hpp"

#include "autograd/operators.hpp"
#include "devices/reference_device.hpp"
#include "nn/mask_adjustment.hpp"
#include "nn/momentum_schedule.hpp"

#include <mixcon/mix/labels/pair_targets.hpp>

namespace mixcon_golden {
namespace {

namespace net = mixcon_train;
using mixcon::pair_targets;

/// Images of up to 64 columns come to that layer without the two halvings of a larger stem.
index_t published_factor(index_t mask_layer, index_t columns) {
  return index_t{1} << (columns > 64 ? mask_layer + 2 : mask_layer);
}
net::variable both_shares(const net::variable& partner_share) {
  return net::concatenate_channels(net::own_share(partner_share), partner_share);
}

/// A batch is rescaled with that probability, and what was drawn is not recorded.
std::vector<double> each_outcome(double probability) {
  if (probability > 0 && probability < 1) return {1, 0};
  return {probability};
}

template <class T>
void check_adjustment(golden_case& of, double probability) {
  net::plain_device<T> on;
  const json& mode = of.params.raw("mode");
  net::mask_adjustment by{.lambda_margin = of.params.number("lam_margin", 0.08)};
  const double mean_margin = of.params.number("mean_margin", 0.1);
  if (mode.is_number())
    by.rescale_probability = probability;  // the margin of the mean is of "auto" alone
  else if (mode == "auto" || mode == "auto_label")
    by = {.lambda_margin = by.lambda_margin, .rescale_probability = 1, .mean_margin = mean_margin};
  else if (!mode.is_null())
    unknown("mode " + mode.dump());
  std::vector<bool> plain;  // pairs of one class
  if (mode == "auto_label") {
    const auto labels = of.inputs.raw("pseudo_label").get<std::vector<std::vector<index_t>>>();
    for (std::size_t k = 0; k < labels.at(0).size(); ++k) plain.push_back(labels[0][k] == labels.at(1).at(k));
  }
  const net::variable mask(tensor_of(on, of.inputs.real("mask")));
  const net::variable corrected =
      net::adjusted(net::slice_channels(mask, 1, 2), of.params.number("lam"), by, {.seed = 1}, plain);
  of.expect("mask", numbers_of(both_shares(corrected).value()), of_values<T>);
}
template <class T>
void check_adjustment(golden_case& of) {
  const json& mode = of.params.raw("mode");
  check_any(of, each_outcome(mode.is_number() ? mode.get<double>() : 0),
            [](golden_case& attempt, double probability) { check_adjustment<T>(attempt, probability); });
}

/// One step: the mixer's images go through a frozen linear classifier to the mixer, those of the encoder do not.
template <class T>
void check_step(golden_case& of, const net::mix_block_options& options, double rescale_probability) {
  net::plain_device<T> on;
  net::mix_block block(on, of.params.count("in_channels"), options, 1);
  set_state(of, block);
  block.set_training(of.params.flag("train", true));
  const net::variable images(tensor_of(on, of.inputs.real("images"))),
      features(tensor_of(on, of.inputs.real("features"))), classifier(tensor_of(on, of.inputs.real("classifier")));
  const index_t factor = published_factor(of.params.count("mask_layer"), images.extents()[3]);
  if (factor != net::mask_factor(features.extents(), images.extents())) of.fail("the layer's factor is another one");
  const double lambda = of.params.number("lam_mixer"), encoder_lambda = of.params.number("lam_encoder");
  const std::vector<index_t> partner = of.inputs.indices("index_mixer"),
                             encoder_partner = of.inputs.indices("index_encoder");

  const net::variable mu = block.forward(features, partner, {.lambda = lambda, .factor = factor});
  const net::variable mixed = net::mask_blend(images, partner, net::own_share(mu));
  pair_targets targets{.own = of.inputs.indices("labels"), .partner = {}, .lambda = {}};
  targets.lambda.assign(targets.own.size(), lambda);
  for (const index_t p : partner) targets.partner.push_back(targets.own.at(static_cast<std::size_t>(p)));
  const net::variable cross = net::cross_entropy(net::linear(net::flatten(mixed), classifier), targets);
  const auto judged = loss_options(of);
  const net::variable of_mask =
      judged ? net::scale(net::mask_loss(mu, lambda, *judged), of.params.number("mask_loss_weight"))
             : net::variable(net::filled(on, {1}, 0));
  const net::variable objective = cross + of_mask;

  const net::variable seen = net::adjusted(
      block.forward(features, encoder_partner, {.lambda = encoder_lambda, .factor = factor}), encoder_lambda,
      {.lambda_margin = of.params.number("lam_margin"), .rescale_probability = rescale_probability}, {});
  const net::variable encoder_mixed = net::mask_blend(images, encoder_partner, net::own_share(seen));
  net::backward(objective);

  of.expect("mixed_mixer", numbers_of(mixed.value()), of_values<T>);
  of.expect("mixed_encoder", numbers_of(encoder_mixed.value()), of_values<T>);
  of.expect("mixup_ce", cross.number(), of_values<T>);
  of.expect("mask_loss_weighted", of_mask.number(), of_values<T>);
  of.expect("objective", objective.number(), of_values<T>);
  expect_gradients(of, block, of_gradients<T>);
  expect_buffers(of, block, of_values<T>);
  of.expect_json("encoder_mix_requires_grad", encoder_mixed.wants_gradient());
}
template <class T>
void check_generator(golden_case& of) {
  const auto by_block = [&](golden_case& case_of_one, const net::mix_block_options& options) {
    check_any(case_of_one, each_outcome(of.params.number("mask_adjust", 0)),
              [&](golden_case& attempt, double probability) { check_step<T>(attempt, options, probability); });
  };
  check_any(of, each_draw(block_options(of)), by_block);
}

void check_momentum(golden_case& of) {
  const array scope = of.params.real("scope");
  const net::momentum_schedule schedule{.first = of.params.number("base"),
                                        .last = of.params.number("end"),
                                        .rises_from = scope.data.at(0),
                                        .rises_to = scope.data.at(1)};
  std::vector<double> momenta;
  for (const index_t step : of.inputs.indices("iter"))
    momenta.push_back(schedule.at(step, of.params.count("max_iter")));
  of.expect("momentum", momenta, of_values<double>);
}

const known_mixing adjustment_kind{"samix.mask_adjust", check_adjustment<double>, check_adjustment<float>};
const known_mixing generator_kind{"samix.generator_step", check_generator<double>, check_generator<float>};
const known_mixing momentum_kind{"samix.momentum_cosine", check_momentum};

}  // namespace
}  // namespace mixcon_golden
