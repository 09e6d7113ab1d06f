// SPDX-License-Identifier: BSD-3-Clause
// The frame that charts are drawn in, as SVG: it scales to the width that the page has, with letters that stay readable
// on a telephone.
#pragma once

#include "report/chart.hpp"

#include <limits>
#include <string>
#include <vector>

namespace mixcon_train {
inline namespace report {

/// The numbers from `low` to `high`; none at first.
struct range {
  double low = std::numeric_limits<double>::infinity(), high = -std::numeric_limits<double>::infinity();
  void take(double x) { low = x < low ? x : low, high = x > high ? x : high; }
  double size() const { return high - low; }
};

/// A range that can be divided: 0 to 1 for an empty one, and something around a single number.
range widened(range r);

bool is_finite(const point& p);

/// The colour of series k; the first ten can be told apart by hue and lightness.
std::string colour_of(std::size_t k);

/// Whether there is room for numbers on the left.
enum class up_axis { numbers, none };

class plot {
 public:
  plot(const chart_text& text, range x, range y, double height = 260, up_axis has = up_axis::numbers);

  void ticks_across();
  void ticks_up();
  /// What is drawn lies in units of the axes.
  void polyline(const std::vector<point>& points, const std::string& colour);
  void dots(const std::vector<point>& points, const std::string& colour, double radius, double opacity);
  /// `says` is shown when a pointer rests on it.
  void rectangle(point from, point to, const std::string& kind, const std::string& says = {});
  void line(point from, point to, const std::string& kind);
  void text(point at, const std::string& words);

  std::string finished() { return svg_ + "</svg>\n"; }

 private:
  static constexpr double width = 400, right = 14, top = 26, bottom = 40;

  double across(double x) const { return left_ + (x - x_.low) / x_.size() * (width - left_ - right); }
  double up(double y) const { return height_ - bottom - (y - y_.low) / y_.size() * (height_ - top - bottom); }
  void label(double x, double y, const char* kind, const char* anchor, const std::string& words);
  void segment(double x1, double y1, double x2, double y2, const std::string& kind);

  range x_, y_;
  double height_, left_;
  std::string svg_{};
};

}  // namespace report
}  // namespace mixcon_train
