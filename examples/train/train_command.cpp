// SPDX-License-Identifier: BSD-3-Clause
#include "data/file_error.hpp"
#include "data/readers.hpp"
#include "train/atomic_file.hpp"
#include "train/commands.hpp"
#include "train/interrupt.hpp"
#include "train/machine.hpp"
#include "train/metrics_log.hpp"
#include "train/progress.hpp"
#include "train/run_report.hpp"
#include "train/training_run.hpp"

#include <mixcon/core/require.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>

namespace mixcon_train {

namespace {

using json = nlohmann::ordered_json;

std::string folder_of(const std::string& checkpoint_path) {
  if (std::filesystem::is_directory(checkpoint_path)) return checkpoint_path;
  const std::string folder = std::filesystem::path(checkpoint_path).parent_path().string();
  return folder.empty() ? "." : folder;
}

/// The settings of a checkpoint, unless the user gave others: those it refuses, but for where and how often to write.
settings settings_to_resume(const checkpoint& from, const train_request& request) {
  settings chosen = from.chosen;
  chosen.out = folder_of(request.resume);
  if (request.given.count("checkpoint_every") > 0) chosen.checkpoint_every = request.chosen.checkpoint_every;
  if (request.given.count("data_folder") > 0) chosen.data_folder = request.chosen.data_folder;
  const auto kept = named_values(chosen), asked = named_values(request.chosen);
  for (std::size_t k = 0; k < kept.size(); ++k)
    if (request.given.count(kept[k].first) > 0 && kept[k].second != asked[k].second)
      refuse_file(request.resume, ": it was trained with ", kept[k].first, " ", kept[k].second, ", not ",
                  asked[k].second, "; leave that option out, or begin a new run.");
  return chosen;
}

/// What suits the digits, 8 x 8 and not to be mirrored, where the user said nothing else.
settings fitted_to(const data_set& data, const train_request& request) {
  settings chosen = request.chosen;
  if (data.name.starts_with("digits")) {
    if (request.given.count("shift") == 0) chosen.shift = 1;
    if (request.given.count("flip") == 0) chosen.flip = 0;
  }
  return chosen;
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
  std::optional<checkpoint> from;
  train_request asked = request;
  if (!request.resume.empty()) {
    std::string passed_over;
    from = load_checkpoint(request.resume, &passed_over);
    if (!passed_over.empty()) std::fprintf(stderr, "%s Going on from the one before it.\n", passed_over.c_str());
    asked.chosen = from->chosen = settings_to_resume(*from, request);
  }
  check_settings(asked.chosen);
  const train_and_test data = read_data(asked.chosen.data, asked.chosen.data_folder);
  MIXCON_REQUIRE(asked.chosen.batch <= data.train.samples(), "--batch: ", asked.chosen.batch, " of the ",
                 data.train.samples(), " images of ", data.train.name, "; expected no more than there are.");
  if (asked.chosen.data == "auto" && data.train.name.starts_with("digits"))
    std::fprintf(to, "Fashion-MNIST is not %s%s (package dataset-fashion-mnist); training on the shipped digits\n",
                 asked.chosen.data_folder.empty() ? "installed" : "in ", asked.chosen.data_folder.c_str());
  std::unique_ptr<training_run> run;
  if (from) {
    run = std::make_unique<training_run>(*from, data.train, request.resume);
  } else {
    run = std::make_unique<training_run>(resolved(fitted_to(data.train, asked)), data.train);
  }
  const settings& chosen = run->chosen();
  make_folder(chosen.out);
  if (!from && std::filesystem::exists(chosen.out + "/" + checkpoint_name))
    std::fprintf(to, "%s held another run, which this one replaces\n", chosen.out.c_str());
  metrics_log log(chosen.out + "/metrics.jsonl", chosen, facts_of_this_machine(), run->done());
  if (run->done() == 0) save_checkpoint(chosen.out, run->state());
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
  const std::string report = write_report(chosen.out, chosen, data, found);
  std::fprintf(to, "\n%s\nreport: %s\n", written_table(found.scores).c_str(), report.c_str());
  return exit_done;
}

int evaluate(const eval_request& request, std::FILE* to) {
  const checkpoint from = load_checkpoint(request.from);
  const bool other = !request.data.empty();
  const train_and_test data =
      read_data(other ? request.data : from.chosen.data,
                other || !request.data_folder.empty() ? request.data_folder : from.chosen.data_folder);
  if (!other && content_hash(data.train) != from.data_hash)
    refuse_file(request.from, ": it was trained on other images than ", data.train.name,
                ". Name the data set to judge it by with --data.");
  const loaded_network loaded = load_network(from, data.train, request.from);
  const judgement found = judge(*loaded.net, *loaded.device, from.chosen, data, to);
  std::fprintf(to, "\n%s", written_table(found.scores).c_str());
  return exit_done;
}

}  // namespace mixcon_train
