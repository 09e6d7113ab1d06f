// SPDX-License-Identifier: BSD-3-Clause
// Plans of comparisons: what they ask for, what arms share, and what is refused with file and line.
#include "commands/comparison_plan.hpp"
#include "data/sets/readers.hpp"
#include "files/file_error.hpp"
#include "run/training_run.hpp"
#include "support/catch.hpp"
#include "trainer/scratch_folder.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <string>
#include <utility>
#include <vector>

using namespace mixcon_train;
using mixcon_test::scratch_folder;

namespace {

const std::string arms = "[[arm]]\nname = \"ce\"\nrecipe = \"ce\"\n[[arm]]\nrecipe = \"mixup\"\nalpha = 0.5\n";
const std::string start = "seeds = 2\ndata = \"digits\"\n";  // the first arm is in line 3, the second in line 6

std::string refusal_of(const std::string& plan) {
  const scratch_folder folder;
  std::ofstream(folder / "plan.toml") << plan;
  try {
    read_plan(folder / "plan.toml");
  } catch (const file_error& why) {
    const std::string sentence = why.what(), path = folder / "plan.toml";
    return sentence.starts_with(path) ? sentence.substr(path.size()) : "not the file: " + sentence;
  }
  return "none";
}

}  // namespace

TEST_CASE("the committed plan gives each arm the defaults that its recipe has, and its own options", "[examples]") {
  const comparison_plan plan = read_plan("examples/trainer/plans/digits.toml");
  CHECK(plan.seeds == std::vector<std::uint64_t>{0, 1, 2});
  CHECK(plan.choice.reference == "ce");
  CHECK(plan.choice.measure == "ridge");
  REQUIRE(plan.arms.size() == 2);
  const settings mixup(plan.arms[1].options(7, "there"));
  CHECK(mixup.recipe == "mixup");
  CHECK(mixup.training.batch == 32);
  CHECK(mixup.run.seed == 7);
  CHECK(mixup.run.out == "there");

  const scratch_folder folder;  // the default alpha is for mixup alone, and an arm's own length and alpha count
  std::ofstream(folder / "plan.toml") << "seeds = 3\nalpha = 0.2\nsteps = 9\ndata = \"digits\"\n"
                                      << arms << "epochs = 2\n";
  const comparison_plan other = read_plan(folder / "plan.toml");
  CHECK(other.seeds == std::vector<std::uint64_t>{0, 1, 2});
  CHECK(other.choice.reference == "ce");
  CHECK(other.arms[1].name == "mixup");
  std::map<std::string, std::string> values;
  for (const auto& [name, value] : named_values(settings(other.arms[1].given))) values[name] = value;
  CHECK(values["alpha"] == "0.5");
  CHECK(values["epochs"] == "2");
  CHECK(values["steps"] == "0");
  CHECK(settings(other.arms[0].given).training.steps == 9);
}

TEST_CASE("arms with one seed begin with the same weights, and those of another seed do not", "[examples]") {
  const comparison_plan plan = read_plan("examples/trainer/plans/digits.toml");
  const train_and_test data = read_data(settings(plan.arms[0].given).data);
  const auto first = [&](std::size_t arm, std::uint64_t seed) {
    return training_run(resolved(settings(plan.arms[arm].options(seed, ""))), data.train).state();
  };
  const checkpoint ce = first(0, 1), mixup = first(1, 1), other = first(1, 2);
  CHECK(hash_of(ce.tensors) == hash_of(mixup.tensors));
  CHECK(hash_of(ce.tensors) != hash_of(other.tensors));
  CHECK(ce.data_hash == other.data_hash);
}

TEST_CASE("a bad plan is refused with its file and line", "[examples]") {
  const std::vector<std::pair<std::string, std::string>> refused{
      {"seeds = 2\n[[arm]]\nname = ", ", line 3: this is no TOML"},
      {"sedes = 2\n" + start.substr(10) + arms, ", line 1: sedes: there is no such option; did you mean seeds?"},
      {start + "measur = \"ridge\"\n" + arms, ", line 3: measur: there is no such option; did you mean measure?"},
      {start + "batsh = 4\n" + arms, ", line 3: batsh: there is no such option; did you mean batch?"},
      {start + "temperature = 0.1\n" + arms, ", line 3: temperature: the recipe ce does not use it"},
      {start + "measure = \"rigde\"\n" + arms, ", line 3: measure: there is no rigde"},
      {start + "batch = 1\n" + arms, ", line 3: batch: 1; expected a whole number from 2"},
      {start + "reference = \"supcon\"\n" + arms,
       ", line 3: reference: no arm is called supcon; expected one of ce and"},
      {start + "seed = 3\n" + arms, ", line 3: seed: a plan has seeds instead"},
      {start + arms + "alhpa = 1\n", ", line 9: alhpa: there is no such option; did you mean alpha?"},
      {start + arms + "temperature = 1\n", ", line 9: temperature: the recipe mixup does not use it"},
      {start + arms + "data = \"cifar10\"\n", ", line 9: data: arms share their samples and split"},
      {start + arms + "out = \"x\"\n", ", line 9: out: each run has a folder of its own"},
      {start + arms + "steps = 3\nimages = 64\n", ", line 6: --images and --steps each say how long"},
      {start + arms + "lr = [1, 2]\n", ", line 9: lr is no number, text or switch"},
      {start + arms + "[[arm]]\nrecipe = \"mixpu\"\n", ", line 9: --recipe: there is no mixpu"},
      {start + arms + "[[arm]]\nname = \"../x\"\n", ", line 10: name: ../x; expected up to 60 letters"},
      {start + arms + "[[arm]]\nlr = 0.1\n", ", line 9: an arm without a name"},
      {start + arms + arms.substr(arms.find("[[arm]]\nrecipe")), ", line 9: there is an arm called mixup already"},
      {start + "[[arm]]\nrecipe = \"ce\"\n", ": it has 1 arms; expected a table [[arm]] for each of two or more"},
      {start + "arm = 3\n", ", line 3: arm is no list of tables"},
      {arms, ": seeds are missing; expected a line such as seeds = [0, 1, 2]"},
      {"seeds = 0\n" + arms, ", line 1: seeds: 0; expected a count from 1 to 1000"},
      {"seeds = [1, -1]\n" + arms, ", line 1: seeds: -1; expected"},
      {"seeds = [1, 1]\n" + arms, ", line 1: seeds: [1, 1] has a seed twice"},
      {"seeds = [\"a\"]\n" + arms, ", line 1: seeds is no number, text or switch; expected a line such as seeds = [0"},
      {"seeds = \"\"\n" + arms, ", line 1: seeds: it is empty; expected a count"},
      {"seeds = 2\ndata = \"digts\"\n" + arms, ", line 2: data: --data: there is no digts"}};
  for (const auto& [plan, expected] : refused) {
    const std::string sentence = refusal_of(plan);
    INFO(expected << " in: " << sentence);
    CHECK(sentence.starts_with(expected));
    CHECK(sentence.find('\n') == std::string::npos);
  }
}
