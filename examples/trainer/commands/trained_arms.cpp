// SPDX-License-Identifier: BSD-3-Clause
#include "commands/trained_arms.hpp"

#include "commands/commands.hpp"
#include "commands/enough_samples.hpp"
#include "commands/resumed_settings.hpp"
#include "evaluation/quick_score.hpp"
#include "files/atomic_file.hpp"
#include "files/file_error.hpp"
#include "files/html.hpp"
#include "run/metrics_log.hpp"
#include "run/training_run.hpp"

#include <mixcon/core/require.hpp>

#include <nlohmann/json.hpp>

#include <filesystem>
#include <map>
#include <memory>
#include <utility>

namespace mixcon_train {
inline namespace commands {

namespace {

using json = nlohmann::ordered_json;

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

/// Trains an arm with a seed, unless that was done, and says to `to` what it reached; what the run says goes `nowhere`.
/// None: it was interrupted. Throws std::invalid_argument where training fails, as when it diverges.
std::optional<recorded_run> trained_run(const comparison_plan& plan, const planned_arm& arm, std::uint64_t seed,
                                        const std::string& folder, named_measures& beside, std::FILE* nowhere,
                                        std::FILE* to) {
  const std::vector<given_value> given = arm.options(seed, folder);
  const settings asked(given);
  std::optional<recorded_run> result = run_in(folder, asked, beside);
  const bool was_there = result.has_value();
  if (!was_there) {
    if (train({.given = given, .resume = "auto", .quiet = true}, nowhere) == exit_interrupted) return std::nullopt;
    result = run_in(folder, asked, beside);
  }
  if (!result || result->reached.count(plan.choice.measure) == 0)
    refuse_file(folder, "/", metrics_name, ": it has no result by ", plan.choice.measure,
                " of this run. Move the folder, and it will be trained again.");
  std::fprintf(to, "%s %%, %s s%s\n", written(100 * result->reached.at(plan.choice.measure), 2).c_str(),
               written(result->seconds, 1).c_str(), was_there ? " (was there)" : "");
  return result;
}

}  // namespace

std::optional<trained_arms> trained(const comparison_plan& plan, const std::string& folder, std::FILE* to) {
  const train_and_test data = read_data(settings(plan.arms[0].given).data);
  if (data.train.classes() < 2)
    refuse_file(plan.path, ": the samples of ", data.train.name, " have no classes to compare the arms by.");
  check_arms(plan, folder, data);
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> nowhere(std::fopen("/dev/null", "we"), &std::fclose);
  MIXCON_REQUIRE(nowhere != nullptr, "compare: /dev/null cannot be opened; what each run says needs a place to go.");
  make_folder(folder);
  const quick_score looks(data.train.labels, data.test.labels, data.train.classes());
  trained_arms made{.record = {.data = data.test.title(),
                               .test_samples = data.test.samples(),
                               .look_samples = static_cast<index_t>(looks.test_samples().size()),
                               .machine = facts_of_this_machine()}};
  for (const planned_arm& arm : plan.arms)
    made.record.arms.push_back({.name = arm.name, .settings = recorded_settings(arm)});
  const std::size_t count = plan.seeds.size() * plan.arms.size();
  std::size_t number = 0;
  named_measures baselines;
  for (const std::uint64_t seed : plan.seeds)  // all arms of a seed first: pairs are whole after each
    for (std::size_t k = 0; k < plan.arms.size(); ++k) {
      const planned_arm& arm = plan.arms[k];
      ++number;
      if (made.has_failed(arm.name)) continue;
      std::fprintf(to, "%zu of %zu: %s, seed %llu: ", number, count, arm.name.c_str(),
                   static_cast<unsigned long long>(seed));
      std::fflush(to);
      named_measures beside;
      try {
        const auto result = trained_run(plan, arm, seed, run_folder_of(folder, arm, seed), beside, nowhere.get(), to);
        if (!result) return std::nullopt;
        made.record.arms[k].runs.push_back(*result);
      } catch (const std::invalid_argument& why) {  // the other arms go on
        std::fprintf(to, "failed\n");
        made.failed.push_back({arm.name, seed, why.what()});
      } catch (...) {
        std::fputc('\n', to);  // the refusal gets a line of its own
        throw;
      }
      if (arm.name == plan.choice.reference) baselines.insert(baselines.end(), beside.begin(), beside.end());
    }
  made.record.baselines = means_of(baselines);
  std::erase_if(made.record.arms, [&](const recorded_arm& each) { return made.has_failed(each.name); });
  return made;
}

}  // namespace commands
}  // namespace mixcon_train
