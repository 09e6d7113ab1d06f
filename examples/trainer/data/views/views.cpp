// SPDX-License-Identifier: BSD-3-Clause
#include "data/views/views.hpp"

#include "data/views/clip_views.hpp"
#include "data/views/image_views.hpp"
#include "data/views/row_views.hpp"
#include "options/option_list.hpp"

#include <cstddef>

namespace mixcon_train {
inline namespace data {

namespace {

void declare_switch(option_list& to, bool& off) {
  to.add("no-augmentation", off, "views are the samples themselves, normalised, whatever the other options say");
}

void declare_kind(view_options& chosen, option_list& to, sample_kind kind) {
  switch (kind) {
    case sample_kind::image:
      return chosen.image.declare(to);
    case sample_kind::row:
      return chosen.row.declare(to);
    case sample_kind::clip:
      return chosen.clip.declare(to);
  }
}

}  // namespace

void view_switch::declare(option_list& to) { declare_switch(to, off); }

void view_options::declare(option_list& to, sample_kind kind) {
  declare_switch(to, off);
  const std::size_t first = to.all().size();
  declare_kind(*this, to, kind);
  if (!off) return;
  for (std::size_t k = first; k < to.all().size(); ++k) {
    const std::string name = to.all()[k].name;
    to.idle(name, "--no-augmentation leaves every view as it is");
  }
}

std::string to_string(const view_options& chosen, sample_kind kind) {
  if (chosen.off) return "none";
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
  if (chosen.off) return new_views(data, statistics, view_options{});
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
