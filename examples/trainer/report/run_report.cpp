// SPDX-License-Identifier: BSD-3-Clause
#include "report/run_report.hpp"

#include "files/atomic_file.hpp"
#include "pictures/png.hpp"
#include "report/policy_sheet.hpp"
#include "report/report.hpp"
#include "run/machine.hpp"
#include "run/metrics_log.hpp"
#include "run/training_run.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace mixcon_train {
inline namespace report {

namespace {

/// What the recipe makes of images of the data set; empty: it mixes none, or they are no images.
std::vector<std::uint8_t> sheet_of(const recipe& trained, const settings& chosen, const data_set& train) {
  const std::optional<shown_mix> shown = trained.shown();
  if (!shown || train.kind != sample_kind::image) return {};
  const sheet_options options{
      .samples = std::min<index_t>(8, train.samples()), .seed = chosen.run.seed, .policy = shown->options};
  if (shown->learned != nullptr) return encoded_as_png(policy_sheet(train, chosen.recipe, *shown->learned, options));
  return encoded_as_png(policy_sheet(train, shown->policy, options));
}

/// What samples are called before any network sees them.
std::string raw_name(sample_kind kind) {
  return kind == sample_kind::image ? "raw pixels" : kind == sample_kind::row ? "raw rows" : "raw spectrograms";
}

double number_in(const nlohmann::ordered_json& record, const char* name) {
  const auto at = record.find(name);
  return at != record.end() && at->is_number() ? at->get<double>() : 0;
}

void add_history(const std::string& path, report_content& content) {
  for (const auto& record : read_metrics_of(content.run, path)) {
    if (record.contains("loss")) {
      content.loss.push_back({number_in(record, "step"), number_in(record, "loss")});
      content.rate.push_back({number_in(record, "step"), number_in(record, "rate")});
    } else if (record.contains("neighbours") && record.contains("step")) {
      content.neighbours.push_back({number_in(record, "step"), 100 * number_in(record, "neighbours")});
    } else if (record.contains("effective_rank")) {
      content.chance = number_in(record, "chance");
      content.epochs.push_back({number_in(record, "epoch"),
                                {number_in(record, "alignment"), number_in(record, "uniformity"),
                                 number_in(record, "effective_rank"), number_in(record, "deviation")}});
    }
  }
}

}  // namespace

judgement judge(network& net, device& on, const settings& chosen, const train_and_test& data, std::FILE* to,
                bool own_classes) {
  const auto say = [&](const char* what) {
    if (to != nullptr) std::fprintf(to, "%s\n", what), std::fflush(to);
  };
  const channel_statistics statistics = channel_statistics_of(data.train);
  const index_t classes = data.train.classes();
  say("evaluating: features of the training and test samples");
  const encoded train = encode(net, on, data.train, statistics);
  encoded test = encode(net, on, data.test, statistics);
  judgement found;
  found.test_backbone = test.backbone;
  if (classes < 2) {
    say("evaluating: no probes, since the samples have no classes");
    return found;
  }
  say("evaluating: the probes, on backbone and head");
  found.predicted_by = "linear probe";
  found.scores.push_back(
      judged(chosen.recipe + ", backbone", train.backbone, test.backbone, classes, &found.probabilities));
  if (net.classifies() && own_classes) {
    found.scores.back().classifier = classifier_accuracy(test.head);
    found.probabilities = class_probabilities(std::move(test.head)), found.predicted_by = "classifier";
  } else if (!net.classifies())
    found.scores.push_back(judged(chosen.recipe + ", head", train.head, test.head, classes));
  const std::string raw = raw_name(data.train.kind);
  say(("evaluating: " + raw).c_str());
  found.scores.push_back(judged(raw, raw_pixels(data.train, statistics), raw_pixels(data.test, statistics), classes));
  say("evaluating: a network with the weights that it began with");
  const loaded_run untrained = untrained_run(chosen, data.train);
  found.scores.push_back(judged("untrained " + chosen.architecture,
                                encode(untrained.judged(), *untrained.device, data.train, statistics).backbone,
                                encode(untrained.judged(), *untrained.device, data.test, statistics).backbone,
                                classes));
  if (found.scores.front().classifier) found.scores.front().calibration = calibration_of(found.probabilities).error;
  if (data.train.name.starts_with("fashion-mnist"))
    for (const score_row& row : recorded_scores()) found.scores.push_back(row);
  return found;
}

std::string write_report(const std::string& folder, const std::string& identity, const std::string& parent,
                         const settings& chosen, const recipe& trained, const train_and_test& data,
                         const judgement& found) {
  report_content content{
      .title = chosen.recipe + " on " + data.train.title(), .run = identity, .parent = parent, .scores = found.scores};
  const machine_facts machine = facts_of_this_machine();
  content.facts = named_values(chosen);
  content.facts.insert(content.facts.begin(), {{"run", identity},
                                               {"mixcon", machine.version},
                                               {"machine", machine.processor},
                                               {"compiler", machine.compiler},
                                               {"training samples", std::to_string(data.train.samples())},
                                               {"test samples", std::to_string(data.test.samples())}});
  add_history(folder + "/" + metrics_name, content);
  if (found.test_backbone.width >= 2)  // one number has no plane to be shown in
    add_embeddings(found.test_backbone, data.test.class_names, content);
  if (!found.scores.empty()) add_predictions(found.probabilities, found.predicted_by, data.test.class_names, content);
  content.sheet = sheet_of(trained, chosen, data.train);
  const std::string path = folder + "/" + report_name;
  write_atomically(path, report_html(content));
  return path;
}

}  // namespace report
}  // namespace mixcon_train
