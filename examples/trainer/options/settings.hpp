// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/core/config.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace mixcon_train {
inline namespace options {

using mixcon::index_t;

/// Everything that decides what a run computes, and where it puts it. Defaults are those of the default job: UniCon in
/// the role of its published code on Fashion-MNIST, 1.2 million images.
struct settings {
  std::string recipe = "unicon";
  std::string universum = "mixup";  ///< how UniCon mixes: mixup, cutmix
  double partner_share = 0.25;      ///< of a universum image that is its partner's
  double alpha = 1;                 ///< of the Beta lambda of mixup, cutmix, manifold-mixup, supmix
  double temperature = 0.1;

  std::string data = "auto", data_folder{};
  index_t shift = 2;
  double flip = 0.5, erase = 0.25;

  std::string architecture = "resnet8";
  index_t width = 16;              ///< channels of the first stage
  index_t first_stride = 1;        ///< of the first convolution
  index_t embedding = 128;         ///< width of what the projection head gives
  std::string precision = "auto";  ///< fp32, bf16; auto: bf16 where the processor multiplies it

  index_t batch = 64;
  index_t images = 1200000;  ///< encoded forward and backward, in all; unless steps or epochs say otherwise
  index_t steps = 0, epochs = 0;
  double learning_rate = 0.1, momentum = 0.9, weight_decay = 1e-4;
  std::string schedule = "cosine";  ///< cosine, steps
  double warm_up = 0.05;            ///< share of the steps
  double average = 0;               ///< decay of the running mean of weights that is evaluated; 0: none

  std::uint64_t seed = 0;
  int threads = 0;                 ///< 0: as many as there are processors
  std::string out{};               ///< folder of the run; empty: a new one, numbered
  index_t checkpoint_every = 500;  ///< steps

  friend bool operator==(const settings&, const settings&) = default;
};

/// The names of the recipes, and what each is.
const std::vector<std::pair<std::string, std::string>>& known_recipes();

/// Refuses what cannot be run, before anything is read. Throws std::invalid_argument.
void check_settings(const settings& chosen);

/// Settings as JSON and back. Reading refuses text that is not what was written; `path` starts the sentence. Throws
/// file_error.
std::string to_json(const settings& chosen);
settings settings_from_json(const std::string& text, const std::string& path);

/// The option of the command line that sets a setting: "--lr" for "learning_rate".
std::string flag_of(const std::string& setting);

/// Every setting by name, as text.
std::vector<std::pair<std::string, std::string>> named_values(const settings& chosen);

}  // namespace options
}  // namespace mixcon_train
