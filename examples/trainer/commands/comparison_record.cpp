// SPDX-License-Identifier: BSD-3-Clause
#include "commands/comparison_record.hpp"

#include "commands/resumed_settings.hpp"
#include "files/atomic_file.hpp"
#include "files/file_error.hpp"
#include "options/nearest_name.hpp"
#include "run/settings.hpp"
#include "run/training_run.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <string>

namespace mixcon_train {
inline namespace commands {

namespace {

using json = nlohmann::ordered_json;

/// Shares and seconds to a millionth, so that a record is short.
double rounded(double number) { return std::round(number * 1e6) / 1e6; }

json written_measures(const measures& reached) {
  json made = json::object();
  for (const auto& [name, value] : reached) made[name] = rounded(value);
  return made;
}

json written_run(const recorded_run& run) {
  json made{{"seed", run.seed}, {"seconds", rounded(run.seconds)}, {"reached", written_measures(run.reached)}};
  for (const timed_score& look : run.history)
    made["history"].push_back({rounded(look.seconds), rounded(look.accuracy)});
  return made;
}

/// Settings that all arms share.
std::map<std::string, std::string> shared_settings(const comparison_record& record) {
  std::map<std::string, std::string> shared = record.arms.at(0).settings;
  for (const recorded_arm& arm : record.arms)
    std::erase_if(shared, [&](const auto& each) {
      const auto found = arm.settings.find(each.first);
      return found == arm.settings.end() || found->second != each.second;
    });
  return shared;
}

void read_measures(const json& from, measures& to) {
  for (const auto& [name, value] : from.items()) {
    const double number = value.get<double>();
    MIXCON_REQUIRE(number >= 0 && number <= 1, name, " is ", number, "; expected a share in [0, 1]");
    to[name] = number;
  }
}

recorded_run read_run(const json& from) {
  recorded_run run{.seed = from.at("seed").get<std::uint64_t>(), .seconds = from.at("seconds").get<double>()};
  MIXCON_REQUIRE(run.seconds >= 0, "a run of ", run.seconds, " seconds; expected none below 0");
  read_measures(from.at("reached"), run.reached);
  if (from.contains("history"))
    for (const json& look : from.at("history"))
      run.history.push_back({look.at(0).get<double>(), look.at(1).get<double>()});
  return run;
}

comparison_record record_of(const json& from) {
  comparison_record record{.data = from.at("data").get<std::string>(),
                           .test_samples = from.at("test_samples").get<index_t>(),
                           .look_samples = from.at("look_samples").get<index_t>(),
                           .machine = {.processor = from.at("machine").get<std::string>(),
                                       .compiler = from.at("compiler").get<std::string>(),
                                       .version = from.at("mixcon").get<std::string>()}};
  for (const auto& [name, reached] : from.at("baselines").items())
    read_measures(reached, record.baselines.emplace_back(name, measures{}).second);
  const auto shared = from.at("settings").get<std::map<std::string, std::string>>();
  for (const json& each : from.at("arms")) {
    recorded_arm& arm = record.arms.emplace_back();
    arm.name = each.at("name").get<std::string>();
    arm.settings = each.at("settings").get<std::map<std::string, std::string>>();
    arm.settings.insert(shared.begin(), shared.end());
    for (const json& run : each.at("runs")) arm.runs.push_back(read_run(run));
  }
  return record;
}

std::string value_or_none(const std::map<std::string, std::string>& values, const std::string& name) {
  const auto found = values.find(name);
  return found == values.end() ? "none" : found->second.empty() ? "empty" : found->second;
}

/// The first option that the runs of an arm had another value of than the plan asks for; empty: none. An option that
/// came after the record was written had its default.
std::string first_difference(const planned_arm& planned, const recorded_arm& recorded) {
  planned_arm by_default{.name = planned.name, .where = planned.where};
  for (const given_value& each : planned.given)  // what decides which options there are
    if (each.name == "recipe" || each.name == "arch" || each.name == "data" || each.name == "data-dir")
      by_default.given.push_back(each);
  const auto asked = recorded_settings(planned), defaults = recorded_settings(by_default);
  for (const auto& [name, text] : asked)
    if (text != value_or_none(recorded.settings.count(name) > 0 ? recorded.settings : defaults, name) && !text.empty())
      return name;
  for (const auto& [name, text] : recorded.settings)
    if (value_or_none(asked, name) != value_or_none(recorded.settings, name)) return name;
  return "";
}

}  // namespace

std::map<std::string, std::string> recorded_settings(const planned_arm& arm) {
  std::map<std::string, std::string> values;
  for (const auto& [name, text] : named_values(resolved(settings(arm.given))))
    if (name != "seed" && name != "out") values[name] = text;
  return values;
}

void write_record(const std::string& path, const comparison_record& record) {
  const std::map<std::string, std::string> shared = shared_settings(record);
  json head{{"data", record.data},
            {"test_samples", record.test_samples},
            {"look_samples", record.look_samples},
            {"mixcon", record.machine.version},
            {"machine", record.machine.processor},
            {"compiler", record.machine.compiler},
            {"settings", shared},
            {"baselines", json::object()}};
  for (const auto& [name, reached] : record.baselines) head["baselines"][name] = written_measures(reached);
  std::string text = head.dump(1);
  text.erase(text.rfind('\n'));  // with the brace that follows
  text += ",\n \"arms\": [";
  for (std::size_t k = 0; k < record.arms.size(); ++k) {
    const recorded_arm& arm = record.arms[k];
    json own = json::object();
    for (const auto& [name, value] : arm.settings)
      if (shared.count(name) == 0) own[name] = value;
    text.append(k > 0 ? ",\n  {" : "\n  {").append("\"name\": ").append(json(arm.name).dump());
    text.append(",\n   \"settings\": ").append(own.dump()).append(",\n   \"runs\": [");
    for (std::size_t r = 0; r < arm.runs.size(); ++r)  // a line each
      text.append(r > 0 ? ",\n    " : "\n    ").append(written_run(arm.runs[r]).dump());
    text.append("]}");
  }
  write_atomically(path, text.append("]\n}\n"));
}

comparison_record read_record(const std::string& path) try {
  return record_of(json::parse(read_whole_file(path, std::size_t{64} << 20)));
} catch (const json::exception& why) {
  refuse_file(path, ": it is no record of a comparison (", why.what(), "); expected a file that --record wrote.");
} catch (const std::invalid_argument& why) {
  refuse_file(path, ": ", why.what(), ", in a record of a comparison.");
}

void check_record(const comparison_plan& plan, const comparison_record& record, const std::string& path) {
  const auto listed_arms = [](const auto& arms) {
    std::vector<std::string> names;
    for (const auto& arm : arms) names.push_back(arm.name);
    return listed(names);
  };
  const std::string planned = listed_arms(plan.arms), recorded = listed_arms(record.arms);
  if (planned != recorded)
    refuse_file(path, ": its arms are ", recorded, ", and those of ", plan.path, " are ", planned,
                "; expected the same ones. Run compare with --record again.");
  for (std::size_t k = 0; k < plan.arms.size(); ++k) {
    const recorded_arm& arm = record.arms[k];
    const auto asked = recorded_settings(plan.arms[k]);
    if (const std::string name = first_difference(plan.arms[k], arm); !name.empty())
      refuse_file(path, ": the runs of ", arm.name, " had --", name, " ", value_or_none(arm.settings, name), ", and ",
                  plan.path, " asks for ", value_or_none(asked, name),
                  "; expected the same settings. Run compare with --record again.");
    std::vector<std::uint64_t> seeds;
    for (const recorded_run& run : arm.runs) seeds.push_back(run.seed);
    if (seeds != plan.seeds)
      refuse_file(path, ": ", arm.name, " has ", seeds.size(), " runs, and ", plan.path, " asks for ",
                  plan.seeds.size(), ", or other seeds; expected the seeds of the plan, in its order.");
  }
}

std::vector<arm_result> results_by(const std::string& measure, const comparison_record& record,
                                   const std::string& path) {
  std::vector<arm_result> results;
  for (const recorded_arm& arm : record.arms) {
    arm_result& result = results.emplace_back(arm_result{.name = arm.name});
    for (const recorded_run& run : arm.runs) {
      const auto found = run.reached.find(measure);
      if (found == run.reached.end())
        refuse_file(path, ": the run of ", arm.name, " with seed ", run.seed, " has no result by ", measure, ".");
      const auto calibration = run.reached.find("calibration");
      run_result& to =
          result.runs.emplace_back(run_result{.seed = run.seed, .accuracy = found->second, .seconds = run.seconds});
      if (measure == "neighbours") to.history = run.history;
      if (measure == "classifier" && calibration != run.reached.end()) to.calibration = calibration->second;
    }
  }
  return results;
}

}  // namespace commands
}  // namespace mixcon_train
