// SPDX-License-Identifier: BSD-3-Clause
#include "report/chart.hpp"

#include "files/html.hpp"
#include "report/plot.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace mixcon_train {
inline namespace report {

namespace {

struct extent {
  range x{}, y{};
};

/// Of all finite points, with a margin above and below.
extent extent_of(const std::vector<series>& all) {
  extent found;
  for (const series& one : all)
    for (const point& p : one.points)
      if (is_finite(p)) found.x.take(p.x), found.y.take(p.y);
  if (found.y.size() > 0) {
    const double margin = 0.04 * found.y.size();
    found.y.low -= margin, found.y.high += margin;
  }
  return found;
}

/// At most `most` points: means of as many neighbours as it takes.
std::vector<point> thinned(const std::vector<point>& points, std::size_t most) {
  std::vector<point> finite, means;
  std::copy_if(points.begin(), points.end(), std::back_inserter(finite), is_finite);
  const std::size_t group = (finite.size() + most - 1) / most;
  if (group <= 1) return finite;
  for (std::size_t first = 0; first < finite.size(); first += group) {
    const std::size_t end = std::min(first + group, finite.size());
    point mean;
    for (std::size_t k = first; k < end; ++k) mean.x += finite[k].x, mean.y += finite[k].y;
    const double count = static_cast<double>(end - first);
    means.push_back({mean.x / count, mean.y / count});
  }
  return means;
}

/// At most `most` characters, the last of them an ellipsis where some are missing.
std::string shortened(const std::string& text, std::size_t most) {
  std::size_t characters = 0, end = 0, cut = 0;
  for (; end < text.size(); ++end) {
    if ((static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80) continue;  // goes on with a character of UTF-8
    if (++characters == most) cut = end;
  }
  return characters <= most ? text : text.substr(0, cut) + "\xE2\x80\xA6";
}

}  // namespace

std::string line_chart(const chart_text& text, const std::vector<series>& lines) {
  std::vector<series> drawn = lines;
  for (series& one : drawn) one.points = thinned(one.points, 400);
  const extent all = extent_of(drawn);
  plot chart(text, all.x, all.y);
  chart.ticks_across(), chart.ticks_up();
  for (std::size_t k = 0; k < drawn.size(); ++k) chart.polyline(drawn[k].points, colour_of(k));
  return "<figure>" + chart.finished() + (drawn.size() > 1 ? chart_legend(drawn) : "") + "</figure>\n";
}

std::string scatter_chart(const chart_text& text, const std::vector<series>& clouds) {
  const extent all = extent_of(clouds);
  plot chart(text, all.x, all.y, 380);
  chart.ticks_across(), chart.ticks_up();
  std::size_t count = 0;
  for (const series& cloud : clouds) count += cloud.points.size();
  const double radius = count > 800 ? 1.5 : 2.2;
  for (std::size_t k = 0; k < clouds.size(); ++k) chart.dots(clouds[k].points, colour_of(k), radius, 0.6);
  return "<figure>" + chart.finished() + "</figure>\n";
}

std::string chart_legend(const std::vector<series>& shown) {
  std::string html = "<div class=\"legend\">";
  for (std::size_t k = 0; k < shown.size(); ++k)
    html += "<span><i style=\"background:" + colour_of(k) + "\"></i>" + escaped(shown[k].name) + "</span>";
  return html + "</div>";
}

std::string calibration_chart(const std::string& title, const calibration& measured) {
  plot chart({title, "confidence: probability of the class that was said", "accuracy"}, {0, 1}, {0, 1}, 340);
  chart.ticks_across(), chart.ticks_up();
  for (const calibration_bin& bin : measured.bins) {
    if (bin.count == 0) continue;
    const std::string says = written(bin.from, 2) + " to " + written(bin.to, 2) + ": " + std::to_string(bin.count) +
                             " samples, confidence " + written(bin.confidence, 3) + ", accuracy " +
                             written(bin.accuracy, 3);
    chart.rectangle({bin.from, 0}, {bin.to, bin.accuracy}, "accuracy", says);
    chart.rectangle({bin.from, bin.accuracy}, {bin.to, bin.confidence}, "gap", says);
  }
  chart.line({0, 0}, {1, 1}, "ideal");
  return "<figure>" + chart.finished() +
         "<div class=\"legend\"><span><i class=\"accuracy\"></i>accuracy of the bin</span><span><i class=\"gap\"></i>"
         "distance from its confidence</span></div></figure>\n";
}

std::string interval_chart(const chart_text& text, const std::vector<interval>& all, double band) {
  range x{-2 * band, 2 * band};
  for (const interval& one : all)
    for (const double end : {one.mean, one.has_ends ? one.low : one.mean, one.has_ends ? one.high : one.mean})
      if (std::isfinite(end)) x.take(end);
  const double margin = 0.04 * x.size(), rows = static_cast<double>(std::max<std::size_t>(1, all.size()));
  x.low -= margin, x.high += margin;
  plot chart(text, x, {0, rows}, 66 + 40 * rows, up_axis::none);
  chart.rectangle({-band, 0}, {band, rows}, "band");
  chart.ticks_across();
  chart.line({0, 0}, {0, rows}, "zero");
  for (std::size_t k = 0; k < all.size(); ++k) {
    const interval& one = all[k];
    const double y = rows - static_cast<double>(k) - 0.7;
    chart.text({x.low, y + 0.32}, shortened(one.name, 48));
    if (!std::isfinite(one.mean)) continue;
    if (one.has_ends) {
      chart.line({one.low, y}, {one.high, y}, one.kind);
      for (const double end : {one.low, one.high}) chart.line({end, y - 0.12}, {end, y + 0.12}, one.kind);
    }
    chart.rectangle({one.mean - 0.008 * x.size(), y - 0.1}, {one.mean + 0.008 * x.size(), y + 0.1}, one.kind);
  }
  return "<figure>" + chart.finished() + "</figure>\n";
}

}  // namespace report
}  // namespace mixcon_train
