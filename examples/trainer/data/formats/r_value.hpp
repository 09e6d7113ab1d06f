// SPDX-License-Identifier: BSD-3-Clause
// R's binary serialization, as far as tables need it.
#pragma once

#include "data/formats/named_bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace mixcon_train {
inline namespace data {

/// What a serialized value is, by the number that its file has for it.
enum class r_type {
  nil = 254,
  symbol = 1,
  pairs = 2,
  text = 9,
  logicals = 10,
  integers = 13,
  reals = 14,
  texts = 16,
  list = 19
};

/// A value of R; `items` are a list's, or the values of pairs whose names are `texts`.
struct r_value {
  r_type type = r_type::nil;
  std::uint64_t begin = 0;  ///< where it stands in the file
  std::vector<int> integers{};
  std::vector<double> reals{};
  std::vector<std::string> texts{};
  std::vector<r_value> items{};
  std::vector<r_value> attributes{};  ///< none, or one value of pairs

  /// The attribute of a name; null where there is none.
  const r_value* attribute(const std::string& name) const;
  /// Whether its class is, or is derived from, that one.
  bool is_a(const std::string& name) const;
};

/// Reads the one value of the bytes, whose header ("RDX2\nX\n" and versions) stands before it. Throws file_error.
r_value read_r_value(const named_bytes& file);

}  // namespace data
}  // namespace mixcon_train
