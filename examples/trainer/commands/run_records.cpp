// SPDX-License-Identifier: BSD-3-Clause
#include "commands/run_records.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <optional>

namespace mixcon_train {
inline namespace commands {

using json = nlohmann::ordered_json;

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

}  // namespace commands
}  // namespace mixcon_train
