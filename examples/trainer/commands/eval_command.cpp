// SPDX-License-Identifier: BSD-3-Clause
#include "commands/asked_samples.hpp"
#include "commands/commands.hpp"
#include "commands/run_on_data.hpp"
#include "evaluation/class_predictions.hpp"
#include "evaluation/prediction_table.hpp"
#include "report/run_report.hpp"

#include <mixcon/core/require.hpp>

namespace mixcon_train {
inline namespace commands {

namespace {

void print_worth(const data_set& samples, const features& probabilities, const std::string& by, std::FILE* to) {
  const std::string kind = std::string(to_string(samples.kind)) + "s";
  std::fprintf(to, "\n%s: %lld %s, predicted by the %s\n%s", samples.title().c_str(),
               static_cast<long long>(samples.samples()), kind.c_str(), by.c_str(),
               written_predictions(probabilities, samples.class_names, kind).c_str());
}

/// The probes, trained and judged on one data set: that of the run, or another one with classes of its own.
int by_probes(const eval_request& request, std::FILE* to) {
  const run_on_data run = request.transfers
                              ? load_run_on_other(request.from, request.samples.data, request.samples.data_folder)
                              : load_run_on(request.from, request.samples.data_folder);
  MIXCON_REQUIRE(run.data.train.classes() >= 2, "eval: the samples of ", run.data.train.name,
                 " have no classes to evaluate by; embed writes the features.");
  const judgement found =
      judge(run.loaded.judged(), *run.loaded.device, run.from.chosen, run.data, to, !request.transfers);
  std::fprintf(to, "\n%s\n%s", run.data.test.title().c_str(), written_table(found.scores).c_str());
  print_worth(run.data.test, found.probabilities, found.predicted_by, to);
  return exit_done;
}

}  // namespace

int evaluate(const eval_request& request, std::FILE* to) {
  const sample_request& asked = request.samples;
  const bool is_own = asked.data.empty() && asked.files.empty() && asked.part == "test";
  MIXCON_REQUIRE(!request.transfers || !asked.data.empty(),
                 "--transfer: it trains the probes on another data set; expected its name, by --data.");
  MIXCON_REQUIRE(!request.transfers || asked.files.empty(),
                 "--data and --files each say what is looked at; give one of them.");
  MIXCON_REQUIRE(!request.transfers || asked.part == "test", "--transfer: it takes both parts of ", asked.data,
                 "; leave --part out.");
  if (is_own || request.transfers) return by_probes(request, to);
  run_and_samples run = load_run_and_samples(request.from, asked);
  label(run.asked, run.own.train.class_names, true, run.where);
  const class_predictions found =
      predict_classes(run.loaded.judged(), *run.loaded.device, run.own.train, run.asked.samples);
  print_worth(run.asked.samples, found.probabilities, found.by, to);
  return exit_done;
}

}  // namespace commands
}  // namespace mixcon_train
