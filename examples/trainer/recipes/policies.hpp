// SPDX-License-Identifier: BSD-3-Clause
// The mixing policies by name, as `inspect` shows them.
#pragma once

#include "devices/lent.hpp"
#include "recipes/batch_to_mix.hpp"

#include <mixcon/mix/draw/draws.hpp>
#include <mixcon/mix/draw/granularity.hpp>
#include <mixcon/mix/labels/pair_targets.hpp>

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace mixcon_train {
inline namespace recipes {

/// A batch after a policy has mixed it, and what it was mixed with. Images are (N, C, H, W), 0 .. 255.
struct mixed_batch {
  std::string plan{};                   ///< in one line
  std::vector<index_t> partner{};       ///< (N), in the batch or in what the policy mixes with instead
  bool partners_are_of_batch = true;    ///< not where it mixes with noise, or with augmented copies
  std::vector<float> partner_images{};  ///< of each sample's (first) partner
  std::vector<double> lambda{};         ///< (N): the share of its own label that each sample keeps
  index_t columns = 0;                  ///< of what follows: those of the batch, or twice as many
  std::vector<float> keep{};            ///< the share of its own value that each pixel keeps, times 255
  std::vector<float> images{};          ///< mixed
};

/// A batch after a policy has mixed it for training.
struct mixed_training_batch {
  index_t columns = 0;                   ///< of the images: those of the batch, or twice as many
  lent<std::vector<float>> images{};     ///< (N, C, H, columns)
  lent<mixcon::pair_targets> targets{};  ///< own label, partner's, and the own one's share
};

/// What can be said about a policy beside its name; a policy takes what it has.
struct policy_options {
  std::optional<double> alpha{};  ///< of a Beta lambda; the policy's own default otherwise
  std::optional<double> partner_share{};
  mixcon::granularity per = mixcon::granularity::sample;  ///< how often it draws, where it can be asked to
  std::map<std::string, double> numbers{};                ///< others of its numbers, by name: "most-holes"
};

/// A number of a policy, and its default. Yes and no are 1 and 0.
struct policy_number {
  std::string name{};  ///< "most-holes"
  double usual = 0;
  std::string meaning{};
};

struct policy_entry {
  const char* name;
  const char* summary;
  mixed_batch (*mix)(const batch_to_mix& batch, const mixcon::philox_draws& draws, const policy_options& options);
  mixed_training_batch (*mix_for_training)(const batch_to_mix& batch, const mixcon::philox_draws& draws,
                                           const policy_options& options);
  mixcon::granularity usual;              ///< how often it draws by its own default
  bool takes_alpha, takes_partner_share;  ///< which options have an effect
  bool needs_places;                      ///< whether it matters to it where in a sample a value stands
  std::vector<policy_number> (*numbers)();
};

/// Every policy, one line each in policies.cpp.
std::span<const policy_entry> policies();

/// The policy of that name. Refuses another name with the list of those that there are.
const policy_entry& policy_called(const std::string& name);

/// Refuses a policy that needs places for rows of numbers, which have none: it would cover or paste nothing, or change
/// their length. Throws std::invalid_argument.
void require_places(const policy_entry& policy, sample_kind kind);

}  // namespace recipes
}  // namespace mixcon_train
