// SPDX-License-Identifier: BSD-3-Clause
// Data sets that are less than a run needs: said before it begins, or borne to its end.
#include "commands/commands.hpp"
#include "run/metrics_log.hpp"
#include "support/catch.hpp"
#include "trainer/program.hpp"
#include "trainer/scratch_folder.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

using namespace mixcon_train;
using mixcon_test::outcome;
using mixcon_test::run_program;
using mixcon_test::scratch_folder;

namespace {

using words = std::vector<std::string>;

/// A table of two numbers and a label, which `label` gives for each row.
template <class Label>
void write_rows(const std::string& path, int rows, Label label) {
  std::ofstream file(path);
  file << "x,y,kind\n";
  for (int k = 0; k < rows; ++k) file << 0.1 * (k % 7) << "," << 0.2 * (k % 5) - k % 2 << "," << label(k) << "\n";
}

words job(const std::string& table, const std::string& out, const words& more) {
  words all{"train", "--data", "csv", "--data-dir", table, "--batch",     "4", "--steps",
            "30",    "--out",  out,   "--threads",  "1",   "--mlp-width", "8"};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

bool says(const outcome& seen, const std::string& part) { return seen.text.find(part) != std::string::npos; }

std::string content(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("data that a run could not end with are refused before it has a folder", "[examples]") {
  const scratch_folder folder;
  const std::string out = folder / "run";
  write_rows(folder / "targets.csv", 20, [](int k) { return 0.37 * k; });
  write_rows(folder / "few.csv", 12, [](int k) { return k % 2; });
  write_rows(folder / "same.csv", 24, [](int) { return "a"; });
  const std::vector<std::pair<words, std::string>> refused{
      {job(folder / "targets.csv", out, {"--recipe", "ce"}),
       "--data: csv has no test samples, and none of its 20 classes has two rows to hold one of them out."},
      {job(folder / "few.csv", out, {"--recipe", "ce"}), "--data: 8 rows of csv train; expected at least 10 for the"},
      {job(folder / "same.csv", out, {"--recipe", "ce"}),
       "--data: the training samples have 1 class; expected at least two for a recipe that learns from labels."},
      {job(folder / "same.csv", out, {"--recipe", "supcon", "--no-evaluation"}), "have 1 class; expected at least"}};
  for (const auto& [arguments, expected] : refused) {
    const outcome seen = run_program(arguments);
    INFO(expected << " in: " << seen.text);
    CHECK(seen.status == exit_refused);
    CHECK(says(seen, expected));
    CHECK(std::count(seen.text.begin(), seen.text.end(), '\n') == 1);
    CHECK_FALSE(std::filesystem::exists(out));
  }
  CHECK(run_program(job(folder / "few.csv", out, {"--recipe", "ce", "--no-evaluation"})).status == exit_done);

  std::ofstream(folder / "plan.toml") << "seeds = 1\ndata = \"csv\"\ndata-dir = '" << folder / "same.csv"
                                      << "'\nsteps = 2\nbatch = 4\n[[arm]]\nrecipe = \"simclr\"\n[[arm]]\nrecipe = "
                                         "\"npair\"\n";
  const outcome compared = run_program({"compare", "--plan", folder / "plan.toml", "--out", folder / "compared"});
  CHECK(compared.status == exit_refused);
  CHECK(says(compared, "plan.toml: the samples of csv train have no classes to compare the arms by."));
  CHECK_FALSE(std::filesystem::exists(folder / "compared"));
}

TEST_CASE("samples without classes are learned from and embedded, and nothing claims to be right", "[examples]") {
  const scratch_folder folder;
  const std::string out = folder / "run";
  write_rows(folder / "same.csv", 40, [](int) { return "a"; });
  const outcome seen = run_program(job(folder / "same.csv", out, {"--recipe", "simclr"}));
  INFO(seen.text);
  REQUIRE(seen.status == exit_done);
  CHECK(says(seen, "no probes, since the samples have no classes"));
  CHECK(says(seen, "\nreport: " + out));
  for (const char* claim : {"encoder", "5-NN", "%"}) CHECK_FALSE(says(seen, claim));
  for (const auto& record : read_metrics(out + "/metrics.jsonl")) {
    CHECK_FALSE(record.contains("neighbours"));
    CHECK_FALSE(record.contains("encoder"));
  }
  const std::string page = content(out + "/report.html");
  CHECK(page.find("How it went") != std::string::npos);
  CHECK(page.find("Where it puts the test samples") != std::string::npos);
  CHECK(page.find("What it learned") == std::string::npos);
  CHECK(says(run_program({"eval", out}), "eval: the samples of csv train have no classes to evaluate by; embed"));
  CHECK(says(run_program({"predict", out}), "whose samples have no classes; expected two or more. embed writes"));
  CHECK(run_program({"embed", out, "--out", folder / "e.npy"}).status == exit_done);
}

TEST_CASE("an encoder of one number has a report too", "[examples]") {
  const scratch_folder folder;
  write_rows(folder / "two.csv", 40, [](int k) { return k % 2; });
  const outcome seen = run_program(job(folder / "two.csv", folder / "run", {"--recipe", "ce", "--mlp-features", "1"}));
  INFO(seen.text);
  CHECK(seen.status == exit_done);
  CHECK(content(folder / "run/report.html").find("What it learned") != std::string::npos);
}
