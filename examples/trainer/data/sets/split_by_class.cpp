// SPDX-License-Identifier: BSD-3-Clause
#include "data/sets/split_by_class.hpp"

#include "data/splits.hpp"
#include "files/file_error.hpp"

#include <cstddef>
#include <vector>

namespace mixcon_train {
inline namespace data {

train_and_test split_by_class(const data_set& whole, const test_split_options& options) {
  const std::vector<index_t> counts = class_counts(whole);
  for (std::size_t c = 0; c < counts.size(); ++c)
    if (counts[c] < 2)
      refuse_file(whole.name, ": the class ", whole.class_names[c], " has ", counts[c],
                  " samples; expected two or more, to train and to test. Add some, or leave the class out.");
  return train_and_test_of(whole, options.seed, options.test_share);
}

}  // namespace data
}  // namespace mixcon_train
