// SPDX-License-Identifier: BSD-3-Clause
// The program as its user meets it: refusals, interruption, and death at any moment.
#include "data/file_error.hpp"
#include "examples_train/scratch_folder.hpp"
#include "support/catch.hpp"
#include "train/checkpoint.hpp"
#include "train/commands.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

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
using mixcon_test::scratch_folder;

namespace {

/// What the program prints and returns, run as a process of its own: this test with a hidden case.
struct outcome {
  int status = -1;
  std::string text{};
};

pid_t start(const std::vector<std::string>& arguments, const std::string& output) {
  std::string line;
  for (const std::string& argument : arguments) line += argument + '\n';
  const pid_t child = fork();
  if (child != 0) return child;
  const int to = open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  dup2(to, 1), dup2(to, 2);
  setenv("MIXCON_TRAIN_ARGUMENTS", line.c_str(), 1);
  execl("/proc/self/exe", "mixcon-train", "[.program]", static_cast<char*>(nullptr));
  _exit(127);
}

outcome run(const std::vector<std::string>& arguments) {
  const scratch_folder folder;
  const std::string output = folder / "output";
  int status = 0;
  waitpid(start(arguments, output), &status, 0);
  std::string text;
  std::ifstream lines(output);
  for (std::string line; std::getline(lines, line);)
    if (!line.starts_with("Filters:")) text += line + '\n';  // which Catch says of itself
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, text};
}

std::vector<std::string> small_job(const std::string& out, const std::string& steps) {
  return {"train", "--data",         "digits", "--recipe",    "ce",   "--width",
          "4",     "--batch",        "16",     "--precision", "fp32", "--threads",
          "1",     "--steps",        steps,    "--out",       out,    "--checkpoint-every",
          "3",     "--no-evaluation"};
}

}  // namespace

TEST_CASE("the program itself, in a process of its own", "[.program]") {
  std::vector<std::string> words{"mixcon-train"};
  std::istringstream given(getenv("MIXCON_TRAIN_ARGUMENTS"));
  for (std::string word; std::getline(given, word);) words.push_back(word);
  std::vector<const char*> pointers;
  for (const std::string& word : words) pointers.push_back(word.c_str());
  const int status = run_command_line(static_cast<int>(pointers.size()), pointers.data());
  std::fflush(stdout);
  _exit(status);
}

TEST_CASE("what cannot be done is refused with one sentence and status 2", "[examples]") {
  const scratch_folder folder;
  std::ofstream(folder / "a file") << "x";
  const std::vector<std::pair<std::vector<std::string>, std::string>> refused{
      {{"train", "--recip", "ce"}, "did you mean --recipe?"},
      {{"trian"}, "did you mean train?"},
      {{"train", "--recipe", "unicorn"}, "there is no unicorn; expected one of ce, mixup"},
      {{"train", "--batch", "many"}, "--batch = many"},
      {{"train", "--temperature", "-1"}, "--temperature: -1"},
      {{"train", "--seed", "-3"}, "--seed: -3; expected a whole number from 0."},
      {{"train", "--steps", "2", "--steps", "3"}, "--steps: expected once"},
      {{"train", "--steps", "2", "--epochs", "3"}, "give one of them"},
      {{"train", "everything"}, "there is no option or command everything. See"},
      {{"train", "--data", "digits", "--batch", "5000"}, "--batch: 5000 of the 1437 images"},
      {{"train", "--data", "digits", "--out", "/proc/nowhere"}, "the folder cannot be made"},
      {{"eval"}, "run is required; expected the folder of a run"},
      {{}, "no command was given"},
      {{"train", "--data", "cifar10", "--data-dir", folder.path()}, "there is no such file"},
      {{"train", "--data", "digits", "--resume", folder / "nothing"}, "there is no such file"},
      {{"train", "--data", "digits", "--resume", folder / "a file"}, "byte 1"},
      {{"train", "--data", "digits", "--out", folder / "a file/below"}, "the folder cannot be made"},
      {{"eval", folder / "a file"}, "no safetensors file"},
      {{"inspect", "--policy", "mixdown", "--data", "digits"}, "mixdown"}};
  for (const auto& [arguments, expected] : refused) {
    const outcome seen = run(arguments);
    INFO(expected << " in: " << seen.text);
    CHECK(seen.status == exit_refused);
    CHECK(seen.text.find(expected) != std::string::npos);
    CHECK(std::count(seen.text.begin(), seen.text.end(), '\n') == 1);
  }
}

TEST_CASE("Ctrl-C saves and says how to go on, and a resumed run ends with the weights of an uninterrupted one",
          "[examples]") {
  const scratch_folder folder;
  REQUIRE(run(small_job(folder / "straight", "600")).status == exit_done);
  const pid_t child = start(small_job(folder / "stopped", "600"), folder / "output");
  while (!std::filesystem::exists(folder / "stopped/checkpoint.previous.safetensors"))
    std::this_thread::sleep_for(std::chrono::milliseconds(1));  // three steps are done
  kill(child, SIGINT);
  int status = 0;
  waitpid(child, &status, 0);
  std::ostringstream text;
  text << std::ifstream(folder / "output").rdbuf();
  CHECK(WEXITSTATUS(status) == exit_interrupted);
  CHECK(text.str().find("go on with: mixcon-train train --resume " + folder / "stopped") != std::string::npos);
  CHECK(load_checkpoint(folder / "stopped").step < 600);

  const outcome other = run({"train", "--resume", folder / "stopped", "--width", "8"});
  CHECK(other.status == exit_refused);
  CHECK(other.text.find("it was trained with width 4, not 8") != std::string::npos);
  CHECK(run({"train", "--resume", folder / "stopped", "--no-evaluation"}).status == exit_done);
  CHECK(run({"train", "--resume", folder / "stopped", "--no-evaluation"}).text.find("nothing left to train") !=
        std::string::npos);
  CHECK(hash_of(load_checkpoint(folder / "stopped").tensors) == hash_of(load_checkpoint(folder / "straight").tensors));
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
    while (trial == 0 && !std::filesystem::exists(folder / "run/checkpoint.previous.safetensors"))
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
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
  const outcome trained = run(job), judged = run({"eval", folder / "run"});
  const auto table_of = [](const outcome& seen) {
    const auto begin = seen.text.find("encoder "), end = seen.text.find("untrained ");
    return begin < end && end != std::string::npos ? seen.text.substr(begin, end - begin) : "";
  };
  CHECK(trained.status == exit_done);
  CHECK(judged.status == exit_done);
  CHECK_FALSE(table_of(trained).empty());
  CHECK(table_of(trained) == table_of(judged));
  CHECK(run(small_job(folder / "run", "1")).text.find("held another run, which this one replaces") !=
        std::string::npos);

  checkpoint other = load_checkpoint(folder / "run");
  other.chosen.width = 8;
  save_checkpoint(folder / "other", other);
  const outcome refused = run({"eval", folder / "other"});
  CHECK(refused.status == exit_refused);
  CHECK(refused.text.find("another model") != std::string::npos);
  CHECK(std::count(refused.text.begin(), refused.text.end(), '\n') == 1);
}

TEST_CASE("help lists every command, and every option with its default", "[examples]") {
  for (const char* command : {"train", "eval", "inspect"}) {
    CHECK(run({"--help"}).text.find(command) != std::string::npos);
    const outcome help = run({command, "--help"});
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
  CHECK(run({"--version"}).text.starts_with("0."));
}
