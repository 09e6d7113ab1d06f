// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/core/config.hpp>
#include <mixcon/core/number/portable_math.hpp>
#include <mixcon/core/random/philox.hpp>
#include <mixcon/core/random/ziggurat.hpp>

namespace mixcon_train {
inline namespace data {

/// Adds a normal number of mean 0 to each of `count` numbers. The same bits on every machine.
inline void add_noise(double deviation, mixcon::philox_stream bits, float* numbers, mixcon::index_t count) {
  const mixcon::ziggurat& normal = mixcon::ziggurat::shared();
  for (mixcon::index_t k = 0; k < count; ++k)
    numbers[k] =
        static_cast<float>(static_cast<double>(numbers[k]) + mixcon::portable::product(deviation, normal(bits)));
}

}  // namespace data
}  // namespace mixcon_train
