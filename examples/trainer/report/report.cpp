// SPDX-License-Identifier: BSD-3-Clause
#include "report/report.hpp"

#include "evaluation/symmetric_matrix.hpp"
#include "files/html.hpp"
#include "pictures/png.hpp"
#include "run/run_identity.hpp"

#include <mixcon/core/require.hpp>

#include <algorithm>
#include <cmath>

namespace mixcon_train {
inline namespace report {

namespace {

constexpr const char* style = R"(
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --quiet: #667; --line: #e3e6ea; --best: #e8f4ea; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e8eb; --paper: #16181c; --quiet: #9aa2ad; --line: #30353c; --best: #1d3524; }
}
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 1180px;
  margin: 2rem auto; padding: 0 1.2rem; }
h1 { font-size: 1.6rem; margin: 0 0 .2rem; } h2 { font-size: 1.15rem; margin: 2.2rem 0 .6rem; }
p { color: var(--quiet); margin: .2rem 0 .8rem; max-width: 75ch; }
table { border-collapse: collapse; } th, td { padding: .35rem .9rem .35rem 0; border-bottom: 1px solid var(--line);
  text-align: left; vertical-align: top; } th { font-weight: 600; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; padding-right: 1.4rem; }
tr.ours { background: var(--best); font-weight: 600; } td.note { color: var(--quiet); font-weight: 400; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 440px), 1fr)); gap: 1.2rem; }
svg { width: 100%; height: auto; } svg text { fill: var(--ink); font-size: 11px; } svg .title { font-size: 13px;
  font-weight: 600; } svg .axis, svg .tick { fill: var(--quiet); } svg line { stroke: var(--line); }
.wide { max-width: 860px; } img { max-width: 100%; image-rendering: pixelated; border: 1px solid var(--line); }
.facts { columns: 2 26rem; } .facts div { break-inside: avoid; border-bottom: 1px solid var(--line); padding: .15rem 0;
  display: flex; gap: 1rem; } .facts span:first-child { color: var(--quiet); flex: 0 0 9.5rem; }
.facts span:last-child { overflow-wrap: anywhere; min-width: 0; }
)";

std::string score_table(const std::vector<score_row>& rows) {
  std::string html =
      "<table><tr><th>encoder</th><th class=\"number\">SGD linear</th><th class=\"number\">5-NN</th>"
      "<th class=\"number\">ridge</th><th class=\"number\">own classifier</th><th></th></tr>\n";
  for (std::size_t k = 0; k < rows.size(); ++k) {
    html += k == 0 ? "<tr class=\"ours\">" : "<tr>";
    html += "<td>" + escaped(rows[k].name) + "</td>";
    for (const auto& share : {rows[k].linear, rows[k].neighbours, rows[k].ridge, rows[k].classifier})
      html += "<td class=\"number\">" + (share ? written(100 * *share, 1) : "") + "</td>";
    html += "<td class=\"note\">" + escaped(rows[k].note) + "</td></tr>\n";
  }
  return html + "</table>\n";
}

std::string health_charts(const report_content& content) {
  series alignment{.name = "alignment"}, uniformity{.name = "uniformity"}, rank{.name = "effective rank"};
  for (const auto& [epoch, measured] : content.epochs) {
    alignment.points.push_back({epoch, measured.alignment});
    uniformity.points.push_back({epoch, measured.uniformity});
    rank.points.push_back({epoch, measured.effective_rank});
  }
  return line_chart({"Alignment: distance of two views, squared", "epoch", "smaller is closer"}, {alignment}) +
         line_chart({"Uniformity: how evenly embeddings spread", "epoch", "smaller is more even"}, {uniformity}) +
         line_chart({"Effective rank of the embeddings", "epoch", "dimensions in use"}, {rank});
}

std::string curves(const report_content& content) {
  std::vector<series> loss{{"loss", content.loss}};
  if (content.chance > 0 && !content.loss.empty())
    loss.push_back(
        {"knows nothing", {{content.loss.front().x, content.chance}, {content.loss.back().x, content.chance}}});
  return "<div class=\"charts\">" + line_chart({"Loss", "step", "mean over anchors"}, loss) +
         line_chart({"Learning rate", "step", ""}, {{"learning rate", content.rate}}) +
         (content.epochs.size() > 1 ? health_charts(content) : "") + "</div>\n";
}

}  // namespace

std::string report_html(const report_content& content) {
  std::string html = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">" +
                     (identity_in_page + escaped(content.run) + after_identity_in_page) + "\n<title>" +
                     escaped(content.title) +
                     "</title>\n<meta name=\"viewport\" content=\"width=device-width\"><style>" + style +
                     "</style></head><body>\n<h1>" + escaped(content.title) + "</h1>\n";
  if (!content.scores.empty())
    html +=
        "<h2>What it learned</h2>\n<p>Share of the test images, in per cent, that a simple judge puts into their "
        "class by the encoder's features. The judges see labels; the encoder is not changed.</p>\n" +
        score_table(content.scores);
  html += "<h2>How it went</h2>\n" + curves(content);
  if (!content.sheet.empty())
    html +=
        "<h2>What it mixed</h2>\n<p>Images, their partners, the share of its own that each pixel keeps, and the "
        "mixtures that the network saw.</p>\n<img alt=\"mixed images\" src=\"data:image/png;base64," +
        base64(content.sheet) + "\">\n";
  if (!content.embeddings.empty())
    html += "<h2>Where it puts the test images</h2>\n<p>Backbone features in the two directions of most variance (" +
            written(100 * content.shown_variance, 0) + " % of it), coloured by class.</p>\n<div class=\"wide\">" +
            scatter_chart({"", "first direction", "second direction"}, content.embeddings) + "</div>\n";
  html += "<h2>What was run</h2>\n<div class=\"facts\">";
  for (const auto& [name, value] : content.facts)
    html += "<div><span>" + escaped(name) + "</span><span>" + escaped(value) + "</span></div>\n";
  return html + "</div>\n</body></html>\n";
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
