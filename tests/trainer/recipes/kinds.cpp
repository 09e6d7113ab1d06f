// SPDX-License-Identifier: BSD-3-Clause
// Every recipe learns from rows, by every optimiser, and goes on with the same bits; kinds have their own settings.
#include "trainer/recipes/short_runs.hpp"

#include <algorithm>

using namespace mixcon_train_tests;

namespace {

kind_case rows() {
  return {three_classes(sample_kind::row, {160, 1, 1, 12}), {{"data", "letter"}, {"mlp-width", "16"}, {"batch", "16"}}};
}

}  // namespace

TEST_CASE("every recipe learns from rows, and goes on with the same bits", "[examples]") { check_every_recipe(rows()); }

TEST_CASE("policies that need places are refused on rows, by every recipe", "[examples]") {
  using Catch::Matchers::StartsWith;
  const kind_case of = rows();
  int recipes = 0;
  for (const recipe_entry& each : all_recipes()) {
    if (!each.takes(sample_kind::row) || !each.new_options().declares("policy")) continue;
    ++recipes;
    for (const policy_entry& policy : policies()) {
      INFO(each.name << ", " << policy.name);
      const auto begin = [&] { return new_run(of, each.name, {{"policy", policy.name}}); };
      if (policy.needs_places)
        CHECK_THROWS_WITH(begin(), StartsWith(std::string("--policy: ") + policy.name + " goes by the places"));
      else
        CHECK(std::isfinite(begin().step().loss));
    }
  }
  CHECK(recipes > 2);
  CHECK_THROWS_WITH(new_run(of, "unicon", {{"universum", "cutmix"}}), StartsWith("--universum: cutmix pastes boxes"));
  CHECK_THROWS_WITH(settings_with({{"recipe", "cutmix"}, {"data", "letter"}}), StartsWith("--recipe: cutmix does not"));

  const batch_to_mix batch = batch_to_show(of.data, 10, 4);
  for (const policy_entry& policy : policies()) {
    if (policy.needs_places) continue;
    INFO(policy.name);  // what the others leave of a row is one share of all its numbers, and not the whole
    const std::vector<float> keep = policy.mix(batch, {.seed = 5}, {}).keep;
    REQUIRE(keep.size() == 120);
    for (std::size_t k = 0; k < keep.size(); ++k) CHECK(keep[k] == keep[k - k % 12]);
    CHECK(*std::min_element(keep.begin(), keep.end()) < 250);
  }
}

TEST_CASE("every optimiser's state is in the checkpoint", "[examples]") {
  const std::string recipe = all_recipes().front().name;
  const auto tensors_of = [&](const options_given& more) {
    return new_run(rows(), recipe, more).state().tensors.size();
  };
  CHECK(tensors_of({{"optimiser", "adamw"}}) > tensors_of({{"optimiser", "sgd"}}));  // two moments, and a count
  for (const options_given& more : {options_given{{"optimiser", "sgd"}, {"nesterov", "true"}},
                                    {{"optimiser", "adamw"}, {"lr", "0.01"}},
                                    {{"optimiser", "lars"}, {"lr", "2"}, {"trust", "0.01"}}})
    DYNAMIC_SECTION(more.front().second) { check_run(rows(), recipe, more); }
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
