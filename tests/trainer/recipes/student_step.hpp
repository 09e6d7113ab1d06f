// SPDX-License-Identifier: BSD-3-Clause
// A step of a recipe with a teacher on 16 digits, and what its networks say, in double.
#pragma once

#include "data/sets/readers.hpp"
#include "devices/onednn_device.hpp"
#include "evaluation/evaluation.hpp"
#include "recipes/all_encoders.hpp"
#include "recipes/negative_choice.hpp"
#include "recipes/student.hpp"
#include "run/open_run.hpp"
#include "support/catch.hpp"
#include "trainer/recipes/quick_teacher.hpp"

#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace mixcon_train_tests {

using namespace mixcon_train;
using options_given = std::vector<std::pair<std::string, std::string>>;
using numbers = std::vector<double>;
constexpr index_t samples = 16, width = 16, pixels = 64;

inline const data_set& digits() {
  static const data_set some = part_of(read_digits().train, 0, 160);
  return some;
}

/// A convnet that learnt the digits.
inline const std::string& teacher_folder() {
  static const quick_teacher made(
      digits(), {{"data", "digits"}, {"arch", "convnet"}, {"width", "8"}, {"batch", "16"}, {"steps", "60"}});
  return made.folder();
}

inline settings student_run(const std::string& recipe, const options_given& more = {}) {
  options_given all{{"recipe", recipe}, {"data", "digits"}, {"width", "4"},        {"batch", "16"},
                    {"steps", "24"},    {"lr", "0.05"},     {"precision", "fp32"}, {"threads", "1"},
                    {"shift", "1"},     {"flip", "0"},      {"erase", "0"}};
  if (recipe_called(recipe).new_options().declares("embedding")) all.push_back({"embedding", "16"});
  all.insert(all.end(), more.begin(), more.end());
  return settings_with(all);
}

inline numbers numbers_in(const tensor& x) {
  numbers read(static_cast<std::size_t>(x.extents().size()));
  copy_numbers(x, read.data());
  return read;
}
inline numbers numbers_in(const variable& x) { return numbers_in(x.value()); }

/// A recipe that can train, and a batch of 16 digits.
struct student_step {
  explicit student_step(const std::string& recipe, const options_given& more = {})
      : chosen(student_run(recipe, more)), made(new_recipe(chosen, on, facts_of(digits()), &digits())) {
    const auto views = new_views(digits(), channel_statistics_of(digits()), chosen.views);
    loader batches(*views, loader_options{.batch = samples, .views = made->wants().views});
    from = batches.next();
    of_view.samples = samples;
  }
  recipe_step step() const {
    return {.from = from, .shape = of_view, .draws = {.seed = 9, .step = 3}, .step = 0, .steps = 40};
  }
  recipe_loss loss() {
    if (from.position.batch == 0) made->begin_epoch(step());
    return made->loss(step());
  }

  variable input() { return variable(tensor_of(on, {made->wants().views * samples, 1, 8, 8}, from.images.data())); }
  numbers state(const std::string& name) const {
    for (const state_tensor& each : made->state())
      if (each.name == name) return numbers_in(*each.value);
    FAIL("no state is called " << name);
    return {};
  }
  numbers parameter_called(const std::string& name) const {
    for (const parameter& each : made->parameters())
      if (each.name == name) return numbers_in(each.value);
    FAIL("no parameter is called " << name);
    return {};
  }
  /// unit(W x + b) of rows, by the linear map of that name.
  numbers mapped(const numbers& rows, const std::string& name) const {
    const numbers weight = parameter_called(name + ".linear1.weight"), bias = parameter_called(name + ".linear1.bias");
    const std::size_t inputs = weight.size() / bias.size(), count = rows.size() / inputs;
    numbers out;
    for (std::size_t i = 0; i < count; ++i) {
      numbers row = bias;
      double square = 0;
      for (std::size_t o = 0; o < row.size(); ++o) {
        for (std::size_t k = 0; k < inputs; ++k) row[o] += weight[o * inputs + k] * rows[i * inputs + k];
        square += row[o] * row[o];
      }
      for (const double x : row) out.push_back(x / std::sqrt(square));
    }
    return out;
  }
  /// What networks say of the batch.
  numbers student_features() { return numbers_in(made->judged().features(input())); }
  numbers student_scores() { return numbers_in(made->judged().forward(input())); }
  numbers teacher_features() { return numbers_in(teacher().features(input())); }
  numbers teacher_scores() { return numbers_in(teacher().forward(input())); }
  network& teacher() {
    if (!opened) opened = std::make_unique<frozen_run>(open_run("--teacher", teacher_folder(), on));
    return opened->judged();
  }

  onednn_device on{precision::fp32, 1};
  settings chosen;
  std::unique_ptr<recipe> made;
  std::unique_ptr<frozen_run> opened{};
  mixcon::image_shape of_view = digits().shape;
  batch from{};
};

inline double dot(const numbers& a, std::size_t i, const numbers& b, std::size_t j) {
  double sum = 0;
  for (std::size_t k = 0; k < width; ++k) sum += a[i * width + k] * b[j * width + k];
  return sum;
}

/// What a call throws; empty: nothing.
template <class F>
std::string refusal_of(F&& f) {
  try {
    f();
  } catch (const std::exception& why) {
    return why.what();
  }
  return "";
}

}  // namespace mixcon_train_tests
