// SPDX-License-Identifier: BSD-3-Clause
// What ranks add up. Sums are formed in the ranks' order, so that all ranks have the same bits.
#pragma once

#include "ranks/rank_group.hpp"

#include <vector>

namespace mixcon_train {
inline namespace ranks {

/// How many numbers there are, their mean, and the sum of the squares of their distances from it.
struct moments {
  double count = 0, mean = 0, squares = 0;
};
/// Of two sets of numbers together. Chan, Golub and LeVeque 1983.
moments joined(const moments& a, const moments& b);
/// In the place of each: those of all ranks' numbers together.
void join_over(const rank_group& group, std::vector<moments>& each);

/// In the place of each number: the sum over ranks. Some numbers at a time.
void add_over(const rank_group& group, std::vector<double>& numbers);
/// The same of many numbers, which are summed in double: each rank adds up a part of them, and then all are gathered.
/// 2 (W - 1) / W of their bytes are sent, and as many kept meanwhile.
void add_over(const rank_group& group, std::vector<float>& numbers);

}  // namespace ranks
}  // namespace mixcon_train
