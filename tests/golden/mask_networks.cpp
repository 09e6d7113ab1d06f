// SPDX-License-Identifier: BSD-3-Clause
#include "golden/mask_networks.hpp"

#include "devices/host_numbers.hpp"

#include <utility>

namespace mixcon_golden {

namespace net = mixcon_train;

namespace {

/// A name of the public implementation as the trainer has it: the longest beginning or part that stands here.
std::string own_name(std::string name) {
  const std::pair<const char*, const char*> parts[] = {{"value.conv.0.conv.", "value.conv1."},
                                                       {"value.conv.0.bn.", "value.norm1."},
                                                       {"value.conv.1.conv.", "value.conv2."},
                                                       {"conv_v.", "value.conv."},
                                                       {"value.weight", "value.conv.weight"},
                                                       {"value.bias", "value.conv.bias"},
                                                       {"conv_q.", "query."},
                                                       {"conv_k.", "key."}};
  for (const auto& [theirs, ours] : parts)
    if (name.rfind(theirs, 0) == 0) {
      name.replace(0, std::string(theirs).size(), ours);
      break;
    }
  const std::size_t norm = name.find(".bn.");
  if (norm != std::string::npos) name.replace(norm, 4, ".norm.");
  const bool is_norm = name.find(".norm") != std::string::npos;
  const std::pair<const char*, const char*> ends[] = {
      {".weight", ".scale"}, {".bias", ".shift"}, {".running_var", ".running_variance"}};
  for (const auto& [theirs, ours] : ends) {
    const std::size_t at = name.rfind(theirs);
    if (is_norm && at != std::string::npos && at + std::string(theirs).size() == name.size())
      return name.substr(0, at) + ours;
  }
  return name;
}

net::shape shape_of(const array& listed) {
  if (listed.shape.empty() || listed.shape.size() > 4) throw std::runtime_error("an array of no axes, or of many");
  net::shape read{1, 1, 1, 1};
  if (listed.shape.size() == 1) read = {1};
  if (listed.shape.size() == 2) read = {1, 1};
  if (listed.shape.size() == 3) read = {1, 1, 1};
  for (int axis = 0; axis < read.rank(); ++axis) read[axis] = listed.shape[static_cast<std::size_t>(axis)];
  return read;
}

bool is_on(const json& value) {
  if (value.is_boolean()) return value.get<bool>();
  return value.is_number() ? value.get<double>() > 0 : !value.is_null();
}
bool flag_or_config(golden_case& of, const char* name) { return of.params.has(name) && is_on(of.params.raw(name)); }
void refuse_other(golden_case& of, const char* name, const char* known) {
  if (of.params.word(name, known) != known) unknown(std::string(name) + " " + of.params.word(name, known));
}

}  // namespace

net::tensor tensor_of(net::device& on, const array& listed) {
  return net::tensor_of(on, shape_of(listed), listed.data.data());
}
std::vector<double> numbers_of(const net::tensor& x) {
  std::vector<double> read(static_cast<std::size_t>(x.extents().size()));
  net::copy_numbers(x, read.data());
  return read;
}

void set_state(golden_case& of, net::module& network) {
  std::map<std::string, net::tensor*> places;
  for (const net::parameter& p : network.parameters()) places[p.name] = p.value.place();
  for (const net::state_tensor& s : network.state()) places[s.name] = s.value;
  const json& state = of.inputs.raw("state");
  if (state.size() != places.size()) throw std::runtime_error("inputs.state has other parts than the network");
  for (const auto& part : state.items()) {
    const auto found = places.find(own_name(part.key()));
    if (found == places.end()) unknown("state " + part.key());
    const array numbers = read_array(part.value());
    if (!(shape_of(numbers) == found->second->extents())) throw std::runtime_error(part.key() + " has another shape");
    *found->second = tensor_of(found->second->on(), numbers);
  }
}
void expect_gradients(golden_case& of, const net::module& network, double tolerance) {
  std::map<std::string, net::variable> by_name;
  for (const net::parameter& p : network.parameters()) by_name[p.name] = p.value;
  const auto listed = of.named_outputs("grad_params");
  if (of.lists("grad_params") && listed.size() != by_name.size()) of.fail("grad_params lacks a parameter");
  for (const auto& [name, expected] : listed) {
    const auto found = by_name.find(own_name(name));
    if (found == by_name.end() || !found->second.gradient())
      of.fail("grad_params." + name);
    else
      of.expect_equal("grad_params." + name, expected, numbers_of(found->second.gradient()), tolerance,
                      in_units_of::the_largest);
  }
}
void expect_buffers(golden_case& of, const net::module& network, double tolerance) {
  std::map<std::string, net::tensor> by_name;
  for (const net::state_tensor& s : network.state()) by_name[s.name] = *s.value;
  for (const auto& [name, expected] : of.named_outputs("buffers_after")) {
    const auto found = by_name.find(own_name(name));
    if (found == by_name.end())
      of.fail("buffers_after." + name);
    else
      of.expect_equal("buffers_after." + name, expected, numbers_of(found->second), tolerance);
  }
}

net::upsampling upsampling_of(const json& name) {
  if (name == "nearest") return net::upsampling::nearest;
  if (name != "bilinear") unknown("upsampling " + name.dump());
  return net::upsampling::bilinear;
}

net::mix_block_options block_options(golden_case& of) {
  net::mix_block_options options;
  options.reduction = of.params.has("reduction") ? of.params.count("reduction") : 2;
  options.scaled = of.params.flag("use_scale", true);
  refuse_other(of, "attention_mode", "embedded_gaussian");
  if (of.params.flag("double_norm", false)) unknown("double_norm");
  if (of.params.has("unsampling_mode")) {
    options.upsamplings.clear();
    const json& modes = of.params.raw("unsampling_mode");
    for (const json& mode : modes.is_array() ? modes : json::array({modes}))
      options.upsamplings.push_back(upsampling_of(mode));
  }
  int encodings = 0;
  const auto encoded = [&](const char* name, net::lambda_encoding as) {
    if (!flag_or_config(of, name)) return;
    options.encoding = as;
    ++encodings;
  };
  encoded("lam_concat", net::lambda_encoding::concat);
  encoded("lam_concat_v", net::lambda_encoding::concat_v);
  encoded("lam_mul", net::lambda_encoding::mul);
  if (encodings > 1) unknown("combination of encodings of lambda");
  if (of.params.has("lam_mul") && of.params.raw("lam_mul").is_number() && of.params.number("lam_mul") > 0)
    options.strength = of.params.number("lam_mul");
  options.residual = of.params.flag("lam_residual", false);
  if (of.params.has("lam_mul_k")) options.rescale_powers = of.params.real("lam_mul_k").data;
  options.value_sees_pair = of.params.flag("x_v_concat", false);
  options.attention_sees_pair = of.params.flag("x_qk_concat", false);
  options.attention_norm = flag_or_config(of, "att_norm_cfg");
  options.content_value = flag_or_config(of, "value_neck_cfg");
  if (options.content_value) refuse_other(of, "value_net", "conv1x1(no bias)-BN-ELU-conv1x1(no bias)");
  const json& state = of.inputs.raw("state");
  options.shared_attention = !state.contains("key.conv.weight");
  if (options.content_value)
    options.content_width = read_array(state.at("value.conv.0.conv.weight")).shape.at(0);
  return options;
}
std::vector<net::mix_block_options> each_draw(const net::mix_block_options& options) {
  std::vector<net::mix_block_options> all;
  for (const double power : options.rescale_powers)
    for (const net::upsampling how : options.upsamplings) {
      all.push_back(options);
      all.back().rescale_powers = {power};
      all.back().upsamplings = {how};
    }
  return all;
}

std::optional<net::mask_loss_options> loss_options(golden_case& of) {
  using kind = net::mask_loss_kind;
  const std::map<std::string, kind> kinds{{"L1", kind::l1},
                                          {"L2", kind::l2},
                                          {"Variance", kind::variance},
                                          {"L1+Variance", kind::l1_variance},
                                          {"L2+Variance", kind::l2_variance},
                                          {"Sparsity", kind::sparsity}};
  const std::string mode = of.params.word("mask_loss_mode", "none");
  const double margin = of.params.number("mask_loss_margin", 0);
  if (mode == "none") return std::nullopt;
  if (kinds.count(mode) == 0) unknown("mask_loss_mode " + mode);
  return net::mask_loss_options{kinds.at(mode), margin};
}

}  // namespace mixcon_golden
