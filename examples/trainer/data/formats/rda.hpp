// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "data/formats/named_bytes.hpp"

#include <mixcon/core/config.hpp>

#include <string>
#include <vector>

namespace mixcon_train {
inline namespace data {

using mixcon::index_t;

/// A column of a table: numbers, or a factor, each of whose entries is one of its levels.
struct frame_column {
  std::string name{};
  std::vector<double> numbers{};      ///< finite; of a factor empty
  std::vector<int> codes{};           ///< of a factor: 0 .. levels - 1
  std::vector<std::string> levels{};  ///< of a factor; of numbers empty

  bool is_factor() const { return !levels.empty(); }
};

/// A table of R.
struct data_frame {
  std::string name{};
  index_t rows = 0;
  std::vector<frame_column> columns{};

  /// The column of a name; null where there is none.
  const frame_column* find(const std::string& column) const;
};

/// The one data frame of an .rda file that is packed by xz, in R's binary format `X` (XDR), version 2 or 3. Reads what
/// a table of numbers and factors consists of, and refuses the rest: missing values, other columns, other objects,
/// names that are no plain UTF-8. Throws file_error with the offset, "FILE (unpacked), byte 12: ..." beyond the
/// packing. Lengths are compared with what the file still holds before memory is taken; at most 64 MiB are unpacked.
/// Source: R Internals, 1.8 Serialization Formats.
data_frame decode_rda(const named_bytes& file);
/// The same of the bytes that xz packs.
data_frame decode_unpacked_rda(const named_bytes& file);

}  // namespace data
}  // namespace mixcon_train
