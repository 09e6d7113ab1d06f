// SPDX-License-Identifier: BSD-3-Clause
#include "data/views/clip_views.hpp"

#include "data/views/noise.hpp"

#include <mixcon/core/require.hpp>
#include <mixcon/mix/draw/draws.hpp>

#include <algorithm>

namespace mixcon_train {
inline namespace data {

namespace {

using mixcon::field;
using mixcon::philox_draws;

/// Positions [begin, end) that a mask covers.
struct stretch {
  index_t begin, end;
};

/// Mask number k over a line of `length`: its width is drawn first, then its place.
stretch drawn_mask(const philox_draws& draws, index_t k, index_t sample, index_t widest, index_t length) {
  const index_t width = draws.integer(field("width").on_try(k), sample, 0, widest + 1);
  const index_t begin = draws.integer(field("place").on_try(k), sample, 0, length - width + 1);
  return {begin, begin + width};
}

/// Moves a line by `later`; its first or last number fills what comes in.
void move_line(float* line, index_t length, index_t later) {
  if (later > 0) {
    std::copy_backward(line, line + length - later, line + length);
    std::fill(line, line + later, line[0]);
  } else if (later < 0) {
    std::copy(line - later, line + length, line);
    std::fill(line + length + later, line + length, line[length - 1]);
  }
}

}  // namespace

clip_views::clip_views(const data_set& data, const channel_statistics& statistics, const clip_view_options& chosen)
    : view_maker(data), chosen_(chosen), statistics_(statistics) {
  require_kind(data, sample_kind::clip, "clip_views");
  check_clip_view_options(chosen, "clip_views");
  require_statistics_fit(data, statistics, "clip_views");
  const index_t bands = data.shape.rows, frames = data.shape.columns;
  const auto require_fits = [&](const char* flag, bool used, index_t wanted, index_t there, const char* what) {
    MIXCON_REQUIRE(!used || wanted < there, "clip_views: ", flag, ": ", wanted, ", and the clips of ", data.name,
                   " have ", there, " ", what, "; expected less.");
  };
  require_fits("--time-shift", true, chosen.time_shift, frames, "frames");
  require_fits("--time-mask-widest", chosen.time.count > 0, chosen.time.widest, frames, "frames");
  require_fits("--frequency-mask-widest", chosen.frequency.count > 0, chosen.frequency.widest, bands, "mel bands");
  longest_mask_ =
      std::min(chosen.time.widest, static_cast<index_t>(chosen.longest_share * static_cast<double>(frames)));
}

void clip_views::view(const view_key& key, float* out, view_room&) const {
  const index_t sample = key.sample, frames = data().shape.columns, lines = data().bands();
  const philox_draws draws =
      philox_draws{.seed = key.seed, .step = key.epoch}.within("clip view").within(field("view").on_try(key.view));
  normalise(data(), statistics_, sample, out);
  if (chosen_.time_shift > 0) {
    const index_t later = draws.integer("shift", sample, -chosen_.time_shift, chosen_.time_shift + 1);
    for (index_t line = 0; line < lines; ++line) move_line(out + line * frames, frames, later);
  }
  if (chosen_.noise > 0) add_noise(chosen_.noise, draws.streams("noise")[sample], out, lines * frames);
  for (index_t k = 0; k < chosen_.time.count; ++k) {
    const stretch covered = drawn_mask(draws.within("time mask"), k, sample, longest_mask_, frames);
    for (index_t line = 0; line < lines; ++line)
      std::fill(out + line * frames + covered.begin, out + line * frames + covered.end, 0.0F);
  }
  for (index_t k = 0; k < chosen_.frequency.count; ++k) {
    const stretch covered =
        drawn_mask(draws.within("frequency mask"), k, sample, chosen_.frequency.widest, data().shape.rows);
    for (index_t channel = 0; channel < data().shape.channels; ++channel)
      std::fill(out + (channel * data().shape.rows + covered.begin) * frames,
                out + (channel * data().shape.rows + covered.end) * frames, 0.0F);
  }
}

}  // namespace data
}  // namespace mixcon_train
