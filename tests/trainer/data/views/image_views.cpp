// SPDX-License-Identifier: BSD-3-Clause
#include "data/views/image_views.hpp"

#include <mixcon/core/random/philox.hpp>

#include "support/catch.hpp"
#include "support/distributions.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

using namespace mixcon_train;

namespace {

/// Images of noise, other ones for every sample.
data_set noise(index_t samples, index_t channels, index_t rows, index_t columns) {
  data_set data{.name = "noise", .shape = {samples, channels, rows, columns}, .class_names = {"a", "b"}};
  mixcon::philox_stream bits(5, 0, 0, 0);
  for (index_t k = 0; k < samples * data.width(); ++k)
    data.images.push_back(static_cast<std::uint8_t>(1 + bits.next_u32() % 255));  // 0 only comes from padding
  for (index_t i = 0; i < samples; ++i) data.labels.push_back(static_cast<int>(i % 2));
  return data;
}

/// Statistics that leave values as they are: 0 .. 255.
channel_statistics plain(const data_set& data) {
  const auto channels = static_cast<std::size_t>(data.shape.channels);
  return {.mean = std::vector<double>(channels, 0), .deviation = std::vector<double>(channels, 1 / 255.0)};
}

std::vector<float> view_of(const image_view_options& settings, const data_set& data, const view_key& key) {
  std::vector<float> view(static_cast<std::size_t>(data.width()));
  const image_views made(data, plain(data), settings);
  view_room room = made.new_room();
  made.view(key, view.data(), room);
  for (float& value : view) value = std::abs(value - std::round(value)) < 1e-3F ? std::round(value) : value;
  return view;
}

float at(const data_set& data, index_t sample, index_t c, index_t y, index_t x) {
  const bool inside = 0 <= y && y < data.shape.rows && 0 <= x && x < data.shape.columns;
  return inside ? data.image(sample)[(c * data.shape.rows + y) * data.shape.columns + x] : 0;
}

/// How the view looks when image `sample` is moved, and then perhaps mirrored.
std::vector<float> moved(const data_set& data, index_t sample, index_t down, index_t right, bool mirrored) {
  std::vector<float> view;
  for (index_t c = 0; c < data.shape.channels; ++c)
    for (index_t y = 0; y < data.shape.rows; ++y)
      for (index_t x = 0; x < data.shape.columns; ++x)
        view.push_back(at(data, sample, c, y - down, (mirrored ? data.shape.columns - 1 - x : x) - right));
  return view;
}

double mean_of(const std::vector<float>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

}  // namespace

TEST_CASE("With nothing on, a view is the normalised image", "[data]") {
  const data_set data = noise(2, 3, 5, 7);
  const channel_statistics statistics{.mean = {0.1, 0.2, 0.3}, .deviation = {0.5, 0.25, 1}};
  std::vector<float> view(105), rows(105);
  view_room room;
  image_views(data, statistics, {}).view({.seed = 1, .epoch = 2, .sample = 1}, view.data(), room);
  normalised_rows(data, statistics, {1}, rows.data());
  CHECK(view == rows);
  for (std::size_t k = 0; k < 105; ++k)
    CHECK(view[k] == Approx((data.image(1)[k] / 255.0 - statistics.mean[k / 35]) / statistics.deviation[k / 35]));
}

TEST_CASE("Shift and flip show every move of the image equally often", "[data]") {
  const data_set data = noise(1, 2, 6, 5);
  const image_view_options settings{.shift = 1, .flip = 0.5};
  std::vector<std::vector<float>> moves;
  for (const bool mirrored : {false, true})
    for (index_t down = -1; down <= 1; ++down)
      for (index_t right = -1; right <= 1; ++right) moves.push_back(moved(data, 0, down, right, mirrored));
  std::vector<int> counts(moves.size(), 0);
  for (std::uint64_t epoch = 0; epoch < 3600; ++epoch) {
    const auto move = std::find(moves.begin(), moves.end(), view_of(settings, data, {.seed = 3, .epoch = epoch}));
    REQUIRE(move != moves.end());
    ++counts[static_cast<std::size_t>(move - moves.begin())];
  }
  CHECK(mixcon_test::chi_square(counts) > 1e-3);
}

TEST_CASE("Both ways to move an image agree", "[data]") {
  const data_set data = noise(3, 3, 8, 8);
  const image_view_options moves{.shift = 3, .flip = 0.5};
  image_view_options through_floats = moves;  // a crop of everything, which changes no value
  through_floats.crop = {.probability = 1, .smallest = 1, .largest = 1, .narrowest = 1, .widest = 1};
  for (std::uint64_t epoch = 0; epoch < 40; ++epoch) {
    const view_key key{.seed = 4, .epoch = epoch, .sample = static_cast<index_t>(epoch % 3), .view = 1};
    CHECK(view_of(moves, data, key) == view_of(through_floats, data, key));
  }
}

TEST_CASE("Erase covers as often, as much and as evenly as it is told", "[data]") {
  const data_set data = noise(1, 1, 20, 20);
  const image_view_options settings{.erase = {.probability = 0.25, .smallest = 0.1, .largest = 0.3}};
  const int views = 4000;
  int erased = 0;
  double smallest = 1, largest = 0, sum = 0;
  std::vector<int> covered(400, 0);
  for (int k = 0; k < views; ++k) {
    const std::vector<float> view = view_of(settings, data, {.seed = 6, .view = k});
    index_t top = 20, bottom = 0, left = 20, right = 0, zeros = 0;
    for (index_t p = 0; p < 400; ++p)
      if (view[static_cast<std::size_t>(p)] == 0) {
        top = std::min(top, p / 20), bottom = std::max(bottom, p / 20 + 1);
        left = std::min(left, p % 20), right = std::max(right, p % 20 + 1);
        ++zeros, ++covered[static_cast<std::size_t>(p)];
      } else {
        REQUIRE(view[static_cast<std::size_t>(p)] == data.images[static_cast<std::size_t>(p)]);
      }
    if (zeros == 0) continue;
    REQUIRE(zeros == (bottom - top) * (right - left));  // a rectangle
    ++erased;
    const double share = static_cast<double>(zeros) / 400;
    smallest = std::min(smallest, share), largest = std::max(largest, share), sum += share;
  }
  const double deviation = std::sqrt(0.25 * 0.75 / views);
  CHECK(erased / static_cast<double>(views) == Approx(0.25).margin(4 * deviation));
  CHECK(smallest == Approx(0.1).margin(0.02));  // sides are whole pixels
  CHECK(largest == Approx(0.3).margin(0.03));
  CHECK(sum / erased == Approx(0.2).margin(0.01));
  for (std::size_t p = 0; p < 400; ++p) {  // mirror images of a place are covered as often
    const double expected = 0.5 * (covered[p] + covered[399 - p]);
    CHECK(std::abs(covered[p] - expected) <= 5 * std::sqrt(expected));
  }
}

TEST_CASE("A resized crop shows a part of the image, whatever its shape", "[data]") {
  data_set data{.shape = {1, 1, 24, 32}, .labels = {0}, .class_names = {"a"}};
  for (int y = 0; y < 24; ++y)
    for (int x = 0; x < 32; ++x) data.images.push_back(static_cast<std::uint8_t>(4 * x + 5 * y));
  const image_view_options settings{.crop = {.probability = 1, .smallest = 0.2, .largest = 0.6}};
  double sum = 0;
  for (int k = 0; k < 1000; ++k) {
    const std::vector<float> view = view_of(settings, data, {.seed = 7, .view = k});
    // a plane stays a plane away from the borders, where the slopes say how large the part was
    const double across = static_cast<double>(view[12 * 32 + 20] - view[12 * 32 + 12]) / 8 / 4;
    const double down = static_cast<double>(view[16 * 32 + 16] - view[8 * 32 + 16]) / 8 / 5;
    const double share = across * down, aspect = across * 32 / (down * 24);
    CHECK((share > 0.17 && share < 0.65));
    CHECK((aspect > 0.68 && aspect < 1.46));  // 3/4 to 4/3, of sides in whole pixels
    const double centre = static_cast<double>(view[11 * 32 + 15] + view[12 * 32 + 16]) / 2;
    CHECK(view[9 * 32 + 11] + view[14 * 32 + 20] == Approx(2 * centre).margin(0.01));
    sum += share;
  }
  CHECK(sum / 1000 == Approx(0.4).margin(0.012));
  const image_view_options impossible{
      .crop = {.probability = 1, .smallest = 1, .largest = 1, .narrowest = 3, .widest = 3}};
  const std::vector<float> middle = view_of(impossible, data, {.seed = 8});  // 11 of 24 rows
  CHECK(static_cast<double>(middle[16 * 32 + 16] - middle[8 * 32 + 16]) == Approx(8 * 5 * 11.0 / 24));
  CHECK(middle[3] - middle[2] == 4);
}

TEST_CASE("Grey is the luminance, and jitter scales what it says", "[data]") {
  const data_set data = noise(1, 3, 4, 4);
  const auto luminance = [&](const std::vector<float>& image, std::size_t p) {
    return 0.299 * static_cast<double>(image[p]) + 0.587 * static_cast<double>(image[16 + p]) +
           0.114 * static_cast<double>(image[32 + p]);
  };
  const std::vector<float> image = view_of({}, data, {});
  const std::vector<float> grey = view_of({.grey = 1}, data, {});
  double mean = 0;
  for (std::size_t p = 0; p < 16; ++p) mean += luminance(image, p) / 16;
  for (std::size_t k = 0; k < 48; ++k) CHECK(grey[k] == Approx(luminance(image, k % 16)).margin(2e-3));

  const auto jittered = [&](int k, double brightness, double contrast, double saturation) {
    const image_view_options settings{.jitter = {1, brightness, contrast, saturation}};
    return view_of(settings, data, {.seed = 9, .view = k});
  };
  std::vector<double> factors[3];
  for (int k = 0; k < 300; ++k)
    for (std::size_t part = 0; part < 3; ++part) {
      const std::vector<float> view = jittered(k, part == 0 ? 0.4 : 0, part == 1 ? 0.4 : 0, part == 2 ? 0.4 : 0);
      const auto zero_at = [&](std::size_t i) { return part == 0 ? 0 : part == 1 ? mean : luminance(image, i % 16); };
      // from the value that is furthest from where the scale starts, and not cut off
      std::size_t best = 0;
      double furthest = 0;
      for (std::size_t i = 0; i < 48; ++i)
        if (view[i] > 0 && view[i] < 255 && std::abs(static_cast<double>(image[i]) - zero_at(i)) > furthest)
          best = i, furthest = std::abs(static_cast<double>(image[i]) - zero_at(i));
      const double factor =
          (static_cast<double>(view[best]) - zero_at(best)) / (static_cast<double>(image[best]) - zero_at(best));
      factors[part].push_back(factor);
      for (std::size_t i = 0; i < 48; ++i) {
        const double scaled = zero_at(i) + factor * (static_cast<double>(image[i]) - zero_at(i));
        CHECK(view[i] == Approx(std::clamp(scaled, 0.0, 255.0)).margin(0.02));
      }
    }
  for (const std::vector<double>& drawn : factors)
    CHECK(mixcon_test::kolmogorov_smirnov(drawn, [](double x) { return std::clamp((x - 0.6) / 0.8, 0.0, 1.0); }) >
          1e-3);
}

TEST_CASE("Blur spreads a point by a Gaussian of the drawn deviation, and keeps the sum", "[data]") {
  data_set data{
      .shape = {1, 1, 31, 31}, .images = std::vector<std::uint8_t>(961, 0), .labels = {0}, .class_names = {"a"}};
  data.images[15 * 31 + 15] = 255;
  const image_view_options settings{.blur = {.probability = 1, .smallest = 1.5, .largest = 1.5}};
  std::vector<float> view(961);
  view_room room;
  image_views(data, plain(data), settings).view({}, view.data(), room);
  double norm = 0;
  for (int k = -5; k <= 5; ++k) norm += std::exp(-k * k / 4.5);
  for (int y = -6; y <= 6; ++y)
    for (int x = -6; x <= 6; ++x) {
      const bool reached = std::max(std::abs(x), std::abs(y)) <= 5;
      const double expected = reached ? 255 * std::exp(-(x * x + y * y) / 4.5) / (norm * norm) : 0;
      CHECK(view[static_cast<std::size_t>((15 + y) * 31 + 15 + x)] == Approx(expected).margin(1e-3));
    }
  std::fill(data.images.begin(), data.images.end(), std::uint8_t{77});
  for (const float value : view_of(settings, data, {})) CHECK(value == Approx(77));  // borders are mirrored
}

TEST_CASE("A view is named by seed, epoch, sample and view, and another name is another view", "[data]") {
  const data_set data = noise(2, 3, 16, 16);
  const image_view_options everything{.shift = 2,
                                      .crop = {.probability = 0.8},
                                      .flip = 0.5,
                                      .jitter = {.probability = 0.8},
                                      .grey = 0.2,
                                      .blur = {.probability = 0.5},
                                      .erase = {.probability = 0.25}};
  const view_key key{.seed = 11, .epoch = 3, .sample = 1, .view = 0};
  const std::vector<float> view = view_of(everything, data, key);
  CHECK(view == view_of(everything, data, key));
  for (const view_key& other :
       {view_key{12, 3, 1, 0}, view_key{11, 4, 1, 0}, view_key{11, 3, 0, 0}, view_key{11, 3, 1, 1}})
    CHECK(view != view_of(everything, data, other));
  CHECK(mean_of(view) > 0);
  CHECK(to_string(everything) == "shift 2, crop 0.8, flip 0.5, jitter 0.8, grey 0.2, blur 0.5, erase 0.25");
  CHECK(to_string(image_view_options{}) == "none");
}

TEST_CASE("The views of a seed are the same bits with every compiler", "[data]") {
  const data_set data = noise(8, 3, 12, 10);
  const image_views views(data, channel_statistics_of(data), small_image_augmentation());
  std::vector<float> view(static_cast<std::size_t>(data.width()));
  view_room room;
  std::uint64_t hash = 0xCBF29CE484222325;  // FNV-1a, of whole numbers
  for (index_t sample = 0; sample < 8; ++sample)
    for (index_t number = 0; number < 2; ++number) {
      views.view({.seed = 2, .epoch = 9, .sample = sample, .view = number}, view.data(), room);
      for (const float value : view) hash = (hash ^ __builtin_bit_cast(std::uint32_t, value)) * 0x100000001B3;
    }
  CHECK(hash == 0xCD83CE6393ED8856);
}

TEST_CASE("Settings out of range are refused by name", "[data]") {
  const data_set grey = noise(1, 1, 8, 8), odd = noise(1, 2, 8, 8);
  const auto refusal = [](const image_view_options& settings, const data_set& data) -> std::string {
    try {
      image_views(data, plain(data), settings);
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "";
  };
  CHECK_THAT(refusal({.flip = 1.5}, grey), ContainsSubstring("image_views: --flip: 1.5; expected 0 to 1."));
  CHECK_THAT(refusal({.flip = std::nan("")}, grey), ContainsSubstring("--flip: nan; expected"));
  CHECK_THAT(refusal({.shift = -1}, grey), ContainsSubstring("--shift: -1; expected"));
  CHECK_THAT(refusal({.shift = 8}, grey), ContainsSubstring("--shift: 8 pixels, and the images of noise are 8 x 8"));
  CHECK_THAT(refusal({.crop = {.smallest = 0}}, grey), ContainsSubstring("--crop-smallest: 0, and --crop-largest: 1"));
  CHECK_THAT(refusal({.erase = {.largest = 2}}, grey), ContainsSubstring("--erase-largest: 2; expected"));
  CHECK_THAT(refusal({.erase = {.narrowest = 4}}, grey), ContainsSubstring("--erase-narrowest: 4, and --erase-widest"));
  CHECK_THAT(refusal({.blur = {.smallest = 2}}, grey), ContainsSubstring("--blur-smallest: 2, and --blur-largest: 1"));
  CHECK_THAT(refusal({.jitter = {.contrast = -1}}, grey), ContainsSubstring("--jitter-contrast: -1; expected"));
  CHECK_THAT(refusal({.grey = 0.5}, odd), ContainsSubstring("have 2 channels; expected 1 or 3"));
  CHECK_THROWS_WITH(image_views(grey, plain(odd), {}),
                    ContainsSubstring("statistics of 2 channels for noise, which has 1"));
  CHECK(refusal({.grey = 0.5}, grey).empty());
}
