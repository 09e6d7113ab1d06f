// SPDX-License-Identifier: BSD-3-Clause
// The program as its user meets it: refusals, interruption, and death at any moment.
#include "commands/commands.hpp"
#include "files/file_error.hpp"
#include "recipes/all_recipes.hpp"
#include "run/checkpoint.hpp"
#include "run/settings.hpp"
#include "support/catch.hpp"
#include "trainer/program.hpp"
#include "trainer/scratch_folder.hpp"

#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace mixcon_train;
using mixcon_test::outcome;
using mixcon_test::run_program;
using mixcon_test::scratch_folder;
using mixcon_test::start;
using mixcon_test::wait_for_file;

namespace {

std::vector<std::string> small_job(const std::string& out, const std::string& steps) {
  return {"train", "--data",         "digits", "--recipe",    "ce",   "--width",
          "4",     "--batch",        "16",     "--precision", "fp32", "--threads",
          "1",     "--steps",        steps,    "--out",       out,    "--checkpoint-every",
          "3",     "--no-evaluation"};
}

using words_of = std::vector<std::string>;

words_of lines_of(const outcome& seen) {
  words_of lines;
  std::istringstream text(seen.text);
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

}  // namespace

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

TEST_CASE("Ctrl-C saves and says how to go on, and a resumed run ends with the weights of an uninterrupted one",
          "[examples]") {
  const scratch_folder folder;
  std::string steps;
  int status = 0;
  for (int count = 600; count < 100000; count *= 2) {  // so many that the signal comes in time, on any machine
    steps = std::to_string(count);
    std::filesystem::remove_all(folder / "stopped");
    const pid_t child = start(small_job(folder / "stopped", steps), folder / "output");
    REQUIRE(wait_for_file(folder / "stopped/checkpoint.previous.safetensors", child));  // three steps are done
    kill(child, SIGINT);
    waitpid(child, &status, 0);
    if (WEXITSTATUS(status) != exit_done) break;
  }
  std::ostringstream text;
  text << std::ifstream(folder / "output").rdbuf();
  CHECK(WEXITSTATUS(status) == exit_interrupted);
  CHECK(text.str().find("go on with: mixcon-train train --resume " + folder / "stopped") != std::string::npos);
  CHECK(load_checkpoint(folder / "stopped").step < std::stoi(steps));
  REQUIRE(run_program(small_job(folder / "straight", steps)).status == exit_done);

  const outcome other = run_program({"train", "--resume", folder / "stopped", "--width", "8"});
  CHECK(other.status == exit_refused);
  CHECK(other.text.find("it was trained with --width 4, not 8") != std::string::npos);
  CHECK(run_program({"train", "--resume", folder / "stopped", "--no-evaluation"}).status == exit_done);
  CHECK(run_program({"train", "--resume", folder / "stopped", "--no-evaluation"}).text.find("nothing left to train") !=
        std::string::npos);
  CHECK(hash_of(load_checkpoint(folder / "stopped").tensors) == hash_of(load_checkpoint(folder / "straight").tensors));
}

TEST_CASE("the end of its terminal stops a run as Ctrl-C does, unless it was told to ignore that", "[examples]") {
  const scratch_folder folder;
  int status = 0;
  pid_t child = start(small_job(folder / "run", "1000000"), folder / "output");
  REQUIRE(wait_for_file(folder / "run/checkpoint.previous.safetensors", child));
  kill(child, SIGHUP);
  waitpid(child, &status, 0);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == exit_interrupted);

  const auto before = std::signal(SIGHUP, SIG_IGN);  // as nohup does
  child = start({"train", "--resume", folder / "run", "--no-evaluation"}, folder / "output");
  std::signal(SIGHUP, before);
  const index_t stopped = load_checkpoint(folder / "run").step;
  const auto goes_on = [&](index_t from) {
    while (waitpid(child, &status, WNOHANG) == 0) {
      if (load_checkpoint(folder / "run").step > from) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return false;
  };
  REQUIRE(goes_on(stopped));
  kill(child, SIGHUP);
  CHECK(goes_on(load_checkpoint(folder / "run").step + 6));
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
}

TEST_CASE("what cannot be printed is no success", "[examples]") {
  int status = 0;
  waitpid(start({"train", "--data", "digits", "--print-config"}, "/dev/full"), &status, 0);
  CHECK(WEXITSTATUS(status) == exit_refused);
}

TEST_CASE("a run that was given no place to print to prints into none of its files", "[examples]") {
  const scratch_folder folder;
  int status = 0;
  waitpid(start(small_job(folder / "run", "6"), ""), &status, 0);
  CHECK(WEXITSTATUS(status) == exit_done);
  index_t lines = 0;
  std::ifstream records(folder / "run/metrics.jsonl");
  for (std::string line; std::getline(records, line); ++lines) CHECK(line.starts_with("{\""));
  CHECK(lines >= 7);
}

TEST_CASE("a run that is killed at any moment loses at most what came after its last checkpoint", "[examples]") {
  const scratch_folder folder;
  std::mt19937 random(3);
  std::string from;
  index_t before = 0;
  for (int trial = 0; trial < 20; ++trial) {
    std::vector<std::string> job = small_job(folder / "run", "1000000");
    if (trial > 0) job = {"train", "--resume", folder / "run", "--no-evaluation"};
    const pid_t child = start(job, folder / "output");
    if (trial == 0) REQUIRE(wait_for_file(folder / "run/checkpoint.previous.safetensors", child));
    std::this_thread::sleep_for(std::chrono::milliseconds(random() % 160));
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    std::string passed_over;
    const checkpoint found = load_checkpoint(folder / "run", &passed_over);
    CHECK(passed_over.empty());   // the newest is always whole
    CHECK(found.step >= before);  // and nothing that was saved is lost
    CHECK(found.step % 3 == 0);
    before = found.step;
  }
  CHECK(before > 0);
}

TEST_CASE("a checkpoint is judged as at the end of its run, and one of another model is refused", "[examples]") {
  const scratch_folder folder;
  std::vector<std::string> job = small_job(folder / "run", "20");
  job.pop_back();  // --no-evaluation
  const outcome trained = run_program(job), judged = run_program({"eval", folder / "run"});
  const auto table_of = [](const outcome& seen) {
    const auto begin = seen.text.find("encoder "), end = seen.text.find("untrained ");
    return begin < end && end != std::string::npos ? seen.text.substr(begin, end - begin) : "";
  };
  CHECK(trained.status == exit_done);
  CHECK(judged.status == exit_done);
  CHECK_FALSE(table_of(trained).empty());
  CHECK(table_of(trained) == table_of(judged));
  checkpoint other = load_checkpoint(folder / "run");
  other.chosen =
      settings_with({{"recipe", "ce"}, {"data", "digits"}, {"width", "8"}, {"precision", "fp32"}, {"threads", "1"}});
  save_checkpoint(folder / "other", other);
  const outcome refused = run_program({"eval", folder / "other"});
  CHECK(refused.status == exit_refused);
  CHECK(refused.text.find("another model") != std::string::npos);
  CHECK(std::count(refused.text.begin(), refused.text.end(), '\n') == 1);
}

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

TEST_CASE("a run that goes on has the threads that it is given, and otherwise those that it had", "[examples]") {
  const scratch_folder folder;
  REQUIRE(run_program(small_job(folder / "run", "3")).status == exit_done);
  const auto resumed = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"train", "--resume", folder / "run", "--no-evaluation"});
    return run_program(more).text;
  };
  CHECK(resumed({}).find(" 1 threads") != std::string::npos);
  CHECK(resumed({"--threads", "2"}).find(" 2 threads") != std::string::npos);
}

TEST_CASE("--resume auto begins a run, then goes on with it, and never with another", "[examples]") {
  const scratch_folder folder;
  std::vector<std::string> job = small_job(folder / "run", "6");
  job.insert(job.end(), {"--resume", "auto"});
  REQUIRE(run_program(job).status == exit_done);
  const std::string identity = load_checkpoint(folder / "run").run;
  CHECK(run_program(job).text.find("nothing left to train") != std::string::npos);
  CHECK(load_checkpoint(folder / "run").run == identity);
  std::vector<std::string> other = job;
  other.insert(other.end(), {"--lr", "0.2"});
  const outcome refused = run_program(other);
  CHECK(refused.status == exit_refused);
  CHECK(refused.text.find("this one differs in --lr") != std::string::npos);

  std::vector<std::string> unnamed{"train", "--data",          "digits",   "--recipe",  "ce", "--width",
                                   "4",     "--steps",         "2",        "--threads", "1",  "--precision",
                                   "fp32",  "--no-evaluation", "--resume", "auto"};
  for (int k = 0; k < 2; ++k) REQUIRE(run_program(unnamed, folder.path()).status == exit_done);
  unnamed.insert(unnamed.end(), {"--seed", "1"});
  REQUIRE(run_program(unnamed, folder.path()).status == exit_done);
  CHECK(std::filesystem::exists(folder / "runs/ce-digits-002"));
  CHECK_FALSE(std::filesystem::exists(folder / "runs/ce-digits-003"));

  for (const char* name : {"a.csv", "b.csv"}) {
    std::ofstream table(folder / name);
    for (int k = 0; k < 20; ++k) table << k % 7 << "," << (*name == 'a' ? k : -k) << "," << k % 2 << "\n";
  }
  std::filesystem::copy_file(folder / "a.csv", folder / "copy.csv");
  for (const char* name : {"a.csv", "b.csv", "copy.csv", "b.csv"}) {  // a run for each table, wherever it lies
    const outcome seen =
        run_program({"train", "--data", "csv", "--data-dir", folder / name, "--recipe", "ce", "--batch", "4", "--steps",
                     "2", "--threads", "1", "--no-evaluation", "--resume", "auto"},
                    folder.path());
    INFO(seen.text);
    CHECK(seen.status == exit_done);
  }
  CHECK(std::filesystem::exists(folder / "runs/ce-csv-002"));
  CHECK_FALSE(std::filesystem::exists(folder / "runs/ce-csv-003"));
}

TEST_CASE("a run that begins with the weights of another one is a run of its own", "[examples]") {
  const scratch_folder folder;
  REQUIRE(run_program(small_job(folder / "parent", "6")).status == exit_done);
  std::vector<std::string> job = small_job(folder / "fork", "3");
  job.insert(job.end(), {"--from", folder / "parent", "--lr", "0"});
  const outcome seen = run_program(job);
  INFO(seen.text);
  REQUIRE(seen.status == exit_done);
  const checkpoint parent = load_checkpoint(folder / "parent"), fork = load_checkpoint(folder / "fork");
  CHECK(seen.text.find("begins with ") != std::string::npos);
  CHECK(fork.run != parent.run);
  for (const stored_tensor& each : parent.tensors)
    if (each.name.ends_with("weight") && !each.name.starts_with("optimiser"))
      CHECK(std::find(fork.tensors.begin(), fork.tensors.end(), each) != fork.tensors.end());
  job.insert(job.end(), {"--resume", "auto"});  // as a job that is started again says
  CHECK(run_program(job).text.find("nothing left to train") != std::string::npos);
  CHECK(load_checkpoint(folder / "fork").run == fork.run);
  REQUIRE(run_program(small_job(folder / "uncle", "6")).status == exit_done);
  std::replace(job.begin(), job.end(), folder / "parent", folder / "uncle");
  CHECK(run_program(job).text.find("that began with the weights of --from; this one did not.") != std::string::npos);
  std::vector<std::string> stranger = small_job(folder / "other", "3");
  stranger.insert(stranger.end(), {"--from", folder / "parent", "--first-stride", "2"});
  stranger[6] = "8";  // --width
  const outcome refused = run_program(stranger);
  CHECK(refused.status == exit_refused);
  CHECK(refused.text.find("none of its weights has the name and shape") != std::string::npos);
}

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
