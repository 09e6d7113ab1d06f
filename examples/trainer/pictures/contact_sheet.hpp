// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pictures/picture.hpp"

#include <string>
#include <vector>

namespace mixcon_train {
inline namespace pictures {

/// A picture with a line of text below it, which may be empty.
struct captioned {
  picture shown{};
  std::string caption{};
};

/// Pictures beside each other, what they are to their left.
struct sheet_row {
  std::string title{};
  std::vector<captioned> tiles{};
};

/// Rows of small pictures below each other, under a title. Those of a row are enlarged by one whole factor, to about a
/// hundred pixels; captions are as large as their row lets them be. Refuses a sheet without pictures.
picture contact_sheet(const std::string& title, const std::vector<sheet_row>& rows);

}  // namespace pictures
}  // namespace mixcon_train
