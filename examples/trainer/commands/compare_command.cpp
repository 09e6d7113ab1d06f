// SPDX-License-Identifier: BSD-3-Clause
#include "commands/commands.hpp"
#include "commands/comparison_plan.hpp"
#include "commands/comparison_record.hpp"
#include "commands/enough_samples.hpp"
#include "commands/free_file.hpp"
#include "commands/resumed_settings.hpp"
#include "evaluation/quick_score.hpp"
#include "files/atomic_file.hpp"
#include "files/file_error.hpp"
#include "files/html.hpp"
#include "files/shell_word.hpp"
#include "options/nearest_name.hpp"
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

using named_texts = std::vector<std::pair<std::string, std::string>>;

std::string run_folder_of(const std::string& folder, const planned_arm& arm, std::uint64_t seed) {
  return folder + "/" + arm.name + "-seed-" + std::to_string(seed);
}

std::optional<double> number_in(const json& record, const std::string& name) {
  const auto at = record.find(name);
  return at != record.end() && at->is_number() ? std::optional(at->get<double>()) : std::nullopt;
}

measures measures_in(const json& record) {
  measures reached;
  for (const char* name : {"linear", "neighbours", "ridge", "classifier", "calibration"})
    if (const auto value = number_in(record, name)) reached[name] = *value;
  return reached;
}

using named_measures = std::vector<std::pair<std::string, measures>>;

/// A run that has been judged, by its records, and what stands beside it in its table; none: it has not been judged, or
/// not to the end.
std::optional<recorded_run> run_in(const std::string& folder, const settings& asked, named_measures& baselines) {
  std::error_code error;
  if (!std::filesystem::exists(folder + "/" + report_name, error)) return std::nullopt;  // which comes last
  recorded_run found{.seed = asked.run.seed};
  for (const json& record : read_metrics_of(load_checkpoint(folder).run, folder + "/" + metrics_name)) {
    const auto seconds = number_in(record, "seconds"), look = number_in(record, "neighbours");
    if (seconds && record.contains("step")) {
      found.seconds = std::max(found.seconds, *seconds);
      if (look) found.history.push_back({*seconds, *look});
    } else if (const std::string encoder = record.value("encoder", ""); encoder == asked.recipe + ", backbone") {
      found.reached = measures_in(record);
    } else if (encoder.starts_with("raw ") || encoder.starts_with("untrained ")) {
      baselines.emplace_back(encoder, measures_in(record));
    }
  }
  return found.reached.empty() ? std::nullopt : std::optional(found);
}

/// The mean of each encoder's measures. Raw samples and untrained networks stand beside the comparison and take no part
/// in it, so that Holm's correction is over what was trained.
named_measures means_of(const named_measures& all) {
  named_measures means;
  std::map<std::string, std::map<std::string, index_t>> counts;
  for (const auto& [encoder, reached] : all) {
    auto at = std::find_if(means.begin(), means.end(), [&](const auto& each) { return each.first == encoder; });
    if (at == means.end()) at = means.insert(at, {encoder, {}});
    for (const auto& [name, value] : reached) at->second[name] += value, ++counts[encoder][name];
  }
  for (auto& [encoder, reached] : means)
    for (auto& [name, value] : reached) value /= static_cast<double>(counts[encoder][name]);
  return means;
}

named_texts baselines_by(const std::string& measure, const comparison_record& record) {
  named_texts found;
  for (const auto& [encoder, reached] : record.baselines)
    if (const auto share = reached.find(measure); share != reached.end())
      found.emplace_back(encoder, written(100 * share->second, 2) + " %");
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
    try {
      require_enough_samples(chosen, data, true);
      const loaded_run made = untrained_run(chosen, facts_of(data.train), &data.train);
      if (plan.choice.measure == "classifier" && !made.judged().classifies())
        refuse_file("the recipe ", chosen.recipe,
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

/// The page of a comparison.
void write_comparison(const comparison_plan& plan, const std::string& path, const comparison_record& record,
                      const std::vector<arm_result>& arms, const comparison& found, const comparison_options& options) {
  comparison_content content{
      .title = std::filesystem::path(plan.path).stem().string() + " on " + record.data,
      .measure = what_is_compared(plan.choice.measure) + ", " + std::to_string(record.test_samples) + " test samples",
      .early_measure = "5-NN on the backbone, " + std::to_string(record.look_samples) + " test samples",
      .arms = arms,
      .found = found,
      .options = options,
      .facts = shared_values(plan)};
  content.facts.insert(content.facts.begin(), {{"plan", plan.path},
                                               {"mixcon", record.machine.version},
                                               {"machine", record.machine.processor},
                                               {"compiler", record.machine.compiler}});
  const named_texts baselines = baselines_by(plan.choice.measure, record);
  content.facts.insert(content.facts.begin(), baselines.begin(), baselines.end());
  write_atomically(path, comparison_html(content));
}

/// Trains what has not been trained; none: it was interrupted.
std::optional<comparison_record> trained(const comparison_plan& plan, const std::string& folder, std::FILE* to) {
  const train_and_test data = read_data(settings(plan.arms[0].given).data);
  if (data.train.classes() < 2)
    refuse_file(plan.path, ": the samples of ", data.train.name, " have no classes to compare the arms by.");
  check_arms(plan, folder, data);
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> nowhere(std::fopen("/dev/null", "we"), &std::fclose);
  MIXCON_REQUIRE(nowhere != nullptr, "compare: /dev/null cannot be opened; what each run says needs a place to go.");
  make_folder(folder);
  const quick_score looks(data.train.labels, data.test.labels, data.train.classes());
  comparison_record record{.data = data.test.title(),
                           .test_samples = data.test.samples(),
                           .look_samples = static_cast<index_t>(looks.test_samples().size()),
                           .machine = facts_of_this_machine()};
  for (const planned_arm& arm : plan.arms)
    record.arms.push_back({.name = arm.name, .settings = recorded_settings(arm)});
  const std::size_t count = plan.seeds.size() * plan.arms.size();
  std::size_t number = 0;
  named_measures baselines;
  for (const std::uint64_t seed : plan.seeds)  // all arms of a seed first: pairs are whole after each
    for (std::size_t k = 0; k < plan.arms.size(); ++k) {
      const planned_arm& arm = plan.arms[k];
      const std::string of_run = run_folder_of(folder, arm, seed);
      const std::vector<given_value> given = arm.options(seed, of_run);
      const settings asked(given);
      named_measures beside;
      std::optional<recorded_run> result = run_in(of_run, asked, beside);
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
        if (status == exit_interrupted) return std::nullopt;
        result = run_in(of_run, asked, beside);
      }
      if (!result || result->reached.count(plan.choice.measure) == 0)
        refuse_file(of_run, "/", metrics_name, ": it has no result by ", plan.choice.measure,
                    " of this run. Move the folder, and it will be trained again.");
      std::fprintf(to, "%s %%, %s s%s\n", written(100 * result->reached.at(plan.choice.measure), 2).c_str(),
                   written(result->seconds, 1).c_str(), was_there ? " (was there)" : "");
      record.arms[k].runs.push_back(*result);
      if (arm.name == plan.choice.reference) baselines.insert(baselines.end(), beside.begin(), beside.end());
    }
  record.baselines = means_of(baselines);
  return record;
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
  std::optional<comparison_record> record;
  if (request.from_records.empty()) {
    record = trained(plan, folder, to);
    if (!record) {
      std::fprintf(to, "stopped; go on with: mixcon-train compare --plan %s --out %s\n",
                   shell_word(request.plan).c_str(), shell_word(folder).c_str());
      return exit_interrupted;
    }
    if (!request.record.empty()) write_record(request.record, *record);
    std::fputc('\n', to);
  } else {
    record = read_record(request.from_records);
    check_record(plan, *record, request.from_records);
  }
  const std::vector<arm_result> results =
      results_by(plan.choice.measure, *record, request.from_records.empty() ? folder : request.from_records);
  const comparison_options options{.confidence = plan.choice.confidence, .equivalence = plan.choice.equivalence};
  const comparison found = compared(results, plan.choice.reference, options);
  std::fprintf(to, "accuracy on %s by %s, against %s\n%s%s\n", record->data.c_str(),
               what_is_compared(plan.choice.measure).c_str(), plan.choice.reference.c_str(),
               request.markdown ? "\n" : "",
               request.markdown ? comparison_markdown(found).c_str() : comparison_table(found).c_str());
  for (const auto& [encoder, accuracy] : baselines_by(plan.choice.measure, *record))
    std::fprintf(to, "for comparison, %s: %s\n", encoder.c_str(), accuracy.c_str());
  if (request.from_records.empty()) {
    const std::string page = folder + "/comparison.html";
    write_comparison(plan, page, *record, results, found, options);
    std::fprintf(to, "report: %s\n", page.c_str());
  } else {
    std::fprintf(to, "recorded by mixcon %s on %s\n", record->machine.version.c_str(),
                 record->machine.processor.c_str());
  }
  return exit_done;
}

}  // namespace commands
}  // namespace mixcon_train
