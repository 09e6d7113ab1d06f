// SPDX-License-Identifier: BSD-3-Clause
#include "autograd/pair_sum.hpp"

#include "autograd/checks.hpp"
#include "autograd/elementwise.hpp"

#include <algorithm>

namespace mixcon_train {
inline namespace autograd {

namespace {

/// factor x_from(i) added to row i of what is there.
template <class T>
void add_row(T* to, const T* x, T factor, index_t row) {
  for (index_t k = 0; k < row; ++k) to[k] += factor * x[k];
}

/// a own_i + b others_partner(i) + bias, by kernels of the device.
tensor sum_on_device(operator_kernels& kernels, const variable& own, double a, const variable& others, double b,
                     std::span<const index_t> partner, const variable& bias) {
  device& on = own ? own.on() : others.on();
  tensor sum = own ? on.scaled(own.value(), a) : tensor();
  if (others) {
    const tensor second = on.scaled(kernels.gathered(others.value(), {partner.begin(), partner.end()}), b);
    sum = sum ? on.sum(sum, second) : second;
  }
  return bias ? on.apply(binary::sum, sum, bias.value().reshaped({1, bias.extents()[0], 1, 1})) : sum;
}

tensor by_others(const tensor& g, double b, std::span<const index_t> partner) {
  if (operator_kernels* const kernels = g.on().operators())
    return g.on().scaled(kernels->scattered(g, {partner.begin(), partner.end()}, g.extents()[0]), b);
  const index_t row = g.extents().row_size();
  return computed(
      g.on(), g.extents(),
      [&](auto* to, const auto* upstream) {
        using T = std::remove_pointer_t<decltype(to)>;
        std::fill_n(to, g.extents().size(), T(0));
        for (const index_t p : partner) {
          add_row(to + p * row, upstream, static_cast<T>(b), row);
          upstream += row;
        }
      },
      g);
}

}  // namespace

variable pair_sum(const variable& own, double a, const variable& others, double b, std::span<const index_t> partner,
                  const variable& bias) {
  const variable& one = own ? own : others;
  detail::require_rank("pair_sum", one, 4, "(samples, channels, rows, columns)");
  if (own && others) detail::require_same("pair_sum", own, others);
  const shape e = one.extents();
  MIXCON_REQUIRE(static_cast<index_t>(partner.size()) == e[0], "pair_sum: ", partner.size(), " partners for ", e[0],
                 " samples; expected one each");
  for (const index_t p : partner) MIXCON_REQUIRE(p >= 0 && p < e[0], "pair_sum: partner ", p, " of ", e[0], " samples");
  MIXCON_REQUIRE(!bias || bias.extents() == shape{e[1]}, "pair_sum: a bias of ", bias ? to_string(bias.extents()) : "",
                 " for ", e[1], " channels; expected one each");
  const index_t row = e.row_size(), plane = e[2] * e[3];
  const tensor none = filled(one.on(), {1}, 0);
  operator_kernels* const kernels = one.on().operators();
  const tensor out = kernels != nullptr
                         ? sum_on_device(*kernels, own, a, others, b, partner, bias)
                         : computed(
                               one.on(), e,
                               [&](auto* to, const auto* x, const auto* y, const auto* offset) {
                                 using T = std::remove_pointer_t<decltype(to)>;
                                 for (const index_t p : partner) {
                                   for (index_t c = 0; c < e[1]; ++c)
                                     std::fill_n(to + c * plane, plane, bias ? offset[c] : T(0));
                                   if (own) {
                                     add_row(to, x, static_cast<T>(a), row);
                                     x += row;
                                   }
                                   if (others) add_row(to, y + p * row, static_cast<T>(b), row);
                                   to += row;
                                 }
                               },
                               own ? own.value() : none, others ? others.value() : none, bias ? bias.value() : none);
  variable_list inputs;
  for (const variable& x : {own, others, bias})
    if (x) inputs.push_back(x);
  const bool has_own = static_cast<bool>(own), has_others = static_cast<bool>(others),
             has_bias = static_cast<bool>(bias);
  return {out, std::move(inputs),
          [=, kept = kept_list<index_t>(partner.begin(), partner.end())](const tensor& upstream,
                                                                         const wanted_inputs& wanted) {
            device& on = upstream.on();
            const tensor g = on.dense(upstream);
            tensor_list by;
            if (has_own) by.push_back(wanted[by.size()] ? on.scaled(g, a) : tensor());
            if (has_others) by.push_back(wanted[by.size()] ? by_others(g, b, kept) : tensor());
            if (has_bias)
              by.push_back(wanted[by.size()] ? detail::as_shaped(on.summed(g, {1, e[1], 1, 1}), {e[1]}) : tensor());
            return by;
          }};
}

}  // namespace autograd
}  // namespace mixcon_train
