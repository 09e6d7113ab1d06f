// SPDX-License-Identifier: BSD-3-Clause
// One number for the bits of many draws of every sampler: what must be the same everywhere.
#pragma once

#include <mixcon/core/number/portable_exp.hpp>
#include <mixcon/core/number/portable_math.hpp>
#include <mixcon/core/random/permutation.hpp>
#include <mixcon/core/random/philox.hpp>
#include <mixcon/core/random/samplers.hpp>

#include <cstdint>

namespace mixcon_test {

/// FNV-1a of 64-bit words, byte by byte from the low end, so that the processor's byte order does not matter.
class bit_hash {
 public:
  void add(std::uint64_t bits) {
    for (int byte = 0; byte < 8; ++byte) hash_ = (hash_ ^ (bits >> (8 * byte) & 0xFF)) * 0x100000001B3;
  }
  void add(mixcon::index_t number) { add(static_cast<std::uint64_t>(number)); }
  void add(double number) { add(__builtin_bit_cast(std::uint64_t, number)); }
  std::uint64_t value() const { return hash_; }

 private:
  std::uint64_t hash_ = 0xCBF29CE484222325;
};

/// 2000 draws of one sampler, one sample each; then their running sum, which a compiler must not fuse with the last
/// step of a draw. (It would not where it needs the draw for itself too: hence two loops.)
template <class Draw>
void add_draws(bit_hash& hash, std::uint64_t stream_number, Draw draw) {
  for (mixcon::index_t sample = 0; sample < 2000; ++sample) {
    mixcon::philox_stream stream(20260131, 7, stream_number, sample);
    hash.add(draw(stream));
  }
  double sum = 0;
  for (mixcon::index_t sample = 0; sample < 2000; ++sample) {
    mixcon::philox_stream stream(20260131, 7, stream_number, sample);
    sum += draw(stream);
    hash.add(sum);
  }
}

inline std::uint64_t hash_of_draws() {
  using namespace mixcon;
  bit_hash hash;
  std::uint64_t number = 0;
  add_draws(hash, ++number, [](auto& stream) { return uniform(stream); });
  add_draws(hash, ++number, [](auto& stream) { return normal(stream); });
  add_draws(hash, ++number, [](auto& stream) { return portable::log(uniform(stream)); });
  add_draws(hash, ++number, [](auto& stream) { return portable::exp(100 * normal(stream)); });
  add_draws(hash, ++number, [](auto& stream) { return portable::product(normal(stream), 1e5 / 3); });
  for (const double shape : {1e-3, 0.2, 1.0, 2.5, 1e6}) {
    add_draws(hash, ++number, [=](auto& stream) { return gamma(stream, shape); });
    add_draws(hash, ++number, [=](auto& stream) { return log_gamma_draw(stream, shape); });
    add_draws(hash, ++number, [=](auto& stream) { return beta(stream, shape, shape); });
    add_draws(hash, ++number, [=](auto& stream) { return beta(stream, shape, 8); });
  }
  add_draws(hash, ++number, [](auto& stream) { return beta(stream, 1e-320, 3e-320); });
  add_draws(hash, ++number, [&](auto& stream) {
    const double concentration[] = {0.1, 1, 5};
    double shares[3];
    dirichlet(stream, {concentration, {3}}, {shares, {3}});
    hash.add(shares[0]);
    hash.add(shares[1]);
    return shares[2];
  });
  for (const index_t n : {index_t{1}, index_t{2}, index_t{10}, index_t{3} << 61}) {
    philox_stream stream(20260131, 7, ++number, n);
    for (int draw = 0; draw < 2000; ++draw) hash.add(uniform_integer(stream, n));
  }
  for (index_t n = 2; n <= 64; ++n) {
    philox_stream stream(20260131, 7, ++number, n);
    index_t order[64];
    permutation(stream, {order, {n}});
    for (index_t i = 0; i < n; ++i) hash.add(order[i]);
    derangement(stream, {order, {n}});
    for (index_t i = 0; i < n; ++i) hash.add(order[i]);
  }
  add_draws(hash, ++number, [](auto& stream) { return ziggurat::shared()(stream); });
  add_draws(hash, ++number, [](auto& stream) {
    double powers[5];
    for (double& x : powers) x = 100 * normal(stream);
    portable::exp_each(powers, 5);
    return powers[0] / powers[4];
  });
  return hash.value();
}

/// What hash_of_draws() is. It changes only when the draws of a seed are meant to change, which the change log then
/// says.
inline constexpr std::uint64_t frozen_hash_of_draws = 0x001a9501c5a3ec77;

}  // namespace mixcon_test
