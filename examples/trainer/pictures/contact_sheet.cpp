// SPDX-License-Identifier: BSD-3-Clause
#include "pictures/contact_sheet.hpp"

#include <mixcon/core/require.hpp>

#include <algorithm>
#include <iterator>

namespace mixcon_train {
inline namespace pictures {

namespace {

constexpr index_t margin = 10, gap = 6, tile_size = 100, text_scale = 2;
constexpr colour paper{236, 236, 236}, soft{70, 70, 70};

/// The larger side of the tiles of a row.
index_t longest_side(const sheet_row& row) {
  index_t longest = 1;
  for (const captioned& tile : row.tiles) longest = std::max({longest, tile.shown.rows(), tile.shown.columns()});
  return longest;
}
/// By how much the tiles of a row are enlarged.
index_t factor_of(const sheet_row& row) {
  const index_t longest = longest_side(row);
  return std::max<index_t>(1, (tile_size + longest / 2) / longest);
}
index_t tile_rows(const sheet_row& row) {
  index_t rows = 0;
  for (const captioned& tile : row.tiles) rows = std::max(rows, tile.shown.rows());
  return rows * factor_of(row);
}

/// Where tiles stand, in all rows alike.
struct columns_of_tiles {
  index_t left = 0, width = 0, count = 0;
};
columns_of_tiles measure(const std::vector<sheet_row>& sheet) {
  columns_of_tiles tiles;
  index_t title = 0;
  for (const sheet_row& row : sheet) {
    title = std::max(title, text_width(row.title, text_scale));
    tiles.count = std::max<index_t>(tiles.count, std::ssize(row.tiles));
    for (const captioned& tile : row.tiles) tiles.width = std::max(tiles.width, tile.shown.columns() * factor_of(row));
  }
  MIXCON_REQUIRE(tiles.width >= 1, "contact_sheet: there are no pictures; expected at least one row with one.");
  tiles.left = margin + (title > 0 ? title + 2 * gap : 0);
  return tiles;
}

/// The scale in which every caption of a row is as wide as a tile at most; 0 when the row has none.
index_t caption_scale(const sheet_row& row, index_t width) {
  index_t longest = 0;
  for (const captioned& tile : row.tiles) longest = std::max(longest, text_width(tile.caption));
  return longest == 0 ? 0 : std::clamp<index_t>(width / longest, 1, text_scale);
}

index_t height_of(const sheet_row& row, index_t width) {
  const index_t scale = caption_scale(row, width);
  return tile_rows(row) + gap + (scale > 0 ? text_height(scale) + gap : 0);
}

void draw_row(const sheet_row& row, const columns_of_tiles& tiles, index_t top, picture& sheet) {
  const index_t rows = tile_rows(row), scale = caption_scale(row, tiles.width);
  sheet.write(row.title, top + (rows - text_height(text_scale)) / 2, margin, text_scale);
  index_t left = tiles.left;
  for (const captioned& tile : row.tiles) {
    sheet.paste(enlarged(tile.shown, factor_of(row)), top, left);
    const index_t indent = std::max<index_t>(0, tiles.width - text_width(tile.caption, scale)) / 2;
    if (scale > 0) sheet.write(tile.caption, top + rows + gap, left + indent, scale, soft);
    left += tiles.width + gap;
  }
}

}  // namespace

picture contact_sheet(const std::string& title, const std::vector<sheet_row>& rows) {
  const columns_of_tiles tiles = measure(rows);
  const index_t header = title.empty() ? 0 : text_height(text_scale) + gap;
  index_t height = 2 * margin + header - gap;
  for (const sheet_row& row : rows) height += height_of(row, tiles.width);
  const index_t right = tiles.left + tiles.count * (tiles.width + gap) - gap;
  picture sheet(height, std::max(right, margin + text_width(title, text_scale)) + margin, paper);
  sheet.write(title, margin, margin, text_scale);
  index_t top = margin + header;
  for (const sheet_row& row : rows) {
    draw_row(row, tiles, top, sheet);
    top += height_of(row, tiles.width);
  }
  return sheet;
}

}  // namespace pictures
}  // namespace mixcon_train
