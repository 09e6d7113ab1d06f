// SPDX-License-Identifier: BSD-3-Clause
#include "report/comparison_report.hpp"

#include "files/html.hpp"
#include "files/text_width.hpp"
#include "report/chart.hpp"
#include "report/page.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

namespace mixcon_train {
inline namespace report {

namespace {

std::string per_cent(const std::optional<double>& share) { return share ? written(100 * *share, 1) : "-"; }

std::string with_sign(double points) {
  std::string text(points >= 0 ? 1 : 0, '+');
  return text.append(written(points, 2));
}

std::string interval_of(const paired_difference& d) {
  return d.low ? with_sign(*d.low) + " to " + with_sign(*d.high) : "-";
}

std::string p_text(double p) { return p < 0.001 ? "<0.001" : written(p, 3); }

bool any_early(const comparison& found) {
  return std::any_of(found.arms.begin(), found.arms.end(), [](const arm_summary& arm) { return arm.equal_time; });
}

bool all_calibrated(const comparison& found) {
  return std::all_of(found.arms.begin(), found.arms.end(), [](const arm_summary& arm) { return arm.calibration; });
}

std::vector<std::string> columns_of(const comparison& found) {
  std::vector<std::string> names{"arm", "#runs", "#accuracy", "#deviation"};
  if (all_calibrated(found)) names.emplace_back("#ECE");
  for (const char* name : {"#seconds", "#difference", "#interval", "#p (Holm)", "verdict"}) names.emplace_back(name);
  if (any_early(found))
    for (const char* name : {"#at equal time", "#difference then", "verdict then"}) names.emplace_back(name);
  return names;
}

/// The cells of an arm as plain text, as many as there are columns.
std::vector<std::string> cells_of(const arm_summary& arm, const comparison& found) {
  std::vector<std::string> cells{arm.name, std::to_string(arm.runs), written(100 * arm.mean, 2),
                                 arm.runs > 1 ? written(100 * arm.deviation, 2) : "-"};
  if (all_calibrated(found)) cells.push_back(per_cent(arm.calibration));
  cells.push_back(written(arm.seconds, 1));
  const auto add = [&](const std::optional<paired_difference>& d, bool in_full) {
    cells.push_back(d ? with_sign(d->mean) : "-");
    if (in_full) cells.push_back(d ? interval_of(*d) : "-"), cells.push_back(d && d->low ? p_text(d->adjusted_p) : "-");
    cells.push_back(d ? name_of(d->says) : arm.name == found.reference ? "reference" : "-");
  };
  add(arm.against, true);
  if (any_early(found)) {
    cells.push_back(per_cent(arm.equal_time));
    add(arm.at_equal_time, false);
  }
  return cells;
}

std::string plain(const std::string& column) { return column.substr(column.starts_with('#') ? 1 : 0); }

const char* kind_of(verdict v) {
  return v == verdict::supported      ? "better"
         : v == verdict::refuted_here ? "worse"
         : v == verdict::equivalent   ? "same"
                                      : "open";
}

std::string intervals(const comparison& found, const std::string& title, double band,
                      std::optional<paired_difference> arm_summary::*of) {
  std::vector<interval> all;
  for (const arm_summary& arm : found.arms)
    if (const auto& d = arm.*of)
      all.push_back({arm.name, d->mean, d->low.value_or(0), d->high.value_or(0), d->low.has_value(), kind_of(d->says)});
  return all.empty() ? "" : interval_chart({title, "points more than " + found.reference, ""}, all, band);
}

/// The accuracy of every run: a row for each arm, a column for each seed.
std::string all_runs(const comparison_content& content) {
  std::set<std::uint64_t> seeds;
  for (const arm_result& arm : content.arms)
    for (const run_result& run : arm.runs) seeds.insert(run.seed);
  std::vector<std::string> columns{"seed"};
  for (const std::uint64_t seed : seeds) columns.push_back(std::string("#").append(std::to_string(seed)));
  std::vector<std::vector<std::string>> rows;
  for (const arm_result& arm : content.arms) {
    std::map<std::uint64_t, std::string> cells;
    for (const run_result& run : arm.runs) cells[run.seed] = written(100 * run.accuracy, 2);
    rows.push_back({escaped(arm.name)});
    for (const std::uint64_t seed : seeds) rows.back().push_back(cells[seed]);
  }
  return html_table(columns, rows);
}

/// The head of the table and a line an arm, cell by cell.
std::vector<std::vector<std::string>> lines_of(const comparison& found) {
  std::vector<std::vector<std::string>> lines{{}};
  for (const std::string& column : columns_of(found)) lines[0].push_back(plain(column));
  for (const arm_summary& arm : found.arms) lines.push_back(cells_of(arm, found));
  return lines;
}

}  // namespace

std::string comparison_markdown(const comparison& found) {
  std::string text;
  bool is_head = true;
  for (const std::vector<std::string>& cells : lines_of(found)) {
    text += "|";
    for (const std::string& cell : cells) text.append(" ").append(cell).append(" |");
    text += "\n";
    if (!is_head) continue;
    is_head = false;
    text += "|";
    for (const std::string& column : columns_of(found)) text += column.starts_with('#') ? " ---: |" : " --- |";
    text += "\n";
  }
  return text;
}

std::string comparison_table(const comparison& found) {
  const std::vector<std::string> columns = columns_of(found);
  const std::vector<std::vector<std::string>> lines = lines_of(found);
  std::string text;
  for (const std::vector<std::string>& cells : lines) {
    std::string line;
    for (std::size_t c = 0; c < cells.size(); ++c) {
      std::size_t width = 0;
      for (const std::vector<std::string>& other : lines) width = std::max(width, width_of(other[c]));
      const std::string padding(width - width_of(cells[c]), ' ');
      line += (c == 0 ? "" : "  ") + (columns[c].starts_with('#') ? padding + cells[c] : cells[c] + padding);
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

std::string comparison_html(const comparison_content& content) {
  const comparison& found = content.found;
  std::vector<std::vector<std::string>> rows;
  std::vector<std::size_t> marked;
  for (const arm_summary& arm : found.arms) {
    if (arm.name == found.reference) marked.push_back(rows.size());
    rows.push_back(cells_of(arm, found));
    for (std::string& cell : rows.back()) cell = escaped(cell);
  }
  const std::string band = written(content.options.equivalence, 1);
  std::string html =
      "<p>Accuracy by " + escaped(content.measure) + ", in per cent; differences from " + escaped(found.reference) +
      " in points. Runs with the same seed share split, first weights, order and views, so differences are taken in "
      "pairs.</p>\n" +
      html_table(columns_of(found), rows, marked) + "<h2>Differences</h2>\n<p>Means with " +
      written(100 * content.options.confidence, 0) +
      " % t intervals. Supported: the lower end is above 0; refuted here: the upper end is below 0; both only if "
      "Holm&#39;s correction over all arms leaves p at or below " +
      written(1 - content.options.confidence, 2) + ". Equivalent: inside +-" + band +
      " points, the band. Undecided: none of these. Green, red, blue and grey, in this order.</p>\n<div "
      "class=\"charts\">" +
      intervals(found, "At the end", content.options.equivalence, &arm_summary::against) +
      intervals(found, "At equal time", content.options.equivalence, &arm_summary::at_equal_time) + "</div>\n";
  if (any_early(found))
    html += "<p>At equal time: what each arm had reached when the fastest arm with the same seed had ended, by " +
            escaped(content.early_measure) + ".</p>\n";
  if (!content.left_out.empty()) html += "<h2>Left out</h2>\n";
  for (const std::string& each : content.left_out) html += "<p>" + escaped(each) + "</p>\n";
  html += "<h2>Every run</h2>\n" + all_runs(content) + "<h2>What the arms share</h2>\n" + html_facts(content.facts);
  return html_page(content.title, "", html);
}

}  // namespace report
}  // namespace mixcon_train
