// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/core/config.hpp>

#include <string>

namespace mixcon_train {
inline namespace options {
class option_list;
}
inline namespace data {

using mixcon::index_t;

/// How a view differs from its clip (mel bands, frames), in this order. Everything is off unless it is asked for.
struct clip_view_options {
  /// The clip begins up to so many frames earlier or later, each shift as likely; the first or last frame is repeated
  /// where nothing is known. 100 ms in Warden 2018, arXiv:1804.03209.
  index_t time_shift = 0;

  /// Gaussian noise added to every number; its deviation in deviations of that mel band, in [0, 100].
  double noise = 0;

  /// SpecAugment, Park et al. 2019, arXiv:1904.08779: so many masks, each of 0 to `widest` neighbouring frames or mel
  /// bands, each width and place as likely; they may overlap. What they cover becomes the band's mean, 0 once
  /// normalised. Its time warping is left out: it helped least there.
  struct masks {
    index_t count = 0;
    index_t widest = 0;
  };
  masks time{.count = 0, .widest = 20}, frequency{.count = 0, .widest = 8};
  double longest_share = 1;  ///< a mask of time covers at most this share of the frames, in (0, 1]

  void declare(option_list& to);
};

/// Every part that is on, in one line: "shift 10, noise 0.1, 2 time masks to 20, 1 frequency mask to 8"; or "none".
std::string to_string(const clip_view_options&);

/// Refuses options that are out of range; `function` starts the sentence, which speaks of flags.
void check_clip_view_options(const clip_view_options& chosen, const char* function);

}  // namespace data
}  // namespace mixcon_train
