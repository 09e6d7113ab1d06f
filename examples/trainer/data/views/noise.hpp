// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/core/config.hpp>
#include <mixcon/core/random/philox.hpp>
#include <mixcon/core/random/ziggurat.hpp>

#include <algorithm>

namespace mixcon_train {
inline namespace data {

/// Adds a normal number of mean 0 to each of `count` numbers. The same bits on every machine: a product of two floats
/// is exact in double, so it does not matter whether a compiler fuses it with the sum.
inline void add_noise(double deviation, mixcon::philox_stream bits, float* numbers, mixcon::index_t count) {
  const mixcon::ziggurat& normal = mixcon::ziggurat::shared();
  const auto scale = static_cast<double>(static_cast<float>(deviation));
  const auto more = [&]() -> mixcon::philox_stream& { return bits; };
  for (mixcon::index_t first = 0; first < count; first += 4) {
    const mixcon::philox_block drawn = bits.next_block();
    for (mixcon::index_t k = first; k < std::min(first + 4, count); ++k) {
      const auto noise = static_cast<double>(static_cast<float>(normal.of(drawn.word[k - first], more)));
      numbers[k] = static_cast<float>(static_cast<double>(numbers[k]) + scale * noise);
    }
  }
}

}  // namespace data
}  // namespace mixcon_train
