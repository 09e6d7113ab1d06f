// SPDX-License-Identifier: BSD-3-Clause
#include "autograd/over_ranks.hpp"

#include "ranks/part_of_sum.hpp"
#include "ranks/sums.hpp"

#include <cstddef>
#include <vector>

namespace mixcon_train {
inline namespace autograd {

namespace detail {

losses_of_own_rows::losses_of_own_rows(device& on) : on_(on), before_(on.split()) {
  step_split alone = before_;
  alone.losses = nullptr;
  on_.set_split(alone);
}
losses_of_own_rows::~losses_of_own_rows() { on_.set_split(before_); }

variable mean_of_ranks(const rank_group& ranks, const variable& mine) {
  const double share = 1 / static_cast<double>(ranks.size());
  std::vector<double> sum{mine.number()};
  add_over(ranks, sum);
  return {filled(mine.on(), {1}, share * sum[0]), mine, [=](const tensor& g) { return g.on().scaled(g, share); }};
}

}  // namespace detail

variable rows_of_all_ranks(const variable& x) {
  const rank_group* const ranks = x.on().split().ranks;
  if (ranks == nullptr) return x;
  return with_numbers(x.on(), [&](auto number) -> variable {
    using T = decltype(number);
    const shape mine = x.extents();
    shape all = mine;
    all[0] *= ranks->size();
    const numbers_read<T> read(x.value());
    numbers_made<T> gathered(x.on(), all);
    ranks->all_gather(read.data(), static_cast<std::size_t>(mine.size()) * sizeof(T), gathered.data());
    return {gathered.made(), x, [ranks, mine](const tensor& upstream) {
              std::vector<T> numbers(static_cast<std::size_t>(upstream.extents().size()));
              copy_numbers(upstream, numbers.data());
              const std::vector<T> sums = part_of_sum(*ranks, numbers);
              return tensor_of(upstream.on(), mine, sums.data());
            }};
  });
}

}  // namespace autograd
}  // namespace mixcon_train
