// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/all_encoders.hpp"

#include "nn/convnet.hpp"
#include "nn/maxout_mlp.hpp"
#include "nn/resnet.hpp"
#include "options/nearest_name.hpp"

#include <algorithm>

namespace mixcon_train {
inline namespace recipes {

namespace {

/// What a residual network can be told beside its depth.
struct resnet_choice {
  index_t width = 16, first_stride = 1;
  void declare(option_list& to) {
    to.add("width", width, {1, 1024}, "channels of the first stage", "64 in resnet18, 34 and 50, 16 in the others");
    to.add("first-stride", first_stride, {1, 4}, "stride of the first convolution", "1 on small images");
  }
};

std::unique_ptr<encoder> make_resnet(device& on, const std::string& name, const any_options& chosen,
                                     const image_shape& samples, std::uint64_t seed) {
  const auto& options = chosen.as<resnet_choice>();
  return std::make_unique<resnet>(on, resnet_options{.depth = std::stoi(name.substr(std::string("resnet").size())),
                                                     .channels = samples.channels,
                                                     .width = options.width,
                                                     .stem_stride = options.first_stride,
                                                     .seed = seed});
}

struct convnet_choice {
  index_t width = 32;
  void declare(option_list& to) { to.add("width", width, {1, 1024}, "channels of the first of three stages"); }
};

std::unique_ptr<encoder> make_convnet(device& on, const std::string& /*name*/, const any_options& chosen,
                                      const image_shape& samples, std::uint64_t seed) {
  return std::make_unique<convnet>(
      on, convnet_options{.channels = samples.channels, .width = chosen.as<convnet_choice>().width, .seed = seed});
}

std::unique_ptr<encoder> make_maxout(device& on, const std::string& /*name*/, const any_options& chosen,
                                     const image_shape& samples, std::uint64_t seed) {
  maxout_options options = chosen.as<maxout_options>();
  options.inputs = samples.channels * samples.rows * samples.columns, options.seed = seed;
  return std::make_unique<maxout_mlp>(on, options);
}

bool holds(const std::vector<sample_kind>& kinds, sample_kind kind) {
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

}  // namespace

const std::vector<encoder_entry>& all_encoders() {
  static const std::vector<encoder_entry> all{
      {"resnet",
       {"resnet8", "resnet14", "resnet20", "resnet18", "resnet34", "resnet50"},
       {sample_kind::image, sample_kind::clip},
       [] { return any_options::of(resnet_choice{}); },
       make_resnet},
      {"convnet",
       {"convnet"},
       {sample_kind::image, sample_kind::clip},
       [] { return any_options::of(convnet_choice{}); },
       make_convnet},
      {"maxout-mlp", {"maxout-mlp"}, {sample_kind::row}, [] { return any_options::of(maxout_options{}); }, make_maxout},
  };
  return all;
}

std::vector<std::string> encoder_names() {
  std::vector<std::string> names;
  for (const encoder_entry& each : all_encoders()) names.insert(names.end(), each.names.begin(), each.names.end());
  return names;
}

const encoder_entry& encoder_called(const std::string& name) {
  require_one_of("--arch", name, encoder_names());
  for (const encoder_entry& each : all_encoders())
    if (std::find(each.names.begin(), each.names.end(), name) != each.names.end()) return each;
  return all_encoders().front();
}

const std::string& usual_encoder(sample_kind kind) {
  for (const encoder_entry& each : all_encoders())
    if (holds(each.kinds, kind)) return each.names.front();
  return all_encoders().front().names.front();
}

}  // namespace recipes
}  // namespace mixcon_train
