// SPDX-License-Identifier: BSD-3-Clause
// The views of every kind of samples.
#pragma once

#include "data/views/clip_view_options.hpp"
#include "data/views/image_view_options.hpp"
#include "data/views/row_view_options.hpp"
#include "data/views/view_maker.hpp"

#include <memory>
#include <string>

namespace mixcon_train {
inline namespace data {

/// How views are made, of whatever kind the samples are; the parts of other kinds are not used.
struct view_options {
  image_view_options image{};
  row_view_options row{};
  clip_view_options clip{};
  bool off = false;  ///< views are the samples themselves, normalised: all views of a sample are equal

  /// The options of one kind, so that those of another are refused. Beside `off` all others are idle.
  void declare(option_list& to, sample_kind kind);
};

/// The switch alone, which all kinds have.
struct view_switch {
  bool off = false;
  void declare(option_list& to);
};

/// The options of one kind in one line; "none" where they are off.
std::string to_string(const view_options& chosen, sample_kind kind);

/// The maker of views for the kind of `data`, which outlives it. Refuses options that are out of range.
std::unique_ptr<view_maker> new_views(const data_set& data, const channel_statistics& statistics,
                                      const view_options& chosen);

}  // namespace data
}  // namespace mixcon_train
