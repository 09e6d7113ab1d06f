// SPDX-License-Identifier: BSD-3-Clause
// What a run writes down: records in three forms that agree, cut back together when it goes on; means; whole numbers.
#include "devices/reference_device.hpp"
#include "files/atomic_file.hpp"
#include "files/file_error.hpp"
#include "run/checkpoint.hpp"
#include "run/file_names.hpp"
#include "run/metrics_log.hpp"
#include "run/progress.hpp"
#include "run/run_folder.hpp"
#include "run/run_identity.hpp"
#include "run/running_mean.hpp"
#include "run/stored_state.hpp"
#include "support/catch.hpp"
#include "trainer/scratch_folder.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <limits>
#include <set>
#include <string>
#include <thread>
#include <vector>

using namespace mixcon_train;
using mixcon_test::scratch_folder;
using json = nlohmann::ordered_json;

namespace {

const std::string identity = "0123456789abcdef-01234567", other = "fedcba9876543210-01234567";

metrics_header header(const std::string& run = identity) {
  return {.run = run, .seed = 3, .settings = "{\"recipe\":\"ce\"}", .machine = {"a processor", "a compiler", "0"}};
}

struct said {
  int status = -1;
  std::string text{};
};

/// What a program in Python says, given after `-c`.
said python(const std::string& arguments) {
  std::FILE* pipe = popen(("python3 " + arguments + " 2>&1").c_str(), "r");
  REQUIRE(pipe != nullptr);
  said result;
  char part[4096];
  while (std::fgets(part, sizeof part, pipe) != nullptr) result.text += part;
  result.status = pclose(pipe);
  return result;
}

/// Whether metrics.csv, read by Python's csv, holds the records of metrics.jsonl, read by Python's json.
said tables_agree(const std::string& folder) { return python("tests/trainer/run/compare_metrics.py " + folder); }

std::vector<std::string> event_files(const std::string& folder) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().filename().string().starts_with("events.")) names.insert(entry.path().string());
  return {names.begin(), names.end()};
}

}  // namespace

TEST_CASE("metrics.csv and the event file hold the records of metrics.jsonl, also when a run goes on", "[examples]") {
  const scratch_folder folder;
  {
    metrics_log log(folder.path(), header(), 0);
    CHECK_FALSE(std::filesystem::exists(folder / metrics_table_name));  // no record, no table
    for (index_t step = 1; step <= 6; ++step) log.write({{"step", step}, {"loss", 1.0 / static_cast<double>(step)}});
    log.write({{"step", 6}, {"epoch", 1.5}, {"deviation", 0.25}});
    log.write({{"encoder", "ce, \"backbone\"\n"}, {"linear", 0.5}});
    const said same = tables_agree(folder.path());  // flushed, before it is closed
    INFO(same.text);
    CHECK(same.status == 0);
    CHECK(same.text == "8 records\n");
  }
  const double before = read_metrics(folder / metrics_name)[3]["seconds"].get<double>();
  {
    metrics_log log(folder.path(), header(), 4);  // steps 5 and 6 and the table are to come again
    const said same = tables_agree(folder.path());
    INFO(same.text);
    CHECK(same.status == 0);
    CHECK(same.text == "4 records\n");
    log.write({{"step", 5}, {"loss", 7.0}, {"more", true}});
    log.write({{"step", 6}, {"loss", 8.0}});
  }
  const said same = tables_agree(folder.path());
  INFO(same.text);
  CHECK(same.status == 0);
  CHECK(same.text == "6 records\n");
  const auto records = read_metrics_of(identity, folder / metrics_name);
  REQUIRE(records.size() == 6);
  CHECK(records[5]["loss"] == 8.0);
  CHECK(records[4]["seconds"].get<double>() >= before);  // time goes on where it was

  const auto files = event_files(folder.path());
  REQUIRE(files.size() == 2);
  const said events = python("tests/trainer/files/decode_events.py " + files[0] + " " + files[1]);
  INFO(events.text);
  REQUIRE(events.status == 0);
  for (const char* line : {"start 1\n", "\n2 train/loss 0.5 ", "\n6 epoch/deviation 0.25 ",
                           "\n6 evaluation/ce, \"backbone\"\n/linear 0.5 ", "start 5\n", "\n5 train/loss 7.0 "})
    CHECK(events.text.find(line) != std::string::npos);
  CHECK(events.text.find("train/step") == std::string::npos);
  CHECK(events.text.rfind("6 train/loss") > events.text.find("start 5"));
}

TEST_CASE("a fork names its parent, in its records and its checkpoints, and a checkpoint keeps the mean",
          "[examples]") {
  const scratch_folder folder;
  metrics_header fork = header();
  fork.parent = other;
  { metrics_log log(folder.path(), fork, 0); }
  const json first = json::parse(read_whole_file(folder / metrics_name));
  CHECK(first["parent"] == other);
  CHECK(first["run"] == identity);
  CHECK(run_of(folder / metrics_name) == identity);
  { metrics_log log(folder.path(), header(), 0); }
  CHECK_FALSE(json::parse(read_whole_file(folder / metrics_name)).contains("parent"));

  checkpoint state{.step = 5, .run = identity, .parent = other};
  state.loss.add(0.1), state.loss.add(1.0 / 3);
  save_checkpoint(folder.path(), state);
  CHECK(load_checkpoint(folder.path()) == state);
  CHECK(load_checkpoint(folder.path()).loss.take() == (0.1 + 1.0 / 3) / 2);
  CHECK(run_of(folder / checkpoint_name) == identity);
  state.parent.clear(), state.loss = {};
  save_checkpoint(folder.path(), state);
  CHECK(load_checkpoint(folder.path()) == state);
  metrics_header broken = header();
  broken.settings = "{";
  CHECK_THROWS_AS(metrics_log(folder.path(), broken, 0), std::invalid_argument);
}

TEST_CASE("every file of a run tells whose it is, and --overwrite takes away those and no others", "[examples]") {
  const scratch_folder folder;
  const std::string place = folder.path();
  {
    metrics_log log(place, header(), 0);
    log.write({{"step", 1}, {"loss", 1}});
  }
  std::ofstream(folder / config_name) << identity_in_config << identity << "\nrecipe = \"ce\"\n";
  std::ofstream(folder / "events.out.tfevents.1700000000.somebodys-machine") << "of another program";
  const std::string events = event_files(place)[1];
  for (const std::string& path : {events, folder / metrics_table_name, folder / config_name})
    CHECK(run_of(path) == identity);
  CHECK_FALSE(run_of(folder / "events.out.tfevents.1700000000.somebodys-machine"));
  CHECK_NOTHROW(check_files_of_run(place, identity));
  CHECK_THROWS_AS(make_room_for_run(place, false), file_error);
  for (const char* name :
       {metrics_name, metrics_table_name, config_name}) {  // one after the other, until events are left
    CHECK_THROWS_AS(check_files_of_run(place, other), file_error);
    std::filesystem::remove(folder / name);
  }
  CHECK_THROWS_AS(check_files_of_run(place, other), file_error);
  CHECK_THROWS_AS(make_room_for_run(place, false), file_error);
  make_room_for_run(place, true);
  CHECK(event_files(place).size() == 1);
  CHECK(std::filesystem::exists(folder / "events.out.tfevents.1700000000.somebodys-machine"));
  std::ofstream(folder / metrics_table_name) << "mine,too\n1,2\n";
  CHECK_FALSE(run_of(folder / metrics_table_name));
  CHECK_THROWS_AS(make_room_for_run(place, false), file_error);
  make_room_for_run(place, true);
  CHECK(read_whole_file(folder / "metrics.csv.kept") == "mine,too\n1,2\n");
}

TEST_CASE("means are of what came since the last one", "[examples]") {
  running_mean mean;
  CHECK(mean.take() == 0);
  mean.add(1), mean.add(4);
  CHECK(mean.take() == 2.5);
  mean.add(7);
  CHECK(mean.take() == 7);
}

TEST_CASE("the line of progress calls samples by their kind", "[examples]") {
  for (const std::string kind : {"image", "row", "clip"}) {
    std::FILE* const to = std::tmpfile();
    REQUIRE(to != nullptr);
    progress shown(to, 10, 6, 4, kind.c_str());
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    shown.step(10, 1.5);
    std::rewind(to);
    char text[200] = "";
    REQUIRE(std::fgets(text, sizeof text, to) != nullptr);
    std::fclose(to);
    const std::string line = text;
    CHECK(line.starts_with("step 10/10  loss 1.5000  "));
    CHECK(line.find(" " + kind + "s/s  done in 0 s") != std::string::npos);
    CHECK(shown.images_per_second() <= 36 / 0.005);
    CHECK(shown.images_per_second() > 0);
  }
}

TEST_CASE("a whole number is stored as I64 and read again, and nothing else is taken for one", "[examples]") {
  reference_device on;
  const std::vector<index_t> numbers{0, 1, 4096, std::numeric_limits<index_t>::max()};
  tensor_file file;
  for (std::size_t k = 0; k < numbers.size(); ++k)
    file.tensors.push_back(stored_count("queue.next" + std::to_string(k), numbers[k]));
  file.tensors.push_back(stored_count("negative", -1));
  file.tensors.push_back(stored("weight", filled(on, {1}, 1.0)));
  const tensor_file again = unpacked(packed(file), "f");
  CHECK(packed(file).find("\"dtype\":\"I64\"") != std::string::npos);
  for (std::size_t k = 0; k < numbers.size(); ++k)
    CHECK(restored_count(again, "queue.next" + std::to_string(k), "f") == numbers[k]);
  CHECK_THROWS_AS(restored_count(again, "negative", "f"), file_error);
  CHECK_THROWS_AS(restored_count(again, "weight", "f"), file_error);
  CHECK_THROWS_AS(restored_count(again, "queue", "f"), file_error);
}
