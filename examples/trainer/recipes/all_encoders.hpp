// SPDX-License-Identifier: BSD-3-Clause
// Every encoder that --arch names.
#pragma once

#include "data/data_set.hpp"
#include "nn/encoder.hpp"
#include "options/any_options.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace mixcon_train {
inline namespace recipes {

/// A family of encoders: the names that it answers to, what it can be told, and how one is made.
struct encoder_entry {
  std::string family{};              ///< "resnet"
  std::vector<std::string> names{};  ///< "resnet8", "resnet14", ...
  std::vector<sample_kind> kinds{};  ///< of samples that it encodes; the first that takes a kind is its default
  any_options (*new_options)() = nullptr;
  /// For samples of that shape (N, C, H, W), of which N says nothing.
  std::unique_ptr<encoder> (*make)(device& on, const std::string& name, const any_options& chosen,
                                   const image_shape& samples, std::uint64_t seed) = nullptr;
};

const std::vector<encoder_entry>& all_encoders();

std::vector<std::string> encoder_names();

/// The family of that name. Refuses another name with the list and the nearest.
const encoder_entry& encoder_called(const std::string& name);

/// The name of the encoder for samples of a kind, where nobody chose one.
const std::string& usual_encoder(sample_kind kind);

}  // namespace recipes
}  // namespace mixcon_train
