// SPDX-License-Identifier: BSD-3-Clause
#include "data/views/views.hpp"

#include "data/views/clip_views.hpp"
#include "data/views/image_views.hpp"
#include "data/views/row_views.hpp"

namespace mixcon_train {
inline namespace data {

void view_options::declare(option_list& to, sample_kind kind) {
  switch (kind) {
    case sample_kind::image:
      return image.declare(to);
    case sample_kind::row:
      return row.declare(to);
    case sample_kind::clip:
      return clip.declare(to);
  }
}

std::string to_string(const view_options& chosen, sample_kind kind) {
  switch (kind) {
    case sample_kind::image:
      return to_string(chosen.image);
    case sample_kind::row:
      return to_string(chosen.row);
    case sample_kind::clip:
      return to_string(chosen.clip);
  }
  return "none";
}

std::unique_ptr<view_maker> new_views(const data_set& data, const channel_statistics& statistics,
                                      const view_options& chosen) {
  switch (data.kind) {
    case sample_kind::image:
      return std::make_unique<image_views>(data, statistics, chosen.image);
    case sample_kind::row:
      return std::make_unique<row_views>(data, statistics, chosen.row);
    case sample_kind::clip:
      return std::make_unique<clip_views>(data, statistics, chosen.clip);
  }
  return nullptr;
}

}  // namespace data
}  // namespace mixcon_train
