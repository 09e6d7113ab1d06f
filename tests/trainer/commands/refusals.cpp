// SPDX-License-Identifier: BSD-3-Clause
// What the program refuses, in one sentence and with status 2.
#include "commands/commands.hpp"
#include "support/catch.hpp"
#include "trainer/program.hpp"
#include "trainer/scratch_folder.hpp"

#include <algorithm>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

using namespace mixcon_train;
using mixcon_test::outcome;
using mixcon_test::run_program;
using mixcon_test::scratch_folder;

TEST_CASE("what cannot be done is refused with one sentence and status 2", "[examples]") {
  const scratch_folder folder;
  std::ofstream(folder / "a file") << "x";
  std::ofstream(folder / "wrong.toml") << "lr = 0.2\nbatsh = 64\n";
  std::ofstream(folder / "value.toml") << "batch = 1\n";
  std::ofstream(folder / "no.toml") << "batch 1\n";
  std::ofstream(folder / "lines.toml") << "recipe = \"c\\ne\"\n";
  std::ofstream(folder / "rows.csv") << "a,b,class\n1,2,x\n3,4,y\n5,6,x\n7,8,y\n1,3,x\n2,4,y\n9,6,x\n7,1,y\n";
  std::ofstream(folder / "table.toml") << "[training]\nbatch = 64\n";
  const std::vector<std::pair<std::vector<std::string>, std::string>> refused{
      {{"train", "--recip", "ce"}, "did you mean --recipe? See mixcon-train train --help."},
      {{"train", "--recipe", "CE"}, "Did you mean ce?"},
      {{"trian"}, "did you mean train?"},
      {{"train", "--recipe", "unicorn"}, "there is no unicorn; expected one of ce, mixup"},
      {{"train", "--data", "digits", "--lr", "-1"}, "--lr: -1; expected a number in [0, "},
      {{"train", "--data", "digits", "--recipe", "samix", "--lambda-power", "-2"}, "--lambda-power: -2; expected a "},
      {{"train", "--data", "digits", "-1"}, "there is no option or command -1."},
      {{"inspect", "--samples", "-3", "--data", "digits"}, "-3 of the 1437 images"},
      {{"train", "--batch", "many"}, "--batch: many; expected a whole number from 2 to 65536."},
      {{"train", "--temperature", "-1"}, "--temperature: -1"},
      {{"train", "--seed", "-3"}, "--seed: -3; expected a whole number from 0 to"},
      {{"train", "--steps", "2", "--steps", "3"}, "--steps: expected once"},
      {{"train", "--steps", "2", "--epochs", "3"}, "give one of them"},
      {{"train", "everything"}, "there is no option or command everything. See"},
      {{"train", "--data", "digits", "--batch", "5000"}, "--batch: 5000 of the 1437 images"},
      {{"train", "--data", "digits", "--out", "/proc/nowhere"}, "the folder cannot be made"},
      {{"eval"}, "RUN is required; expected the folder of a run"},
      {{}, "no command was given"},
      {{"train", "--data", "cifar10", "--data-dir", folder.path()}, "there is no such file"},
      {{"train", "--data-dir", folder / "nowhere"}, "nowhere: there is no such folder"},
      {{"train", "--data", "auto", "--data-dir", folder.path()}, "Looked for train-images-idx3-ubyte, train-labels"},
      {{"train", "--data", "digits", "--data-dir", folder / "a file"}, "this is no folder"},
      {{"train", "--data-dir", ""}, "--data-dir: the value is empty"},
      {{"train", "--resume", ""}, "--resume: the value is empty"},
      {{"train", "--data", "digts"}, "Did you mean digits?"},
      {{"train", "--arch", "resnet-8"}, "Did you mean resnet8?"},
      {{"train", "--recipe", "ce", "--temperature", "0.1"}, "--temperature: the recipe ce does not use it; simclr"},
      {{"train", "--recipe", "manifold-mixup", "--embedding", "128"}, "--embedding: the recipe manifold-mixup does"},
      {{"train", "--alpha", "1"}, "--alpha: the recipe unicon does not use it; mixup, cutmix, manifold-mixup, "},
      {{"train", "--recipe", "supmix", "--universum", "mixup"}, "--universum: the recipe supmix does not use it"},
      {{"train", "--recipe", "simclr", "--partner-share", "0.25"}, "--partner-share: the recipe simclr does not"},
      {{"train", "--images", "1200000", "--steps", "2"}, "--images and --steps each say how long"},
      {{"train", "--images", "9", "--epochs", "2"}, "--images and --epochs each say how long"},
      {{"train", "--input-drop", "0.2"}, "--input-drop: a run on images does not use it; rows do. Leave it out"},
      {{"train", "--policy", "cutmx", "--recipe", "mixup"}, "Did you mean cutmix?"},
      {{"train", "--alpha", "0", "--recipe", "mixup"}, "--alpha: 0; expected a number in [1e-06, 1e+06]."},
      {{"train", "--preset", "papre"}, "Did you mean paper?"},
      {{"train", "--preset", "paper", "--recipe", "ce"}, "the recipe ce has no values of a paper"},
      {{"train", "--preset", "paper", "--recipe", "moco", "--data", "letter"},
       "--preset: the paper of moco trained on images, not on rows such as letter"},
      {{"train", "--recipe", "simclr", "--loss", "nca", "--temperature", "1"}, "--temperature: the loss nca has no"},
      {{"train", "--no-augmentation", "--data", "digits", "--flip", "1"}, "--flip: --no-augmentation leaves every"},
      {{"train", "--config", folder / "nowhere.toml"}, "nowhere.toml: cannot be read"},
      {{"train", "--config", folder.path()}, "this is a folder; expected a TOML file"},
      {{"compare", "--plan", folder.path()}, "this is a folder; expected a TOML file"},
      {{"train", "--config", folder / "lines.toml"}, "recipe: there is no c e; expected one of"},
      {{"predict", "a run", "--out", folder / "no/p.csv"}, "no/p.csv: there is no such folder. Make it, or name"},
      {{"embed", "a run", "--out", folder / "no/e.npy"}, "no/e.npy: there is no such folder. Make it, or name"},
      {{"compare", "--plan", folder / "no.toml", "--record", folder / "no/r.json"}, "r.json: there is no such folder"},
      {{"train", "--config", folder / "wrong.toml"},
       "wrong.toml, line 2: batsh: there is no such option; did you mean batch?"},
      {{"train", "--config", folder / "value.toml"}, "value.toml, line 1: batch: 1; expected a whole number from 2"},
      {{"train", "--config", folder / "no.toml"}, "no.toml, line 1: this is no TOML"},
      {{"train", "--config", folder / "table.toml"}, "table.toml, line 1: training is no number, text or switch"},
      {{"train", "--from", folder / "nothing"}, "nothing"},
      {{"train", "--from", folder.path(), "--resume", folder.path()}, "--from: a run that goes on"},
      {{"train", "--overwrite"}, "--overwrite: it needs --out"},
      {{"train", "--resume", folder.path(), "--print-config"}, "stand in its config.toml; give one of --print-config"},
      {{"predict", "a run", "--files", folder.path(), "--part", "train"}, "--part: files have no parts; leave it out."},
      {{"train", "--overwrite", "--resume", folder.path()}, "give one of them"},
      {{"inspect", "--policy", "mixup", "--partner-share", "0.3"}, "--partner-share: the policy mixup does not use it"},
      {{"inspect", "--policy", "smoothmix", "--alpha", "1"}, "--alpha: the policy smoothmix does not use it; mixup, "},
      {{"inspect", "--policy", "mixup", "--most-holes", "3"},
       "--most-holes: the policy mixup does not use it; gridmix does. Leave it out, or choose it by --policy."},
      {{"inspect", "--policy", "gridmix", "--most-hols", "3"}, "did you mean --most-holes?"},
      {{"inspect", "--policy", "gridmix", "--data", "digits", "--most-holes", "3.5"},
       "--most-holes: 3.5; expected a whole number."},
      {{"inspect", "--policy", "gridmix", "--data", "digits", "--cut-area-high", "2"}, "the part is from 0.5 to 2"},
      {{"inspect", "--policy", "cutmx"}, "Did you mean cutmix?"},
      {{"inspect", "--policy", "cutmix", "--data", "csv", "--data-dir", folder / "rows.csv", "--samples", "4"},
       "--policy: cutmix goes by the places of a sample, and rows of numbers have none; expected images or clips, or "},
      {{"inspect", "--data", "fashion-mnis"}, "Did you mean fashion-mnist?"},
      {{"inspect", "--data-dir", folder / "nowhere"}, "nowhere: there is no such folder"},
      {{"inspect", "--out", ""}, "--out: the value is empty"},
      {{"train", "--data", "digits", "--resume", folder / "nothing"}, "there is no such file"},
      {{"train", "--resume", folder / "not/there"}, "not/there: there is no such file"},
      {{"train", "--data", "digits", "--resume", folder / "a file"}, "byte 1"},
      {{"train", "--data", "digits", "--out", folder / "a file/below"}, "the folder cannot be made"},
      {{"eval", folder / "a file"}, "no safetensors file"},
      {{"inspect", "--policy", "mixdown", "--data", "digits"}, "mixdown"}};
  for (const auto& [arguments, expected] : refused) {
    const outcome seen = run_program(arguments);
    INFO(expected << " in: " << seen.text);
    CHECK(seen.status == exit_refused);
    CHECK(seen.text.find(expected) != std::string::npos);
    CHECK(std::count(seen.text.begin(), seen.text.end(), '\n') == 1);
  }
}
