// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// A run of any recipe on a few made-up samples of a kind: its loss must fall, and it must go on with the same bits.

#include "recipes/all_recipes.hpp"
#include "run/training_run.hpp"
#include "support/catch.hpp"
#include "trainer/recipes/quick_teacher.hpp"

#include <mixcon/mix/draw/draws.hpp>

#include <cmath>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace mixcon_train_tests {

using namespace mixcon_train;
using options_given = std::vector<std::pair<std::string, std::string>>;

/// The losses of the steps that are left.
inline std::vector<double> finish(training_run& run) {
  std::vector<double> losses;
  while (!run.is_done()) losses.push_back(run.step().loss);
  return losses;
}

/// Random keys, with which a queue begins, are easy negatives: the loss rises while they leave, in two steps here. What
/// is left falls slowly, as keys are of a slow network: such runs have more steps.
inline bool has_queue(const std::string& recipe) { return recipe_called(recipe).new_options().declares("queue"); }

/// Steps until a queue is full of real keys, and numbers that a first batch sets once (such as CRD's) are there.
inline int begin_of(const std::string& recipe) { return has_queue(recipe) ? 2 : takes_teacher(recipe) ? 1 : 0; }

/// The loss of step `step` of the first epoch, had the run the weights of that checkpoint then.
inline double loss_of_step(checkpoint with, index_t step, const data_set& data) {
  with.step = step, with.position = {.epoch = 0, .batch = step};
  return training_run(with, data, "a checkpoint").step().loss;
}

/// That a run has learnt, from weights near its beginning to those of its end. Both give the loss of the same batches
/// with the same draws: what batches and mixtures differ by is in both and cancels. The mean difference must be two of
/// its standard errors, which is far more than rounding changes from machine to machine.
inline void check_falls(const checkpoint& begun, const checkpoint& ended, const data_set& data,
                        const std::string& recipe) {
  constexpr int count = 6;
  double mean = 0, square = 0;
  for (index_t k = 0; k < count; ++k) {
    const double fall = loss_of_step(begun, k, data) - loss_of_step(ended, k, data);
    mean += fall / count, square += fall * fall / count;
  }
  const double error = std::sqrt((square - mean * mean) / (count - 1));
  INFO(recipe << ": the loss falls by " << mean << ", with a standard error of " << error);
  CHECK(mean > 2 * error);
}

/// Samples of three classes in turn: normal numbers around a mean of each class, which changes slowly along a sample,
/// and a level of each sample, whose deviation is `levels`: by it samples of a class differ.
inline data_set three_classes(sample_kind kind, const image_shape& shape, double levels = 0) {
  data_set made{.name = "three classes", .kind = kind, .shape = shape, .class_names = {"a", "b", "c"}};
  const mixcon::philox_draws draws{.seed = 11};
  for (index_t i = 0; i < shape.samples; ++i) {
    made.labels.push_back(static_cast<int>(i % 3));
    const double level = levels * draws.normal("level", i);
    for (index_t k = 0; k < made.width(); ++k) {
      const double mean = level + std::cos(0.37 * static_cast<double>(k * (1 + i % 3)));
      made.values.push_back(static_cast<float>(mean + draws.normal("number", i * made.width() + k)));
    }
  }
  return made;
}

/// A small data set of a kind, the name of one whose options suit it, and options that make a run short.
struct kind_case {
  data_set data{};
  options_given chosen{};
};

/// The folder of a run on samples of this kind, made once: the teacher of recipes that take one.
inline const std::string& teacher_of(const kind_case& of) {
  static std::map<sample_kind, std::unique_ptr<quick_teacher>> made;
  auto& found = made[of.data.kind];
  if (!found) found = std::make_unique<quick_teacher>(of.data, of.chosen);
  return found->folder();
}

inline training_run new_run(const kind_case& of, const std::string& recipe, const options_given& more = {}) {
  options_given all{{"recipe", recipe},    {"steps", "32"},  {"lr", "0.05"},
                    {"precision", "fp32"}, {"threads", "1"}, {"no-augmentation", "true"}};
  all.insert(all.end(), of.chosen.begin(), of.chosen.end());
  all.insert(all.end(), more.begin(), more.end());
  if (recipe_called(recipe).new_options().declares("embedding")) all.push_back({"embedding", "16"});
  if (takes_teacher(recipe)) {
    all.push_back({"teacher", teacher_of(of)});
    all.push_back({"lr", "0.01"});  // batches of 4 are noisy
  }
  if (has_queue(recipe)) {
    all.push_back({"queue", std::to_string(2 * settings_with(all).training.batch)});
    all.push_back({"steps", "64"});
  }
  return training_run(settings_with(all), of.data);
}

inline void check_run(const kind_case& of, const std::string& recipe, const options_given& more = {}) {
  training_run straight = new_run(of, recipe, more), stopped = new_run(of, recipe, more);
  const std::vector<double> losses = finish(straight);
  for (int k = 0; k < begin_of(recipe); ++k) stopped.step();
  check_falls(stopped.state(), straight.state(), of.data, recipe);

  for (int k = begin_of(recipe); k < 13; ++k) stopped.step();  // three batches into the second epoch of ten
  const checkpoint kept = stopped.state();
  CHECK(kept.position == loader_position{.epoch = 1, .batch = 3});
  training_run resumed(kept, of.data, "a checkpoint");
  const std::vector<double> rest = finish(resumed);
  CHECK(std::vector<double>(losses.begin() + 13, losses.end()) == rest);
  CHECK(hash_of(resumed.state().tensors) == hash_of(straight.state().tensors));
  CHECK(hash_of(resumed.state().tensors) != hash_of(kept.tensors));
}

/// The same of every recipe that takes such samples.
inline void check_every_recipe(const kind_case& of) {
  for (const recipe_entry& each : all_recipes())
    if (each.takes(of.data.kind)) DYNAMIC_SECTION(each.name) {
        check_run(of, each.name);
      }
}

}  // namespace mixcon_train_tests
