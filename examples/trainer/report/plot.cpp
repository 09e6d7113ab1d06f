// SPDX-License-Identifier: BSD-3-Clause
#include "report/plot.hpp"

#include "files/html.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace mixcon_train {
inline namespace report {

namespace {

// Told apart by hue and by lightness, also with the common colour blindnesses.
constexpr std::array colours{"#1f77b4", "#ff7f0e", "#2ca02c", "#9467bd", "#d62728",
                             "#17becf", "#bcbd22", "#e377c2", "#7f7f7f", "#8c564b"};

/// 1, 2 or 5 times a power of ten: the distance of about `count` ticks.
double tick_distance(const range& over, int count) {
  const double rough = over.size() / count, power = std::pow(10, std::floor(std::log10(rough)));
  for (const double step : {1.0, 2.0, 5.0})
    if (rough <= step * power * 1.0000001) return step * power;
  return 10 * power;
}

std::string tick_text(double value, double distance) {
  if (std::fabs(value) >= 1e6) return written(value / 1e6, distance < 1e5 ? 2 : distance < 1e6 ? 1 : 0) + "M";
  if (std::fabs(value) >= 1e4) return written(value / 1e3, distance < 1e3 ? 1 : 0) + "k";
  return written(value, distance >= 1 ? 0 : static_cast<int>(std::ceil(-std::log10(distance) - 1e-9)));
}

/// Calls f(value, text) for each tick.
template <class F>
void for_each_tick(const range& over, int count, const F& f) {
  const double distance = tick_distance(over, count);
  for (double k = std::ceil(over.low / distance); k * distance <= over.high + 1e-9 * distance; ++k)
    f(k * distance, tick_text(k == 0 ? 0 : k * distance, distance));
}

}  // namespace

range widened(range r) {
  if (!(r.size() >= 0)) return {0, 1};
  if (r.size() > 0) return r;
  const double margin = std::max(0.5, std::fabs(r.low) * 0.1);
  return {r.low - margin, r.high + margin};
}

bool is_finite(const point& p) { return std::isfinite(p.x) && std::isfinite(p.y); }

std::string colour_of(std::size_t k) {
  if (k < colours.size()) return colours[k];
  return "hsl(" + written(std::fmod(137.5 * static_cast<double>(k), 360.0), 0) + ",60%,55%)";
}

plot::plot(const chart_text& text, range x, range y, double height, up_axis has)
    : x_(widened(x)), y_(widened(y)), height_(height), left_(has == up_axis::numbers ? 62 : right) {
  svg_ = "<svg viewBox=\"0 0 " + written(width, 0) + " " + written(height, 0) + "\" role=\"img\" aria-label=\"" +
         escaped(text.title) + "\">";
  label(left_, 14, "title", "start", text.title);
  label((left_ + width - right) / 2, height - 6, "axis", "middle", text.x_axis);
  if (!text.y_axis.empty())
    svg_ += "<text class=\"axis\" text-anchor=\"middle\" transform=\"translate(12 " +
            written((top + height - bottom) / 2, 0) + ") rotate(-90)\">" + escaped(text.y_axis) + "</text>";
}

void plot::ticks_across() {
  for_each_tick(x_, 5, [&](double x, const std::string& words) {
    segment(across(x), height_ - bottom, across(x), top, "grid");
    label(across(x), height_ - bottom + 15, "tick", "middle", words);
  });
}

void plot::ticks_up() {
  for_each_tick(y_, 5, [&](double y, const std::string& words) {
    segment(left_, up(y), width - right, up(y), "grid");
    label(left_ - 6, up(y) + 4, "tick", "end", words);
  });
}

void plot::polyline(const std::vector<point>& points, const std::string& colour) {
  svg_ += "<polyline fill=\"none\" stroke-width=\"1.6\" stroke-linejoin=\"round\" stroke=\"" + colour + "\" points=\"";
  for (const point& p : points) svg_ += written(across(p.x), 1) + "," + written(up(p.y), 1) + " ";
  svg_ += "\"/>";
}

void plot::dots(const std::vector<point>& points, const std::string& colour, double radius, double opacity) {
  svg_ += "<g fill=\"" + colour + "\" fill-opacity=\"" + written(opacity, 2) + "\">";
  for (const point& p : points)
    if (is_finite(p))
      svg_ += "<circle cx=\"" + written(across(p.x), 1) + "\" cy=\"" + written(up(p.y), 1) + "\" r=\"" +
              written(radius, 1) + "\"/>";
  svg_ += "</g>";
}

void plot::rectangle(point from, point to, const std::string& kind, const std::string& says) {
  const double x = across(std::min(from.x, to.x)), y = up(std::max(from.y, to.y));
  svg_ += "<rect class=\"" + kind + "\" x=\"" + written(x, 1) + "\" y=\"" + written(y, 1) + "\" width=\"" +
          written(across(std::max(from.x, to.x)) - x, 1) + "\" height=\"" + written(up(std::min(from.y, to.y)) - y, 1) +
          "\">" + (says.empty() ? "" : "<title>" + escaped(says) + "</title>") + "</rect>";
}

void plot::line(point from, point to, const std::string& kind) {
  segment(across(from.x), up(from.y), across(to.x), up(to.y), kind);
}

void plot::text(point at, const std::string& words) { label(across(at.x), up(at.y), "label", "start", words); }

void plot::segment(double x1, double y1, double x2, double y2, const std::string& kind) {
  svg_ += "<line class=\"" + kind + "\" x1=\"" + written(x1, 1) + "\" y1=\"" + written(y1, 1) + "\" x2=\"" +
          written(x2, 1) + "\" y2=\"" + written(y2, 1) + "\"/>";
}

void plot::label(double x, double y, const char* kind, const char* anchor, const std::string& words) {
  if (words.empty()) return;
  svg_ += "<text class=\"" + std::string(kind) + "\" x=\"" + written(x, 1) + "\" y=\"" + written(y, 1) +
          "\" text-anchor=\"" + anchor + "\">" + escaped(words) + "</text>";
}

}  // namespace report
}  // namespace mixcon_train
