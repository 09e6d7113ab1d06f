// SPDX-License-Identifier: BSD-3-Clause
// Runs that go on, begin with the weights of another, or are judged again.
#include "commands/commands.hpp"
#include "run/checkpoint.hpp"
#include "run/settings.hpp"
#include "support/catch.hpp"
#include "trainer/commands/small_job.hpp"
#include "trainer/program.hpp"
#include "trainer/scratch_folder.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

using namespace mixcon_train;
using mixcon_test::outcome;
using mixcon_test::run_program;
using mixcon_test::scratch_folder;
using mixcon_test::small_job;

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

TEST_CASE("a run that goes on has the threads that it is given, and otherwise those that it had", "[examples]") {
  const scratch_folder folder;
  REQUIRE(run_program(small_job(folder / "run", "3")).status == exit_done);
  const auto resumed = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"train", "--resume", folder / "run", "--no-evaluation"});
    return run_program(more).text;
  };
  CHECK(resumed({}).find(" 1 thread,") != std::string::npos);
  CHECK(resumed({"--threads", "2"}).find(" 2 threads,") != std::string::npos);
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
