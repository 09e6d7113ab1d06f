// SPDX-License-Identifier: BSD-3-Clause
#include "commands/commands.hpp"
#include "commands/enough_samples.hpp"
#include "commands/loaded_checkpoint.hpp"
#include "commands/named_data.hpp"
#include "commands/resumed_settings.hpp"
#include "data/sets/readers.hpp"
#include "evaluation/quick_score.hpp"
#include "files/atomic_file.hpp"
#include "files/file_error.hpp"
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
#include "run/training_run.hpp"

#include <mixcon/core/require.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

namespace mixcon_train {
inline namespace commands {

namespace {

using json = nlohmann::ordered_json;

/// The name of the data set as it was given: `auto` says so where it takes the digits.
std::string data_asked_for(const train_request& request) {
  std::string name = data_options().name;
  for (const given_value& each : request.given)
    if (each.name == "data") name = each.text;
  return name;
}

/// Gives a new run its identity and its folder, where nothing of another run is left but a checkpoint to replace.
folder_lock begun(training_run& run, bool overwrites) {
  const std::string identity = new_run_identity(run.chosen());
  std::string folder = run.chosen().run.out;
  if (folder.empty()) {
    folder = folder_base(run.chosen());
    folder_lock lock = make_next_folder(folder);
    run.name(identity, folder);
    return lock;
  }
  make_folder(folder);
  folder_lock lock(folder);
  make_room_for_run(folder, overwrites);
  run.name(identity, folder);
  return lock;
}

json step_record(const training_run& run, const step_report& report, double loss, const progress& shown) {
  return {{"step", run.done()}, {"epoch", report.epoch}, {"images", run.done() * run.images_per_step()},
          {"loss", loss},       {"rate", report.rate},   {"images_per_second", shown.images_per_second()}};
}

json epoch_record(const training_run& run, const step_report& report) {
  json record{{"step", run.done()},
              {"epoch", report.epoch},
              {"chance", report.chance},
              {"alignment", report.end->measured.alignment},
              {"uniformity", report.end->measured.uniformity},
              {"effective_rank", report.end->measured.effective_rank},
              {"deviation", report.end->measured.deviation},
              {"gradient_norm", report.end->gradient},
              {"anchors", report.end->anchors},
              {"anchors_used", report.end->anchors_used}};
  for (const health_number& each : report.end->more) record[each.name] = each.value;
  return record;
}

json score_record(const score_row& row) {
  json record{{"encoder", row.name}};
  const auto add = [&](const char* judge, const std::optional<double>& share) {
    if (share) record[judge] = *share;
  };
  add("linear", row.linear), add("neighbours", row.neighbours), add("ridge", row.ridge);
  add("classifier", row.classifier), add("calibration", row.calibration);
  if (!row.note.empty()) record["note"] = row.note;
  return record;
}

std::string epoch_line(const step_report& report) {
  const health& measured = report.end->measured;
  char chance[40] = "", text[300];
  if (report.chance > 0) std::snprintf(chance, sizeof chance, " (knows nothing: %.4f)", report.chance);
  std::snprintf(text, sizeof text,
                "epoch %.1f  loss %.4f%s  alignment %.3f  uniformity %.3f  effective rank %.1f  deviation %.3f  "
                "gradient %.3g  anchors %lld of %lld",
                report.epoch, report.loss, chance, measured.alignment, measured.uniformity, measured.effective_rank,
                measured.deviation, report.end->gradient, static_cast<long long>(report.end->anchors_used),
                static_cast<long long>(report.end->anchors));
  std::string line = text;
  for (const health_number& each : report.end->more) {
    std::string name = each.name;
    std::replace(name.begin(), name.end(), '_', ' ');
    std::snprintf(text, sizeof text, "  %s %.3g", name.c_str(), each.value);
    line += text;
  }
  return line;
}

std::string slowness_line(const training_run& run, const step_report& report) {
  char text[160];
  std::snprintf(text, sizeof text,
                "steps take %.0f times as long as the fastest of this run, with %d of %lld threads: does other work "
                "share the processors?",
                report.fell_by, run.threads(), static_cast<long long>(run.chosen().run.threads));
  return text;
}

void save_with(const training_run& run, const running_mean& loss) {
  checkpoint now = run.state();
  now.loss = loss;
  save_checkpoint(run.chosen().run.out, now);
}

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

/// A run that is ready to train: begun or gone on with, its folder locked.
struct ready_run {
  std::unique_ptr<folder_lock> lock{};
  train_and_test data{};  // before the run, whose threads read it
  std::unique_ptr<training_run> run{};
  running_mean loss{};  ///< since its last record
};

/// Refuses to replace a run by one that learns from it.
void require_other_folder(const std::vector<used_run>& used, const std::string& out) {
  for (const used_run& each : used)
    MIXCON_REQUIRE(out.empty() || full_path(folder_of(each.folder)) != full_path(out), each.flag, ": ", each.folder,
                   " lies in --out, where this run would replace it; give it another --out.");
}

checkpoint load_on(const rank_group* ranks, const std::string& path) {
  return leads(ranks) ? load_and_say(path) : load_checkpoint(path);
}

void resume(ready_run& ready, const train_request& request, index_t threads, const rank_group* ranks) {
  MIXCON_REQUIRE(!request.overwrites, "--overwrite: a run that goes on (--resume) replaces none; give one of them.");
  MIXCON_REQUIRE(request.from.empty(), "--from: a run that goes on (--resume) has its weights; give one of them.");
  std::error_code error;
  if (!std::filesystem::exists(request.resume, error))
    refuse_file(request.resume, ": there is no such file. Is the path right?");
  // locked first, so that nobody moves on what is read here
  if (leads(ranks)) ready.lock = std::make_unique<folder_lock>(folder_of(request.resume));
  checkpoint from = load_on(ranks, request.resume);
  from.chosen = settings_to_resume(from, request);
  if (threads > 0) from.chosen.run.threads = threads;
  ready.data = read_data(from.chosen.data);
  require_enough_samples(from.chosen, ready.data, request.evaluates);
  ready.run = std::make_unique<training_run>(from, ready.data.train, request.resume, ranks);
  ready.loss = from.loss;
}

/// Readies the folder of a run that goes on.
void go_on_in_folder(const ready_run& ready) {
  const std::string& folder = ready.run->chosen().run.out;
  check_files_of_run(folder, ready.run->identity());
  if (!std::filesystem::exists(folder + "/" + checkpoint_name)) save_with(*ready.run, ready.loss);
}

void begin(ready_run& ready, const train_request& request, settings asked, std::FILE* to, const rank_group* ranks) {
  MIXCON_REQUIRE(!request.overwrites || !asked.run.out.empty(),
                 "--overwrite: it needs --out, the folder of the run to replace; without --out each run gets a new "
                 "folder.");
  std::optional<checkpoint> parent;
  if (!request.from.empty()) parent = load_on(ranks, request.from);
  if (data_asked_for(request) == "auto" && asked.data.name == "digits")
    std::fprintf(to, "Fashion-MNIST is not installed (package dataset-fashion-mnist); taking the shipped digits\n");
  ready.data = read_data(asked.data);
  require_enough_samples(asked, ready.data, request.evaluates);
  if (!asked.data.folder.empty()) asked.data.folder = full_path(asked.data.folder);
  const option_list options = asked.list();
  for (const option& each : options.all())
    if (each.names_run()) set_option(each, full_path(text_of(each)), each.flag());
  ready.run = std::make_unique<training_run>(resolved(asked), ready.data.train, ranks);
  require_other_folder(ready.run->trained().used_runs(), asked.run.out);
  if (parent) {
    const index_t taken = ready.run->begin_from(*parent, request.from);
    std::fprintf(to, "begins with %lld tensors of %s (run %s, step %lld)\n", static_cast<long long>(taken),
                 request.from.c_str(), parent->run.c_str(), static_cast<long long>(parent->step));
  }
}

/// Gives it its folder, and writes its first checkpoint there.
void begin_in_folder(ready_run& ready, bool overwrites) {
  ready.lock = std::make_unique<folder_lock>(begun(*ready.run, overwrites));
  save_checkpoint(ready.run->chosen().run.out, ready.run->state(), false);
}

/// Begins a run or goes on with one. Ranks do so together, and refuse together; one of them has the folder.
void make_ready(ready_run& ready, train_request& asked, const std::optional<settings>& wanted, std::FILE* to,
                const rank_group* ranks) {
  const bool given = std::any_of(asked.given.begin(), asked.given.end(),
                                 [](const given_value& each) { return each.name == "threads" && each.text != "0"; });
  const index_t share = ranks == nullptr ? 0 : threads_of_rank(*ranks);  // of a machine that ranks share
  const index_t threads = given ? 0 : share;
  together(ranks, [&] {
    if (asked.resume == "auto") {
      asked.resume = run_to_resume(resolved(*wanted), asked.from.empty() ? "" : load_checkpoint(asked.from).run);
      if (!asked.resume.empty()) asked.from.clear();  // its weights have gone on since
    }
    if (!asked.resume.empty()) {
      resume(ready, asked, threads, ranks);
      return;
    }
    settings chosen = *wanted;
    if (threads > 0) chosen.run.threads = threads;
    begin(ready, asked, chosen, to, ranks);
  });
  if (ranks != nullptr) require_same(*ranks, "settings, data and steps of the sum", ready.run->sum_of_all());
  together(ranks, [&] {
    if (!leads(ranks)) return;
    if (asked.resume.empty())
      begin_in_folder(ready, asked.overwrites);
    else
      go_on_in_folder(ready);
  });
}

/// "fp32, 2 threads"; "fp32, 2 ranks of 1 threads".
std::string computed_with(const run_options& of, const rank_group* ranks) {
  if (of.device == "cuda") return "fp32 on a GPU";
  std::string text = of.precision + ", ";
  if (ranks != nullptr) text += std::to_string(ranks->size()) + " ranks of ";
  return text + std::to_string(of.threads) + " threads";
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
