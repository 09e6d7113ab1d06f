// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "data/views/clip_view_options.hpp"
#include "data/views/view_maker.hpp"

namespace mixcon_train {
inline namespace data {

/// Views of clips (1, mel bands, frames): (value - mean) / deviation of each mel band, moved, with noise and masks.
class clip_views final : public view_maker {
 public:
  /// Refuses options out of range, shifts and masks wider than the clip, and data of another kind.
  clip_views(const data_set& data, const channel_statistics& statistics, const clip_view_options& chosen);

  void view(const view_key& key, float* out, view_room& room) const override;

 private:
  clip_view_options chosen_;
  channel_statistics statistics_;
  index_t longest_mask_ = 0;  // in frames
};

}  // namespace data
}  // namespace mixcon_train
