// SPDX-License-Identifier: BSD-3-Clause
#include "data/views/augmentation.hpp"

#include <mixcon/core/require.hpp>

namespace mixcon_train {
inline namespace data {

namespace {

void check_probability(const char* function, const char* what, double probability) {
  MIXCON_REQUIRE(0 <= probability && probability <= 1, function, ": the probability of ", what, " is ", probability,
                 "; expected a number in [0, 1].");
}

template <class Part>  // resized_crop, random_erase
void check_part(const char* function, const char* what, const Part& part) {
  check_probability(function, what, part.probability);
  MIXCON_REQUIRE(0 < part.smallest && part.smallest <= part.largest && part.largest <= 1, function, ": ", what,
                 " takes shares of the area from ", part.smallest, " to ", part.largest,
                 "; expected 0 < smallest <= largest <= 1.");
  MIXCON_REQUIRE(0 < part.narrowest && part.narrowest <= part.widest && part.widest <= 1e6, function, ": ", what,
                 " takes aspects from ", part.narrowest, " to ", part.widest,
                 "; expected 0 < narrowest <= widest, as width / height.");
}

void check_strength(const char* function, const char* what, double strength) {
  MIXCON_REQUIRE(0 <= strength && strength <= 1e6, function, ": the strength of ", what, " is ", strength,
                 "; expected 0 (off) or more, usually 0.4.");
}

}  // namespace

augmentation small_image_augmentation() { return {.shift = 2, .flip = 0.5, .erase = {.probability = 0.25}}; }

std::string to_string(const augmentation& settings) {
  std::string text;
  const auto add = [&](const char* name, double setting) {
    if (setting > 0) text += (text.empty() ? "" : ", ") + mixcon::detail::sentence(name, " ", setting);
  };
  add("shift", static_cast<double>(settings.shift));
  add("crop", settings.crop.probability);
  add("flip", settings.flip);
  add("jitter", settings.jitter.probability);
  add("grey", settings.grey);
  add("blur", settings.blur.probability);
  add("erase", settings.erase.probability);
  return text.empty() ? "none" : text;
}

void check_augmentation(const augmentation& settings, const char* function) {
  MIXCON_REQUIRE(0 <= settings.shift && settings.shift < (1 << 15), function, ": the shift is ", settings.shift,
                 " pixels; expected 0 (off) or more, less than the image has.");
  check_part(function, "crop", settings.crop);
  check_probability(function, "flip", settings.flip);
  check_probability(function, "jitter", settings.jitter.probability);
  check_strength(function, "brightness", settings.jitter.brightness);
  check_strength(function, "contrast", settings.jitter.contrast);
  check_strength(function, "saturation", settings.jitter.saturation);
  check_probability(function, "grey", settings.grey);
  check_probability(function, "blur", settings.blur.probability);
  MIXCON_REQUIRE(
      0 < settings.blur.smallest && settings.blur.smallest <= settings.blur.largest && settings.blur.largest <= 100,
      function, ": blur takes deviations from ", settings.blur.smallest, " to ", settings.blur.largest,
      " pixels; expected 0 < smallest <= largest <= 100.");
  check_part(function, "erase", settings.erase);
}

}  // namespace data
}  // namespace mixcon_train
