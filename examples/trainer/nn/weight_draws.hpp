// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/mix/draw/draws.hpp>

#include <cstdint>
#include <string>

namespace mixcon_train {
inline namespace nn {

using mixcon::index_t;

/// Where initial weights come from: numbers that depend on the seed and on the name of a parameter within its network,
/// and on nothing else. Another layer, or another order, shifts none.
class weight_draws {
 public:
  explicit weight_draws(std::uint64_t seed) : draws_{.seed = seed} {}

  weight_draws within(const std::string& name) const { return weight_draws(draws_.within(name.c_str())); }
  /// Number k of a normal distribution with mean 0 and variance 1.
  double normal(index_t k) const { return draws_.normal("weights", k); }

 private:
  explicit weight_draws(const mixcon::philox_draws& draws) : draws_(draws) {}

  mixcon::philox_draws draws_;
};

}  // namespace nn
}  // namespace mixcon_train
