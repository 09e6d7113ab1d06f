// SPDX-License-Identifier: BSD-3-Clause
#include "autograd/pooling.hpp"

#include "autograd/checks.hpp"

#include <memory>

namespace mixcon_train {
inline namespace autograd {

variable global_average_pool(const variable& x) {
  detail::require_rank("global_average_pool", x, 4, "(samples, channels, rows, columns)");
  const tensor from = x.value();
  return {x.on().average_pool(from), x,
          [from](const tensor& g) { return g.on().average_pool_gradient(g.on().dense(g), from); }};
}

variable max_pool(const variable& x, const pooling_rule& rule) {
  detail::require_rank("max_pool", x, 4, "(samples, channels, rows, columns)");
  std::shared_ptr<storage> workspace;
  const tensor from = x.value(), out = x.on().max_pool(from, rule, workspace);
  return {out, x, [from, out, rule, workspace](const tensor& g) {
            return g.on().max_pool_gradient(g, from, out, rule, workspace);
          }};
}

variable group_maximum(const variable& x, index_t pieces) {
  const shape before = x.extents();
  MIXCON_REQUIRE(before.rank() >= 2 && pieces >= 1 && before[1] % pieces == 0, "group_maximum: groups of ", pieces,
                 " of the channels of ", to_string(before), "; expected a divisor of their number");
  if (operator_kernels* const kernels = x.on().operators()) {
    const tensor numbers = x.value();
    return {kernels->group_maximum(numbers, pieces), x,
            [=](const tensor& g) { return kernels->group_maximum_gradient(g, numbers, pieces); }};
  }
  const index_t places = before.row_size() / before[1];  // of one channel
  const shape after = detail::with_extent(before, 1, before[1] / pieces);
  const tensor from = x.value();
  const auto group = [=](index_t k) { return (k / places * pieces) * places + k % places; };
  const auto winner = [=](const auto* numbers, index_t first) {
    index_t best = first;
    for (index_t at = first; at < first + pieces * places; at += places)
      if (numbers[at] > numbers[best]) best = at;
    return best;
  };
  const tensor out = computed(
      x.on(), after,
      [&](auto* to, const auto* numbers) {
        for (index_t k = 0; k < after.size(); ++k) to[k] = numbers[winner(numbers, group(k))];
      },
      from);
  return {out, x, [=](const tensor& upstream) {
            return computed(
                upstream.on(), before,
                [&](auto* to, const auto* g, const auto* numbers) {
                  for (index_t k = 0; k < before.size(); ++k) to[k] = 0;
                  for (index_t k = 0; k < after.size(); ++k) to[winner(numbers, group(k))] = g[k];
                },
                upstream, from);
          }};
}

}  // namespace autograd
}  // namespace mixcon_train
