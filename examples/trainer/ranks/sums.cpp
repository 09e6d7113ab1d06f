// SPDX-License-Identifier: BSD-3-Clause
#include "ranks/sums.hpp"

#include <algorithm>

namespace mixcon_train {
inline namespace ranks {

namespace {

std::size_t size(index_t count) { return static_cast<std::size_t>(count); }

}  // namespace

moments joined(const moments& a, const moments& b) {
  const double all = a.count + b.count;
  if (all == 0) return {};
  const double apart = b.mean - a.mean;
  return {all, a.mean + apart * b.count / all, a.squares + b.squares + apart * apart * a.count * b.count / all};
}

void join_over(const rank_group& group, std::vector<moments>& each) {
  std::vector<moments> all(each.size() * size(group.size()));
  group.all_gather(each.data(), each.size() * sizeof(moments), all.data());
  for (std::size_t k = 0; k < each.size(); ++k) {
    each[k] = all[k];
    for (std::size_t r = 1; r < size(group.size()); ++r) each[k] = joined(each[k], all[r * each.size() + k]);
  }
}

void add_over(const rank_group& group, std::vector<double>& numbers) {
  std::vector<double> all(numbers.size() * size(group.size()));
  group.all_gather(numbers.data(), numbers.size() * sizeof(double), all.data());
  for (std::size_t k = 0; k < numbers.size(); ++k) {
    numbers[k] = 0;
    for (std::size_t r = 0; r < size(group.size()); ++r) numbers[k] += all[r * numbers.size() + k];
  }
}

void add_over(const rank_group& group, std::vector<float>& numbers) {
  const std::size_t ranks = size(group.size()), me = size(group.rank()), count = numbers.size();
  const std::size_t part = (count + ranks - 1) / ranks;  // the last one is padded
  numbers.resize(part * ranks, 0.0F);
  std::vector<float> of_ranks(part * ranks);  // of my part
  std::copy_n(numbers.data() + me * part, part, of_ranks.data() + me * part);
  for (std::size_t step = 1; step < ranks; ++step) {
    const std::size_t to = (me + step) % ranks, from = (me + ranks - step) % ranks;
    group
        .start_exchange(static_cast<index_t>(to), numbers.data() + to * part, part * sizeof(float),
                        static_cast<index_t>(from), of_ranks.data() + from * part, part * sizeof(float))
        ->wait();
  }
  std::vector<float> sums(part);
  for (std::size_t k = 0; k < part; ++k) {
    double sum = 0;
    for (std::size_t r = 0; r < ranks; ++r) sum += static_cast<double>(of_ranks[r * part + k]);
    sums[k] = static_cast<float>(sum);
  }
  group.all_gather(sums.data(), part * sizeof(float), numbers.data());
  numbers.resize(count);
}

}  // namespace ranks
}  // namespace mixcon_train
