// SPDX-License-Identifier: BSD-3-Clause
// SAMix-P: the mixer of a run as a policy of other recipes, and in pictures.
#include "commands/commands.hpp"
#include "devices/onednn_device.hpp"
#include "files/file_error.hpp"
#include "recipes/learned_policy.hpp"
#include "report/policy_sheet.hpp"
#include "run/open_run.hpp"
#include "run/training_run.hpp"
#include "trainer/recipes/small_step.hpp"
#include "trainer/scratch_folder.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

using namespace mixcon_train_tests;

namespace {

const options_given short_run{{"steps", "12"}, {"precision", "fp32"}, {"threads", "1"}};

options_given with(options_given all, const options_given& more) {
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

/// A run in a folder.
struct kept_run {
  explicit kept_run(const std::string& recipe, const options_given& more = {})
      : run(small_run(recipe, with(short_run, more)), digits()) {
    run.name("0123456789abcdef-01234567", folder.path());
    while (!run.is_done()) run.step();
    save_checkpoint(folder.path(), run.state());
  }
  mixcon_test::scratch_folder folder{};
  training_run run;
};

settings run_with_policy(const std::string& recipe, const std::string& policy) {
  options_given more = short_run;
  more.push_back({"policy", policy});
  return small_run(recipe, more);
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

TEST_CASE("a trained mixer is a policy of other recipes, and stays as it is", "[examples]") {
  const std::string mixer = GENERATE("samix", "automix", "samix-i");
  const kept_run from(mixer);
  for (const std::string recipe : {"mixup", "infinite-class-mixup"}) {
    const settings chosen = run_with_policy(recipe, from.folder.path());
    training_run straight(chosen, digits()), stopped(chosen, digits());
    std::vector<double> losses;
    while (!straight.is_done()) losses.push_back(straight.step().loss);
    for (int k = 0; k < 5; ++k) CHECK(stopped.step().loss == losses[static_cast<std::size_t>(k)]);
    checkpoint kept = stopped.state();
    training_run resumed(kept, digits(), "a checkpoint");
    while (!resumed.is_done()) resumed.step();
    CHECK(hash_of(resumed.state().tensors) == hash_of(straight.state().tensors));
    REQUIRE(straight.trained().shown().has_value());
    CHECK(straight.trained().shown()->learned != nullptr);
    for (const stored_tensor& each : kept.tensors) CHECK(each.name.find("mixer") == std::string::npos);
    // it is judged without the mixer, wherever that is
    kept.chosen = run_with_policy(recipe, "/gone/with/the mixer");
    CHECK(load_run(kept, digits(), "a checkpoint").judged().classifies());
  }
}

TEST_CASE("i-Mix shares virtual labels by the masks of a trained mixer", "[examples]") {
  // whose masks are the constant lambda, but for lambdas within 0.01 of one half
  const kept_run from("automix", {{"lambda-margin", "0.49"}});
  const small_step step("imix-npair");  // for its batch: it computes in double, which trained runs do not
  onednn_device on(precision::fp32, 1);
  const auto made =
      new_recipe(small_run("imix-npair", {{"mix", from.folder.path()}}), on, facts_of(digits()), &digits());
  const mixcon::philox_draws draws{.seed = 9, .step = 4};
  const double lambda = draws.beta("lambda", 0, 2, 2);
  REQUIRE(std::abs(lambda - 0.5) > 0.01);
  std::vector<index_t> partner(samples);
  draws.permutation("partner", {partner.data(), {samples}});
  std::vector<float> images = step.first();
  for (std::size_t k = 0; k < images.size(); ++k) {
    const float other = step.first()[static_cast<std::size_t>(partner[k / pixels]) * pixels + k % pixels];
    images[k] += static_cast<float>(1 - lambda) * (other - images[k]);
  }
  const std::vector<float> second = step.second();
  images.insert(images.end(), second.begin(), second.end());
  const variable x(tensor_of(on, {2 * samples, 1, 8, 8}, images.data()));
  const std::vector<double> z = numbers_in(made->judged().forward(x).value()),
                            keys(z.begin() + samples * width, z.end());
  double expected = 0;
  for (std::size_t i = 0; i < samples; ++i) {
    const auto j = static_cast<std::size_t>(partner[i]);
    double seen = 0;
    for (std::size_t k = 0; k < samples; ++k) seen += std::exp(cosine(z, i, keys, k) / 0.2);
    expected += std::log(seen) - (lambda * cosine(z, i, keys, i) + (1 - lambda) * cosine(z, i, keys, j)) / 0.2;
  }
  const recipe_loss loss =
      made->loss({.from = step.from, .shape = step.of_view, .draws = draws, .step = 0, .steps = 40});
  CHECK(loss.loss.number() == Approx(expected / samples).epsilon(1e-4));
  REQUIRE(made->shown().has_value());
  CHECK(made->shown()->learned != nullptr);
  CHECK(made->used_runs().at(0).flag == "--mix");
}

TEST_CASE("every i-Mix recipe goes on from a trained mixer with the same bits, and is judged without it",
          "[examples]") {
  const kept_run from("samix");
  for (const std::string recipe : {"imix-npair", "imix-moco", "imix-byol"}) {
    INFO(recipe);
    const settings chosen = small_run(recipe, with(short_run, {{"mix", from.folder.path()}}));
    training_run straight(chosen, digits()), stopped(chosen, digits());
    while (!straight.is_done()) straight.step();
    for (int k = 0; k < 5; ++k) stopped.step();
    checkpoint kept = stopped.state();
    training_run resumed(kept, digits(), "a checkpoint");
    while (!resumed.is_done()) resumed.step();
    CHECK(hash_of(resumed.state().tensors) == hash_of(straight.state().tensors));
    for (const stored_tensor& each : kept.tensors) CHECK(each.name.find("mixer") == std::string::npos);
    kept.chosen = small_run(recipe, with(short_run, {{"mix", "/gone/with/the mixer"}}));
    CHECK_FALSE(load_run(kept, digits(), "a checkpoint").judged().classifies());
    CHECK_THAT(refusal_of([&] {
                 small_run(recipe, {{"mix", "/a/run"}, {"mix-at", "hidden"}});
               }),
               ContainsSubstring("--mix-at: the run of --mix mixes images"));
    CHECK_THAT(refusal_of([&] {
                 training_run(small_run(recipe, {{"mix", "/no/such/run"}}), digits());
               }),
               ContainsSubstring("--mix: there is no run /no/such/run"));
  }
  const kept_run plain("ce");
  CHECK_THAT(refusal_of([&] {
               training_run(small_run("imix-npair", {{"mix", plain.folder.path()}}), digits());
             }),
             ContainsSubstring("is a run of ce, which learns no policy"));
}

TEST_CASE("a learned policy mixes images by its masks, and its pictures say how", "[examples]") {
  const kept_run from("samix");
  onednn_device on(precision::fp32, 1);
  const frozen_run opened = open_run("--policy", from.folder.path(), on);
  learned_policy* const policy = opened.made->policy();
  REQUIRE(policy != nullptr);
  const auto state_of = [&] {
    std::vector<double> all;
    for (const state_tensor& each : opened.made->state())
      for (const double x : numbers_in(*each.value)) all.push_back(x);
    return all;
  };
  const std::vector<double> before = state_of();

  const batch_to_mix shown = batch_to_show(digits(), 8, 3);
  const mixed_batch mixed = policy->mix(shown, {.seed = 3});
  REQUIRE(mixed.images.size() == shown.images.size());
  for (std::size_t i = 0; i < 8; ++i) {
    double share = 0;
    const auto j = static_cast<std::size_t>(mixed.partner[i]);
    for (std::size_t k = i * pixels; k < (i + 1) * pixels; ++k) {
      const float keep = mixed.keep[k] / 255, other = shown.images[k - i * pixels + j * pixels];
      CHECK(mixed.partner_images[k] == other);
      CHECK(mixed.images[k] == Approx(keep * shown.images[k] + (1 - keep) * other).margin(1e-3));
      share += static_cast<double>(keep);
    }
    CHECK(share / pixels == Approx(mixed.lambda[i]).margin(1e-5));  // exactly the share of the label
  }

  // in training the mixer sees what its network saw: the same normalised images, whatever the batch was scaled by
  std::vector<float> normalised;
  for (const float x : shown.images) normalised.push_back((x - shown.mean[0]) / shown.deviation[0]);
  const variable raw(tensor_of(on, {8, 1, 8, 8}, shown.images.data())),
      seen(tensor_of(on, {8, 1, 8, 8}, normalised.data()));
  const mixed_samples as_seen = policy->mix_for_training(seen, seen, shown.labels, {.seed = 4}),
                      as_raw = policy->mix_for_training(raw, seen, shown.labels, {.seed = 4});
  const auto of_seen = numbers_in(as_seen.images.value()), of_raw = numbers_in(as_raw.images.value());
  for (std::size_t k = 0; k < of_seen.size(); ++k)
    CHECK(of_seen[k] ==
          Approx((of_raw[k] - static_cast<double>(shown.mean[0])) / static_cast<double>(shown.deviation[0]))
              .margin(1e-4));
  CHECK(*as_seen.targets == *as_raw.targets);
  for (std::size_t i = 0; i < 8; ++i) CHECK(as_seen.targets->own[i] == shown.labels[i]);
  CHECK(state_of() == before);
  CHECK_FALSE(opened.made->is_training());

  const std::string out = from.folder / "sheet.png";
  CHECK(inspect({.policy = from.folder.path(), .data = "digits", .data_folder = {}, .out = out, .options = {}},
                stderr) == exit_done);
  CHECK(std::filesystem::file_size(out) > 1000);
}

TEST_CASE("a run that is no mixer of such samples is no policy", "[examples]") {
  const kept_run plain("ce"), mixer("automix");
  const auto refused = [&](const std::string& policy, const data_set& data) {
    return refusal_of([&] { training_run(run_with_policy("mixup", policy), data); });
  };
  CHECK_THAT(refused(plain.folder.path(), digits()), ContainsSubstring("is a run of ce, which learns no policy"));
  CHECK_THAT(refused("/no/such/run", digits()), ContainsSubstring("--policy: there is no run /no/such/run"));
  CHECK_THAT(refused("mixdown", digits()), ContainsSubstring("there is no mixdown; expected one of mixup"));
  data_set other = digits();
  other.shape.columns = 4, other.shape.rows = 16;
  CHECK_THAT(refused(mixer.folder.path(), other), ContainsSubstring("learnt from images of 1 x 8 x 8 in 10 classes"));
  data_set fewer = digits();
  fewer.class_names.pop_back();
  std::replace(fewer.labels.begin(), fewer.labels.end(), 9, 8);
  CHECK_THAT(refused(mixer.folder.path(), fewer), ContainsSubstring("this run learns from images of 1 x 8 x 8 in 9"));
  const std::string rows = mixer.folder / "rows.csv";
  std::ofstream(rows) << "1,2,a\n2,3,a\n3,4,a\n4,5,b\n5,6,b\n6,7,b\n";
  CHECK_THAT(refusal_of([&] {
               inspect({.policy = mixer.folder.path(),
                        .data = "csv",
                        .data_folder = rows,
                        .out = mixer.folder / "x.png",
                        .options = {}},
                       stderr);
             }),
             ContainsSubstring("--policy: ") && ContainsSubstring("learnt from images of 1 x 8 x 8"));
}
