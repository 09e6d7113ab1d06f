// SPDX-License-Identifier: BSD-3-Clause
// Runs and their folders: none is lost to another, and none goes on as another, whatever happens to the files.
#include "files/atomic_file.hpp"
#include "run/checkpoint.hpp"
#include "run/metrics_log.hpp"
#include "run/run_folder.hpp"
#include "run/run_identity.hpp"
#include "support/catch.hpp"
#include "trainer/program.hpp"
#include "trainer/scratch_folder.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

using namespace mixcon_train;
using mixcon_test::outcome;
using mixcon_test::run_program;
using mixcon_test::scratch_folder;

namespace {

using words = std::vector<std::string>;

/// A run of few steps; `more` options at its end.
words job(const std::string& recipe, const std::string& steps, const words& more) {
  words all{"train", "--data",  "digits", "--recipe",           recipe, "--width",
            "4",     "--batch", "16",     "--precision",        "fp32", "--threads",
            "1",     "--steps", steps,    "--checkpoint-every", "3",    "--no-evaluation"};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

void write(const std::string& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

bool says(const outcome& seen, const std::string& part) { return seen.text.find(part) != std::string::npos; }

/// Every file of a folder, by name.
std::map<std::string, std::string> content_of(const std::string& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    files[entry.path().filename().string()] = read_whole_file(entry.path().string());
  return files;
}

std::set<std::string> names_in(const std::string& folder) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) names.insert(entry.path().filename().string());
  return names;
}

checkpoint example(const std::string& run, index_t step) {
  checkpoint state{.step = step, .run = run};
  state.chosen = settings_with({{"recipe", run.starts_with("a") ? "ce" : "supcon"}});
  state.tensors.push_back({"weights", element_kind::f32, {64}, std::string(256, static_cast<char>(step))});
  return state;
}

std::string refusal(const std::string& folder) {
  try {
    load_checkpoint(folder);
  } catch (const std::exception& why) {
    return why.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a folder that holds a run is refused, and all of it is as it was", "[examples]") {
  const scratch_folder folder;
  REQUIRE(run_program(job("ce", "4", {"--out", folder / "run"})).status == exit_done);
  const auto before = content_of(folder / "run");
  const outcome seen = run_program(job("supcon", "4", {"--out", folder / "run"}));
  INFO(seen.text);
  CHECK(seen.status == exit_refused);
  for (const std::string& part : words{"it holds a run (ce on digits, step 4)", "--resume " + folder / "run",
                                       "--overwrite", "--out " + folder / "run-002"})
    CHECK(says(seen, part));
  CHECK(std::count(seen.text.begin(), seen.text.end(), '\n') == 1);
  CHECK(content_of(folder / "run") == before);

  for (const std::string name : {"checkpoint.safetensors", "metrics.jsonl"}) {  // what is left of a run is one, too
    std::filesystem::remove(folder / "run/" + name);
    const auto rest = content_of(folder / "run");
    CHECK(run_program(job("ce", "4", {"--out", folder / "run"})).status == exit_refused);
    CHECK(content_of(folder / "run") == rest);
  }
  std::filesystem::create_directory(folder / "other");
  write(folder / "other/report.html", "mine");
  const outcome foreign = run_program(job("ce", "4", {"--out", folder / "other"}));
  CHECK(foreign.status == exit_refused);
  CHECK(says(foreign, "report.html: this file is in the way"));
  CHECK(content_of(folder / "other") == std::map<std::string, std::string>{{"report.html", "mine"}});
}

TEST_CASE("--overwrite leaves nothing of the old run, and all that was never of it", "[examples]") {
  const scratch_folder folder;
  const std::string place = folder / "run";
  words first = job("ce", "10", {"--out", place});
  first.erase(std::find(first.begin(), first.end(), "--no-evaluation"));
  REQUIRE(run_program(first).status == exit_done);
  const std::string old = load_checkpoint(place).run;
  REQUIRE(!old.empty());
  for (const char* name : {checkpoint_name, previous_checkpoint_name, metrics_name, report_name})
    CHECK(run_of(place + "/" + name) == old);
  CHECK(read_metrics_of(old, place + "/metrics.jsonl") == read_metrics(place + "/metrics.jsonl"));
  write(place + "/notes.txt", "mine"), write(place + "/other.safetensors", "mine");
  write(place + "/checkpoint.safetensors.part", "cut off");
  const auto before = content_of(place);

  words wrong = job("supcon", "2", {"--out", place, "--overwrite", "--data-dir", folder / "nowhere"});
  CHECK(run_program(wrong).status == exit_refused);  // bad input loses nothing
  CHECK(run_program(job("supcon", "2", {"--out", place, "--overwrite", "--alpha", "1"})).status == exit_refused);
  CHECK(run_program(job("supcon", "2", {"--out", place, "--overwrite", "--batch", "1438"})).status == exit_refused);
  CHECK(content_of(place) == before);

  REQUIRE(run_program(job("supcon", "2", {"--out", place, "--overwrite"})).status == exit_done);
  const std::string now = load_checkpoint(place).run;
  CHECK(now != old);
  for (const auto& [name, content] : content_of(place)) {
    INFO(name);
    CHECK(content.find(old) == std::string::npos);
  }
  CHECK(names_in(place) == std::set<std::string>{"checkpoint.safetensors", "checkpoint.previous.safetensors",
                                                 "config.toml", "metrics.jsonl", "notes.txt", "other.safetensors"});
  CHECK(run_of(place + "/checkpoint.previous.safetensors") == now);
  CHECK(read_whole_file(place + "/notes.txt") == "mine");

  write(place + "/checkpoint.safetensors", "");  // damaged: it is kept, under another name
  REQUIRE(run_program(job("ce", "2", {"--out", place, "--overwrite"})).status == exit_done);
  CHECK(read_whole_file(place + "/checkpoint.safetensors.kept").empty());
  CHECK(load_checkpoint(place).chosen.recipe == "ce");
  CHECK(run_of(place + "/checkpoint.previous.safetensors") == load_checkpoint(place).run);
}

TEST_CASE("default names count up, also beside each other", "[examples]") {
  const scratch_folder folder;
  CHECK(run_program(job("ce", "1", {}), folder.path()).status == exit_done);
  CHECK(run_program(job("ce", "1", {"--batch", "1438"}), folder.path()).status == exit_refused);  // takes no number
  std::vector<pid_t> children;
  for (int k = 0; k < 3; ++k)
    children.push_back(mixcon_test::start(job("ce", "1", {}), folder / "output" + std::to_string(k), folder.path()));
  for (const pid_t child : children) {
    int status = 0;
    waitpid(child, &status, 0);
    CHECK(WEXITSTATUS(status) == exit_done);
  }
  CHECK(names_in(folder / "runs") ==
        std::set<std::string>{"ce-digits-001", "ce-digits-002", "ce-digits-003", "ce-digits-004"});
  std::set<std::string> identities;
  for (const std::string& name : names_in(folder / "runs"))
    identities.insert(load_checkpoint(folder / "runs/" + name).run);
  CHECK(identities.size() == 4);
  const auto weights = [&](const char* name) { return hash_of(load_checkpoint(folder / "runs/" + name).tensors); };
  CHECK(weights("ce-digits-001") == weights("ce-digits-004"));  // which the identity does not touch

  CHECK(next_free_name(folder / "runs/ce-digits") == folder / "runs/ce-digits-005");
  CHECK(next_free_name(folder / "runs/ce-digits-002/") == folder / "runs/ce-digits-005");
  CHECK(next_free_name(folder / "runs") == folder / "runs-002");
  CHECK(next_free_name(folder / "new") == folder / "new-001");
  CHECK(next_free_name(folder / "runs/.") == std::filesystem::canonical(folder / "runs").string() + "-002");
  std::filesystem::create_directories(folder / "runs/ce-digits-999");
  CHECK(next_free_name(folder / "runs/ce-digits") == folder / "runs/ce-digits-1000");
}

TEST_CASE("falling back stays within a run, however a newer checkpoint is damaged", "[examples]") {
  const scratch_folder folder;
  const std::string place = folder.path(), newest = folder / checkpoint_name;
  save_checkpoint(place, example("a run", 1));
  save_checkpoint(place, example("another run", 2));  // as an older version replaced runs
  const std::string whole = read_whole_file(newest);
  std::mt19937 random(5);
  for (const bool has_metrics : {false, true}) {
    if (has_metrics) write(folder / metrics_name, "cut off\n{\"step\":1,\"run\":\"another run\"}\n");
    for (int trial = 0; trial < 150; ++trial) {
      std::string damaged = whole;
      const std::size_t at = random() % whole.size();
      if (trial % 2 == 0)
        damaged.resize(at);
      else
        damaged[at] = static_cast<char>(static_cast<unsigned char>(damaged[at]) ^ (1U << random() % 8));
      write(newest, damaged);
      INFO("trial " << trial << ", byte " << at);
      const std::string why = refusal(place);
      CHECK(why.find("Name that file itself to use it.") != std::string::npos);
      CHECK(why.find('\n') == std::string::npos);
    }
    std::filesystem::remove(newest);
    CHECK(refusal(place).find("Name that file itself to use it.") != std::string::npos);
  }
  CHECK(load_checkpoint(folder / previous_checkpoint_name).run == "a run");
  write(folder / metrics_name, "{\"mixcon\":\"0\",\"run\":\"a run\"}\n");
  std::string passed_over;
  CHECK(load_checkpoint(place, &passed_over).run == "a run");  // all that the folder tells agrees
  CHECK_FALSE(passed_over.empty());
  write(folder / previous_checkpoint_name, "");
  CHECK(refusal(place).find("Nor can the one before it be read: ") != std::string::npos);
}

TEST_CASE("a run goes on from the checkpoint before a damaged one, says so, and ends as if nothing had been",
          "[examples]") {
  const scratch_folder folder;
  const std::string place = folder / "run", newest = place + "/checkpoint.safetensors";
  REQUIRE(run_program(job("ce", "10", {"--out", place})).status == exit_done);
  const checkpoint end = load_checkpoint(place);
  const auto records = read_metrics(place + "/metrics.jsonl");
  std::string damaged = read_whole_file(newest);
  damaged[damaged.size() - 40] ^= 1;
  write(newest, damaged);
  const outcome judged = run_program({"eval", place});
  CHECK(judged.status == exit_done);
  for (const char* part : {"its checksum does not fit", "checkpoint.previous.safetensors of step 9 of the same run"})
    CHECK(says(judged, part));

  {
    std::ofstream(place + "/metrics.jsonl", std::ios::app)
        << "#\n{\"step\":9,\"loss\":1,\"run\":\"other\"}\n{\"step\":";
  }
  const std::string metrics = read_whole_file(place + "/metrics.jsonl");
  const outcome seen = run_program({"train", "--resume", place, "--no-evaluation"});
  INFO(seen.text);
  CHECK(seen.status == exit_done);
  CHECK(says(seen, "checkpoint.previous.safetensors of step 9 of the same run"));
  CHECK(says(seen, "lines that are damaged or of another run: 2. They are left out"));
  CHECK(load_checkpoint(place) == end);
  CHECK(read_whole_file(newest + ".kept") == damaged);
  CHECK(read_whole_file(place + "/metrics.jsonl.kept") == metrics);
  const auto again = read_metrics(place + "/metrics.jsonl");
  REQUIRE(again.size() == records.size());
  for (std::size_t k = 0; k < again.size(); ++k)
    for (const char* name : {"step", "loss", "run"})
      CHECK(again[k].value(name, again[k]) == records[k].value(name, records[k]));
}

TEST_CASE("files of two runs in one folder are refused, and stay", "[examples]") {
  const scratch_folder folder;
  const std::string one = folder / "one", two = folder / "two";
  REQUIRE(run_program(job("ce", "7", {"--out", one})).status == exit_done);
  REQUIRE(run_program(job("supcon", "4", {"--out", two})).status == exit_done);
  for (const char* name : {"checkpoint.previous.safetensors", "metrics.jsonl", "checkpoint.safetensors"}) {
    const std::string mixed = folder / "mixed " + name;
    std::filesystem::copy(two, mixed);
    std::filesystem::copy_file(one + "/" + name, mixed + "/" + name, std::filesystem::copy_options::overwrite_existing);
    const auto before = content_of(mixed);
    for (const char* from : {"", "/checkpoint.safetensors", "/checkpoint.previous.safetensors"}) {
      const outcome seen = run_program({"train", "--resume", mixed + from, "--no-evaluation"});
      INFO(name << ", from " << from << ": " << seen.text);
      CHECK(seen.status == exit_refused);
      CHECK(says(seen, "is of another run"));
      CHECK(std::count(seen.text.begin(), seen.text.end(), '\n') == 1);
    }
    CHECK(content_of(mixed) == before);
  }
}

TEST_CASE("one process trains in a folder at a time", "[examples]") {
  const scratch_folder folder;
  const pid_t child = mixcon_test::start(job("ce", "1000000", {"--out", folder / "run"}), folder / "output");
  REQUIRE(mixcon_test::wait_for_file(folder / "run/checkpoint.safetensors", child));
  for (const words& asked : {job("ce", "3", {"--out", folder / "run", "--overwrite"}),
                             words{"train", "--resume", folder / "run", "--no-evaluation"}}) {
    const outcome seen = run_program(asked);
    CHECK(seen.status == exit_refused);
    CHECK(says(seen, "another process trains in this folder now"));
  }
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  CHECK(run_program(job("ce", "3", {"--out", folder / "run", "--overwrite"})).status ==
        exit_done);  // nothing stays locked
  const folder_lock lock(folder.path());
  CHECK_THROWS(folder_lock(folder.path()));
}

TEST_CASE("a resumed run takes its own options again, and no others", "[examples]") {
  const scratch_folder folder;
  const std::string place = folder / "run";
  REQUIRE(run_program(job("supcon", "2", {"--out", place, "--embedding", "16"})).status == exit_done);
  const std::vector<std::pair<words, std::string>> refused{
      {{"--embedding", "32"}, "it was trained with --embedding 16, not 32"},
      {{"--recipe", "ce"}, "it was trained with --recipe supcon, not ce"},
      {{"--recipe", "mixup", "--alpha", "1"}, "it was trained with --recipe supcon, not mixup"},
      {{"--lr", "0.2"}, "--lr 0.1, not 0.2"},
      {{"--steps", "3"}, "--steps 2, not 3"},
      {{"--quick"}, "--first-stride 1, not 2 (--quick)"},
      {{"--alpha", "1"}, "--alpha: the recipe supcon does not use it"},
      {{"--recipe", "supcn"}, "Did you mean supcon?"},
      {{"--out", folder / "elsewhere"}, "a run that goes on stays in its folder"},
      {{"--data-dir", folder / "nowhere"}, "there is no such folder"},
      {{"--data", "cifar10"}, "--data digits, not cifar10"}};
  const auto before = content_of(place);
  for (const auto& [options, expected] : refused) {
    words asked{"train", "--resume", place, "--no-evaluation"};
    asked.insert(asked.end(), options.begin(), options.end());
    const outcome seen = run_program(asked);
    INFO(expected << " in: " << seen.text);
    CHECK(seen.status == exit_refused);
    CHECK(says(seen, expected));
  }
  CHECK(content_of(place) == before);
  words same = job("supcon", "2", {"--out", place + "/", "--embedding", "16", "--resume", place});
  CHECK(run_program(same).status == exit_done);
}
