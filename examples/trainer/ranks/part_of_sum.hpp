// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "ranks/rank_group.hpp"

#include <vector>

namespace mixcon_train {
inline namespace ranks {

/// Of as many equal parts of the numbers as there are ranks, this rank's: the sums over ranks, which are formed in
/// double and in the ranks' order. (W - 1) / W of their bytes are sent.
template <class T>
std::vector<T> part_of_sum(const rank_group& group, const std::vector<T>& numbers);

extern template std::vector<float> part_of_sum(const rank_group&, const std::vector<float>&);
extern template std::vector<double> part_of_sum(const rank_group&, const std::vector<double>&);

}  // namespace ranks
}  // namespace mixcon_train
