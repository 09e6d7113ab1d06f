// SPDX-License-Identifier: BSD-3-Clause
// Calls over ranks that are threads, and what they answer, put together again: to compare with one process.
#pragma once

#include "support/agreement.hpp"
#include "support/embeddings.hpp"

#include <mixcon/contrast/targets.hpp>
#include <mixcon/engine/serial.hpp>
#include <mixcon/ranks/ranks.hpp>
#include <mixcon/ranks/thread_ranks.hpp>

#include <mutex>
#include <string>
#include <vector>

namespace mixcon_test {

/// Held by a rank while it checks something: Catch's assertions are for one thread at a time.
inline std::mutex checking;

/// How rows are shared out.
enum class sharing { even, uneven, one_empty };
inline const char* name_of_sharing(sharing how) {
  return how == sharing::even ? "even" : how == sharing::uneven ? "uneven" : "one empty";
}
/// How many rows each of so many ranks has.
inline std::vector<index_t> shares_of(index_t rows, index_t ranks, sharing how) {
  std::vector<index_t> sizes;
  const index_t empty = how == sharing::one_empty && ranks > 1 ? ranks / 2 : -1, having = ranks - (empty < 0 ? 0 : 1);
  index_t left = rows, others = having;
  for (index_t r = 0; r < ranks; ++r) {
    index_t some = left / (others > 0 ? others : 1);
    if (how == sharing::uneven && others > 1) some = r % 2 == 0 ? (2 * left) / (others + 1) : left / (2 * others);
    if (r == empty) some = 0;
    if (r != empty) --others, left -= some;
    sizes.push_back(some);
  }
  return sizes;
}
/// Where each rank's rows begin.
inline std::vector<index_t> firsts_of(const std::vector<index_t>& sizes) {
  std::vector<index_t> first{0};
  for (const index_t size : sizes) first.push_back(first.back() + size);
  return first;
}
/// Elements [first, first + count).
template <class T>
std::vector<T> part_of(const std::vector<T>& all, index_t first, index_t count) {
  return {all.begin() + first, all.begin() + first + count};
}

/// What ranks answer: a value each, and the gradients by all rows in the ranks' order.
template <class T>
struct ranks_answer {
  std::vector<T> values;
  std::vector<index_t> used;
  std::vector<double> slopes;  // by the temperature, where it is asked for
  matrix<T> by_rows;

  friend bool operator==(const ranks_answer&, const ranks_answer&) = default;
};

/// Calls call(rank, first row, rows, gradient, slope) on each rank, and collects what all say.
template <class T, class Call>
ranks_answer<T> on_ranks(const std::vector<index_t>& sizes, const matrix<T>& z, Call&& call) {
  const auto count = static_cast<index_t>(sizes.size());
  const std::vector<index_t> first = firsts_of(sizes);
  ranks_answer<T> all{std::vector<T>(sizes.size()), std::vector<index_t>(sizes.size()),
                      std::vector<double>(sizes.size()), zeros_like(z)};
  mixcon::thread_ranks threads(count);
  threads.run([&](const mixcon::thread_rank& me) {
    const auto r = static_cast<std::size_t>(me.rank());
    const matrix<T> mine = rows_of(z, first[r], sizes[r]);
    matrix<T> gradient(sizes[r], z.width(), T(7));
    const mixcon::loss_result<T> result = call(me, first[r], mine, gradient, all.slopes[r]);
    all.values[r] = result.value, all.used[r] = result.anchors_used;
    for (index_t i = 0; i < sizes[r]; ++i)
      for (index_t k = 0; k < z.width(); ++k) all.by_rows(first[r] + i, k) = gradient(i, k);
  });
  return all;
}

/// What two ways to add up may differ in: `logit` is the largest visible one in size.
template <class T>
long double apart(index_t rows, index_t width, long double logit) {
  return std::is_same_v<T, float> ? 2 * rounding_bound<float>(rows, width, logit) : 1e-12L * std::max(1.0L, logit);
}

}  // namespace mixcon_test
