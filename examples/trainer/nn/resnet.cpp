// SPDX-License-Identifier: BSD-3-Clause
#include "nn/resnet.hpp"

#include <stdexcept>

namespace mixcon_train {
inline namespace nn {

/// max(0, path(x) + shortcut(x)): two 3 x 3 convolutions, or 1 x 1, 3 x 3, 1 x 1 with four times the width behind; the
/// shortcut is a 1 x 1 convolution where the shape changes.
class resnet::block final : public layer {
 public:
  block(device& on, index_t channels, index_t width, index_t stride, bool bottleneck, const weight_draws& draws) {
    const index_t outputs = bottleneck ? 4 * width : width;
    if (bottleneck) {
      add(on, channels, width, 1, 1, true, draws);
      add(on, width, width, 3, stride, true, draws);
      add(on, width, outputs, 1, 1, false, draws);
    } else {
      add(on, channels, width, 3, stride, true, draws);
      add(on, width, outputs, 3, 1, false, draws);
    }
    if (channels == outputs && stride == 1) return;
    shortcut_ = std::make_unique<conv_layer>(on, channels, outputs, 1, convolution_rule{.stride = stride},
                                             draws.within("shortcut"));
    shortcut_norm_ = std::make_unique<norm_layer>(on, outputs, false);
    register_part("shortcut", *shortcut_);
    register_part("shortcut_norm", *shortcut_norm_);
  }

  variable forward(const variable& x) override {
    variable path = x;
    for (const auto& part : path_) path = part->forward(path);
    return relu_of_sum(path, shortcut_ ? shortcut_norm_->forward(shortcut_->forward(x)) : x);
  }

 private:
  void add(device& on, index_t channels, index_t outputs, index_t size, index_t stride, bool rectifies,
           const weight_draws& draws) {
    const std::string number = std::to_string(path_.size() / 2 + 1), name = "conv" + number;
    path_.push_back(std::make_unique<conv_layer>(
        on, channels, outputs, size, convolution_rule{.stride = stride, .padding = size / 2}, draws.within(name)));
    register_part(name, *path_.back());
    path_.push_back(std::make_unique<norm_layer>(on, outputs, rectifies));
    register_part("norm" + number, *path_.back());
  }

  std::vector<std::unique_ptr<layer>> path_;
  std::unique_ptr<layer> shortcut_, shortcut_norm_;
};

namespace {

/// How many blocks each stage has.
std::vector<int> blocks_of(int depth) {
  if (depth == 18) return {2, 2, 2, 2};
  if (depth == 34 || depth == 50) return {3, 4, 6, 3};
  if (depth >= 8 && (depth - 2) % 6 == 0) return std::vector<int>(3, (depth - 2) / 6);
  throw std::invalid_argument("resnet: depth is " + std::to_string(depth) +
                              "; expected 8, 14, 20 or another 6 n + 2 for the narrow networks, or 18, 34 or 50");
}

}  // namespace

resnet::resnet(device& on, const resnet_options& options) {
  const std::vector<int> blocks = blocks_of(options.depth);
  if (options.channels < 1 || options.width < 0 || options.stem_stride < 1)
    throw std::invalid_argument("resnet: channels " + std::to_string(options.channels) + ", width " +
                                std::to_string(options.width) + ", stem_stride " + std::to_string(options.stem_stride) +
                                "; expected at least 1, and 0 or more for the width");
  const bool bottleneck = options.depth == 50;
  index_t width = options.width > 0 ? options.width : blocks.size() == 4 ? 64 : 16, channels = width;
  const weight_draws draws(options.seed);
  stem_ =
      std::make_unique<conv_layer>(on, options.channels, width, 3,
                                   convolution_rule{.stride = options.stem_stride, .padding = 1}, draws.within("stem"));
  stem_norm_ = std::make_unique<norm_layer>(on, width, true);
  register_part("stem", *stem_);
  register_part("stem_norm", *stem_norm_);
  for (std::size_t stage = 0; stage < blocks.size(); ++stage, width *= 2) {
    stages_.emplace_back();
    for (int k = 0; k < blocks[stage]; ++k) {
      const index_t stride = stage > 0 && k == 0 ? 2 : 1;
      const std::string name = "stage" + std::to_string(stage + 1) + ".block" + std::to_string(k);
      stages_.back().push_back(std::make_unique<block>(on, channels, width, stride, bottleneck, draws.within(name)));
      register_part(name, *stages_.back().back());
      channels = bottleneck ? 4 * width : width;
    }
  }
  features_ = channels;
}
resnet::~resnet() = default;

variable resnet::through(int at, const variable& arriving) {
  if (at == 0) return stem_norm_->forward(stem_->forward(arriving));
  variable x = arriving;
  for (const auto& part : stages_[static_cast<std::size_t>(at - 1)]) x = part->forward(x);
  return at + 1 == layers() ? global_average_pool(x) : x;
}

}  // namespace nn
}  // namespace mixcon_train
