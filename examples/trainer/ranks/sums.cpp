// SPDX-License-Identifier: BSD-3-Clause
#include "ranks/sums.hpp"

#include "ranks/part_of_sum.hpp"

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
  const std::size_t ranks = size(group.size()), count = numbers.size();
  const std::size_t part = (count + ranks - 1) / ranks;  // the last one is padded
  numbers.resize(part * ranks, 0.0F);
  const std::vector<float> sums = part_of_sum(group, numbers);
  group.all_gather(sums.data(), part * sizeof(float), numbers.data());
  numbers.resize(count);
}

}  // namespace ranks
}  // namespace mixcon_train
