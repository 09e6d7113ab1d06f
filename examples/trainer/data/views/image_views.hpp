// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "data/pixel_table.hpp"
#include "data/views/image_view_options.hpp"
#include "data/views/view_maker.hpp"

namespace mixcon_train {
inline namespace data {

/// Views of images (C, H, W): (value / 255 - mean) / deviation of the altered image.
class image_views final : public view_maker {
 public:
  /// Refuses options out of range, data of another kind, and colour (saturation, grey) of images that have neither 1
  /// nor 3 channels.
  image_views(const data_set& data, const channel_statistics& statistics, const image_view_options& chosen);

  void view(const view_key& key, float* out, view_room& room) const override;
  view_room new_room() const override;

 private:
  image_view_options chosen_;
  channel_statistics statistics_;
  pixel_table table_;
};

}  // namespace data
}  // namespace mixcon_train
