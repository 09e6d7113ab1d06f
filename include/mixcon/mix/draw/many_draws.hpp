// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Draws as many numbers of one field as there are pixels, four per block of random bits.

#include <mixcon/core/random/ziggurat.hpp>
#include <mixcon/mix/draw/draws.hpp>

#include <concepts>
#include <cstdint>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// Draws that have a stream of bits for each sample of a field.
template <class D>
concept HasStreams = Draws<D> && requires(const D& draws, field f) {
  { draws.streams(f) } -> std::same_as<philox_streams>;
};

/// Calls visit(i, word) for i = first .. first + count - 1, the word being number i % 4 of the first block of stream
/// i / 4.
template <class Visit>
void for_each_word(const philox_streams& streams, index_t first, index_t count, Visit&& visit) {
  constexpr index_t together = 4;
  const index_t end = first + count;
  for (index_t i = first; i < end;) {
    const philox_block block = streams[i / together].next_block();
    if (i % together == 0 && i + together <= end) {
      visit(i, block.word[0]), visit(i + 1, block.word[1]), visit(i + 2, block.word[2]), visit(i + 3, block.word[3]);
      i += together;
    } else {
      visit(i, block.word[i % together]), ++i;
    }
  }
}

/// Calls visit(i, u) for i = 0 .. count - 1, each u uniform in [0, 1), a multiple of 2^-32; where numbers are recorded,
/// draws.uniform(f, i, 0, 1).
template <Draws D, class Visit>
void for_each_uniform(const D& draws, field f, index_t count, Visit&& visit) {
  if constexpr (HasStreams<D>) {
    for_each_word(draws.streams(f), 0, count,
                  [&](index_t i, std::uint32_t word) { visit(i, static_cast<double>(word) * 0x1p-32); });
  } else {
    for (index_t i = 0; i < count; ++i) visit(i, draws.uniform(f, i, 0, 1));
  }
}

/// Calls visit(i, z) for i = first .. first + count - 1, each z normal with mean 0 and variance 1; where numbers are
/// recorded, draws.normal(f, i).
template <Draws D, class Visit>
void for_each_normal(const D& draws, field f, index_t first, index_t count, Visit&& visit) {
  if constexpr (HasStreams<D>) {
    const philox_streams streams = draws.streams(f);
    const ziggurat& normal = ziggurat::shared();
    for_each_word(streams, first, count, [&](index_t i, std::uint32_t word) {
      // a stream of its own: a number does not depend on who else was drawn
      visit(i, normal.of(word, [&] { return streams[-1 - i]; }));
    });
  } else {
    for (index_t i = first; i < first + count; ++i) visit(i, draws.normal(f, i));
  }
}

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
