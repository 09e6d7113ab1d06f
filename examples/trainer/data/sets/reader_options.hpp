// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "data/sets/clipart.hpp"
#include "data/sets/csv_set.hpp"
#include "data/sets/image_folder.hpp"
#include "data/splits.hpp"

#include <string>

namespace mixcon_train {
inline namespace data {

/// What readers can be told. Most sets take none of it.
struct reader_options {
  picture_options pictures{};
  table_options table{};
  clipart_options clipart{};
  split_options split{};

  /// Declares the options that the data set of a name takes. Refuses a name that is not known.
  void declare_for(const std::string& data, option_list& to);
};

}  // namespace data
}  // namespace mixcon_train
