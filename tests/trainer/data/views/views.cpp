// SPDX-License-Identifier: BSD-3-Clause
// The views of every kind of samples, and their options.
#include "data/views/views.hpp"

#include "options/option_list.hpp"

#include "support/catch.hpp"
#include "trainer/data/samples.hpp"

#include <set>
#include <string>
#include <variant>
#include <vector>

using namespace mixcon_train;

namespace {

constexpr sample_kind kinds[] = {sample_kind::image, sample_kind::row, sample_kind::clip};

view_options everything() {
  return {.image = {.shift = 1,
                    .crop = {.probability = 0.5},
                    .flip = 0.5,
                    .jitter = {.probability = 0.5},
                    .grey = 0.5,
                    .blur = {.probability = 0.5},
                    .erase = {.probability = 0.5}},
          .row = {.noise = 0.5, .input_drop = 0.5},
          .clip = {.time_shift = 2,
                   .noise = 0.5,
                   .time = {.count = 1, .widest = 4},
                   .frequency = {.count = 1, .widest = 2},
                   .longest_share = 0.5}};
}

std::vector<float> some_views(const data_set& data, const view_options& chosen) {
  const auto views = new_views(data, channel_statistics_of(data), chosen);
  const auto width = static_cast<std::size_t>(data.width());
  std::vector<float> made(60 * width);
  view_room room = views->new_room();
  for (std::size_t k = 0; k < 60; ++k)
    views->view({.seed = 4, .sample = static_cast<index_t>(k % 4), .view = static_cast<index_t>(k)},
                made.data() + k * width, room);
  return made;
}

}  // namespace

TEST_CASE("Every option of every kind changes the views", "[data]") {
  std::set<std::string> names;
  std::size_t options = 0;
  for (const sample_kind kind : kinds) {
    const data_set data = mixcon_test::noise_of(kind, 4);
    const std::vector<float> before = some_views(data, everything());
    option_list initial;
    view_options unchanged = everything();
    unchanged.declare(initial, kind);
    for (std::size_t k = 0; k < initial.all().size(); ++k) {
      view_options chosen = everything();
      option_list list;
      chosen.declare(list, kind);
      const option& changed = list.all()[k];
      if (changed.is_switch()) continue;
      const bool whole = std::holds_alternative<index_t*>(changed.value);
      // a part of the value, which is in range and below the other end where there is one
      const double value =
          whole ? static_cast<double>(*std::get<index_t*>(changed.value)) : *std::get<double*>(changed.value);
      set_option(changed, whole ? std::to_string(static_cast<index_t>(value) - 1) : std::to_string(value * 0.6),
                 changed.flag());
      INFO(changed.flag());
      CHECK(some_views(data, chosen) != before);
      names.insert(changed.name), ++options;
    }
  }
  CHECK(names.size() == options);  // no name stands twice
  CHECK(options == 29);
}

TEST_CASE("One switch turns the views of every kind off: all views are the sample, normalised", "[data]") {
  for (const sample_kind kind : kinds) {
    const data_set data = mixcon_test::noise_of(kind, 4);
    view_options chosen = everything();
    option_list list;
    chosen.declare(list, kind);
    for (const option& each : list.all()) CHECK(each.idle.empty());
    set_option(*list.find("no-augmentation"), "true", "--no-augmentation");
    CHECK(to_string(chosen, kind) == "none");
    const std::vector<float> views = some_views(data, chosen);
    CHECK(views == some_views(data, view_options{}));
    const auto width = static_cast<std::size_t>(data.width());
    for (std::size_t k = 4; k < 60; ++k)  // four samples in turn
      for (std::size_t j = 0; j < width; ++j) CHECK(views[k * width + j] == views[k % 4 * width + j]);
    option_list off;
    chosen.declare(off, kind);
    for (const option& each : off.all()) CHECK(each.idle.empty() == (each.name == "no-augmentation"));
  }
}

TEST_CASE("Views say what is on for their kind", "[data]") {
  CHECK(to_string(everything(), sample_kind::row) == "noise 0.5, input drop 0.5");
  CHECK(to_string(everything(), sample_kind::image) ==
        "shift 1, crop 0.5, flip 0.5, jitter 0.5, grey 0.5, blur 0.5, erase 0.5");
  CHECK(to_string(everything(), sample_kind::clip) == "shift 2, noise 0.5, 1 time mask to 4, 1 frequency mask to 2");
  CHECK(to_string(view_options{}, sample_kind::clip) == "none");
  CHECK(to_string(contrastive_image_views(3)) == "crop 1, flip 0.5, jitter 0.8, grey 0.2, blur 0.5");
  CHECK(to_string(contrastive_image_views(1)) == "crop 1, flip 0.5, jitter 0.8, erase 0.25");
}
