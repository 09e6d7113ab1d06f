// SPDX-License-Identifier: BSD-3-Clause
#include "autograd/upsampling.hpp"

#include "autograd/checks.hpp"

#include <algorithm>
#include <type_traits>

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

/// What a place of the larger image takes from each of the smaller one, along one axis: (factor extent, extent).
tensor shares_of(device& on, index_t extent, index_t factor, bool is_linear) {
  const shape extents{extent * factor, extent};
  return computed(on, extents, [&](auto* to) {
    using T = std::remove_pointer_t<decltype(to)>;
    std::fill_n(to, extents.size(), T(0));
    for (const position& at : positions_of(extent, factor, is_linear)) {
      to[at.first] += static_cast<T>(1 - at.share), to[at.second] += static_cast<T>(at.share);
      to += extent;
    }
  });
}
/// Columns, then rows, through matrices of shares, by products of the device.
variable upsampled_on_device(operator_kernels& kernels, const variable& x, index_t factor, bool is_linear) {
  device& on = x.on();
  const shape e = x.extents();
  const index_t planes = e[0] * e[1], rows = factor * e[2], columns = factor * e[3];
  const tensor of_rows = shares_of(on, e[2], factor, is_linear), of_columns = shares_of(on, e[3], factor, is_linear);
  const auto turned = [&kernels, planes](const tensor& m, index_t from, index_t to) {
    return kernels.transposed(m.reshaped({planes, from, to})).reshaped({planes * to, from});
  };
  const tensor wide = on.product(x.value().reshaped({planes * e[2], e[3]}), false, of_columns, true);
  const tensor large = on.product(turned(wide, e[2], columns), false, of_rows, true);
  return {turned(large, columns, rows).reshaped({e[0], e[1], rows, columns}), x, [=, &on](const tensor& g) {
            const tensor low = on.product(turned(g, rows, columns), false, of_rows, false);
            return on.product(turned(low, columns, e[2]), false, of_columns, false).reshaped(e);
          }};
}

variable upsampled(const char* name, const variable& x, index_t factor, bool is_linear) {
  detail::require_rank(name, x, 4, "(samples, channels, rows, columns)");
  MIXCON_REQUIRE(factor >= 1, name, ": the factor is ", factor, "; expected at least 1");
  if (operator_kernels* const kernels = x.on().operators()) return upsampled_on_device(*kernels, x, factor, is_linear);
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
