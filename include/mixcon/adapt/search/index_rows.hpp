// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What the adapters of search indexes share: rows as floats without gaps, and the checks of a search.

#include <mixcon/core/integer_view.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/core/storage.hpp>

#include <cstdint>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

// What the adapters of indexes share.
namespace mixcon::detail {

/// Rows (M, D) that shall stand under ids (M) in an index, as floats without gaps. Refuses, naming `function`, another
/// width, ids that do not fit, and rows that are not of length 1 within what their type can say.
template <Viewable<2> Rows>
std::vector<float> rows_for_index(const char* function, index_t width, const Rows& tensor, const integer_view& ids) {
  const auto rows = view<2>(tensor);
  MIXCON_REQUIRE(rows.extent(1) == width && ids.size() == rows.extent(0), function, ": rows ", rows.extents(), " and ",
                 ids.size(), " ids for an index of width ", width, "; expected that width and an id each");
  std::vector<float> packed;
  packed.reserve(static_cast<std::size_t>(rows.extent(0) * width));
  for (index_t i = 0; i < rows.extent(0); ++i) {
    MIXCON_REQUIRE(ids[i] >= 0, function, ": id ", ids[i], "; expected at least 0, the position of a key");
    double squared = 0;
    for (index_t x = 0; x < width; ++x) {
      packed.push_back(static_cast<float>(rows(i, x)));
      squared += static_cast<double>(packed.back()) * static_cast<double>(packed.back());
    }
    MIXCON_REQUIRE(squared > 0.98 && squared < 1.02, function, ": row ", i, " has squared length ", squared,
                   "; expected unit rows, so that inner products are cosines. Divide rows by their length");
  }
  return packed;
}

/// Refuses a search whose views do not fit each other.
inline void check_search(const char* function, index_t width, const matrix_view<const float>& queries,
                         const matrix_view<std::int64_t>& ids, const matrix_view<float>& scores) {
  MIXCON_REQUIRE(queries.extent(1) == width && queries.contiguous() && ids.extent(0) == queries.extent(0) &&
                     scores.extents() == ids.extents(),
                 function, ": queries ", queries.extents(), ", ids ", ids.extents(), ", scores ", scores.extents(),
                 " for an index of width ", width,
                 "; expected queries of that width without gaps, and a row of as many ids and scores for each");
}

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
