// SPDX-License-Identifier: BSD-3-Clause
// Options that have no effect beside others, limits of data sets, and the settings of papers.
#include "run/settings.hpp"

#include "data/sets/readers.hpp"
#include "recipes/all_recipes.hpp"
#include "support/catch.hpp"

#include <map>

using namespace mixcon_train;

namespace {

using options_given = std::vector<std::pair<std::string, std::string>>;

std::map<std::string, std::string> values_of(const options_given& given) {
  const auto values = named_values(settings_with(given));
  return {values.begin(), values.end()};
}

std::string views_of(const options_given& given) {
  const settings chosen = settings_with(given);
  return to_string(chosen.views, chosen.kind());
}

/// The settings of `--preset paper`.
settings by_paper(const recipe_entry& recipe, const char* data) {
  const settings usual = settings_with({{"data", data}});
  std::vector<given_value> given;
  for (const auto& [name, text] : recipe.paper_values(usual.kind()))
    given.push_back({name, text, "--" + name + " (--preset paper)", true});
  given.push_back({"recipe", recipe.name, "--recipe"});
  given.push_back({"data", data, "--data"});
  return settings(given);
}

}  // namespace

TEST_CASE("an option without effect beside the others is refused, and no file lists it", "[run]") {
  CHECK_THROWS_WITH(settings_with({{"recipe", "simclr"}, {"loss", "triplet_margin"}, {"temperature", "0.2"}}),
                    "--temperature: the loss triplet_margin has no temperature; leave it out.");
  CHECK_THROWS_WITH(settings_with({{"temperature", "0.1"}, {"recipe", "supcon"}, {"loss", "circle"}}),
                    "--temperature: the loss circle has no temperature; leave it out.");
  CHECK_THROWS_WITH(settings_with({{"recipe", "mixup"}, {"policy", "cutout"}, {"alpha", "1"}}),
                    "--alpha: the policy cutout draws no lambda by it; leave it out.");
  CHECK_THROWS_WITH(settings_with({{"data", "digits"}, {"shift", "0"}, {"no-augmentation", "true"}}),
                    "--shift: --no-augmentation leaves every view as it is; leave it out.");
  for (const options_given& given : {options_given{{"recipe", "simclr"}, {"loss", "triplet_margin"}},
                                     {{"recipe", "supcon"}, {"no-augmentation", "true"}},
                                     {{"recipe", "ic-regmixup"}, {"policy", "fmix"}}}) {
    settings chosen = settings_with(given);
    const settings read = settings_from_json(to_json(chosen), "a file");
    CHECK(read == chosen);
    CHECK(to_json(read) == to_json(chosen));
    const option_list options = chosen.list();
    const std::string config = config_of(options);
    for (const option& each : options.all())
      if (!each.idle.empty()) {
        CHECK(to_json(chosen).find("\"" + each.name + "\"") == std::string::npos);
        CHECK(config.find("\n" + each.name + " = ") == std::string::npos);
      }
  }
  CHECK(values_of({{"recipe", "simclr"}, {"loss", "triplet_margin"}}).count("temperature") == 0);
  CHECK(values_of({{"recipe", "simclr"}, {"loss", "decoupled"}, {"temperature", "0.3"}}).at("temperature") == "0.3");
}

TEST_CASE("what a preset says of an option without effect is left out", "[run]") {
  const settings chosen(std::vector<given_value>{{"temperature", "0.3", "--temperature (--preset paper)", true},
                                                 {"recipe", "simclr", "--recipe"},
                                                 {"loss", "vicreg", "--loss"}});
  CHECK(settings_from_json(to_json(chosen), "a file") == chosen);
}

TEST_CASE("of what a recipe and a data set say about views, the milder counts", "[run]") {
  // a crop moves the digit already: no shift beside it
  CHECK(views_of({{"recipe", "simclr"}, {"data", "digits"}}) == "crop 1, jitter 0.8, erase 0.25");
  CHECK(values_of({{"recipe", "simclr"}, {"data", "digits"}}).at("crop-smallest") == "0.6");
  CHECK(values_of({{"recipe", "simclr"}, {"data", "fashion-mnist"}}).at("crop-smallest") == "0.2");
  CHECK(views_of({{"recipe", "ce"}, {"data", "digits"}}) == "shift 1, erase 0.25");
  CHECK(views_of({{"recipe", "ce"}, {"data", "fashion-mnist"}}) == "shift 2, flip 0.5, erase 0.25");
  CHECK(views_of({{"recipe", "ce"}, {"data", "digits"}, {"flip", "0.3"}}) == "shift 1, flip 0.3, erase 0.25");
  for (const char* data : {"digits", "letter", "words"})
    CHECK(views_of({{"recipe", "imix-npair"}, {"data", data}, {"no-augmentation", "true"}}) == "none");
}

TEST_CASE("the settings of a paper are there for the kinds of data that it has", "[run]") {
  struct found {
    const char *recipe, *data, *option, *value;
  };
  for (const found& each : {found{"moco", "cifar10", "milestones", "0.6,0.8"},
                            {"moco-n", "cifar10", "queue", "4096"},
                            {"moco-n", "letter", "temperature", "0.1"},
                            {"byol", "cifar10", "optimiser", "lars"},
                            {"simsiam", "cifar10", "arch", "resnet18"},
                            {"npair", "cifar10", "epochs", "2000"},
                            {"npair", "letter", "mlp-layers", "5"},
                            {"npair", "words", "schedule", "steps"},
                            {"imix-npair", "letter", "input-drop", "0.2"},
                            {"imix-moco", "letter", "input-drop", "0"},
                            {"imix-moco", "letter", "alpha", "2"},
                            {"imix-moco", "words", "temperature", "0.5"},
                            {"imix-byol", "cifar10", "hidden", "2048"},
                            {"imix-byol", "letter", "batch", "512"},
                            {"imix-byol", "words", "epochs", "500"},
                            {"infinite-class-mixup", "cifar10", "arch", "resnet34"},
                            {"ic-regmixup", "cifar10", "alpha", "20"}}) {
    INFO(each.recipe << " on " << each.data << ": " << each.option);
    const auto values = named_values(by_paper(recipe_called(each.recipe), each.data));
    const std::map<std::string, std::string> by_name(values.begin(), values.end());
    CHECK(by_name.at(each.option) == each.value);
  }
  for (const char* recipe : {"moco", "byol", "simsiam", "infinite-class-mixup", "unicon"}) {
    CHECK(recipe_called(recipe).paper_values(sample_kind::row).empty());
    CHECK(!recipe_called(recipe).paper_values(sample_kind::image).empty());
  }
}

TEST_CASE("every value of every preset is one of an option that there is", "[run]") {
  for (const recipe_entry& recipe : all_recipes())
    for (const char* data : {"cifar10", "letter", "words"}) {
      const sample_kind kind = settings_with({{"data", data}}).kind();
      if (!recipe.takes(kind) || recipe.paper_values(kind).empty()) continue;
      INFO(recipe.name << " on " << data);
      settings chosen = by_paper(recipe, data);
      const option_list list = chosen.list();
      std::map<std::string, std::string> values;  // the last one of a name counts
      for (const auto& [name, text] : recipe.paper_values(kind)) values[name] = text;
      for (const auto& [name, text] : values) {
        INFO(name << " = " << text);
        const option* const found = list.find(name);
        if (found == nullptr || !found->idle.empty()) continue;
        const std::string now = text_of(*found);
        set_option(*found, text, found->flag());
        CHECK(text_of(*found) == now);
      }
    }
}
