// SPDX-License-Identifier: BSD-3-Clause
#include "data/views/image_view_options.hpp"

#include "data/views/check_options.hpp"
#include "options/option_list.hpp"

#include <mixcon/core/require.hpp>

#include <cstdint>

namespace mixcon_train {
inline namespace data {

namespace {

constexpr double least = 1e-6;  // of what has to be above 0
constexpr index_t longest_shift = (1 << 15) - 1;

/// --crop-smallest, --crop-largest and so on, of resized_crop and random_erase.
template <class Part>
void check_part(const char* function, const std::string& flag, const Part& part) {
  check_within(function, flag.c_str(), part.probability, 0.0, 1.0);
  check_ends(function, (flag + "-smallest").c_str(), part.smallest, (flag + "-largest").c_str(), part.largest, 1);
  check_ends(function, (flag + "-narrowest").c_str(), part.narrowest, (flag + "-widest").c_str(), part.widest, 1e6);
}

}  // namespace

image_view_options small_image_augmentation() { return {.shift = 2, .flip = 0.5, .erase = {.probability = 0.25}}; }

image_view_options contrastive_image_views(index_t channels) {
  image_view_options made{.crop = {.probability = 1}, .flip = 0.5, .jitter = {.probability = 0.8}};
  if (channels == 3)
    made.grey = 0.2, made.blur.probability = 0.5;
  else
    made.erase.probability = 0.25;
  return made;
}

void image_view_options::declare(option_list& to) {
  to.add("shift", shift, {0, static_cast<double>(longest_shift)},
         "pixels that an image may move in each direction; what comes in is 0");
  to.add("crop", crop.probability, {0, 1}, "probability of a random part, scaled to the whole size", "1");
  to.add("crop-smallest", crop.smallest, {least, 1}, "share of the area that such a part has at least", "0.08");
  to.add("crop-largest", crop.largest, {least, 1}, "and at most", "1");
  to.add("crop-narrowest", crop.narrowest, {least, 1e6}, "its width / height, at least", "0.75");
  to.add("crop-widest", crop.widest, {least, 1e6}, "and at most", "1.3333333333333333");
  to.add("flip", flip, {0, 1}, "probability of left and right changing places", "0.5");
  to.add("jitter", jitter.probability, {0, 1}, "probability of other brightness, contrast and saturation", "0.8");
  to.add("jitter-brightness", jitter.brightness, {0, 1e6}, "its factor is drawn from 1 minus to 1 plus this", "0.8");
  to.add("jitter-contrast", jitter.contrast, {0, 1e6}, "the same for contrast", "0.8");
  to.add("jitter-saturation", jitter.saturation, {0, 1e6}, "the same for saturation, in colour", "0.8");
  to.add("grey", grey, {0, 1}, "probability of a colour image without its colours", "0.2");
  to.add("blur", blur.probability, {0, 1}, "probability of a Gaussian blur", "0.5");
  to.add("blur-smallest", blur.smallest, {least, 100}, "its deviation in pixels, at least", "0.1");
  to.add("blur-largest", blur.largest, {least, 100}, "and at most", "2");
  to.add("erase", erase.probability, {0, 1}, "probability of a rectangle covered with the mean", "0.5");
  to.add("erase-smallest", erase.smallest, {least, 1}, "share of the area that it covers at least", "0.02");
  to.add("erase-largest", erase.largest, {least, 1}, "and at most", "0.4");
  to.add("erase-narrowest", erase.narrowest, {least, 1e6}, "its width / height, at least", "0.3");
  to.add("erase-widest", erase.widest, {least, 1e6}, "and at most", "3.3333333333333335");
}

std::string to_string(const image_view_options& chosen) {
  std::string text;
  const auto add = [&](const char* name, double value) {
    if (value > 0) text += (text.empty() ? "" : ", ") + mixcon::detail::sentence(name, " ", value);
  };
  add("shift", static_cast<double>(chosen.shift));
  add("crop", chosen.crop.probability);
  add("flip", chosen.flip);
  add("jitter", chosen.jitter.probability);
  add("grey", chosen.grey);
  add("blur", chosen.blur.probability);
  add("erase", chosen.erase.probability);
  return text.empty() ? "none" : text;
}

void check_image_view_options(const image_view_options& chosen, const char* function) {
  check_within(function, "--shift", chosen.shift, index_t{0}, longest_shift);
  check_part(function, "--crop", chosen.crop);
  check_within(function, "--flip", chosen.flip, 0.0, 1.0);
  check_within(function, "--jitter", chosen.jitter.probability, 0.0, 1.0);
  check_within(function, "--jitter-brightness", chosen.jitter.brightness, 0.0, 1e6);
  check_within(function, "--jitter-contrast", chosen.jitter.contrast, 0.0, 1e6);
  check_within(function, "--jitter-saturation", chosen.jitter.saturation, 0.0, 1e6);
  check_within(function, "--grey", chosen.grey, 0.0, 1.0);
  check_within(function, "--blur", chosen.blur.probability, 0.0, 1.0);
  check_ends(function, "--blur-smallest", chosen.blur.smallest, "--blur-largest", chosen.blur.largest, 100);
  check_part(function, "--erase", chosen.erase);
}

}  // namespace data
}  // namespace mixcon_train
