// SPDX-License-Identifier: BSD-3-Clause
#include "commands/commands.hpp"
#include "commands/comparison_plan.hpp"
#include "commands/comparison_record.hpp"
#include "commands/free_file.hpp"
#include "commands/trained_arms.hpp"
#include "files/atomic_file.hpp"
#include "files/file_error.hpp"
#include "files/html.hpp"
#include "files/shell_word.hpp"
#include "options/nearest_name.hpp"
#include "report/comparison_report.hpp"
#include "run/settings.hpp"
#include "run/training_run.hpp"

#include <mixcon/core/require.hpp>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

namespace mixcon_train {
inline namespace commands {

namespace {

std::string what_is_compared(const std::string& measure) {
  return measure == "linear"       ? "SGD linear probe on the backbone"
         : measure == "neighbours" ? "5-NN on the backbone"
         : measure == "ridge"      ? "ridge probe on the backbone"
                                   : "the recipe's own classifier";
}

using named_texts = std::vector<std::pair<std::string, std::string>>;

named_texts baselines_by(const std::string& measure, const comparison_record& record) {
  named_texts found;
  for (const auto& [encoder, reached] : record.baselines)
    if (const auto share = reached.find(measure); share != reached.end())
      found.emplace_back(encoder, written(100 * share->second, 2) + " %");
  return found;
}

/// What all arms have the same values of.
named_texts shared_values(const comparison_plan& plan) {
  named_texts shared;
  for (const planned_arm& arm : plan.arms) {
    const auto values = named_values(resolved(settings(arm.given)));
    if (&arm == &plan.arms[0]) {
      shared = values;
      std::erase_if(shared, [](const auto& each) { return each.first == "seed" || each.first == "out"; });
    }
    std::erase_if(shared, [&](const auto& each) { return std::count(values.begin(), values.end(), each) == 0; });
  }
  return shared;
}

/// The page of a comparison.
void write_comparison(const comparison_plan& plan, const std::string& path, const comparison_record& record,
                      const std::vector<arm_result>& arms, const comparison& found, const comparison_options& options,
                      const std::vector<std::string>& left_out) {
  comparison_content content{
      .title = std::filesystem::path(plan.path).stem().string() + " on " + record.data,
      .measure = what_is_compared(plan.choice.measure) + ", " + std::to_string(record.test_samples) + " test samples",
      .early_measure = "5-NN on the backbone, " + std::to_string(record.look_samples) + " test samples",
      .arms = arms,
      .found = found,
      .options = options,
      .left_out = left_out,
      .facts = shared_values(plan)};
  content.facts.insert(content.facts.begin(), {{"plan", plan.path},
                                               {"mixcon", record.machine.version},
                                               {"machine", record.machine.processor},
                                               {"compiler", record.machine.compiler}});
  const named_texts baselines = baselines_by(plan.choice.measure, record);
  content.facts.insert(content.facts.begin(), baselines.begin(), baselines.end());
  write_atomically(path, comparison_html(content));
}

/// Says which arms failed, and why: a sentence each. Refuses a comparison of which they leave nothing.
std::vector<std::string> say_failures(const comparison_plan& plan, const trained_arms& made, std::FILE* to) {
  std::vector<std::string> said;
  for (const failed_arm& each : made.failed) {
    said.push_back(each.name + ", whose run with seed " + std::to_string(each.seed) + " failed: " + each.why);
    std::fprintf(to, "left out: %s\n", said.back().c_str());
  }
  if (made.has_failed(plan.choice.reference))
    refuse_file(
        plan.path, ": the reference ", plan.choice.reference,
        " failed, and the others have nothing to be compared with; expected another reference, or other options.");
  if (made.record.arms.size() < 2) refuse_file(plan.path, ": one arm is left, and a comparison is of two.");
  return said;
}

}  // namespace

int compare(const compare_request& request, std::FILE* to) {
  MIXCON_REQUIRE(!request.plan.empty(), "--plan: no file was named; expected a TOML file with arms and seeds.");
  MIXCON_REQUIRE(request.from_records.empty() || (request.out.empty() && request.record.empty()),
                 "--from-records trains nothing; expected no --out or --record beside it.");
  if (!request.record.empty()) require_folder_of(request.record);
  comparison_plan plan = read_plan(request.plan);
  if (!request.measure.empty()) {
    require_one_of("--measure", request.measure, {"linear", "neighbours", "ridge", "classifier"});
    plan.choice.measure = request.measure;
  }
  const std::string folder =
      request.out.empty() ? "runs/" + std::filesystem::path(request.plan).stem().string() : request.out;
  comparison_record record;
  std::vector<std::string> left_out;
  if (request.from_records.empty()) {
    const std::optional<trained_arms> made = trained(plan, folder, to);
    if (!made) {
      std::fprintf(to, "stopped; go on with: mixcon-train compare --plan %s --out %s\n",
                   shell_word(request.plan).c_str(), shell_word(folder).c_str());
      return exit_interrupted;
    }
    std::fputc('\n', to);
    left_out = say_failures(plan, *made, to);
    record = made->record;
    if (!request.record.empty() && !left_out.empty())
      std::fprintf(to, "%s was not written: it would lack runs of the plan\n", request.record.c_str());
    else if (!request.record.empty())
      write_record(request.record, record);
  } else {
    record = read_record(request.from_records);
    check_record(plan, record, request.from_records);
  }
  const std::vector<arm_result> results =
      results_by(plan.choice.measure, record, request.from_records.empty() ? folder : request.from_records);
  const comparison_options options{.confidence = plan.choice.confidence, .equivalence = plan.choice.equivalence};
  const comparison found = compared(results, plan.choice.reference, options);
  std::fprintf(to, "accuracy on %s by %s, against %s\n%s%s\n", record.data.c_str(),
               what_is_compared(plan.choice.measure).c_str(), plan.choice.reference.c_str(),
               request.markdown ? "\n" : "",
               request.markdown ? comparison_markdown(found).c_str() : comparison_table(found).c_str());
  for (const auto& [encoder, accuracy] : baselines_by(plan.choice.measure, record))
    std::fprintf(to, "for comparison, %s: %s\n", encoder.c_str(), accuracy.c_str());
  if (request.from_records.empty()) {
    const std::string page = folder + "/comparison.html";
    write_comparison(plan, page, record, results, found, options, left_out);
    std::fprintf(to, "report: %s\n", page.c_str());
  } else {
    std::fprintf(to, "recorded by mixcon %s on %s\n", record.machine.version.c_str(), record.machine.processor.c_str());
  }
  return !left_out.empty() ? exit_refused : exit_done;
}

}  // namespace commands
}  // namespace mixcon_train
