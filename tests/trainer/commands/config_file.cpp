// SPDX-License-Identifier: BSD-3-Clause
// Options from a file, and what --print-config prints.
#include "support/catch.hpp"
#include "trainer/program.hpp"
#include "trainer/scratch_folder.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

using namespace mixcon_train;
using mixcon_test::outcome;
using mixcon_test::run_program;
using mixcon_test::scratch_folder;

namespace {

using words_of = std::vector<std::string>;

words_of lines_of(const outcome& seen) {
  words_of lines;
  std::istringstream text(seen.text);
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

}  // namespace

TEST_CASE("a config file gives the values that flags would, and flags count more", "[examples]") {
  const scratch_folder folder;
  std::ofstream(folder / "config.toml")
      << "# a comment\nrecipe = \"mixup\"\ndata = \"digits\"\nalpha = 0.5\nlr = 2e-1\n";
  const words_of printed =
      lines_of(run_program({"train", "--config", folder / "config.toml", "--lr", "0.3", "--print-config"}));
  for (const char* line : {"recipe = 'mixup'", "alpha = 0.5", "lr = 0.3", "shift = 1", "policy = 'mixup'"}) {
    INFO(line);
    CHECK(std::any_of(printed.begin(), printed.end(), [&](const std::string& each) { return each.starts_with(line); }));
  }
  std::ofstream again(folder / "again.toml");
  for (const std::string& line : printed) again << line << "\n";
  again.close();
  CHECK(lines_of(run_program({"train", "--config", folder / "again.toml", "--print-config"})) == printed);
  const words_of large = lines_of(run_program({"train", "--seed", "18446744073709551615", "--print-config"}));
  std::ofstream seeded(folder / "seeded.toml");  // TOML has no such whole numbers
  for (const std::string& line : large) seeded << line << "\n";
  seeded.close();
  CHECK(std::any_of(large.begin(), large.end(),
                    [](const std::string& line) { return line.starts_with("seed = '18446744073709551615'"); }));
  CHECK(lines_of(run_program({"train", "--config", folder / "seeded.toml", "--print-config"})) == large);
  // what counts of how long to train is printed alone, and is the flag's
  const auto lengths_of = [&](words_of arguments) {
    arguments.insert(arguments.begin(), "train");
    arguments.push_back("--print-config");
    words_of found;
    for (const std::string& line : lines_of(run_program(arguments)))
      if (line.starts_with("images = ") || line.starts_with("steps = ") || line.starts_with("epochs = "))
        found.push_back(line.substr(0, line.find("  #")));
    return found;
  };
  const words_of ten_steps{"steps = 10", "epochs = 0"};
  CHECK(lengths_of({"--data", "digits", "--steps", "10"}) == ten_steps);
  std::ofstream(folder / "ten.toml") << "data = \"digits\"\nsteps = 10\nepochs = 0\n";
  CHECK(lengths_of({"--config", folder / "ten.toml"}) == ten_steps);
  CHECK(lengths_of({"--config", folder / "ten.toml", "--epochs", "3"}) == words_of{"steps = 0", "epochs = 3"});
  CHECK(lengths_of({"--config", folder / "again.toml", "--steps", "10"}) == ten_steps);
  CHECK(lengths_of({"--config", folder / "ten.toml", "--preset", "paper"}) == ten_steps);
  CHECK(lengths_of({"--data", "digits", "--preset", "paper", "--images", "500"}) ==
        words_of{"images = 500", "steps = 0", "epochs = 0"});
  // clips are larger than other samples
  CHECK(lengths_of({"--data", "words", "--quick"}).front() == "images = 15000");
  CHECK(lengths_of({"--data", "letter", "--quick"}).front() == "images = 80000");

  const words_of off = lines_of(run_program({"train", "--data", "digits", "--no-augmentation", "--print-config"}));
  CHECK(
      std::any_of(off.begin(), off.end(), [](const auto& line) { return line.starts_with("no-augmentation = true"); }));
  CHECK(std::none_of(off.begin(), off.end(), [](const auto& line) { return line.starts_with("shift ="); }));
  const words_of paper = lines_of(run_program({"train", "--preset", "paper", "--batch", "512", "--print-config"}));
  for (const char* line : {"batch = 512", "epochs = 1000", "lr = 0.05", "partner-share = 0.5", "arch = 'resnet50'"}) {
    INFO(line);
    CHECK(std::any_of(paper.begin(), paper.end(), [&](const std::string& each) { return each.starts_with(line); }));
  }
}
