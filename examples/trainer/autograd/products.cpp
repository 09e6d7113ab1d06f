// SPDX-License-Identifier: BSD-3-Clause
#include "autograd/products.hpp"

#include "autograd/checks.hpp"

namespace mixcon_train {
inline namespace autograd {

namespace {

/// A number for each output of a layer, in the shape that repeats it over `out`.
shape as_bias(const shape& out) { return out.rank() == 2 ? shape{1, out[1]} : shape{1, out[1], 1, 1}; }

tensor with_bias(const char* name, const tensor& out, const variable& bias) {
  if (!bias) return out;
  const index_t outputs = out.extents()[1];
  MIXCON_REQUIRE(bias.extents() == shape{outputs}, name, ": a bias of ", to_string(bias.extents()), " for ", outputs,
                 " outputs; expected one each");
  return out.on().apply(binary::sum, out, detail::as_shaped(bias.value(), as_bias(out.extents())));
}
tensor by_bias(const tensor& g) { return detail::as_shaped(g.on().summed(g, as_bias(g.extents())), {g.extents()[1]}); }
variable_list inputs_of(const variable& x, const variable& weights, const variable& bias) {
  variable_list inputs{x, weights};
  if (bias) inputs.push_back(bias);
  return inputs;
}

}  // namespace

variable linear(const variable& x, const variable& weights, const variable& bias) {
  detail::require_rank("linear", x, 2, "(samples, features)");
  MIXCON_REQUIRE(weights.extents().rank() == 2 && weights.extents()[1] == x.extents()[1], "linear: weights of ",
                 to_string(weights.extents()), " for inputs of ", to_string(x.extents()),
                 "; expected (outputs, features)");
  device& on = x.on();
  const tensor rows = on.dense(x.value()), filter = on.dense(weights.value());
  return {with_bias("linear", on.product(rows, false, filter, true), bias), inputs_of(x, weights, bias),
          [rows, filter](const tensor& upstream, const wanted_inputs& wanted) {
            device& at = upstream.on();
            const tensor g = at.dense(upstream);
            tensor_list by(wanted.size());
            if (wanted[0]) by[0] = at.product(g, false, filter, false);
            if (wanted[1]) by[1] = at.product(g, true, rows, false);
            if (wanted.size() > 2 && wanted[2]) by[2] = by_bias(g);
            return by;
          }};
}

variable batched_product(const variable& a, bool transpose_a, const variable& b, bool transpose_b) {
  const shape &left = a.extents(), &right = b.extents();
  MIXCON_REQUIRE(left.rank() == 3 && right.rank() == 3 && left[0] == right[0] &&
                     left[transpose_a ? 1 : 2] == right[transpose_b ? 2 : 1],
                 "batched_product: the inputs have shapes ", to_string(left), transpose_a ? ", transposed," : "",
                 " and ", to_string(right), transpose_b ? ", transposed" : "", "; expected (B, n, k) and (B, k, m)");
  device& on = a.on();
  const tensor x = on.dense(a.value()), y = on.dense(b.value());
  return {on.batched_product(x, transpose_a, y, transpose_b),
          {a, b},
          [=](const tensor& upstream, const wanted_inputs& wanted) {
            device& at = upstream.on();
            const tensor g = at.dense(upstream);
            tensor_list by(2);
            if (wanted[0])
              by[0] = transpose_a ? at.batched_product(y, transpose_b, g, true)
                                  : at.batched_product(g, false, y, !transpose_b);
            if (wanted[1])
              by[1] = transpose_b ? at.batched_product(g, true, x, transpose_a)
                                  : at.batched_product(x, !transpose_a, g, false);
            return by;
          }};
}

variable conv2d(const variable& x, const variable& weights, const convolution_rule& rule, const variable& bias) {
  detail::require_rank("conv2d", x, 4, "(samples, channels, rows, columns)");
  MIXCON_REQUIRE(weights.extents().rank() == 4 && weights.extents()[1] == x.extents()[1], "conv2d: weights of ",
                 to_string(weights.extents()), " for inputs of ", to_string(x.extents()),
                 "; expected (outputs, channels, size, size)");
  const tensor from = x.value(), filter = weights.value();
  return {with_bias("conv2d", x.on().convolution(from, filter, rule), bias), inputs_of(x, weights, bias),
          [from, filter, rule](const tensor& g, const wanted_inputs& wanted) {
            tensor_list by(wanted.size());
            if (wanted[0]) by[0] = g.on().convolution_by_x(g, from, filter, rule);
            if (wanted[1]) by[1] = g.on().convolution_by_weights(g, from, filter, rule);
            if (wanted.size() > 2 && wanted[2]) by[2] = by_bias(g);
            return by;
          }};
}

}  // namespace autograd
}  // namespace mixcon_train
