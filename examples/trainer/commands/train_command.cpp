// SPDX-License-Identifier: BSD-3-Clause
#include "commands/commands.hpp"
#include "commands/named_data.hpp"
#include "data/sets/readers.hpp"
#include "files/atomic_file.hpp"
#include "files/file_error.hpp"
#include "options/nearest_name.hpp"
#include "options/unused_options.hpp"
#include "report/run_report.hpp"
#include "run/interrupt.hpp"
#include "run/machine.hpp"
#include "run/metrics_log.hpp"
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
#include <set>

namespace mixcon_train {
inline namespace commands {

namespace {

using json = nlohmann::ordered_json;

std::string folder_of(const std::string& checkpoint_path) {
  std::error_code error;
  if (std::filesystem::is_directory(checkpoint_path, error)) return checkpoint_path;
  const std::string folder = std::filesystem::path(checkpoint_path).parent_path().string();
  return folder.empty() ? "." : folder;
}

std::string full_path(const std::string& path) {
  std::error_code error;
  const auto full = std::filesystem::weakly_canonical(path, error).lexically_normal();
  const std::string text = (error ? std::filesystem::path(path) : full).string();
  return text.size() > 1 && text.back() == '/' ? text.substr(0, text.size() - 1) : text;
}

/// A checkpoint file, or the newest one that can be read of a folder; stderr says when that is not the newest.
checkpoint load_and_say(const std::string& file_or_folder) {
  std::string passed_over;
  checkpoint found = load_checkpoint(file_or_folder, &passed_over);
  if (!passed_over.empty())
    std::fprintf(stderr, "%s The one before it, %s/%s of step %lld of the same run, is taken instead.\n",
                 passed_over.c_str(), file_or_folder.c_str(), previous_checkpoint_name,
                 static_cast<long long>(found.step));
  return found;
}

/// The settings of a checkpoint, unless the user gave others: those it refuses, but for where the images lie and how
/// often to write.
settings settings_to_resume(const checkpoint& from, const train_request& request) {
  settings chosen = from.chosen, asked = resolved(request.chosen);
  std::set<std::string> given = request.given;
  chosen.out = folder_of(request.resume);
  if (given.count("out") > 0) {
    if (full_path(asked.out) != full_path(chosen.out))
      refuse_file("--out: ", asked.out, "; a run that goes on stays in its folder, ", chosen.out,
                  ". Leave that option out.");
    asked.out = chosen.out;
  }
  if (given.count("checkpoint_every") > 0) chosen.checkpoint_every = asked.checkpoint_every;
  if (given.count("data_folder") > 0) chosen.data_folder = asked.data_folder = full_path(asked.data_folder);
  if (request.quick) given.insert({"first_stride", "images"});
  const auto kept = named_values(chosen), wanted = named_values(asked);
  for (std::size_t k = 0; k < kept.size(); ++k) {
    const std::string& setting = kept[k].first;
    if (given.count(setting) == 0) continue;
    require_use_of(setting, chosen);
    if (kept[k].second != wanted[k].second && !(setting == "data" && asked.data == "auto"))
      refuse_file(request.resume, ": it was trained with ", flag_of(setting), " ", kept[k].second, ", not ",
                  wanted[k].second, request.given.count(setting) == 0 ? " (--quick)" : "",
                  "; leave that option out, or begin a new run.");
  }
  return chosen;
}

/// Settings that name the data set which was found, where that was left open; and what suits the digits, 8 x 8 and not
/// to be mirrored, where the user said nothing else.
settings fitted_to(const data_set& data, const train_request& request) {
  settings chosen = request.chosen;
  chosen.data = data.name.substr(0, data.name.find(' '));
  if (!chosen.data_folder.empty()) chosen.data_folder = full_path(chosen.data_folder);
  if (data.name.starts_with("digits")) {
    if (request.given.count("shift") == 0) chosen.shift = 1;
    if (request.given.count("flip") == 0) chosen.flip = 0;
  }
  return chosen;
}

/// Gives a new run its identity and its folder, where nothing of another run is left but a checkpoint to replace.
folder_lock begun(training_run& run, const train_request& request) {
  const std::string identity = new_run_identity(run.chosen());
  std::string folder = request.chosen.out;
  if (folder.empty()) {
    folder = "runs/" + request.name;
    folder_lock lock = make_next_folder(folder);
    run.name(identity, folder);
    return lock;
  }
  make_folder(folder);
  folder_lock lock(folder);
  make_room_for_run(folder, request.overwrites);
  run.name(identity, folder);
  return lock;
}

json step_record(const training_run& run, const step_report& report, const progress& shown) {
  return {{"step", run.done()},  {"epoch", report.epoch}, {"images", run.done() * run.images_per_step()},
          {"loss", report.loss}, {"rate", report.rate},   {"images_per_second", shown.images_per_second()}};
}

json epoch_record(const training_run& run, const step_report& report) {
  return {{"step", run.done()},
          {"epoch", report.epoch},
          {"chance", report.chance},
          {"alignment", report.end->measured.alignment},
          {"uniformity", report.end->measured.uniformity},
          {"effective_rank", report.end->measured.effective_rank},
          {"anchors", report.end->anchors},
          {"anchors_used", report.end->anchors_used}};
}

json score_record(const score_row& row) {
  json record{{"encoder", row.name}};
  const auto add = [&](const char* judge, const std::optional<double>& share) {
    if (share) record[judge] = *share;
  };
  add("linear", row.linear), add("neighbours", row.neighbours), add("ridge", row.ridge);
  add("classifier", row.classifier);
  if (!row.note.empty()) record["note"] = row.note;
  return record;
}

std::string epoch_line(const step_report& report) {
  char text[240];
  std::snprintf(text, sizeof text,
                "epoch %.1f  loss %.4f (knows nothing: %.4f)  alignment %.3f  uniformity %.3f  effective rank %.1f  "
                "anchors %lld of %lld",
                report.epoch, report.loss, report.chance, report.end->measured.alignment,
                report.end->measured.uniformity, report.end->measured.effective_rank,
                static_cast<long long>(report.end->anchors_used), static_cast<long long>(report.end->anchors));
  return text;
}

/// Trains to the end, or until someone asks to stop. False when it was stopped; the last state is saved either way.
bool train_on(training_run& run, metrics_log& log, progress& shown) {
  const interrupt_guard guard;
  const index_t log_every = std::max<index_t>(1, run.steps() / 500);
  while (!run.is_done()) {
    const step_report report = run.step();
    shown.step(run.done(), report.loss);
    if (run.done() % log_every == 0 || run.is_done()) log.write(step_record(run, report, shown));
    if (report.end) {
      log.write(epoch_record(run, report));
      shown.line(epoch_line(report));
    }
    const bool stopped = guard.asked_to_stop();
    if (stopped || run.is_done() || run.done() % run.chosen().checkpoint_every == 0)
      save_checkpoint(run.chosen().out, run.state());
    if (stopped && !run.is_done()) return false;
  }
  return true;
}

}  // namespace

int train(const train_request& request, std::FILE* to) {
  check_settings(request.chosen);
  std::optional<checkpoint> from;
  std::optional<folder_lock> lock;
  settings asked = request.chosen;
  if (!request.resume.empty()) {
    MIXCON_REQUIRE(!request.overwrites, "--overwrite: a run that goes on (--resume) replaces none; give one of them.");
    std::error_code error;
    if (!std::filesystem::exists(request.resume, error))
      refuse_file(request.resume, ": there is no such file. Is the path right?");
    lock.emplace(folder_of(request.resume));  // first, so that nobody moves on what is read here
    from = load_and_say(request.resume);
    asked = from->chosen = settings_to_resume(*from, request);
    check_settings(asked);
  } else {
    refuse_unused_options(asked, request.given);
    MIXCON_REQUIRE(!request.overwrites || !asked.out.empty(),
                   "--overwrite: it needs --out, the folder of the run to replace; without --out each run gets a new "
                   "folder.");
  }
  const train_and_test data = read_data_and_say(asked.data, asked.data_folder, to);
  MIXCON_REQUIRE(asked.batch <= data.train.samples(), "--batch: ", asked.batch, " of the ", data.train.samples(),
                 " images of ", data.train.name, "; expected no more than there are.");
  std::unique_ptr<training_run> run;
  if (from) {
    run = std::make_unique<training_run>(*from, data.train, request.resume);
  } else {
    run = std::make_unique<training_run>(resolved(fitted_to(data.train, request)), data.train);
    lock.emplace(begun(*run, request));
  }
  const settings& chosen = run->chosen();
  if (from) check_files_of_run(chosen.out, from->run);
  if (!from || !std::filesystem::exists(chosen.out + "/" + checkpoint_name))
    save_checkpoint(chosen.out, run->state(), from.has_value());
  metrics_log log(chosen.out + "/" + metrics_name, chosen, facts_of_this_machine(), run->done(), run->identity());
  std::fprintf(to, "%s on %lld images of %s: %lld steps of %lld images, %s, %d threads, into %s\n",
               chosen.recipe.c_str(), static_cast<long long>(data.train.samples()), data.train.name.c_str(),
               static_cast<long long>(run->steps()), static_cast<long long>(run->images_per_step()),
               chosen.precision.c_str(), chosen.threads, chosen.out.c_str());
  if (run->is_done()) std::fprintf(to, "all steps are done; there is nothing left to train\n");
  progress shown(request.quiet ? nullptr : to, run->steps(), run->images_per_step(), run->done());
  if (!train_on(*run, log, shown)) {
    std::fprintf(to, "stopped after step %lld; go on with: mixcon-train train --resume %s\n",
                 static_cast<long long>(run->done()), chosen.out.c_str());
    return exit_interrupted;
  }
  if (!request.evaluates) return exit_done;
  judgement found;
  run->with_evaluated_network(
      [&](network& net) { found = judge(net, run->on(), chosen, data, request.quiet ? nullptr : to); });
  for (const score_row& row : found.scores) log.write(score_record(row));
  const std::string report = write_report(chosen.out, run->identity(), chosen, data, found);
  std::fprintf(to, "\n%s\nreport: %s\n", written_table(found.scores).c_str(), report.c_str());
  return exit_done;
}

int evaluate(const eval_request& request, std::FILE* to) {
  const bool other = !request.data.empty();
  if (other) require_one_of("--data", request.data, named_data_sets());
  const checkpoint from = load_and_say(request.from);
  const std::string folder = other || !request.data_folder.empty() ? request.data_folder : from.chosen.data_folder;
  const train_and_test data = read_data(other ? request.data : from.chosen.data, folder);
  if (!other && content_hash(data.train) != from.data_hash)
    refuse_file(request.from, ": it was trained on other images than ", data.train.name,
                ". Name the data set to judge it by with --data.");
  const loaded_network loaded = load_network(from, data.train, request.from);
  const judgement found = judge(*loaded.net, *loaded.device, from.chosen, data, to);
  std::fprintf(to, "\n%s", written_table(found.scores).c_str());
  return exit_done;
}

}  // namespace commands
}  // namespace mixcon_train
