// SPDX-License-Identifier: BSD-3-Clause
// The networks of another run as constants: what they compute, and which runs are refused.
#include "run/open_run.hpp"
#include "autograd/operators.hpp"
#include "data/sets/readers.hpp"
#include "devices/onednn_device.hpp"
#include "evaluation/evaluation.hpp"
#include "files/file_error.hpp"
#include "recipes/frozen_run.hpp"
#include "run/data_facts_json.hpp"
#include "run/training_run.hpp"
#include "support/catch.hpp"
#include "trainer/scratch_folder.hpp"

#include <filesystem>
#include <fstream>

using namespace mixcon_train;

namespace {

const data_set& digits() {
  static const data_set some = part_of(read_digits().train, 0, 160);
  return some;
}

settings small_run(const std::string& average = "0") {
  return settings_with({{"recipe", "ce"},
                        {"data", "digits"},
                        {"width", "4"},
                        {"batch", "16"},
                        {"steps", "6"},
                        {"precision", "fp32"},
                        {"threads", "1"},
                        {"average", average}});
}

/// A trained run in a folder.
struct kept_run {
  explicit kept_run(const std::string& average = "0") : run(small_run(average), digits()) {
    run.name("0123456789abcdef-01234567", folder.path());
    while (!run.is_done()) run.step();
    save_checkpoint(folder.path(), run.state());
  }
  mixcon_test::scratch_folder folder{};
  training_run run;
};

recipe_world world_of(device& on, const data_set& data) {
  recipe_world world{on, facts_of(data)};
  world.train = &data;
  world.open_run = [&on](const std::string& flag, const std::string& folder) { return open_run(flag, folder, on); };
  return world;
}

std::vector<float> scores_of(network& net, device& on, const channel_statistics& by) {
  return encode(net, on, digits(), by).head.rows;
}

template <class F>
std::string refusal_of(F&& f) {
  try {
    f();
  } catch (const std::exception& why) {
    return why.what();
  }
  return "";
}

}  // namespace

TEST_CASE("another run computes what it was judged by, as constants", "[examples]") {
  const std::string average = GENERATE("0", "0.9");
  kept_run teacher(average);
  std::vector<float> expected;
  teacher.run.with_evaluated_network(
      [&](network& net) { expected = scores_of(net, teacher.run.on(), channel_statistics_of(digits())); });
  onednn_device on(precision::fp32, 1);
  const frozen_run opened = world_of(on, digits()).run("--teacher", teacher.folder.path());
  CHECK(opened.recipe_name == "ce");
  CHECK(opened.identity.starts_with("0123456789abcdef-01234567 step 6 "));
  CHECK(opened.data == facts_of(digits()));
  CHECK(scores_of(opened.judged(), on, channel_statistics_of(digits())) == expected);
  for (const parameter& each : opened.made->parameters()) CHECK_FALSE(each.value.wants_gradient());
  CHECK_FALSE(opened.made->is_training());
  opened.set_training(true);
  CHECK(opened.judged().is_training());
}

TEST_CASE("another run sees samples normalised as in its own training", "[examples]") {
  kept_run teacher;
  const data_set other = part_of(read_digits().train, 200, 300);  // of other means
  onednn_device on(precision::fp32, 1);
  const frozen_run opened = world_of(on, other).run("--teacher", teacher.folder.path());
  std::vector<float> rows(64), expected(64), seen(64);
  normalised_rows(other, channel_statistics_of(other), {7}, rows.data());
  normalised_rows(other, channel_statistics_of(digits()), {7}, expected.data());
  copy_numbers(opened.as_it_saw(variable(tensor_of(on, {1, 1, 8, 8}, rows.data()))).value(), seen.data());
  CHECK(rows != expected);
  for (std::size_t k = 0; k < 64; ++k) CHECK(seen[k] == Approx(expected[k]).margin(1e-5));
}

TEST_CASE("a run is known by its identity, which any further step changes", "[examples]") {
  kept_run teacher;
  onednn_device on(precision::fp32, 1);
  const std::string before = open_run("--teacher", teacher.folder.path(), on).identity;
  CHECK(open_run("--teacher", teacher.folder / "checkpoint.safetensors", on).identity == before);
  checkpoint changed = teacher.run.state();
  changed.tensors.front().bytes.front() ^= 1;
  save_checkpoint(teacher.folder.path(), changed);
  CHECK(open_run("--teacher", teacher.folder.path(), on).identity != before);
}

TEST_CASE("runs that cannot be used are refused in one sentence", "[examples]") {
  kept_run teacher;
  onednn_device on(precision::fp32, 1);
  const auto refused = [&](const data_set& data) {
    return refusal_of([&] { world_of(on, data).run("--teacher", teacher.folder.path()); });
  };
  CHECK(refused(digits()).empty());
  data_set wider = part_of(digits(), 0, 80);  // the same pixels, two images in one
  wider.shape.columns = 16, wider.shape.samples = 40, wider.labels.resize(40);
  CHECK(refused(wider) == "--teacher: " + teacher.folder.path() +
                              " learnt from images of 1 x 8 x 8 in 10 classes, this run learns from images of 1 x 8 x "
                              "16 in 10 classes; expected a run on samples of the same kind, size and number of "
                              "classes.");
  data_set more = digits();
  more.class_names.push_back("ten");
  CHECK(refused(more).find("in 11 classes") != std::string::npos);
  data_set clips = digits();
  clips.kind = sample_kind::clip, clips.values.assign(clips.images.begin(), clips.images.end());
  CHECK(refused(clips).find("this run learns from clips of") != std::string::npos);
  data_set renamed = digits();
  renamed.class_names[3] = "three";
  CHECK(refused(renamed).find("class 3 of ") != std::string::npos);

  CHECK(refusal_of([&] { open_run("--teacher", teacher.folder / "none", on); }).find("there is no run") !=
        std::string::npos);
  CHECK(refusal_of([&] {
          recipe_world{on, facts_of(digits())}.run("--teacher", "x");
        }).find("evaluation alone") != std::string::npos);
  checkpoint older = teacher.run.state();
  older.data = {};
  save_checkpoint(teacher.folder.path(), older);
  CHECK(refused(digits()).find("does not say what it learnt from") != std::string::npos);
  const std::string newest = teacher.folder / "checkpoint.safetensors";
  std::filesystem::resize_file(newest, std::filesystem::file_size(newest) - 1);
  CHECK(refused(digits()).starts_with("--teacher: " + newest));  // though there is one before it
}

TEST_CASE("what a run learnt from is kept in its checkpoint to the last bit", "[examples]") {
  kept_run teacher;
  const checkpoint kept = load_checkpoint(teacher.folder.path());
  CHECK(kept.data == facts_of(digits()));
  CHECK(kept == teacher.run.state());
  checkpoint with_runs = kept;
  with_runs.used_runs = {"a step 1 b", "c step 2 d"};
  save_checkpoint(teacher.folder.path(), with_runs);
  CHECK(load_checkpoint(teacher.folder.path()) == with_runs);
  const std::string text = to_json(kept.data);
  CHECK(data_facts_from_json(text, "x") == kept.data);
  for (const std::string& wrong : {std::string("{}"), text.substr(1), std::string("[1]"),
                                   std::string(text).replace(text.find("image"), 5, "imago")})
    CHECK_THROWS_AS(data_facts_from_json(wrong, "x"), file_error);
}
