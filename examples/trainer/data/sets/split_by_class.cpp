// SPDX-License-Identifier: BSD-3-Clause
#include "data/sets/split_by_class.hpp"

#include "files/file_error.hpp"

#include <mixcon/mix/draw/draws.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <vector>

namespace mixcon_train {
inline namespace data {

train_and_test split_by_class(const data_set& whole, const split_options& options) {
  std::vector<std::vector<index_t>> members(whole.class_names.size());
  for (index_t i = 0; i < whole.samples(); ++i) members[static_cast<std::size_t>(whole.label(i))].push_back(i);
  std::vector<index_t> train, test;
  for (std::size_t c = 0; c < members.size(); ++c) {
    const index_t count = std::ssize(members[c]);
    if (count < 2)
      refuse_file(whole.name, ": the class ", whole.class_names[c], " has ", count,
                  " samples; expected two or more, to train and to test. Add some, or leave the class out.");
    std::vector<index_t> order(members[c].size());
    const mixcon::philox_draws draws{.seed = options.seed, .step = c};
    draws.within("split").permutation("order", {order.data(), {count}});
    const auto wanted = static_cast<index_t>(std::lround(options.test_share * static_cast<double>(count)));
    const index_t held_out = std::clamp<index_t>(wanted, 1, count - 1);
    for (index_t k = 0; k < count; ++k)
      (k < held_out ? test : train).push_back(members[c][static_cast<std::size_t>(order[static_cast<std::size_t>(k)])]);
  }
  std::sort(train.begin(), train.end());
  std::sort(test.begin(), test.end());
  train_and_test parts{taken(whole, train), taken(whole, test)};
  parts.train.name = whole.name + " train";
  parts.test.name = whole.name + " test";
  return parts;
}

}  // namespace data
}  // namespace mixcon_train
