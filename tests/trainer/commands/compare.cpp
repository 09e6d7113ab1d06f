// SPDX-License-Identifier: BSD-3-Clause
// A comparison from a plan: its table is that of its records, and the same after an interruption.
#include "commands/commands.hpp"
#include "run/checkpoint.hpp"
#include "run/metrics_log.hpp"
#include "support/catch.hpp"
#include "trainer/program.hpp"
#include "trainer/scratch_folder.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

using namespace mixcon_train;
using mixcon_test::outcome;
using mixcon_test::run_program;
using mixcon_test::scratch_folder;
using mixcon_test::start;
using mixcon_test::wait_for_file;

namespace {

/// The plan of the examples with fewer seeds and steps, which is enough to see what becomes of its runs.
std::string short_plan() {
  std::ostringstream text;
  text << std::ifstream("examples/trainer/plans/digits.toml").rdbuf();
  std::string plan = text.str();
  for (const auto& [was, now] :
       {std::pair("seeds = [0, 1, 2]", "seeds = [0, 1]"), std::pair("steps = 30", "steps = 12")}) {
    REQUIRE(plan.find(was) != std::string::npos);
    plan.replace(plan.find(was), std::string(was).size(), now);
  }
  return plan;
}

/// The lines of the table, without how long runs took.
std::vector<std::string> table_in(const std::string& text) {
  std::vector<std::string> table;
  std::istringstream lines(text.substr(std::min(text.find("\narm "), text.size() - 1) + 1));
  for (std::string line; std::getline(lines, line) && !line.empty();) {
    std::istringstream words(line);
    table.emplace_back();
    std::string word;
    for (int k = 0; words >> word; ++k)
      if (k != 4) table.back() += (k > 0 ? " " : "") + word;  // seconds
  }
  return table;
}

double ridge_of(const std::string& folder, const std::string& encoder = ", backbone") {
  for (const auto& record : read_metrics(folder + "/metrics.jsonl"))
    if (record.contains("encoder") && record["encoder"].get<std::string>().ends_with(encoder))
      return record["ridge"].get<double>();
  return -1;
}

std::string with_sign(double points) {
  char text[32];
  std::snprintf(text, sizeof text, "%+.2f", points);
  return text;
}

}  // namespace

TEST_CASE("a comparison says what its records say, and the same when it was interrupted", "[examples]") {
  const scratch_folder folder;
  const std::string plan = folder / "digits.toml";
  std::ofstream(plan) << short_plan();
  const std::string record = folder / "digits.json";
  const outcome straight = run_program({"compare", "--plan", plan, "--out", folder / "straight", "--record", record});
  INFO(straight.text);
  REQUIRE(straight.status == exit_done);
  const std::vector<std::string> table = table_in(straight.text);
  REQUIRE(table.size() == 3);

  std::vector<double> differences;  // naively, with the t quantile of a table: 0.975, one degree of freedom
  double mean = 0, of_arm = 0, square = 0, untrained = 0;
  for (const char* seed : {"0", "1"}) {
    const double own = ridge_of(folder / "straight/mixup-seed-" + seed),
                 other = ridge_of(folder / "straight/ce-seed-" + seed);
    differences.push_back(100 * (own - other));
    untrained += 100 * ridge_of(folder / "straight/ce-seed-" + seed, "untrained resnet8") / 2;
    mean += differences.back() / 2, of_arm += 100 * own / 2;
  }
  for (const double d : differences) square += (d - mean) * (d - mean);
  const double reach = 12.706205 * std::sqrt(square / 1 / 2);
  INFO(table[2]);
  CHECK(table[2].find(with_sign(of_arm).substr(1)) != std::string::npos);
  CHECK(table[2].find(with_sign(mean) + " " + with_sign(mean - reach) + " to " + with_sign(mean + reach)) !=
        std::string::npos);
  CHECK(table[1].ends_with("reference"));
  CHECK(straight.text.find("untrained resnet8: " + with_sign(untrained).substr(1) + " %\n") != std::string::npos);
  std::ostringstream page;
  page << std::ifstream(folder / "straight/comparison.html").rdbuf();
  CHECK(page.str().find(with_sign(mean)) != std::string::npos);
  CHECK(page.str().find("per-class") != std::string::npos);  // what the arms share

  const outcome recorded = run_program({"compare", "--plan", plan, "--from-records", record});
  INFO(recorded.text);
  CHECK(table_in("\n" + recorded.text) == table);
  CHECK(recorded.text.find("untrained resnet8: " + with_sign(untrained).substr(1) + " %\n") != std::string::npos);
  const outcome by_classifier =
      run_program({"compare", "--plan", plan, "--from-records", record, "--measure", "classifier", "--markdown"});
  CHECK(by_classifier.text.find("| arm | runs | accuracy | deviation | ECE | seconds |") != std::string::npos);
  CHECK(by_classifier.text.find("| ce | 2 | ") != std::string::npos);

  std::filesystem::create_directory(folder / "stopped");  // as if the first two runs had ended, and then:
  for (const char* run : {"/ce-seed-0", "/mixup-seed-0"})
    std::filesystem::rename(folder / "straight" + run, folder / "stopped" + run);
  const std::vector<std::string> again{"compare", "--plan", plan, "--out", folder / "stopped"};
  const pid_t child = start(again, folder / "output");
  REQUIRE(wait_for_file(folder / "stopped/ce-seed-1/checkpoint.previous.safetensors", child));
  kill(child, SIGINT);
  int status = 0;
  waitpid(child, &status, 0);
  CHECK_FALSE(std::filesystem::exists(folder / "stopped/comparison.html"));
  std::ostringstream said;
  said << std::ifstream(folder / "output").rdbuf();
  if (WIFEXITED(status)) {  // rather than ended while it was judging
    CHECK(WEXITSTATUS(status) == exit_interrupted);
    CHECK(said.str().find("go on with: mixcon-train compare --plan " + plan) != std::string::npos);
  }
  const std::string identity = load_checkpoint(folder / "stopped/ce-seed-1").run;
  const outcome resumed = run_program(again);
  INFO(resumed.text);
  REQUIRE(resumed.status == exit_done);
  CHECK(table_in(resumed.text) == table);
  CHECK(load_checkpoint(folder / "stopped/ce-seed-1").run == identity);  // gone on with
  CHECK(resumed.text.find("2 of 4: mixup, seed 0") != std::string::npos);
  CHECK(resumed.text.find("(was there)\n3 of 4") != std::string::npos);
  CHECK(hash_of(load_checkpoint(folder / "stopped/ce-seed-1").tensors) ==
        hash_of(load_checkpoint(folder / "straight/ce-seed-1").tensors));

  const outcome read = run_program(again);  // nothing is left to train
  CHECK(table_in(read.text) == table);
  CHECK(read.text.find("(was there)\n\naccuracy") != std::string::npos);

  const std::string lines = short_plan(), line = std::to_string(1 + std::count(lines.begin(), lines.end(), '\n'));
  std::ofstream(folder / "other.toml") << lines << "lr = 0.2\n";
  std::ofstream(folder / "simclr.toml") << lines << "[[arm]]\nname = \"b\"\nrecipe = \"simclr\"\nbatch = 500\n";
  for (const auto& [file, expected] : std::vector<std::pair<std::string, std::string>>{
           {"other.toml",
            "mixup-seed-0: --resume auto goes on with a run of the same settings; this one differs in --lr"},
           {"simclr.toml", "line " + line + ": --batch: 500 of the 200 images"}}) {
    const outcome refused = run_program({"compare", "--plan", folder / file, "--out", folder / "stopped"});
    INFO(refused.text);
    CHECK(refused.status == exit_refused);
    CHECK(refused.text.find(expected) != std::string::npos);
    CHECK(std::count(refused.text.begin(), refused.text.end(), '\n') == 1);
  }
}

TEST_CASE("a record of other runs than the plan asks for, or a damaged one, gives no table", "[examples]") {
  const scratch_folder folder;
  const std::string plan = folder / "plan.toml", record = folder / "plan.json";
  const std::string head = "seeds = 1\ndata = \"digits\"\nper-class = 10\nwidth = 4\nsteps = 1\n";
  const std::string arms = "[[arm]]\nrecipe = \"ce\"\n[[arm]]\nrecipe = \"mixup\"\n";
  std::ofstream(plan) << head << arms;
  REQUIRE(run_program({"compare", "--plan", plan, "--out", folder / "out", "--record", record}).status == exit_done);
  std::ostringstream whole;
  whole << std::ifstream(record).rdbuf();

  std::ofstream(folder / "rate.toml") << head << "lr = 0.2\n" << arms;
  std::ofstream(folder / "arm.toml") << head << arms << "[[arm]]\nrecipe = \"cutmix\"\n";
  std::ofstream(folder / "seeds.toml") << "seeds = 2" << head.substr(9) << arms;
  std::ofstream(folder / "cut.json") << whole.str().substr(0, whole.str().size() / 2);
  std::string above = whole.str();
  above.replace(above.find("\"ridge\":0"), 9, "\"ridge\":7");
  std::ofstream(folder / "above.json") << above;
  std::string newer = whole.str();  // as if an option had come since
  newer.erase(newer.find("  \"trust\""), newer.find('\n', newer.find("  \"trust\"")) + 1 - newer.find("  \"trust\""));
  std::ofstream(folder / "newer.json") << newer;
  using arguments = std::vector<std::string>;
  for (const auto& [given, expected] : std::vector<std::pair<arguments, std::string>>{
           {{"--plan", folder / "rate.toml", "--from-records", record}, "the runs of ce had --lr 0.1, and "},
           {{"--plan", folder / "arm.toml", "--from-records", record}, "its arms are ce and mixup, and those of "},
           {{"--plan", folder / "seeds.toml", "--from-records", record}, "ce has 1 runs, and "},
           {{"--plan", plan, "--from-records", folder / "cut.json"}, "it is no record of a comparison ("},
           {{"--plan", plan, "--from-records", folder / "above.json"}, "expected a share in [0, 1]"},
           {{"--plan", plan, "--from-records", plan}, "it is no record of a comparison ("},
           {{"--plan", plan, "--from-records", folder / "none.json"}, "none.json"},
           {{"--plan", plan, "--from-records", record, "--measure", "ridges"}, "ridge"},
           {{"--plan", plan, "--from-records", record, "--out", folder / "out"}, "expected no --out"}}) {
    arguments all{"compare"};
    all.insert(all.end(), given.begin(), given.end());
    const outcome refused = run_program(all);
    INFO(refused.text);
    CHECK(refused.status == exit_refused);
    CHECK(refused.text.find(expected) != std::string::npos);
    CHECK(std::count(refused.text.begin(), refused.text.end(), '\n') == 1);
  }
  CHECK(run_program({"compare", "--plan", plan, "--from-records", folder / "newer.json"}).status == exit_done);
}

TEST_CASE("a run that an arm learns from and that is missing is refused before anything is trained", "[examples]") {
  const scratch_folder folder;
  const std::string plan = folder / "students.toml", seeds = "seeds = 1\ndata = \"digits\"\nsteps = 2\n";
  for (const auto& [options, expected] :
       {std::pair("recipe = \"kd\"\nteacher = \"nowhere\"", "line 6: --teacher: there is no run nowhere. "),
        {"recipe = \"mixup\"\npolicy = \"no/where\"", "line 6: --policy: there is no run no/where. "}}) {
    std::ofstream(plan) << seeds << "[[arm]]\nrecipe = \"ce\"\n[[arm]]\n" << options << "\n";
    const outcome refused = run_program({"compare", "--plan", plan, "--out", folder / "out"});
    INFO(refused.text);
    CHECK(refused.status == exit_refused);
    CHECK(refused.text.find(expected) != std::string::npos);
    CHECK(std::count(refused.text.begin(), refused.text.end(), '\n') == 1);
    CHECK_FALSE(std::filesystem::exists(folder / "out"));
  }
}

TEST_CASE("a measure that an arm cannot give is refused before anything is trained", "[examples]") {
  const scratch_folder folder;
  std::ofstream(folder / "plan.toml") << "seeds = 1\nmeasure = \"classifier\"\ndata = \"digits\"\nwidth = 4\n"
                                         "[[arm]]\nrecipe = \"ce\"\n[[arm]]\nrecipe = \"simclr\"\n";
  const outcome refused = run_program({"compare", "--plan", folder / "plan.toml", "--out", folder / "out"});
  CHECK(refused.status == exit_refused);
  CHECK(refused.text.starts_with("mixcon-train: " + folder / "plan.toml" + ", line 7: the recipe simclr has no "));
  CHECK_FALSE(std::filesystem::exists(folder / "out"));
}

TEST_CASE("an arm that diverges is left out, and the others go on", "[examples]") {
  const scratch_folder folder;
  const std::string plan = folder / "plan.toml", record = folder / "record.json";
  const auto write = [&](const char* rate_of_ce) {
    std::ofstream(plan)
        << "seeds = 2\nmeasure = \"ridge\"\nreference = \"ce\"\ndata = \"digits\"\nwidth = 4\nbatch = 16\n"
           "steps = 9\nprecision = \"fp32\"\nthreads = 1\n[[arm]]\nrecipe = \"ce\"\nlr = "
        << rate_of_ce
        << "\n[[arm]]\nname = \"wild\"\nrecipe = \"ce\"\nlr = 1000\nweight-decay = 1\n[[arm]]\nrecipe = \"mixup\"\n";
  };
  write("0.1");
  const outcome seen = run_program({"compare", "--plan", plan, "--out", folder / "out", "--record", record});
  INFO(seen.text);
  CHECK(seen.status == exit_refused);
  CHECK(seen.text.find("2 of 6: wild, seed 0: failed\n") != std::string::npos);
  CHECK(seen.text.find("5 of 6") == std::string::npos);
  CHECK(seen.text.find("6 of 6: mixup, seed 1: ") != std::string::npos);
  CHECK(seen.text.find("left out: wild, whose run with seed 0 failed: train: the loss of step ") != std::string::npos);
  CHECK(seen.text.find("training has diverged.") != std::string::npos);
  const std::vector<std::string> table = table_in(seen.text);
  REQUIRE(table.size() == 3);
  CHECK(table[1].starts_with("ce "));
  CHECK(table[2].starts_with("mixup "));
  CHECK(seen.text.find("record.json was not written: it would lack runs of the plan") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(record));
  std::stringstream page;
  page << std::ifstream(folder / "out/comparison.html").rdbuf();
  CHECK(page.str().find("<p>wild, whose run with seed 0 failed: train: the loss of step ") != std::string::npos);

  write("1000\nweight-decay = 1");
  const outcome nothing = run_program({"compare", "--plan", plan, "--out", folder / "other"});
  CHECK(nothing.status == exit_refused);
  CHECK(nothing.text.find("plan.toml: the reference ce failed, and the others have nothing") != std::string::npos);
}
