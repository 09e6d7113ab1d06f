// SPDX-License-Identifier: BSD-3-Clause
// Every recipe learns from every kind of data that it takes, by every optimiser, and goes on with the same bits.
#include "data/sets/readers.hpp"
#include "recipes/all_recipes.hpp"
#include "run/training_run.hpp"
#include "support/catch.hpp"
#include "trainer/recipes/quick_teacher.hpp"

#include <mixcon/mix/draw/draws.hpp>

#include <algorithm>
#include <map>
#include <memory>

using namespace mixcon_train;

namespace {

using options_given = std::vector<std::pair<std::string, std::string>>;

/// Samples of three classes in turn: normal numbers around a mean of each class, which changes slowly along a sample,
/// and a level of each sample, whose deviation is `levels`: by it samples of a class differ.
data_set three_classes(sample_kind kind, const image_shape& shape, double levels = 0) {
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

/// A small data set of a kind, the name of one whose options suit it, and options that make a run of 24 steps short.
struct kind_case {
  sample_kind kind{};
  data_set data{};
  options_given chosen{};
};

std::vector<kind_case> kind_cases() {
  std::vector<kind_case> cases;
  cases.push_back({sample_kind::image,
                   part_of(read_digits().train, 0, 160),
                   {{"data", "digits"}, {"width", "4"}, {"batch", "16"}}});
  cases.push_back({sample_kind::row,
                   three_classes(sample_kind::row, {160, 1, 1, 12}),
                   {{"data", "letter"}, {"mlp-width", "16"}, {"batch", "16"}}});
  cases.push_back({sample_kind::clip,
                   three_classes(sample_kind::clip, {40, 1, 40, 101}, 1),
                   {{"data", "words"}, {"width", "4"}, {"first-stride", "4"}, {"batch", "4"}}});
  return cases;
}

/// Random keys, with which a queue begins, are easy negatives: the loss rises while they leave, in two steps here. What
/// is left falls slowly, as keys are of a slow network.
bool has_queue(const std::string& recipe) { return recipe_called(recipe).new_options().declares("queue"); }

/// The folder of a run on these samples, made once.
const std::string& teacher_of(const kind_case& of) {
  static std::map<sample_kind, std::unique_ptr<mixcon_train_tests::quick_teacher>> made;
  auto& found = made[of.kind];
  if (!found) found = std::make_unique<mixcon_train_tests::quick_teacher>(of.data, of.chosen);
  return found->folder();
}

training_run new_run(const kind_case& of, const std::string& recipe, const options_given& more = {}) {
  options_given all{{"recipe", recipe}, {"steps", "24"}, {"lr", "0.05"}, {"precision", "fp32"}, {"threads", "1"}};
  all.insert(all.end(), of.chosen.begin(), of.chosen.end());
  all.insert(all.end(), more.begin(), more.end());
  if (recipe_called(recipe).new_options().declares("embedding")) all.push_back({"embedding", "16"});
  if (mixcon_train_tests::takes_teacher(recipe))
    all.push_back({"teacher", teacher_of(of)}), all.push_back({"lr", "0.01"});  // batches of 4 are noisy
  if (has_queue(recipe)) {
    all.push_back({"queue", std::to_string(2 * settings_with(all).training.batch)});
    all.push_back({"steps", "36"});
  }
  return training_run(settings_with(all), of.data);
}

/// The losses of the steps that are left.
std::vector<double> finish(training_run& run) {
  std::vector<double> losses;
  while (!run.is_done()) losses.push_back(run.step().loss);
  return losses;
}

double mean(const std::vector<double>& values, std::size_t first, std::size_t count) {
  double sum = 0;
  for (std::size_t k = first; k < first + count; ++k) sum += values[k];
  return sum / static_cast<double>(count);
}

void check_run(const kind_case& of, const std::string& recipe, const options_given& more = {}) {
  training_run straight = new_run(of, recipe, more), stopped = new_run(of, recipe, more);
  const std::vector<double> losses = finish(straight);
  CHECK(mean(losses, losses.size() - 6, 6) < mean(losses, has_queue(recipe) ? 2 : 0, 6));

  for (int k = 0; k < 13; ++k) stopped.step();  // three batches into the second epoch of ten
  const checkpoint kept = stopped.state();
  CHECK(kept.position == loader_position{.epoch = 1, .batch = 3});
  training_run resumed(kept, of.data, "a checkpoint");
  const std::vector<double> rest = finish(resumed);
  CHECK(std::vector<double>(losses.begin() + 13, losses.end()) == rest);
  CHECK(hash_of(resumed.state().tensors) == hash_of(straight.state().tensors));
  CHECK(hash_of(resumed.state().tensors) != hash_of(kept.tensors));
}

}  // namespace

TEST_CASE("every recipe learns from every kind of data it takes, and goes on with the same bits", "[examples]") {
  for (const kind_case& of : kind_cases())
    for (const recipe_entry& each : all_recipes()) {
      if (!each.takes(of.kind)) continue;
      DYNAMIC_SECTION(each.name << " on " << to_string(of.kind) << "s") { check_run(of, each.name); }
    }
}

TEST_CASE("every optimiser's state is in the checkpoint", "[examples]") {
  const kind_case rows = kind_cases()[1];
  const std::string recipe = all_recipes().front().name;
  const auto tensors_of = [&](const options_given& more) { return new_run(rows, recipe, more).state().tensors.size(); };
  CHECK(tensors_of({{"optimiser", "adamw"}}) > tensors_of({{"optimiser", "sgd"}}));  // two moments, and a count
  for (const options_given& more : {options_given{{"optimiser", "sgd"}, {"nesterov", "true"}},
                                    {{"optimiser", "adamw"}, {"lr", "0.01"}},
                                    {{"optimiser", "lars"}, {"lr", "2"}, {"trust", "0.01"}}})
    DYNAMIC_SECTION(more.front().second) { check_run(rows, recipe, more); }
}

TEST_CASE("recipes that compare views have their own on each kind of data", "[examples]") {
  const auto views_of = [](const options_given& more) {
    const settings chosen = settings_with(more);
    return to_string(chosen.views, chosen.kind());
  };
  const std::string simclr = "simclr", in_colour = "crop 1, flip 0.5, jitter 0.8, grey 0.2, blur 0.5";
  CHECK(views_of({{"recipe", simclr}, {"data", "cifar10"}}) == in_colour);
  CHECK(views_of({{"recipe", simclr}, {"data", "image-folder"}}) == in_colour);
  for (const options_given& grey :
       {options_given{{"data", "fashion-mnist"}}, {{"data", "image-folder"}, {"image-colour", "grey"}}}) {
    options_given more = grey;
    more.push_back({"recipe", simclr});
    CHECK(views_of(more) == "crop 1, flip 0.5, jitter 0.8, erase 0.25");
  }
  const settings chosen = settings_with({{"recipe", simclr}, {"data", "cifar10"}, {"blur", "0"}});
  CHECK(chosen.views.image.crop.smallest == 0.2);
  CHECK(chosen.views.image.blur.probability == 0);  // what was given counts
  for (const char* recipe : {"simclr", "supcon", "supmix", "unicon", "unicon-negatives"}) {
    CHECK(views_of({{"recipe", recipe}, {"data", "letter"}}) == "input drop 0.2");
    CHECK(views_of({{"recipe", recipe}, {"data", "words"}}) == "shift 10, 2 time masks to 20, 2 frequency masks to 8");
  }
  CHECK(views_of({{"recipe", "supcon"}, {"data", "cifar10"}}) == to_string(small_image_augmentation()));
  CHECK(views_of({{"recipe", "ce"}, {"data", "letter"}}) == "none");
}

TEST_CASE("each kind of data has its own encoder", "[examples]") {
  CHECK(settings_with({{"data", "letter"}}).architecture == "maxout-mlp");
  CHECK(settings_with({{"data", "words"}}).architecture == "resnet8");
  CHECK(settings_with({{"data", "cifar10"}}).architecture == "resnet8");
  CHECK(settings_with({{"data", "cifar10"}, {"arch", "convnet"}}).of_encoder.declares("width"));
}
