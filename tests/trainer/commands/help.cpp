// SPDX-License-Identifier: BSD-3-Clause
// What --help prints.
#include "commands/commands.hpp"
#include "recipes/all_recipes.hpp"
#include "run/settings.hpp"
#include "support/catch.hpp"
#include "trainer/program.hpp"

#include <string>
#include <vector>

using namespace mixcon_train;
using mixcon_test::outcome;
using mixcon_test::run_program;
using mixcon_test::start;

TEST_CASE("help lists every command, and every option with its default", "[examples]") {
  for (const char* command : {"train", "eval", "predict", "embed", "compare", "inspect"}) {
    CHECK(run_program({"--help"}).text.find(command) != std::string::npos);
    const outcome help = run_program({command, "--help"});
    CHECK(help.status == exit_done);
    std::size_t options = 0;
    for (std::size_t at = help.text.find("\n  --"); at != std::string::npos; ++options) {
      const std::size_t next = help.text.find("\n  --", at + 1);
      const std::string option = help.text.substr(at, next - at);  // with the lines that belong to it
      INFO(option);
      const bool says = option.find('=') != std::string::npos || option.find("(default:") != std::string::npos;
      CHECK(says);
      at = next;
    }
    CHECK(options >= 2);
  }
  CHECK(run_program({"--version"}).text.starts_with("0."));
}

TEST_CASE("help of one recipe lists its options alone, with its own defaults and its paper's values", "[examples]") {
  const auto line_of = [](const std::vector<std::string>& words, const std::string& flag) {
    const std::string text = run_program(words).text, start = "\n  " + flag + " ";
    const std::size_t at = text.find(start);
    return at == std::string::npos ? std::string() : text.substr(at, text.find("\n  --", at + 1) - at);
  };
  const auto holds = [](const std::string& line, const char* text) { return line.find(text) != std::string::npos; };
  const std::vector<std::string> on_images{"train", "--recipe", "imix-npair", "--help"},
      on_rows{"train", "--help", "--data", "letter", "--recipe", "imix-npair"};
  CHECK(holds(line_of(on_images, "--temperature"), "(default: 0.2; paper: 0.2)"));
  CHECK(holds(line_of(on_rows, "--temperature"), "(default: 0.1; paper: 0.1)"));
  CHECK(holds(line_of(on_rows, "--mlp-layers"), "paper: 5)"));
  CHECK(holds(line_of(on_rows, "--input-drop"), "(default: 0.2; paper: 0.2)"));
  CHECK(line_of(on_images, "--input-drop").empty());
  CHECK(line_of(on_images, "--queue").empty());
  CHECK_FALSE(line_of({"train", "--help"}, "--queue").empty());
  for (const std::string& recipe : recipe_names()) {
    INFO(recipe);
    const std::string text = run_program({"train", "--recipe", recipe, "--data", "digits", "--help"}).text;
    CHECK(text.starts_with(recipe + ": "));
    settings chosen = settings_with({{"recipe", recipe}, {"data", "digits"}});
    const option_list options = chosen.list();
    for (const option& each : options.all())
      if (each.name != "recipe") CHECK(text.find("\n  " + each.flag()) != std::string::npos);
  }
  for (const std::vector<std::string>& no_such_run :
       {std::vector<std::string>{"train", "--recipe", "samix", "--data", "letter", "--help"},
        {"train", "--recipe", "nothing", "--help"}})
    CHECK(run_program(no_such_run).text == run_program({"train", "--help"}).text);
}
