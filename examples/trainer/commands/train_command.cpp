// SPDX-License-Identifier: BSD-3-Clause
#include "commands/commands.hpp"
#include "commands/ready_run.hpp"
#include "commands/run_records.hpp"
#include "evaluation/quick_score.hpp"
#include "files/atomic_file.hpp"
#include "files/shell_word.hpp"
#include "ranks/together.hpp"
#include "report/run_report.hpp"
#include "run/interrupt.hpp"
#include "run/machine.hpp"
#include "run/metrics_log.hpp"
#include "run/over_ranks.hpp"
#include "run/progress.hpp"
#include "run/run_folder.hpp"
#include "run/run_identity.hpp"

#include <mixcon/core/require.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <utility>

namespace mixcon_train {
inline namespace commands {

namespace {

/// The five nearest neighbours of a part of the test samples, by the backbone as it is now.
double looked_at(training_run& run, const quick_score& looks, const train_and_test& data,
                 const channel_statistics& statistics) {
  double accuracy = 0;
  run.with_evaluated_network([&](network& net) {
    features train = encode(net, run.on(), data.train, statistics, looks.train_samples()).backbone;
    features test = encode(net, run.on(), data.test, statistics, looks.test_samples()).backbone;
    accuracy = looks.accuracy(std::move(train.rows), std::move(test.rows), train.width);
  });
  return accuracy;
}

/// Trains to the end, or until someone asks to stop. False when it was stopped; the last state is saved either way.
/// `loss` is the mean since the last record. Of several ranks, one has a log, and saves.
bool train_on(training_run& run, const train_and_test& data, metrics_log* log, progress& shown, running_mean loss,
              const rank_group* ranks) {
  const interrupt_guard guard;
  const index_t log_every = std::max<index_t>(1, run.steps() / 500);
  const index_t look_every = std::max<index_t>(25, run.steps() / 10);  // a shorter run is over before one looks
  const quick_score looks(data.train.labels, data.test.labels, data.train.classes());
  const channel_statistics statistics = channel_statistics_of(data.train);
  const bool has_classes = data.train.classes() >= 2;  // without, every neighbour is right
  while (!run.is_done()) {
    const step_report report = run.step();
    if (log != nullptr) {
      loss.add(report.loss);
      if (has_classes && (run.done() % look_every == 0 || (run.is_done() && run.steps() > look_every))) {
        const double accuracy = looked_at(run, looks, data, statistics);
        log->write({{"step", run.done()}, {"neighbours", accuracy}});
        shown.score(accuracy);
      }
      shown.step(run.done(), report.loss);
      if (run.done() % log_every == 0 || run.is_done()) log->write(step_record(run, report, loss.take(), shown));
      if (report.fell_by > 0) shown.line(slowness_line(run, report));
      if (report.end) {
        log->write(epoch_record(run, report));
        shown.line(epoch_line(report));
      }
    }
    const bool stopped = ranks == nullptr ? guard.asked_to_stop() : any_of(*ranks, guard.asked_to_stop());
    const bool saves = stopped || run.is_done() || run.done() % run.chosen().run.checkpoint_every == 0;
    if (log != nullptr && saves) save_with(run, loss);
    if (stopped && !run.is_done()) return false;
  }
  return true;
}

/// "fp32, 2 threads"; "fp32, 2 ranks of 1 thread".
std::string computed_with(const run_options& of, const rank_group* ranks) {
  if (of.device == "cuda") return "fp32 on a GPU";
  std::string text = of.precision + ", ";
  if (ranks != nullptr) text += std::to_string(ranks->size()) + " ranks of ";
  return text + number_of_threads(of.threads);
}

/// Where ranks that do not lead write.
class nowhere {
 public:
  nowhere() : file_(std::fopen("/dev/null", "w")) {}
  ~nowhere() { std::fclose(file_); }
  nowhere(const nowhere&) = delete;
  nowhere& operator=(const nowhere&) = delete;
  std::FILE* file() const { return file_; }

 private:
  std::FILE* file_;
};

/// The run of one process or rank. Those that do not lead write no file and say nothing.
int train_as(const rank_group* ranks, const train_request& request, std::FILE* to) {
  train_request asked = request;
  std::optional<settings> wanted;
  together(ranks, [&] {
    const bool goes_on = !asked.resume.empty() && asked.resume != "auto";
    MIXCON_REQUIRE(!goes_on || !asked.prints_config, "--print-config: the settings of ", asked.resume,
                   " stand in its config.toml; give one of --print-config and --resume.");
    if (!goes_on) wanted = settings(asked.given);
  });
  if (asked.prints_config) {
    std::fputs(config_of(wanted->list()).c_str(), to);
    return exit_done;
  }
  ready_run ready;
  make_ready(ready, asked, wanted, to, ranks);
  training_run& run = *ready.run;
  settings chosen = run.chosen();
  const std::string& folder = chosen.run.out;
  std::optional<metrics_log> log;
  together(ranks, [&] {
    if (!leads(ranks)) return;
    const std::string config = identity_in_config + run.identity() + "\n" + config_of(chosen.list());
    if (run.done() == 0 || !std::filesystem::exists(folder + "/" + config_name))
      write_atomically(folder + "/" + config_name, config);
    log.emplace(folder,
                metrics_header{.run = run.identity(),
                               .parent = run.parent(),
                               .seed = chosen.run.seed,
                               .settings = to_json(chosen),
                               .machine = facts_of_this_machine()},
                run.done());
  });
  std::fprintf(to, "%s on %lld %ss of %s: %lld steps of %lld %ss, %s, into %s\n", chosen.recipe.c_str(),
               static_cast<long long>(ready.data.train.samples()), to_string(chosen.kind()),
               ready.data.train.title().c_str(), static_cast<long long>(run.steps()),
               static_cast<long long>(run.images_per_step()), to_string(chosen.kind()),
               computed_with(chosen.run, ranks).c_str(), folder.c_str());
  std::fflush(to);
  if (run.is_done()) std::fprintf(to, "all steps are done; there is nothing left to train\n");
  progress shown(asked.quiet || !leads(ranks) ? nullptr : to, run.steps(), run.images_per_step(), run.done(),
                 to_string(chosen.kind()));
  if (!train_on(run, ready.data, log ? &*log : nullptr, shown, ready.loss, ranks)) {
    std::fprintf(to, "stopped after step %lld; go on with: mixcon-train train --resume %s\n",
                 static_cast<long long>(run.done()), shell_word(folder).c_str());
    return exit_interrupted;
  }
  if (!asked.evaluates) return exit_done;
  together(ranks, [&] {  // the others wait
    if (!leads(ranks)) return;
    judgement found;
    run.with_evaluated_network(
        [&](network& net) { found = judge(net, run.on(), chosen, ready.data, asked.quiet ? nullptr : to); });
    for (const score_row& row : found.scores) log->write(score_record(row));
    const std::string report =
        write_report(folder, run.identity(), run.parent(), chosen, run.trained(), ready.data, found);
    if (!found.scores.empty()) std::fprintf(to, "\n%s", written_table(found.scores).c_str());
    std::fprintf(to, "\nreport: %s\n", report.c_str());
  });
  return exit_done;
}

}  // namespace

int train(const train_request& request, std::FILE* to, const rank_group* ranks) {
  if (leads(ranks)) return train_as(ranks, request, to);
  const nowhere silent;
  return train_as(ranks, request, silent.file());
}

}  // namespace commands
}  // namespace mixcon_train
