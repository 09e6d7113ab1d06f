// SPDX-License-Identifier: BSD-3-Clause
#include "ranks/part_of_sum.hpp"

#include <algorithm>
#include <cstddef>

namespace mixcon_train {
inline namespace ranks {

template <class T>
std::vector<T> part_of_sum(const rank_group& group, const std::vector<T>& numbers) {
  const auto ranks = static_cast<std::size_t>(group.size()), me = static_cast<std::size_t>(group.rank());
  const std::size_t part = numbers.size() / ranks;
  std::vector<T> of_ranks(part * ranks);  // of my part
  const auto begin_of = [=](std::size_t rank) { return static_cast<std::ptrdiff_t>(rank * part); };
  std::copy_n(numbers.begin() + begin_of(me), part, of_ranks.begin() + begin_of(me));
  for (std::size_t step = 1; step < ranks; ++step) {
    const std::size_t to = (me + step) % ranks, from = (me + ranks - step) % ranks;
    group
        .start_exchange(static_cast<index_t>(to), numbers.data() + to * part, part * sizeof(T),
                        static_cast<index_t>(from), of_ranks.data() + from * part, part * sizeof(T))
        ->wait();
  }
  std::vector<T> sums(part);
  for (std::size_t k = 0; k < part; ++k) {
    double sum = 0;
    for (std::size_t r = 0; r < ranks; ++r) sum += static_cast<double>(of_ranks[r * part + k]);
    sums[k] = static_cast<T>(sum);
  }
  return sums;
}

template std::vector<float> part_of_sum(const rank_group&, const std::vector<float>&);
template std::vector<double> part_of_sum(const rank_group&, const std::vector<double>&);

}  // namespace ranks
}  // namespace mixcon_train
