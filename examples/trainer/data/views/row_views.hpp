// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "data/views/row_view_options.hpp"
#include "data/views/view_maker.hpp"

namespace mixcon_train {
inline namespace data {

/// Views of rows of numbers (F): (value - mean) / deviation of each feature, with noise, and with features left out.
class row_views final : public view_maker {
 public:
  /// Refuses options out of range, and data of another kind.
  row_views(const data_set& data, const channel_statistics& statistics, const row_view_options& chosen);

  void view(const view_key& key, float* out, view_room& room) const override;

 private:
  row_view_options chosen_;
  channel_statistics statistics_;
};

}  // namespace data
}  // namespace mixcon_train
