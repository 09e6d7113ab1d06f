// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/all_encoders.hpp"

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
