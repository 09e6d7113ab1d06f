// SPDX-License-Identifier: BSD-3-Clause
// Where a run trains: refusals of --device cuda on a machine without a GPU, and runs that change their device.
#include "commands/commands.hpp"
#include "data/sets/readers.hpp"
#include "run/checkpoint.hpp"
#include "run/training_run.hpp"
#include "support/catch.hpp"
#include "trainer/program.hpp"
#include "trainer/scratch_folder.hpp"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

using namespace mixcon_train;
using mixcon_test::outcome;
using mixcon_test::run_program;
using mixcon_test::scratch_folder;

namespace {

outcome trained(const std::string& out, std::vector<std::string> more) {
  more.insert(more.begin(), {"train", "--data", "digits", "--recipe", "ce", "--width", "4", "--batch", "16", "--steps",
                             "3", "--no-evaluation", "--out", out});
  return run_program(more);
}
void check_refused(const outcome& seen, const std::string& expected) {
  INFO(seen.text);
  CHECK(seen.status == exit_refused);
  CHECK(seen.text.find(expected) != std::string::npos);
  CHECK(std::count(seen.text.begin(), seen.text.end(), '\n') == 1);
}

}  // namespace

TEST_CASE("--device cuda is refused in one sentence where it cannot run, before anything is written", "[examples]") {
  const scratch_folder folder;
  const outcome seen = trained(folder / "run", {"--device", "cuda"});
  if (seen.status == exit_done) return;  // there is a GPU
  check_refused(seen, "mixcon-train: --device cuda: ");
  CHECK(!std::filesystem::exists(folder / "run"));
  check_refused(trained(folder / "run", {"--device", "cuda", "--threads", "2"}),
                "--threads: --device cuda computes on the GPU, in fp32; leave it out.");
  check_refused(trained(folder / "run", {"--device", "cuda", "--precision", "bf16"}),
                "--precision: --device cuda computes on the GPU");
  check_refused(trained(folder / "run", {"--device", "gpu"}), "--device: there is no gpu; expected one of cpu, cuda");
}

TEST_CASE("a run may go on, and is evaluated, on another device than it was trained on", "[examples]") {
  const scratch_folder folder;
  REQUIRE(trained(folder / "run", {"--precision", "fp32", "--threads", "1"}).status == exit_done);
  checkpoint as_if = load_checkpoint(folder / "run");
  as_if.chosen.run.device = "cuda";
  std::filesystem::create_directory(folder / "of gpu");
  save_checkpoint(folder / "of gpu", as_if);
  const loaded_run opened = load_run(load_checkpoint(folder / "of gpu"), read_digits().train, "of gpu");
  CHECK(opened.chosen.run.device == "cpu");
  CHECK(opened.chosen.run.precision != "auto");
  const auto resumed = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"train", "--resume", folder / "of gpu", "--no-evaluation"});
    return run_program(more);
  };
  check_refused(resumed({"--device", "cuda", "--threads", "1"}), "--threads: --device cuda computes on the GPU");
  const outcome on = resumed({"--device", "cpu", "--precision", "fp32", "--threads", "1"});
  INFO(on.text);
  CHECK(on.status == exit_done);
  CHECK(on.text.find("fp32, 1 thread,") != std::string::npos);
}
