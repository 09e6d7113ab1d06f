// SPDX-License-Identifier: BSD-3-Clause
#include "data/views/row_views.hpp"

#include "options/option_list.hpp"

#include "support/catch.hpp"
#include "support/distributions.hpp"
#include "trainer/data/samples.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

using namespace mixcon_train;

namespace {

const data_set& rows() {
  static const data_set data = mixcon_test::noise_of(sample_kind::row, 20);
  return data;
}

std::vector<float> view_of(const row_view_options& chosen, const view_key& key) {
  std::vector<float> view(7);
  view_room room;
  row_views(rows(), channel_statistics_of(rows()), chosen).view(key, view.data(), room);
  return view;
}

}  // namespace

TEST_CASE("With nothing on, a view is the normalised row", "[data]") {
  std::vector<float> row(7);
  for (index_t i = 0; i < rows().samples(); ++i) {
    normalised_rows(rows(), channel_statistics_of(rows()), {i}, row.data());
    CHECK(view_of({}, {.seed = 3, .sample = i}) == row);
  }
}

TEST_CASE("Input drop makes each number the mean by itself, as often as it is told", "[data]") {
  const std::vector<float> row = view_of({}, {.sample = 4});
  std::vector<int> sets(128, 0);  // which of the seven were dropped
  const int views = 20000;
  for (int k = 0; k < views; ++k) {
    const std::vector<float> view = view_of({.input_drop = 0.5}, {.seed = 1, .sample = 4, .view = k});
    std::size_t dropped = 0;
    for (std::size_t f = 0; f < 7; ++f) {
      REQUIRE((view[f] == 0 || view[f] == row[f]));
      dropped |= (view[f] == 0 ? std::size_t{1} : 0) << f;
    }
    ++sets[dropped];
  }
  CHECK(mixcon_test::chi_square(sets) > 1e-3);
  int dropped = 0;
  for (std::uint64_t epoch = 0; epoch < 5000; ++epoch)
    for (const float number : view_of({.input_drop = 0.2}, {.seed = 1, .epoch = epoch})) dropped += number == 0 ? 1 : 0;
  CHECK(dropped / 35000.0 == Approx(0.2).margin(4 * std::sqrt(0.16 / 35000)));
  CHECK(view_of({.input_drop = 1}, {}) == std::vector<float>(7, 0.0F));
}

TEST_CASE("Noise is normal, of the deviation that it is told, and never on a number that was dropped", "[data]") {
  const std::vector<float> row = view_of({}, {.sample = 2});
  std::vector<double> noise;
  double products = 0;
  int dropped = 0;
  for (int k = 0; k < 700; ++k) {
    const std::vector<float> view = view_of({.noise = 0.25}, {.seed = 2, .sample = 2, .view = k});
    for (std::size_t f = 0; f < 7; ++f)
      noise.push_back((static_cast<double>(view[f]) - static_cast<double>(row[f])) * 4);
    products += noise[noise.size() - 1] * noise[noise.size() - 2];
    for (const float number : view_of({.noise = 0.25, .input_drop = 0.5}, {.seed = 2, .sample = 2, .view = k}))
      dropped += number == 0 ? 1 : 0;
  }
  CHECK(mixcon_test::kolmogorov_smirnov(noise, mixcon_test::normal_distribution) > 1e-3);
  CHECK(std::abs(products / 700) < 4 / std::sqrt(700.0));  // neighbours have nothing to do with each other
  CHECK(dropped / 4900.0 == Approx(0.5).margin(4 * 0.5 / 70));
}

TEST_CASE("A row's view is named by seed, epoch, sample and view, with the same bits on every machine", "[data]") {
  const row_view_options everything{.noise = 0.1, .input_drop = 0.2};
  const std::vector<float> view = view_of(everything, {11, 3, 1, 0});
  CHECK(view == view_of(everything, {11, 3, 1, 0}));
  for (const view_key& other :
       {view_key{12, 3, 1, 0}, view_key{11, 4, 1, 0}, view_key{11, 3, 0, 0}, view_key{11, 3, 1, 1}})
    CHECK(view != view_of(everything, other));
  std::uint64_t hash = 0xCBF29CE484222325;  // FNV-1a, of whole numbers
  for (index_t sample = 0; sample < 20; ++sample)
    for (const float number : view_of(everything, {.seed = 2, .epoch = 9, .sample = sample}))
      hash = (hash ^ std::bit_cast<std::uint32_t>(number)) * 0x100000001B3;
  CHECK(hash == 0xC6998BE3A60C4FF3);
}

TEST_CASE("Options of rows say what is on, and refuse what is out of range", "[data]") {
  CHECK(to_string(row_view_options{.noise = 0.1, .input_drop = 0.2}) == "noise 0.1, input drop 0.2");
  CHECK(to_string(row_view_options{}) == "none");
  row_view_options chosen;
  option_list list;
  chosen.declare(list);
  CHECK(list.names() == std::vector<std::string>{"input-noise", "input-drop"});
  set_option(*list.find("input-drop"), "0.2", "--input-drop");
  CHECK(chosen.input_drop == 0.2);
  CHECK_THROWS_WITH(view_of({.input_drop = 1.5}, {}), "row_views: --input-drop: 1.5; expected 0 to 1.");
  CHECK_THROWS_WITH(view_of({.noise = -1}, {}), "row_views: --input-noise: -1; expected 0 to 100.");
  CHECK_THROWS_WITH(view_of({.noise = std::numeric_limits<double>::quiet_NaN()}, {}),
                    ContainsSubstring("--input-noise: nan"));
  const data_set clips = mixcon_test::noise_of(sample_kind::clip, 3);
  CHECK_THROWS_WITH(row_views(clips, channel_statistics_of(clips), {}),
                    "row_views: the samples of noise are clips; expected rows.");
  CHECK_THROWS_WITH(row_views(rows(), channel_statistics_of(clips), {}),
                    ContainsSubstring("row_views: statistics of 5 features for noise, which has 7"));
}
