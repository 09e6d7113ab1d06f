// SPDX-License-Identifier: BSD-3-Clause
// A run that is stopped and resumed is the run that is not.
#include "data/sets/readers.hpp"
#include "files/file_error.hpp"
#include "trainer/recipes/short_runs.hpp"

using namespace mixcon_train_tests;

namespace {

const data_set& digits() {
  static const data_set some = part_of(read_digits().train, 0, 160);
  return some;
}

const std::string& teacher() {
  static const quick_teacher made(digits(), {{"data", "digits"}, {"width", "4"}, {"batch", "16"}});
  return made.folder();
}

settings small_run(const std::string& recipe, const options_given& more = {}) {
  const bool embeds = recipe_called(recipe).new_options().declares("embedding");
  options_given all{{"recipe", recipe}, {"data", "digits"},    {"shift", "1"},  {"flip", "0"},
                    {"erase", "0"},     {"width", "4"},        {"batch", "16"}, {"steps", "24"},
                    {"lr", "0.05"},     {"precision", "fp32"}, {"threads", "1"}};
  if (embeds) all.push_back({"embedding", "16"});
  if (takes_teacher(recipe)) all.push_back({"teacher", teacher()});
  if (has_queue(recipe)) all.push_back({"queue", "32"}), all.push_back({"steps", "48"});
  all.insert(all.end(), more.begin(), more.end());
  return settings_with(all);
}

std::string refusal(const checkpoint& from, const data_set& data) {
  try {
    training_run(from, data, "the file");
  } catch (const file_error& why) {
    return why.what();
  }
  return "";
}

}  // namespace

TEST_CASE("every recipe goes on from the middle of an epoch with the same bits", "[examples]") {
  for (const std::string& recipe : recipe_names()) {
    DYNAMIC_SECTION(recipe) {
      settings chosen = small_run(recipe);
      if (recipe == "supcon") chosen = small_run(recipe, {{"average", "0.9"}, {"schedule", "steps"}});
      training_run straight(chosen, digits()), stopped(chosen, digits());
      const std::vector<double> losses = finish(straight);
      for (int k = 0; k < 13; ++k) stopped.step();  // three batches into the second epoch of ten
      const checkpoint kept = stopped.state();
      CHECK(kept.position == loader_position{.epoch = 1, .batch = 3});
      training_run resumed(kept, digits(), "a checkpoint");
      CHECK(resumed.state() == kept);
      const std::vector<double> rest = finish(resumed);
      CHECK(std::vector<double>(losses.begin() + 13, losses.end()) == rest);
      CHECK(hash_of(resumed.state().tensors) == hash_of(straight.state().tensors));
      CHECK(hash_of(resumed.state().tensors) != hash_of(kept.tensors));
    }
  }
}

TEST_CASE("UniCon mixes its universum by CutMix too, and counts its anchors at the end of an epoch", "[examples]") {
  const settings chosen = small_run("unicon", {{"universum", "cutmix"}, {"partner-share", "0.5"}, {"steps", "12"}});
  training_run run(chosen, digits());
  for (int k = 1; k <= 12; ++k) {
    const step_report report = run.step();
    CHECK(report.end.has_value() == (k == 10 || k == 12));
    if (!report.end) continue;
    CHECK(report.end->anchors == 32);
    CHECK(report.end->anchors_used == 32);
    CHECK(report.chance == Approx(std::log(31.0)));
    CHECK(report.end->measured.effective_rank > 1);
    CHECK(report.end->measured.effective_rank <= 16);
  }
  CHECK(run.images_per_step() == 64);
}

TEST_CASE("a run that diverges ends with one sentence", "[examples]") {
  training_run run(small_run("ce"), digits());
  run.step();
  checkpoint diverged = run.state();
  for (stored_tensor& each : diverged.tensors) each.bytes.assign(each.bytes.size(), '\xFF');  // not a number
  training_run resumed(diverged, digits(), "the file");
  CHECK_THROWS_WITH(resumed.step(), ContainsSubstring("training has diverged. A smaller --lr"));
}

TEST_CASE("recipes that learn from labels refuse samples of one class, and only these", "[examples]") {
  data_set alike = digits();
  alike.labels.assign(alike.labels.size(), 0);
  alike.class_names = {"all"};
  std::vector<std::string> taken;
  for (const std::string& recipe : recipe_names()) try {
      training_run run(small_run(recipe), alike);
      taken.push_back(recipe);
    } catch (const std::invalid_argument&) {
    }
  CHECK(taken == std::vector<std::string>{"simclr", "npair", "moco", "moco-n", "byol", "simsiam", "imix-npair",
                                          "imix-moco", "imix-byol", "samix-i"});
}

TEST_CASE("a run that ends just after an epoch does not end another", "[examples]") {
  settings chosen = small_run("ce");
  chosen.training.batch = 4, chosen.training.steps = 42;  // 40 batches an epoch
  training_run run(chosen, digits());
  for (int k = 1; k <= 42; ++k) CHECK(run.step().end.has_value() == (k == 40));
}

TEST_CASE("a checkpoint of other images or of another model is refused", "[examples]") {
  training_run run(small_run("ce"), digits());
  run.step();
  const checkpoint kept = run.state();
  CHECK(refusal(kept, part_of(digits(), 0, 159)).find("the file: it was trained on other images") == 0);
  checkpoint wider = kept;
  wider.chosen = small_run("ce", {{"width", "8"}});
  CHECK(refusal(wider, digits()).find("another model") != std::string::npos);
  checkpoint less = kept;
  less.tensors.erase(less.tensors.begin());
  CHECK(refusal(less, digits()).find("it holds no tensor") != std::string::npos);
}
