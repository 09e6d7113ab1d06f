// SPDX-License-Identifier: BSD-3-Clause
// A run that is stopped, that is killed, or that has nowhere to print to.
#include "commands/commands.hpp"
#include "run/checkpoint.hpp"
#include "support/catch.hpp"
#include "trainer/commands/small_job.hpp"
#include "trainer/program.hpp"
#include "trainer/scratch_folder.hpp"

#include <sys/wait.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

using namespace mixcon_train;
using mixcon_test::outcome;
using mixcon_test::run_program;
using mixcon_test::scratch_folder;
using mixcon_test::small_job;
using mixcon_test::start;
using mixcon_test::wait_for_file;

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
