// SPDX-License-Identifier: BSD-3-Clause
#include "commands/commands.hpp"
#include "commands/comparison_plan.hpp"
#include "commands/resumed_settings.hpp"
#include "evaluation/quick_score.hpp"
#include "files/atomic_file.hpp"
#include "files/file_error.hpp"
#include "files/html.hpp"
#include "report/comparison_report.hpp"
#include "run/machine.hpp"
#include "run/metrics_log.hpp"
#include "run/training_run.hpp"

#include <mixcon/core/require.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <utility>

namespace mixcon_train {
inline namespace commands {

namespace {

using json = nlohmann::ordered_json;

std::string what_is_compared(const std::string& measure) {
  return measure == "linear"       ? "SGD linear probe on the backbone"
         : measure == "neighbours" ? "5-NN on the backbone"
         : measure == "ridge"      ? "ridge probe on the backbone"
                                   : "the recipe's own classifier";
}

std::string run_folder_of(const std::string& folder, const planned_arm& arm, std::uint64_t seed) {
  return folder + "/" + arm.name + "-seed-" + std::to_string(seed);
}

/// The result of a run that has been judged, by its records; none: it has not been, or not to the end.
std::optional<run_result> result_in(const std::string& folder, const settings& asked, const std::string& measure) {
  std::error_code error;
  if (!std::filesystem::exists(folder + "/" + report_name, error)) return std::nullopt;  // which comes last
  run_result found{.seed = asked.run.seed};
  bool is_judged = false;
  for (const json& record : read_metrics_of(load_checkpoint(folder).run, folder + "/" + metrics_name)) {
    const auto number = [&](const std::string& name) -> std::optional<double> {
      const auto at = record.find(name);
      return at != record.end() && at->is_number() ? std::optional(at->get<double>()) : std::nullopt;
    };
    if (number("step") && number("seconds")) {
      found.seconds = std::max(found.seconds, *number("seconds"));
      if (measure == "neighbours" && number("neighbours"))
        found.history.push_back({*number("seconds"), *number("neighbours")});
    } else if (const auto encoder = record.find("encoder"); encoder != record.end() && number(measure)) {
      if (*encoder == asked.recipe + ", backbone") found.accuracy = *number(measure), is_judged = true;
    }
  }
  return is_judged ? std::optional(found) : std::nullopt;
}

using named_texts = std::vector<std::pair<std::string, std::string>>;

/// What raw pixels and untrained networks reach by the measure, the mean over the runs of the reference. They stand
/// beside the comparison and take no part in it, so that Holm's correction is over what was trained.
named_texts baselines_of(const comparison_plan& plan, const std::string& folder) {
  std::map<std::string, std::pair<double, index_t>> sums;
  for (const planned_arm& arm : plan.arms)
    for (const std::uint64_t seed : plan.seeds) {
      if (arm.name != plan.choice.reference) continue;
      const std::string of_run = run_folder_of(folder, arm, seed);
      for (const json& record : read_metrics_of(load_checkpoint(of_run).run, of_run + "/" + metrics_name)) {
        const std::string encoder = record.value("encoder", "");
        const auto share = record.find(plan.choice.measure);
        if ((encoder == "raw pixels" || encoder.starts_with("untrained ")) && share != record.end())
          sums[encoder].first += share->get<double>(), ++sums[encoder].second;
      }
    }
  named_texts found;
  for (const auto& [encoder, sum] : sums)
    found.emplace_back(encoder, written(100 * sum.first / static_cast<double>(sum.second), 2) + " %");
  return found;
}

/// Refuses arms that cannot learn from these samples, or whose folder holds another run, before any has trained for an
/// hour.
void check_arms(const comparison_plan& plan, const std::string& folder, const train_and_test& data) {
  for (const planned_arm& arm : plan.arms) {
    for (const std::uint64_t seed : plan.seeds) {  // what is there is of these settings
      const std::string of_run = run_folder_of(folder, arm, seed);
      run_to_resume(resolved(settings(arm.options(seed, of_run))));
    }
    const settings chosen = resolved(settings(arm.options(plan.seeds[0], folder)));
    if (chosen.training.batch > data.train.samples())
      refuse_file(arm.where, "--batch: ", chosen.training.batch, " of the ", data.train.samples(), " samples of ",
                  data.train.name, "; expected no more than there are.");
    try {
      const loaded_run made = untrained_run(chosen, facts_of(data.train), &data.train);
      if (plan.choice.measure == "classifier" && !made.judged().classifies())
        refuse_file(arm.where, "the recipe ", chosen.recipe,
                    " has no classifier, which measure asks for; expected linear, neighbours or ridge.");
    } catch (const std::invalid_argument& why) {
      refuse_file(arm.where, why.what());
    } catch (const file_error& why) {  // of a teacher, or a mixer
      refuse_file(arm.where, why.what());
    }
  }
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

void write_comparison(const comparison_plan& plan, const std::string& path, const train_and_test& data,
                      const std::vector<arm_result>& arms, const comparison& found, const comparison_options& options,
                      const named_texts& baselines) {
  const quick_score looks(data.train.labels, data.test.labels, data.train.classes());
  comparison_content content{
      .title = std::filesystem::path(plan.path).stem().string() + " on " + data.train.title(),
      .measure = what_is_compared(plan.choice.measure) + ", " + std::to_string(data.test.samples()) + " test samples",
      .early_measure = "5-NN on the backbone, " + std::to_string(looks.test_samples().size()) + " test samples",
      .arms = arms,
      .found = found,
      .options = options,
      .facts = shared_values(plan)};
  const machine_facts machine = facts_of_this_machine();
  content.facts.insert(content.facts.begin(), {{"plan", plan.path},
                                               {"mixcon", machine.version},
                                               {"machine", machine.processor},
                                               {"compiler", machine.compiler}});
  content.facts.insert(content.facts.begin(), baselines.begin(), baselines.end());
  write_atomically(path, comparison_html(content));
}

}  // namespace

int compare(const compare_request& request, std::FILE* to) {
  MIXCON_REQUIRE(!request.plan.empty(), "--plan: no file was named; expected a TOML file with arms and seeds.");
  const comparison_plan plan = read_plan(request.plan);
  const std::string folder =
      request.out.empty() ? "runs/" + std::filesystem::path(request.plan).stem().string() : request.out;
  const train_and_test data = read_data(settings(plan.arms[0].given).data);
  check_arms(plan, folder, data);
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> nowhere(std::fopen("/dev/null", "we"), &std::fclose);
  MIXCON_REQUIRE(nowhere != nullptr, "compare: /dev/null cannot be opened; what each run says needs a place to go.");
  make_folder(folder);
  std::vector<arm_result> results;
  for (const planned_arm& arm : plan.arms) results.push_back({.name = arm.name});
  const std::size_t count = plan.seeds.size() * plan.arms.size();
  std::size_t number = 0;
  for (const std::uint64_t seed : plan.seeds)  // all arms of a seed first: pairs are whole after each
    for (std::size_t k = 0; k < plan.arms.size(); ++k) {
      const planned_arm& arm = plan.arms[k];
      const std::string of_run = run_folder_of(folder, arm, seed);
      const std::vector<given_value> given = arm.options(seed, of_run);
      const settings asked(given);
      std::optional<run_result> result = result_in(of_run, asked, plan.choice.measure);
      const bool was_there = result.has_value();
      std::fprintf(to, "%zu of %zu: %s, seed %llu: ", ++number, count, arm.name.c_str(),
                   static_cast<unsigned long long>(seed));
      std::fflush(to);
      if (!was_there) {
        int status = exit_done;
        try {
          status = train({.given = given, .resume = "auto", .quiet = true}, nowhere.get());
        } catch (...) {
          std::fputc('\n', to);  // the refusal gets a line of its own
          throw;
        }
        if (status == exit_interrupted) {
          std::fprintf(to, "stopped; go on with: mixcon-train compare --plan %s --out %s\n", request.plan.c_str(),
                       folder.c_str());
          return exit_interrupted;
        }
        result = result_in(of_run, asked, plan.choice.measure);
      }
      if (!result)
        refuse_file(of_run, "/", metrics_name, ": it has no result by ", plan.choice.measure,
                    " of this run. Move the folder, and it will be trained again.");
      std::fprintf(to, "%s %%, %s s%s\n", written(100 * result->accuracy, 2).c_str(),
                   written(result->seconds, 1).c_str(), was_there ? " (was there)" : "");
      results[k].runs.push_back(*result);
    }
  const comparison_options options{.confidence = plan.choice.confidence, .equivalence = plan.choice.equivalence};
  const comparison found = compared(results, plan.choice.reference, options);
  const std::string page = folder + "/comparison.html";
  const named_texts baselines = baselines_of(plan, folder);
  write_comparison(plan, page, data, results, found, options, baselines);
  std::fprintf(to, "\naccuracy on %s by %s, against %s\n%s\n", data.test.title().c_str(),
               what_is_compared(plan.choice.measure).c_str(), plan.choice.reference.c_str(),
               comparison_table(found).c_str());
  for (const auto& [encoder, accuracy] : baselines)
    std::fprintf(to, "for comparison, %s: %s\n", encoder.c_str(), accuracy.c_str());
  std::fprintf(to, "report: %s\n", page.c_str());
  return exit_done;
}

}  // namespace commands
}  // namespace mixcon_train
