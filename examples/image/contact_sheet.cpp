// SPDX-License-Identifier: BSD-3-Clause
#include "image/contact_sheet.hpp"

#include <mixcon/core/require.hpp>

#include <algorithm>

namespace mixcon_train {

namespace {

constexpr index_t margin = 10, gap = 6, tile_size = 100, text_scale = 2;
constexpr colour paper{236, 236, 236}, soft{70, 70, 70};

/// What all tiles of a sheet have in common.
struct measures {
  index_t factor = 1, rows = 0, columns = 0;  // of an enlarged tile
  index_t left = 0;                           // where tiles begin
  index_t most_tiles = 0;
};

measures measure(const std::vector<sheet_row>& sheet) {
  measures common;
  index_t title = 0;
  for (const sheet_row& row : sheet) {
    title = std::max(title, text_width(row.title, text_scale));
    common.most_tiles = std::max<index_t>(common.most_tiles, std::ssize(row.tiles));
    for (const captioned& tile : row.tiles) {
      common.rows = std::max(common.rows, tile.shown.rows());
      common.columns = std::max(common.columns, tile.shown.columns());
    }
  }
  const index_t longest = std::max(common.rows, common.columns);
  MIXCON_REQUIRE(longest >= 1, "contact_sheet: there are no pictures; expected at least one row with one.");
  common.factor = std::max<index_t>(1, (tile_size + longest / 2) / longest);
  common.rows *= common.factor, common.columns *= common.factor;
  common.left = margin + (title > 0 ? title + 2 * gap : 0);
  return common;
}

/// The scale in which every caption of a row is as wide as a tile at most; 0 when the row has none.
index_t caption_scale(const sheet_row& row, index_t width) {
  index_t longest = 0;
  for (const captioned& tile : row.tiles) longest = std::max(longest, text_width(tile.caption));
  return longest == 0 ? 0 : std::clamp<index_t>(width / longest, 1, text_scale);
}

index_t height_of(const sheet_row& row, const measures& common) {
  const index_t scale = caption_scale(row, common.columns);
  return common.rows + gap + (scale > 0 ? text_height(scale) + gap : 0);
}

void draw_row(const sheet_row& row, const measures& common, index_t top, picture& sheet) {
  const index_t middle = top + (common.rows - text_height(text_scale)) / 2;
  sheet.write(row.title, middle, margin, text_scale);
  const index_t scale = caption_scale(row, common.columns);
  index_t left = common.left;
  for (const captioned& tile : row.tiles) {
    sheet.paste(enlarged(tile.shown, common.factor), top, left);
    const index_t indent = std::max<index_t>(0, common.columns - text_width(tile.caption, scale)) / 2;
    if (scale > 0) sheet.write(tile.caption, top + common.rows + gap, left + indent, scale, soft);
    left += common.columns + gap;
  }
}

}  // namespace

picture contact_sheet(const std::string& title, const std::vector<sheet_row>& rows) {
  const measures common = measure(rows);
  const index_t header = title.empty() ? 0 : text_height(text_scale) + 2 * gap;
  index_t height = 2 * margin + header - gap;
  for (const sheet_row& row : rows) height += height_of(row, common);
  const index_t tiles = common.left + common.most_tiles * (common.columns + gap) - gap;
  picture sheet(height, std::max(tiles, margin + text_width(title, text_scale)) + margin, paper);
  sheet.write(title, margin, margin, text_scale);
  index_t top = margin + header;
  for (const sheet_row& row : rows) {
    draw_row(row, common, top, sheet);
    top += height_of(row, common);
  }
  return sheet;
}

}  // namespace mixcon_train
