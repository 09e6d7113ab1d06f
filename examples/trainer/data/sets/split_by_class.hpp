// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "data/data_set.hpp"
#include "options/option_list.hpp"

#include <cstdint>

namespace mixcon_train {
inline namespace data {

/// How a set that comes in one piece is split.
struct test_split_options {
  double test_share = 0.3;
  std::uint64_t seed = 0;  ///< of all splits: that of split_options, which declares it

  void declare(option_list& to) {
    to.section("data in one piece");
    to.add("test-share", test_share, {0.01, 0.99}, "share of each class that is held out for the test");
  }
};

/// Holds a share of each class out for the test (train_and_test_of). Refuses a class of one sample (file_error), which
/// cannot be on both sides.
train_and_test split_by_class(const data_set& whole, const test_split_options& options);

}  // namespace data
}  // namespace mixcon_train
