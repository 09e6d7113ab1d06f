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

/// The numbers draws.uniform(f, i, 0, 1).
template <Draws D>
class uniforms {
 public:
  uniforms(const D& draws, field f) : draws_(draws), field_(f) {}
  double operator()(index_t i) const { return draws_.uniform(field_, i, 0, 1); }

 private:
  const D& draws_;
  field field_;
};
template <HasStreams D>
class uniforms<D> {
 public:
  uniforms(const D& draws, field f) : streams_(draws.streams(f)) {}
  double operator()(index_t i) const {
    auto bits = streams_[i];
    return uniform(bits);
  }

 private:
  decltype(std::declval<const D&>().streams(std::declval<field>())) streams_;
};

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
