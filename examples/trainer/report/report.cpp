// SPDX-License-Identifier: BSD-3-Clause
#include "report/report.hpp"

#include "evaluation/symmetric_matrix.hpp"
#include "evaluation/tsne.hpp"
#include "files/html.hpp"
#include "pictures/png.hpp"
#include "report/page.hpp"

#include <mixcon/core/require.hpp>

#include <algorithm>
#include <cmath>
#include <optional>

namespace mixcon_train {
inline namespace report {

namespace {

constexpr index_t shown_embeddings = 2000, shown_neighbourhoods = 1500;
constexpr std::size_t many_classes = 20;

std::string per_cent(const std::optional<double>& share) { return share ? written(100 * *share, 1) : ""; }

/// Without the column of classifiers where there is none.
std::string score_table(const std::vector<score_row>& scores) {
  const bool any = std::any_of(scores.begin(), scores.end(), [](const score_row& row) { return row.classifier; });
  std::vector<std::string> columns{"encoder", "#SGD linear", "#5-NN", "#ridge"};
  if (any) columns.insert(columns.end(), {"#own classifier", "#ECE"});
  columns.push_back("");
  std::vector<std::vector<std::string>> rows;
  for (const score_row& row : scores) {
    rows.push_back({escaped(row.name), per_cent(row.linear), per_cent(row.neighbours), per_cent(row.ridge)});
    if (any) rows.back().push_back(per_cent(row.classifier)), rows.back().push_back(per_cent(row.calibration));
    rows.back().push_back("<span class=\"note\">" + escaped(row.note) + "</span>");
  }
  return html_table(columns, rows, {0});
}

std::string with_bar(const std::optional<double>& share) {
  if (!share) return "";
  return "<span class=\"bar\" style=\"--share:" + written(100 * *share, 1) + "%\">" + per_cent(share) + "</span>";
}

std::string classes_section(const report_content& content) {
  std::vector<std::vector<std::string>> rows;
  for (const class_row& row : content.classes)
    rows.push_back(
        {escaped(row.name), std::to_string(row.count), with_bar(row.recall), with_bar(row.precision),
         row.taken_for.empty() ? "" : escaped(row.taken_for) + " (" + std::to_string(row.taken_for_count) + ")"});
  const std::string table = html_table({"class", "#samples", "#accuracy", "#precision", "mostly taken for"}, rows);
  return "<h2>Class by class</h2>\n<p>What the " + escaped(content.predicted_by) +
         " says of the test samples: the share of a class that it puts into that class (accuracy, or recall), the "
         "share "
         "of what it puts there that belongs there (precision), and its most frequent mistake. Mean accuracy over "
         "classes: " +
         written(100 * balanced_accuracy(content.classes), 1) + " %.</p>\n" +
         (content.classes.size() <= many_classes ? table
                                                 : "<details><summary>All " + std::to_string(content.classes.size()) +
                                                       " classes</summary>" + table + "</details>\n");
}

std::string calibration_section(const report_content& content) {
  const calibration& measured = content.measured;
  return "<h2>Does it know when it is right?</h2>\n<p>Test samples sorted by the " + escaped(content.predicted_by) +
         "&#39;s confidence, into " + std::to_string(measured.bins.size()) +
         " bins. The accuracy of a bin should be its confidence, on the dashed line. Expected calibration error: " +
         written(100 * measured.error, 1) + " %, at a mean confidence of " + written(100 * measured.confidence, 1) +
         " % and an accuracy of " + written(100 * measured.accuracy, 1) + " %.</p>\n<div class=\"narrow\">" +
         calibration_chart("Calibration, expected error " + written(100 * measured.error, 1) + " %", measured) +
         "</div>\n";
}

std::string embeddings_section(const report_content& content) {
  std::string html =
      "<h2>Where it puts the test samples</h2>\n<p>Features, coloured by class: in the two directions of most variance "
      "(" +
      written(100 * content.shown_variance, 0) + " % of it)";
  if (!content.neighbourhoods.empty())
    html +=
        ", and by t-SNE, which keeps neighbours together; distances between far groups and sizes of groups mean "
        "nothing "
        "there";
  html += ".</p>\n<div class=\"charts\">" +
          scatter_chart({"Principal directions", "first direction", "second direction"}, content.embeddings);
  if (!content.neighbourhoods.empty()) html += scatter_chart({"t-SNE", "", ""}, content.neighbourhoods);
  const std::string legend = chart_legend(content.embeddings);
  return html + "</div>\n" +
         (content.embeddings.size() <= many_classes
              ? legend
              : "<details><summary>Colours of the classes</summary>" + legend + "</details>") +
         "\n";
}

/// A chart for each measure that was taken: a recipe with one view has no alignment.
std::string health_charts(const report_content& content) {
  std::string html;
  const auto add = [&](const chart_text& text, double health::*measure) {
    series line{.name = text.title};
    bool any = false;
    for (const auto& [epoch, measured] : content.epochs) {
      line.points.push_back({epoch, measured.*measure});
      any = any || measured.*measure != 0;
    }
    if (any) html += line_chart(text, {line});
  };
  add({"Alignment of two views", "epoch", "distance, squared"}, &health::alignment);
  add({"Uniformity of the embeddings", "epoch", "smaller is more even"}, &health::uniformity);
  add({"Effective rank of the embeddings", "epoch", "dimensions in use"}, &health::effective_rank);
  add({"Standard deviation of embeddings", "epoch", "0: collapsed"}, &health::deviation);
  return html;
}

std::string curves(const report_content& content) {
  std::vector<series> loss{{"loss", content.loss}};
  if (content.chance > 0 && !content.loss.empty())
    loss.push_back(
        {"knows nothing", {{content.loss.front().x, content.chance}, {content.loss.back().x, content.chance}}});
  std::string html = "<div class=\"charts\">";
  html += line_chart({"Loss", "step", "mean over anchors"}, loss);
  html += line_chart({"Learning rate", "step", ""}, {{"learning rate", content.rate}});
  if (content.neighbours.size() > 1)
    html += line_chart({"5-NN on a part of the test samples", "step", "per cent"}, {{"5-NN", content.neighbours}});
  if (content.epochs.size() > 1) html += health_charts(content);
  return html + "</div>\n";
}

}  // namespace

std::string report_html(const report_content& content) {
  std::string html;
  if (!content.scores.empty())
    html +=
        "<h2>What it learned</h2>\n<p>Share of the test samples, in per cent, that a simple judge puts into their "
        "class by the encoder's features. The judges see labels; the encoder is not changed.</p>\n" +
        score_table(content.scores);
  html += "<h2>How it went</h2>\n" + curves(content);
  if (!content.classes.empty()) html += classes_section(content);
  if (!content.measured.bins.empty()) html += calibration_section(content);
  if (!content.sheet.empty())
    html +=
        "<h2>What it mixed</h2>\n<p>Images, their partners, the share of its own that each pixel keeps, and the "
        "mixtures that the network saw.</p>\n<div class=\"scroll\"><img alt=\"mixed images\" "
        "src=\"data:image/png;base64," +
        base64(content.sheet) + "\"></div>\n";
  if (!content.embeddings.empty()) html += embeddings_section(content);
  html += "<h2>What was run</h2>\n";
  if (!content.parent.empty()) html += "<p>Forked from run " + escaped(content.parent) + ".</p>\n";
  return html_page(content.title, content.run, html + html_facts(content.facts));
}

void add_predictions(const features& probabilities, const std::string& predicted_by,
                     const std::vector<std::string>& names, report_content& to) {
  to.predicted_by = predicted_by;
  to.classes = class_table(probabilities, names);
  to.measured = calibration_of(probabilities);
}

void add_embeddings(const features& rows, const std::vector<std::string>& names, report_content& to) {
  check_features(rows, static_cast<index_t>(names.size()), "add_embeddings");
  const index_t count = std::min(shown_embeddings, rows.samples()), close = std::min(shown_neighbourhoods, count);
  const auto first = [&](index_t samples) {
    return std::vector<float>(rows.rows.begin(), rows.rows.begin() + samples * rows.width);
  };
  const plane shown = principal_plane(first(count), rows.width);
  const std::vector<float> places = tsne(first(close), rows.width);
  to.shown_variance = shown.share;
  to.embeddings.clear(), to.neighbourhoods.clear();
  for (const std::string& name : names) to.embeddings.push_back({name, {}}), to.neighbourhoods.push_back({name, {}});
  for (index_t i = 0; i < count; ++i) {
    const std::size_t of = static_cast<std::size_t>(rows.label(i)), k = static_cast<std::size_t>(i);
    to.embeddings[of].points.push_back(shown.points[k]);
    if (i < close)
      to.neighbourhoods[of].points.push_back(
          {static_cast<double>(places[2 * k]), static_cast<double>(places[2 * k + 1])});
  }
}

plane principal_plane(const std::vector<float>& rows, index_t width) {
  const index_t count = width > 0 ? static_cast<index_t>(rows.size()) / width : 0;
  MIXCON_REQUIRE(count >= 1 && width >= 2, "principal_plane: ", count, " rows of width ", width,
                 "; expected at least one row of two numbers.");
  const covariance moments = covariance_of(rows.data(), count, width);
  const eigen_system axes = eigen_system_of(moments.matrix, width);
  plane found;
  double total = 0;
  for (const double value : axes.values) total += std::max(0.0, value);
  found.share = total > 0 ? (axes.values[0] + axes.values[1]) / total : 0;
  const auto along = [&](index_t axis, index_t row) {
    const double* direction = axes.vectors.data() + axis * width;
    const double* largest =
        std::max_element(direction, direction + width, [](double a, double b) { return std::fabs(a) < std::fabs(b); });
    double sum = 0;
    for (index_t d = 0; d < width; ++d)
      sum += direction[d] * (static_cast<double>(rows[static_cast<std::size_t>(row * width + d)]) -
                             moments.mean[static_cast<std::size_t>(d)]);
    return *largest < 0 ? -sum : sum;
  };
  for (index_t i = 0; i < count; ++i) found.points.push_back({along(0, i), along(1, i)});
  return found;
}

}  // namespace report
}  // namespace mixcon_train
