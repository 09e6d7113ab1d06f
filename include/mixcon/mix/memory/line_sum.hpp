// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Sums of several samples, each times a weight or a share by place, where each sample is one run of memory.

#include <mixcon/core/config.hpp>
#include <mixcon/mix/memory/arithmetic.hpp>
#include <mixcon/mix/memory/streaming.hpp>

#include <cstddef>
#include <span>
#include <type_traits>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// One sample of a sum: each of its values times its share, or all times the weight. What has a share of 0 adds
/// nothing, whatever stands there.
template <class T>
struct sum_term {
  using number = mixing_number<T>;
  const T* values;
  number weight = 1;               // unless there are shares
  const number* shares = nullptr;  // of these values

  number added_to(number sum, index_t k) const {
    const number factor = shares == nullptr ? weight : shares[k];
    return factor == 0 ? sum : sum + factor * as_number(values[k]);
  }
  /// Adds the line of values from `first` on to as many sums.
  void add_line(index_t first, number* sums) const {
    const T* const x = values + first;
    if (shares == nullptr) {
      if (weight == 0) return;
      const number factor = weight;
      for (index_t k = 0; k < line_size<T>; ++k) sums[k] += factor * as_number(x[k]);
    } else if constexpr (SmallInteger<T>) {  // 0 times a value is 0
      const number* const share = shares + first;
      for (index_t k = 0; k < line_size<T>; ++k) sums[k] += share[k] * as_number(x[k]);
    } else {
      line_of_numbers held;
      const number* const numbers = as_numbers(x, held);
      for (index_t k = 0; k < line_size<T>; k += packet_size<number>) {
        const packet_of<number> sum = load_packet(sums + k), share = load_packet(shares + first + k);
        const packet_of<number> more = sum + share * load_packet(numbers + k), next = share == 0 ? sum : more;
        __builtin_memcpy(sums + k, &next, sizeof next);
      }
    }
  }

 private:
  struct line_of_numbers {
    number values[static_cast<std::size_t>(line_size<T>)];
  };
  static const number* as_numbers(const T* x, line_of_numbers& held) {
    if constexpr (std::is_same_v<T, number>) {
      return x;
    } else {
      for (index_t k = 0; k < line_size<T>; ++k) held.values[k] = as_number(x[k]);
      return held.values;
    }
  }
};

/// to[0 .. length) = the sum of the terms, in their order, kept in the type that values are mixed in and rounded once.
/// `streamed`: past the caches.
template <class T>
void write_sum(std::span<const sum_term<T>> terms, T* to, index_t length, bool streamed) {
  using number = mixing_number<T>;
  write_lines(
      to, length, streamed, [&terms](index_t soon) { return terms.back().values + soon; },
      [&terms](index_t first, const auto& write) {
        number sums[static_cast<std::size_t>(64 / sizeof(T))]{};
        for (const sum_term<T>& term : terms) term.add_line(first, sums);
        line_of<T> rounded;
        for (index_t k = 0; k < line_size<T>; ++k) rounded.values[k] = stored<T>(sums[k]);
        write.copy(rounded.values);
      },
      [&terms](index_t k) {
        number sum = 0;
        for (const sum_term<T>& term : terms) sum = term.added_to(sum, k);
        return stored<T>(sum);
      });
}

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
