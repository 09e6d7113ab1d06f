// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// How policies ask for random numbers: by the name of a field, so that order and batch size change nothing.

#include <mixcon/core/config.hpp>
#include <mixcon/core/random/permutation.hpp>
#include <mixcon/core/random/philox.hpp>
#include <mixcon/core/random/samplers.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/core/tensor_view.hpp>

#include <concepts>
#include <cstdint>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// The name under which a policy asks for random numbers: "lambda", "partner", "box_row". Every name is a stream of its
/// own, so a new field never shifts another one. `on_try(k)` names the numbers of a repeated draw.
class field {
 public:
  constexpr field(const char* name) : name_(name) {}  // NOLINT(google-explicit-constructor)
  constexpr field on_try(index_t k) const {
    field again = *this;
    again.repeated_ = k;
    return again;
  }
  constexpr const char* name() const { return name_; }
  constexpr index_t repeated() const { return repeated_; }

 private:
  const char* name_;
  index_t repeated_ = 0;
};

/// Answers a policy's questions for random numbers. An answer depends on what was asked (field, try, sample) and on
/// nothing else: not on the order of the questions, nor on the size of the batch. What is drawn once for the batch is
/// asked for as sample 0. `within` opens the name space of a policy.
template <class D>
concept Draws = requires(const D& draws, field f, index_t i, double real, vector_view<const double> concentration,
                         vector_view<double> weights, vector_view<index_t> order) {
  { draws.uniform(f, i, real, real) } -> std::same_as<double>;  // in [low, high)
  { draws.integer(f, i, i, i) } -> std::same_as<index_t>;       // in [low, high)
  { draws.normal(f, i) } -> std::same_as<double>;
  { draws.beta(f, i, real, real) } -> std::same_as<double>;
  draws.dirichlet(f, i, concentration, weights);
  draws.permutation(f, order);
  { draws.within(f) } -> std::convertible_to<D>;
};

/// Draws from the counter-based generator, keyed with (seed, step, policy, field, try, sample): the same seed and step
/// give the same plan with every compiler and on every platform.
///
///   const auto plan = policy.plan(shape, philox_draws{.seed = 1, .step = 17});
///
/// A policy that is used twice in a step, once a view, say, takes `draws.within("second view")` the second time.
struct philox_draws {
  std::uint64_t seed = 0;
  std::uint64_t step = 0;
  std::uint32_t policy = 0;  ///< set by `within`

  double uniform(field f, index_t sample, double low, double high) const {
    philox_stream bits = stream(f, sample);
    const double share = mixcon::uniform(bits);
    const double drawn = low + portable::product(high - low, share);
    return drawn < high ? drawn : low;  // the sum may round up to the open end
  }
  index_t integer(field f, index_t sample, index_t low, index_t high) const {
    philox_stream bits = stream(f, sample);
    return low + uniform_integer(bits, high - low);
  }
  double normal(field f, index_t sample) const {
    philox_stream bits = stream(f, sample);
    return mixcon::normal(bits);
  }
  double beta(field f, index_t sample, double a, double b) const {
    philox_stream bits = stream(f, sample);
    return mixcon::beta(bits, a, b);
  }
  void dirichlet(field f, index_t sample, vector_view<const double> concentration, vector_view<double> weights) const {
    philox_stream bits = stream(f, sample);
    mixcon::dirichlet(bits, concentration, weights);
  }
  void permutation(field f, vector_view<index_t> order) const {
    philox_stream bits = stream(f, 0);
    mixcon::permutation(bits, order);
  }
  philox_draws within(field name) const { return {seed, step, hashed(name, policy)}; }
  /// The streams of a field's samples: for who asks for as many numbers as there are pixels.
  philox_streams streams(field f) const { return {seed, step, stream_id(policy, hashed(f, 0))}; }

 private:
  philox_stream stream(field f, index_t sample) const { return streams(f)[sample]; }
  // FNV-1a: names are few and short, and equal names must hash alike on every platform
  static constexpr std::uint32_t hashed(field f, std::uint32_t outer) {
    std::uint32_t hash = 0x811C9DC5u ^ outer;
    const auto take = [&](std::uint32_t byte) { hash = (hash ^ byte) * 0x01000193u; };
    for (const char* letter = f.name(); *letter != 0; ++letter) take(static_cast<unsigned char>(*letter));
    for (std::uint64_t rest = static_cast<std::uint64_t>(f.repeated()); rest != 0; rest >>= 8)
      take(static_cast<std::uint32_t>(rest & 0xFF));
    return hash;
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
