// SPDX-License-Identifier: BSD-3-Clause
#include "autograd/upsampling.hpp"

#include "autograd/checks.hpp"

#include <algorithm>

namespace mixcon_train {
inline namespace autograd {

namespace {

/// Where a place of the larger image lies in the smaller one, along one axis: between two places, with a share of the
/// second.
struct position {
  index_t first, second;
  double share;
};
kept_list<position> positions_of(index_t extent, index_t factor, bool is_linear) {
  kept_list<position> all;
  for (index_t k = 0; k < extent * factor; ++k) {
    const double centre = (static_cast<double>(k) + 0.5) / static_cast<double>(factor) - 0.5;
    if (!is_linear || centre <= 0) {
      all.push_back({k / factor, k / factor, 0});
    } else {
      const auto below = static_cast<index_t>(centre);
      all.push_back({below, std::min(below + 1, extent - 1), centre - static_cast<double>(below)});
    }
  }
  return all;
}

/// Calls f(place in the large image, place in the small one, weight) for everything that a large image is summed from.
template <class F>
void for_each_share(const shape& small, index_t factor, bool is_linear, F&& f) {
  const kept_list<position> rows = positions_of(small[2], factor, is_linear),
                            columns = positions_of(small[3], factor, is_linear);
  index_t at = 0;
  for (index_t plane = 0; plane < small[0] * small[1]; ++plane) {
    const auto place = [&](index_t y, index_t x) { return (plane * small[2] + y) * small[3] + x; };
    for (const position& y : rows)
      for (const position& x : columns) {
        f(at, place(y.first, x.first), (1 - y.share) * (1 - x.share));
        if (is_linear) {
          f(at, place(y.first, x.second), (1 - y.share) * x.share);
          f(at, place(y.second, x.first), y.share * (1 - x.share));
          f(at, place(y.second, x.second), y.share * x.share);
        }
        ++at;
      }
  }
}

variable upsampled(const char* name, const variable& x, index_t factor, bool is_linear) {
  detail::require_rank(name, x, 4, "(samples, channels, rows, columns)");
  MIXCON_REQUIRE(factor >= 1, name, ": the factor is ", factor, "; expected at least 1");
  const shape small = x.extents(), large{small[0], small[1], factor * small[2], factor * small[3]};
  const tensor out = computed(
      x.on(), large,
      [&](auto* to, const auto* from) {
        using T = std::remove_pointer_t<decltype(to)>;
        for (index_t k = 0; k < large.size(); ++k) to[k] = 0;
        for_each_share(small, factor, is_linear, [&](index_t at, index_t place, double weight) {
          to[at] += static_cast<T>(weight) * from[place];
        });
      },
      x.value());
  return {out, x, [=](const tensor& upstream) {
            return computed(
                upstream.on(), small,
                [&](auto* to, const auto* g) {
                  using T = std::remove_pointer_t<decltype(to)>;
                  for (index_t k = 0; k < small.size(); ++k) to[k] = 0;
                  for_each_share(small, factor, is_linear, [&](index_t at, index_t place, double weight) {
                    to[place] += static_cast<T>(weight) * g[at];
                  });
                },
                upstream);
          }};
}

}  // namespace

variable upsample_nearest(const variable& x, index_t factor) { return upsampled("upsample_nearest", x, factor, false); }
variable upsample_bilinear(const variable& x, index_t factor) {
  return upsampled("upsample_bilinear", x, factor, true);
}

}  // namespace autograd
}  // namespace mixcon_train
