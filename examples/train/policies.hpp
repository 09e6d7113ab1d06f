// SPDX-License-Identifier: BSD-3-Clause
// The mixing policies by name, as `inspect` shows them.
#pragma once

#include <mixcon/mix/box.hpp>
#include <mixcon/mix/draws.hpp>
#include <mixcon/mix/granularity.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace mixcon_train {

using mixcon::index_t;

/// A batch that is going to be mixed, with all that a policy may look at.
struct batch_to_mix {
  mixcon::image_shape shape{};
  std::vector<float> images{};    ///< (N, C, H, W), 0 .. 255
  std::vector<float> saliency{};  ///< (N, H, W), >= 0, not all 0 in an image
  std::vector<int> labels{};      ///< (N)
};

/// The same batch after a policy has mixed it.
struct mixed_batch {
  std::string plan{};              ///< in one line
  std::vector<index_t> partner{};  ///< (N)
  std::vector<double> lambda{};    ///< (N): the share of its own label that each sample keeps
  std::vector<float> keep{};       ///< (N, C, H, W): the share of its own value that each pixel keeps, times 255
  std::vector<float> images{};     ///< (N, C, H, W), 0 .. 255
};

/// What can be said about a policy beside its name; a policy takes what it has.
struct policy_options {
  std::optional<double> alpha{};  ///< of a Beta lambda; the policy's own default otherwise
  std::optional<double> partner_share{};
  mixcon::granularity per = mixcon::granularity::sample;  ///< how often it draws, where it can be asked to
};

struct policy_entry {
  const char* name;
  const char* summary;
  mixed_batch (*mix)(const batch_to_mix& batch, const mixcon::philox_draws& draws, const policy_options& options);
};

/// Every policy, one line each in policies.cpp.
std::span<const policy_entry> policies();

/// The policy of that name. Refuses another name with the list of those that there are.
const policy_entry& policy_called(const std::string& name);

}  // namespace mixcon_train
