// SPDX-License-Identifier: BSD-3-Clause
#include "report/chart.hpp"

#include "files/html.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace mixcon_train {
inline namespace report {

namespace {

// Told apart by hue and by lightness, also with the common colour blindnesses; after the tenth they repeat.
constexpr std::array colours{"#1f77b4", "#ff7f0e", "#2ca02c", "#9467bd", "#d62728",
                             "#17becf", "#bcbd22", "#e377c2", "#636363", "#8c564b"};

struct range {
  double low = std::numeric_limits<double>::infinity(), high = -std::numeric_limits<double>::infinity();
  void take(double x) { low = std::min(low, x), high = std::max(high, x); }
  double size() const { return high - low; }
};

bool is_finite(const point& p) { return std::isfinite(p.x) && std::isfinite(p.y); }

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

/// The frame that both kinds of chart have.
class plot {
 public:
  plot(const chart_text& text, const std::vector<series>& all, double width, double height, double right)
      : width_(width), height_(height), right_(right) {
    for (const series& one : all)
      for (const point& p : one.points)
        if (is_finite(p)) x_.take(p.x), y_.take(p.y);
    if (!(x_.size() >= 0)) x_ = {0, 1}, y_ = {0, 1};
    for (range* r : {&x_, &y_}) {
      const double margin = r->size() > 0 ? 0.04 * r->size() : std::max(0.5, std::fabs(r->low) * 0.1);
      if (r == &y_ || r->size() == 0) r->low -= margin, r->high += margin;
    }
    svg_ = "<svg viewBox=\"0 0 " + written(width, 0) + " " + written(height, 0) + "\" role=\"img\" aria-label=\"" +
           escaped(text.title) + "\">";
    label(width / 2 - right / 2 + left / 2, 16, "title", "middle", text.title);
    label((left + width - right) / 2, height - 6, "axis", "middle", text.x_axis);
    svg_ += "<text class=\"axis\" text-anchor=\"middle\" transform=\"translate(13 " +
            written((top + height - bottom) / 2, 0) + ") rotate(-90)\">" + escaped(text.y_axis) + "</text>";
  }

  void ticks() {
    const double dx = tick_distance(x_, 6), dy = tick_distance(y_, 5);
    for (double x = std::ceil(x_.low / dx) * dx; x <= x_.high + 1e-9 * dx; x += dx) {
      line(across(x), height_ - bottom, across(x), top);
      label(across(x), height_ - bottom + 15, "tick", "middle", tick_text(std::fabs(x) < 1e-9 * dx ? 0 : x, dx));
    }
    for (double y = std::ceil(y_.low / dy) * dy; y <= y_.high + 1e-9 * dy; y += dy) {
      line(left, up(y), width_ - right_, up(y));
      label(left - 6, up(y) + 4, "tick", "end", tick_text(std::fabs(y) < 1e-9 * dy ? 0 : y, dy));
    }
  }

  void polyline(const std::vector<point>& points, const char* colour) {
    svg_ += "<polyline fill=\"none\" stroke-width=\"1.8\" stroke-linejoin=\"round\" stroke=\"";
    svg_ += colour;
    svg_ += "\" points=\"";
    for (const point& p : points) svg_ += written(across(p.x), 1) + "," + written(up(p.y), 1) + " ";
    svg_ += "\"/>";
  }
  void dots(const std::vector<point>& points, const char* colour) {
    svg_ += "<g fill=\"";
    svg_ += colour;
    svg_ += "\" fill-opacity=\"0.55\">";
    for (const point& p : points)
      if (is_finite(p))
        svg_ += "<circle cx=\"" + written(across(p.x), 1) + "\" cy=\"" + written(up(p.y), 1) + "\" r=\"2.2\"/>";
    svg_ += "</g>";
  }
  void legend(const std::vector<series>& all) {
    double y = top + 8;
    for (std::size_t k = 0; k < all.size(); ++k, y += 18) {
      svg_ += "<rect x=\"" + written(width_ - right_ + 12, 0) + "\" y=\"" + written(y - 8, 0) +
              "\" width=\"10\" height=\"10\" rx=\"2\" fill=\"" + colours[k % colours.size()] + "\"/>";
      label(width_ - right_ + 27, y + 1, "tick", "start", all[k].name);
    }
  }
  std::string finished() { return svg_ + "</svg>\n"; }

 private:
  static constexpr double left = 62, top = 28, bottom = 40;

  double across(double x) const { return left + (x - x_.low) / x_.size() * (width_ - left - right_); }
  double up(double y) const { return height_ - bottom - (y - y_.low) / y_.size() * (height_ - top - bottom); }
  void line(double x1, double y1, double x2, double y2) {
    svg_ += "<line x1=\"" + written(x1, 1) + "\" y1=\"" + written(y1, 1) + "\" x2=\"" + written(x2, 1) + "\" y2=\"" +
            written(y2, 1) + "\"/>";
  }
  void label(double x, double y, const char* kind, const char* anchor, const std::string& text) {
    svg_ += "<text class=\"" + std::string(kind) + "\" x=\"" + written(x, 1) + "\" y=\"" + written(y, 1) +
            "\" text-anchor=\"" + anchor + "\">" + escaped(text) + "</text>";
  }

  range x_{}, y_{};
  double width_, height_, right_;
  std::string svg_{};
};

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

}  // namespace

std::string line_chart(const chart_text& text, const std::vector<series>& lines) {
  std::vector<series> drawn = lines;
  for (series& one : drawn) one.points = thinned(one.points, 400);
  plot chart(text, drawn, 560, 300, drawn.size() > 1 ? 130 : 20);
  chart.ticks();
  for (std::size_t k = 0; k < drawn.size(); ++k) chart.polyline(drawn[k].points, colours[k % colours.size()]);
  if (drawn.size() > 1) chart.legend(drawn);
  return chart.finished();
}

std::string scatter_chart(const chart_text& text, const std::vector<series>& clouds) {
  plot chart(text, clouds, 760, 540, 130);
  chart.ticks();
  for (std::size_t k = 0; k < clouds.size(); ++k) chart.dots(clouds[k].points, colours[k % colours.size()]);
  chart.legend(clouds);
  return chart.finished();
}

}  // namespace report
}  // namespace mixcon_train
