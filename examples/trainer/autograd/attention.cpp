// SPDX-License-Identifier: BSD-3-Clause
#include "autograd/attention.hpp"

#include "autograd/checks.hpp"

#include <mixcon/core/number/lanes.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace mixcon_train {
inline namespace autograd {

namespace {

/// to_k = e^(factor (from_k - top)) for n numbers, and their sum.
template <class T>
T exponentials(const T* from, T factor, T top, index_t n, T* to) {
  using number = mixcon::native_lanes<T>;
  constexpr index_t width = static_cast<index_t>(sizeof(number) / sizeof(T));
  number sums(T(0));
  index_t k = 0;
  for (; k + width <= n; k += width) {
    number x;
    std::memcpy(&x.v, from + k, sizeof x.v);
    x = mixcon::exp_of((x - number(top)) * number(factor));
    sums += x;
    std::memcpy(to + k, &x.v, sizeof x.v);
  }
  T sum = 0;
  for (int lane = 0; lane < static_cast<int>(width); ++lane) sum += sums[lane];
  for (; k < n; ++k) sum += to[k] = std::exp((from[k] - top) * factor);
  return sum;
}

/// The weights of a row of logits, and the mean of the values.
template <class T>
T attend_row(const T* logits, T factor, const T* values, index_t places, T* row) {
  T top = logits[0];
  for (index_t j = 1; j < places; ++j) top = std::max(top, logits[j]);
  const T share = 1 / exponentials(logits, factor, top, places, row);
  T mean = 0;
  for (index_t j = 0; j < places; ++j) {
    row[j] *= share;
    mean += row[j] * values[j];
  }
  return mean;
}

/// The sizes of an attention: samples, features, places of queries and of keys.
struct sizes {
  index_t samples, features, from, to;
};

/// The gradient by the logits, weight_ij g_i (value_j - found_i).
tensor by_logits(const sizes& of, double factor, const tensor& g, const tensor& weights, const tensor& values,
                 const tensor& found) {
  return computed(
      g.on(), weights.extents(),
      [&](auto* to, const auto* upstream, const auto* weight, const auto* value, const auto* mean) {
        using T = std::remove_pointer_t<decltype(to)>;
        for (index_t n = 0; n < of.samples; ++n, value += of.to)
          for (index_t i = 0; i < of.from; ++i, to += of.to, weight += of.to, ++upstream, ++mean) {
            const T slope = static_cast<T>(factor) * *upstream;
            for (index_t j = 0; j < of.to; ++j) to[j] = slope * weight[j] * (value[j] - *mean);
          }
      },
      g, weights, values, found);
}
tensor by_values(const sizes& of, const shape& extents, const tensor& g, const tensor& weights) {
  return computed(
      g.on(), extents,
      [&](auto* to, const auto* upstream, const auto* weight) {
        std::fill(to, to + of.samples * of.to, 0);
        for (index_t n = 0; n < of.samples; ++n, to += of.to)
          for (index_t i = 0; i < of.from; ++i, weight += of.to, ++upstream)
            for (index_t j = 0; j < of.to; ++j) to[j] += *upstream * weight[j];
      },
      g, weights);
}

/// The same by kernels of the device. Keys and values are matrices (samples, features, places).
attended attend_on_device(operator_kernels& kernels, const variable_list& inputs, const sizes& of, double factor) {
  const shape q = inputs[0].extents(), k = inputs[1].extents(), v = inputs[2].extents();
  device& on = inputs[0].on();
  const tensor left = inputs[0].value().reshaped({of.samples, of.features, of.from}),
               right = inputs[1].value().reshaped({of.samples, of.features, of.to}),
               value = inputs[2].value().reshaped({of.samples, 1, of.to}),
               weights = kernels.softmax(on.scaled(on.batched_product(left, true, right, false), factor), 2, false);
  const auto pulled = [=, &on, &kernels](const tensor& upstream, const wanted_inputs& wanted) {
    const tensor g = upstream.reshaped({of.samples, of.from, 1});
    tensor_list by(3);
    if (wanted[0] || wanted[1]) {
      const tensor by_weights = on.batched_product(g, false, value, false),
                   slopes = on.scaled(kernels.softmax_gradient(by_weights, weights, 2, false), factor);
      if (wanted[0]) by[0] = on.batched_product(right, false, slopes, true).reshaped(q);
      if (wanted[1]) by[1] = on.batched_product(left, false, slopes, false).reshaped(k);
    }
    if (wanted[2]) by[2] = on.batched_product(weights, true, g, false).reshaped(v);
    return by;
  };
  const tensor found = on.batched_product(weights, false, value, true).reshaped({of.samples, 1, q[2], q[3]});
  return {variable(found, inputs, pulled), weights};
}

}  // namespace

attended attend(const variable& queries, const variable& keys, const variable& values, double factor) {
  for (const variable* x : {&queries, &keys, &values})
    detail::require_rank("attend", *x, 4, "(samples, features, rows, columns)");
  const shape q = queries.extents(), k = keys.extents(), v = values.extents();
  MIXCON_REQUIRE(q[0] == k[0] && q[1] == k[1] && v == detail::with_extent(k, 1, 1), "attend: queries ", to_string(q),
                 ", keys ", to_string(k), " and values ", to_string(v),
                 "; expected keys of the queries' samples and features, and one value for each place of a key");
  const sizes of{q[0], q[1], q[2] * q[3], k[2] * k[3]};
  device& on = queries.on();
  if (operator_kernels* const kernels = on.operators())
    return attend_on_device(*kernels, {queries, keys, values}, of, factor);
  const tensor left = on.dense(queries.value()).reshaped({of.samples, of.features, of.from}),
               right = on.dense(keys.value()).reshaped({of.samples, of.features, of.to}),
               value = on.dense(values.value()), logits = on.batched_product(left, true, right, false);
  const shape out{of.samples, 1, q[2], q[3]};
  tensor weights, found;
  with_numbers(on, [&](auto number) {
    using T = decltype(number);
    numbers_made<T> attention(on, logits.extents()), means(on, out);
    const numbers_read<T> from(logits), read(value);
    for (index_t row = 0; row < of.samples * of.from; ++row)
      means[row] = attend_row(from.data() + row * of.to, static_cast<T>(factor), read.data() + row / of.from * of.to,
                              of.to, attention.data() + row * of.to);
    weights = attention.made();
    found = means.made();
  });
  return {variable(found, {queries, keys, values},
                   [=](const tensor& upstream, const wanted_inputs& wanted) {
                     device& at = upstream.on();
                     const tensor g = at.dense(upstream);
                     tensor_list by(3);
                     if (wanted[0] || wanted[1]) {
                       const tensor slopes = by_logits(of, factor, g, weights, value, found);
                       if (wanted[0]) by[0] = at.batched_product(right, false, slopes, true).reshaped(q);
                       if (wanted[1]) by[1] = at.batched_product(left, false, slopes, false).reshaped(k);
                     }
                     if (wanted[2]) by[2] = by_values(of, v, g, weights);
                     return by;
                   }),
          weights};
}

}  // namespace autograd
}  // namespace mixcon_train
