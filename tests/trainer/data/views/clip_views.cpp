// SPDX-License-Identifier: BSD-3-Clause
#include "data/views/clip_views.hpp"

#include "options/option_list.hpp"

#include "support/catch.hpp"
#include "support/distributions.hpp"
#include "trainer/data/samples.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <vector>

using namespace mixcon_train;

namespace {

constexpr index_t bands = 5, frames = 12;

const data_set& clips() {
  static const data_set data = mixcon_test::noise_of(sample_kind::clip, 20);
  return data;
}

std::vector<float> view_of(const clip_view_options& chosen, const view_key& key) {
  std::vector<float> view(static_cast<std::size_t>(bands * frames));
  view_room room;
  clip_views(clips(), channel_statistics_of(clips()), chosen).view(key, view.data(), room);
  return view;
}

float at(const std::vector<float>& clip, index_t band, index_t frame) {
  return clip[static_cast<std::size_t>(band * frames + frame)];
}

/// How often each mask [begin, end) of a line was drawn, one mask a view; where it covers nothing, as {0, 0}.
/// `covers(view, place)` says whether a place of the line is covered, everywhere along the other axis.
template <class Covers>
std::vector<std::vector<int>> counted_masks(const clip_view_options& chosen, index_t length, int views,
                                            const Covers& covers) {
  std::vector<std::vector<int>> counts(static_cast<std::size_t>(length + 1));
  for (std::size_t width = 0; width < counts.size(); ++width) counts[width].resize(counts.size() - width, 0);
  for (int k = 0; k < views; ++k) {
    const std::vector<float> view = view_of(chosen, {.seed = 5, .view = k});
    index_t begin = length, end = 0, covered = 0;
    for (index_t place = 0; place < length; ++place)
      if (covers(view, place)) begin = std::min(begin, place), end = place + 1, ++covered;
    REQUIRE((covered == 0 || covered == end - begin));  // one stretch
    ++counts[static_cast<std::size_t>(covered)][covered == 0 ? 0 : static_cast<std::size_t>(begin)];
  }
  return counts;
}

/// Widths 0 to `widest` come equally often, and so do the places of each width.
void check_masks(const std::vector<std::vector<int>>& counts, std::size_t widest) {
  std::vector<int> widths;
  for (std::size_t width = 0; width < counts.size(); ++width) {
    int sum = 0;
    for (const int count : counts[width]) sum += count;
    if (width > widest) {
      CHECK(sum == 0);
      continue;
    }
    widths.push_back(sum);
    if (width > 0) CHECK(mixcon_test::chi_square(counts[width]) > 1e-3);
  }
  CHECK(mixcon_test::chi_square(widths) > 1e-3);
}

}  // namespace

TEST_CASE("With nothing on, a view is the normalised clip", "[data]") {
  std::vector<float> clip(static_cast<std::size_t>(bands * frames));
  for (index_t i = 0; i < clips().samples(); ++i) {
    normalised_rows(clips(), channel_statistics_of(clips()), {i}, clip.data());
    CHECK(view_of({}, {.seed = 3, .sample = i}) == clip);
  }
}

TEST_CASE("A shift moves all bands together, each way equally often, and repeats the frame at the end", "[data]") {
  const std::vector<float> clip = view_of({}, {.sample = 3});
  std::vector<std::vector<float>> shifted;
  for (index_t later = -3; later <= 3; ++later) {
    shifted.emplace_back();
    for (index_t band = 0; band < bands; ++band)
      for (index_t frame = 0; frame < frames; ++frame)
        shifted.back().push_back(at(clip, band, std::clamp<index_t>(frame - later, 0, frames - 1)));
  }
  std::vector<int> counts(shifted.size(), 0);
  for (int k = 0; k < 3500; ++k) {
    const auto found =
        std::find(shifted.begin(), shifted.end(), view_of({.time_shift = 3}, {.seed = 1, .sample = 3, .view = k}));
    REQUIRE(found != shifted.end());
    ++counts[static_cast<std::size_t>(found - shifted.begin())];
  }
  CHECK(mixcon_test::chi_square(counts) > 1e-3);
}

TEST_CASE("A mask of time covers neighbouring frames with the mean, in widths and places that are equally likely",
          "[data]") {
  const std::vector<float> clip = view_of({}, {});
  const auto covers = [&](const std::vector<float>& view, index_t frame) {
    bool covered = at(view, 0, frame) == 0;
    for (index_t band = 0; band < bands; ++band)
      REQUIRE(at(view, band, frame) == (covered ? 0 : at(clip, band, frame)));
    return covered;
  };
  check_masks(counted_masks({.time = {.count = 1, .widest = 4}}, frames, 5000, covers), 4);
  // at most a quarter of the frames: 3 of 12
  check_masks(counted_masks({.time = {.count = 1, .widest = 11}, .longest_share = 0.25}, frames, 4000, covers), 3);
}

TEST_CASE("A mask of frequency covers neighbouring mel bands with the mean", "[data]") {
  const std::vector<float> clip = view_of({}, {});
  const auto covers = [&](const std::vector<float>& view, index_t band) {
    bool covered = at(view, band, 0) == 0;
    for (index_t frame = 0; frame < frames; ++frame)
      REQUIRE(at(view, band, frame) == (covered ? 0 : at(clip, band, frame)));
    return covered;
  };
  check_masks(counted_masks({.frequency = {.count = 1, .widest = 3}}, bands, 4000, covers), 3);
}

TEST_CASE("Several masks are drawn apart, and nothing is added where they cover", "[data]") {
  // of two masks of 0 or 1 frame: both somewhere with 1/4, and then together with 1/12
  int none = 0, two = 0;
  for (int k = 0; k < 4000; ++k) {
    const std::vector<float> view = view_of({.noise = 0.5, .time = {.count = 2, .widest = 1}}, {.seed = 8, .view = k});
    index_t covered = 0;
    for (index_t frame = 0; frame < frames; ++frame) covered += at(view, 2, frame) == 0 ? 1 : 0;
    REQUIRE(covered <= 2);
    none += covered == 0 ? 1 : 0, two += covered == 2 ? 1 : 0;
  }
  const auto margin = [](double share) { return 4 * std::sqrt(share * (1 - share) / 4000); };
  const double both_apart = 0.25 * 11 / 12;
  CHECK(none / 4000.0 == Approx(0.25).margin(margin(0.25)));
  CHECK(two / 4000.0 == Approx(both_apart).margin(margin(both_apart)));
}

TEST_CASE("Noise on clips is normal, of the deviation that it is told", "[data]") {
  const std::vector<float> clip = view_of({}, {.sample = 6});
  std::vector<double> noise;
  for (int k = 0; k < 80; ++k) {
    const std::vector<float> view = view_of({.noise = 0.5}, {.seed = 2, .sample = 6, .view = k});
    for (std::size_t n = 0; n < view.size(); ++n)
      noise.push_back((static_cast<double>(view[n]) - static_cast<double>(clip[n])) * 2);
  }
  CHECK(mixcon_test::kolmogorov_smirnov(noise, mixcon_test::normal_distribution) > 1e-3);
}

TEST_CASE("A clip's view is named by seed, epoch, sample and view, with the same bits on every machine", "[data]") {
  const clip_view_options everything{
      .time_shift = 3, .noise = 0.1, .time = {.count = 2, .widest = 3}, .frequency = {.count = 1, .widest = 2}};
  const std::vector<float> view = view_of(everything, {11, 3, 1, 0});
  CHECK(view == view_of(everything, {11, 3, 1, 0}));
  for (const view_key& other :
       {view_key{12, 3, 1, 0}, view_key{11, 4, 1, 0}, view_key{11, 3, 0, 0}, view_key{11, 3, 1, 1}})
    CHECK(view != view_of(everything, other));
  std::uint64_t hash = 0xCBF29CE484222325;  // FNV-1a, of whole numbers
  for (index_t sample = 0; sample < 20; ++sample)
    for (const float number : view_of(everything, {.seed = 2, .epoch = 9, .sample = sample}))
      hash = (hash ^ std::bit_cast<std::uint32_t>(number)) * 0x100000001B3;
  CHECK(hash == 0xEAFE2F8BE7B8C328);
}

TEST_CASE("Options of clips say what is on, and refuse what is out of range", "[data]") {
  const clip_view_options everything{
      .time_shift = 3, .noise = 0.1, .time = {.count = 2, .widest = 3}, .frequency = {.count = 1, .widest = 2}};
  CHECK(to_string(everything) == "shift 3, noise 0.1, 2 time masks to 3, 1 frequency mask to 2");
  CHECK(to_string(clip_view_options{}) == "none");
  clip_view_options chosen;
  option_list list;
  chosen.declare(list);
  CHECK(list.names() == std::vector<std::string>{"time-shift", "clip-noise", "time-masks", "time-mask-widest",
                                                 "time-mask-share", "frequency-masks", "frequency-mask-widest"});
  set_option(*list.find("frequency-masks"), "2", "--frequency-masks");
  CHECK(chosen.frequency.count == 2);
  CHECK_THROWS_WITH(view_of({.time_shift = 12}, {}),
                    "clip_views: --time-shift: 12, and the clips of noise have 12 frames; expected less.");
  CHECK_THROWS_WITH(view_of({.frequency = {.count = 1, .widest = 5}}, {}),
                    "clip_views: --frequency-mask-widest: 5, and the clips of noise have 5 mel bands; expected less.");
  CHECK_THROWS_WITH(view_of({.time = {.count = 1, .widest = 12}}, {}), ContainsSubstring("--time-mask-widest: 12"));
  CHECK_THROWS_WITH(view_of({.time = {.count = 101}}, {}), "clip_views: --time-masks: 101; expected 0 to 100.");
  CHECK_THROWS_WITH(view_of({.time_shift = -1}, {}), ContainsSubstring("--time-shift: -1"));
  CHECK_THROWS_WITH(view_of({.longest_share = 0}, {}), ContainsSubstring("--time-mask-share: 0; expected"));
  const data_set images = mixcon_test::noise_of(sample_kind::image, 3);
  CHECK_THROWS_WITH(clip_views(images, channel_statistics_of(images), {}),
                    "clip_views: the samples of noise are images; expected clips.");
}
