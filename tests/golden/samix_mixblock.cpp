// SPDX-License-Identifier: BSD-3-Clause
// The kinds of samix_mixblock.json that are a block that learns masks: of two images, of more.
#include "golden/mask_networks.hpp"

#include "autograd/operators.hpp"
#include "devices/reference_device.hpp"
#include "nn/multi_mix_block.hpp"

namespace mixcon_golden {
namespace {

namespace net = mixcon_train;

template <class T>
void check_block(golden_case& of, const net::mix_block_options& options) {
  net::plain_device<T> on;
  net::mix_block block(on, of.params.count("in_channels"), options, 1);
  set_state(of, block);
  block.set_training(of.params.flag("train", false));
  const double lambda = of.params.number("lam");
  const net::variable features(tensor_of(on, of.inputs.real("features")), true);
  const net::variable others = net::gather_rows(features, of.inputs.indices("index"));
  const net::mix_block_parts parts =
      block.parts(features, others, {.lambda = lambda, .factor = of.params.count("scale_factor")});
  const net::variable mask = net::concatenate_channels(net::own_share(parts.partner_share), parts.partner_share);
  net::variable loss(net::filled(on, {1}, 0));
  if (const auto judged = loss_options(of)) loss = net::mask_loss(parts.partner_share, lambda, *judged);
  const net::variable upstream(tensor_of(on, of.inputs.real("grad_mask")));
  const net::variable objective = net::sum(mask * upstream) + loss;
  net::backward(objective);

  of.expect("attention", numbers_of(parts.attention), of_values<T>);
  of.expect("value", numbers_of(parts.value.value()), of_values<T>);
  of.expect("mask", numbers_of(mask.value()), of_values<T>);
  of.expect("mask_loss", loss.number(), of_values<T>);
  of.expect("objective", objective.number(), of_values<T>);
  of.expect("grad_features", numbers_of(features.gradient()), of_gradients<T>, in_units_of::the_largest);
  expect_gradients(of, block, of_gradients<T>);
  expect_buffers(of, block, of_values<T>);
}
template <class T>
void check_mixblock(golden_case& of) {
  check_any(of, each_draw(block_options(of)), check_block<T>);
}

template <class T>
void check_multi(golden_case& of) {
  net::plain_device<T> on;
  std::vector<net::variable> features;
  for (const json& image : of.inputs.raw("features")) features.emplace_back(tensor_of(on, read_array(image)), true);
  std::vector<double> lambdas = of.params.real("lam").data;
  if (lambdas.size() == 1) lambdas.push_back(1 - lambdas[0]);
  const json& state = of.inputs.raw("state");
  const array query = read_array(state.at("conv_q.conv.weight"));
  const index_t channels = features.at(0).extents()[1];
  net::multi_mix_block_options options{.scaled = of.params.flag("use_scale", true)};
  options.lambda_channel = query.shape.at(1) == channels + 1;
  options.attention_norm = state.contains("conv_q.bn.weight");
  options.reduction = std::max<index_t>(channels / query.shape.at(0), 1);
  if (of.params.has("mode")) options.how = upsampling_of(of.params.raw("mode"));
  net::multi_mix_block block(on, channels, options, 1);
  set_state(of, block);
  block.set_training(of.params.flag("train", false));
  const net::variable mask = block.forward(features, lambdas, of.params.count("scale_factor"));
  net::backward(net::sum(mask * net::variable(tensor_of(on, of.inputs.real("grad_mask")))));
  of.expect("mask", numbers_of(mask.value()), of_values<T>);
  const std::vector<array> by_features = of.outputs("grad_features");
  for (std::size_t k = 0; k < by_features.size(); ++k)
    of.expect_equal("grad_features", by_features[k], numbers_of(features.at(k).gradient()), of_gradients<T>,
                    in_units_of::the_largest);
  expect_gradients(of, block, of_gradients<T>);
  expect_buffers(of, block, of_values<T>);
}

const known_mixing mixblock_kind{"samix.mixblock", check_mixblock<double>, check_mixblock<float>};
const known_mixing multi_kind{"adautomix.mask", check_multi<double>, check_multi<float>};

}  // namespace
}  // namespace mixcon_golden
