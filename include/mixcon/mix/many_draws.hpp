// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/core/ziggurat.hpp>
#include <mixcon/mix/draws.hpp>

#include <utility>

namespace mixcon::detail {

// One field, asked for as many numbers as there are pixels: what the numbers have in common is found out once.

/// Draws that have a stream of bits for each sample of a field.
template <class D>
concept HasStreams = Draws<D> && requires(const D& draws, field f) {
  { draws.streams(f)[index_t{}] } -> RandomBits;
};

/// Calls visit(i, u) for i = 0 .. count - 1, each u uniform in [0, 1): a multiple of 2^-32, four from each stream; where
/// numbers are recorded, draws.uniform(f, i, 0, 1).
template <Draws D, class Visit>
void for_each_uniform(const D& draws, field f, index_t count, Visit&& visit) {
  if constexpr (HasStreams<D>) {
    constexpr index_t together = 4;
    const auto streams = draws.streams(f);
    for (index_t first = 0; first < count; first += together) {
      auto bits = streams[first / together];
      const index_t end = count - first < together ? count : first + together;
      for (index_t i = first; i < end; ++i) visit(i, static_cast<double>(bits.next_u32()) * 0x1p-32);
    }
  } else {
    for (index_t i = 0; i < count; ++i) visit(i, draws.uniform(f, i, 0, 1));
  }
}

struct two_normals {
  double first, second;
};

/// Normal numbers with mean 0 and variance 1, two for each i; where numbers are recorded, those at 2 i and 2 i + 1.
template <Draws D>
class normal_pairs {
 public:
  normal_pairs(const D& draws, field f) : draws_(draws), field_(f) {}
  two_normals operator()(index_t i) const { return {draws_.normal(field_, 2 * i), draws_.normal(field_, 2 * i + 1)}; }

 private:
  const D& draws_;
  field field_;
};
template <HasStreams D>
class normal_pairs<D> {
 public:
  normal_pairs(const D& draws, field f) : streams_(draws.streams(f)) {}
  two_normals operator()(index_t i) const {
    auto bits = streams_[i];
    const double first = normal_(bits);
    return {first, normal_(bits)};
  }

 private:
  decltype(std::declval<const D&>().streams(std::declval<field>())) streams_;
  const ziggurat& normal_ = ziggurat::shared();
};

}  // namespace mixcon::detail
