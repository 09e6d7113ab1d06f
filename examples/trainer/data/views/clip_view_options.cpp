// SPDX-License-Identifier: BSD-3-Clause
#include "data/views/clip_view_options.hpp"

#include "data/views/check_options.hpp"
#include "options/option_list.hpp"

namespace mixcon_train {
inline namespace data {

namespace {

constexpr double most_noise = 100, least_share = 1e-6;
constexpr index_t longest = 1 << 20, most_masks = 100;

template <class... Parts>
void add_to(std::string& text, const Parts&... parts) {
  text += (text.empty() ? "" : ", ") + mixcon::detail::sentence(parts...);
}

}  // namespace

void clip_view_options::declare(option_list& to) {
  const option_range frames{0, static_cast<double>(longest)}, count{0, static_cast<double>(most_masks)};
  to.add("time-shift", time_shift, frames, "frames (of 10 ms) that a clip may begin earlier or later", "10");
  to.add("clip-noise", noise, {0, most_noise}, "deviation of noise on each number, in deviations of its mel band");
  to.add("time-masks", time.count, count, "masks over frames in each clip", "2");
  to.add("time-mask-widest", time.widest, frames, "frames that such a mask covers at most");
  to.add("time-mask-share", longest_share, {least_share, 1}, "and at most this share of all frames", "1");
  to.add("frequency-masks", frequency.count, count, "masks over mel bands in each clip", "2");
  to.add("frequency-mask-widest", frequency.widest, frames, "mel bands that such a mask covers at most");
}

std::string to_string(const clip_view_options& chosen) {
  std::string text;
  if (chosen.time_shift > 0) add_to(text, "shift ", chosen.time_shift);
  if (chosen.noise > 0) add_to(text, "noise ", chosen.noise);
  const auto add_masks = [&](const clip_view_options::masks& masks, const char* of) {
    if (masks.count > 0) add_to(text, masks.count, " ", of, masks.count > 1 ? " masks to " : " mask to ", masks.widest);
  };
  add_masks(chosen.time, "time");
  add_masks(chosen.frequency, "frequency");
  return text.empty() ? "none" : text;
}

void check_clip_view_options(const clip_view_options& chosen, const char* function) {
  check_within(function, "--time-shift", chosen.time_shift, index_t{0}, longest);
  check_within(function, "--clip-noise", chosen.noise, 0.0, most_noise);
  check_within(function, "--time-masks", chosen.time.count, index_t{0}, most_masks);
  check_within(function, "--time-mask-widest", chosen.time.widest, index_t{0}, longest);
  check_within(function, "--time-mask-share", chosen.longest_share, least_share, 1.0);
  check_within(function, "--frequency-masks", chosen.frequency.count, index_t{0}, most_masks);
  check_within(function, "--frequency-mask-widest", chosen.frequency.widest, index_t{0}, longest);
}

}  // namespace data
}  // namespace mixcon_train
