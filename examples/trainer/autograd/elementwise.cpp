// SPDX-License-Identifier: BSD-3-Clause
#include "autograd/elementwise.hpp"

#include "autograd/checks.hpp"
#include "autograd/shapes.hpp"

namespace mixcon_train {
inline namespace autograd {

namespace {

variable applied(unary f, const variable& x) {
  const tensor from = x.value(), out = x.on().apply(f, from);
  return {out, x, [f, from, out](const tensor& g) { return g.on().apply_gradient(f, g, from, out); }};
}

/// a + sign b.
variable sum_or_difference(binary f, double sign, const variable& a, const variable& b) {
  const shape of_a = a.extents(), of_b = b.extents();
  return {a.on().apply(f, a.value(), b.value()), {a, b}, [=](const tensor& g, const wanted_inputs& wanted) {
            tensor_list by(2);
            if (wanted[0]) by[0] = g.on().summed(g, of_a);
            if (wanted[1]) by[1] = g.on().summed(g, of_b);
            if (wanted[1] && sign != 1) by[1] = g.on().scaled(by[1], sign);
            return by;
          }};
}

}  // namespace

variable add(const variable& a, const variable& b) {
  if (a.extents() != b.extents()) return sum_or_difference(binary::sum, 1, a, b);
  return {a.on().sum(a.value(), b.value()), {a, b}, [](const tensor& g, const wanted_inputs&) {
            return tensor_list{g, g};
          }};
}
variable subtract(const variable& a, const variable& b) { return sum_or_difference(binary::difference, -1, a, b); }

variable multiply(const variable& a, const variable& b) {
  const tensor left = a.value(), right = b.value();
  return {
      a.on().apply(binary::product, left, right), {a, b}, [left, right](const tensor& g, const wanted_inputs& wanted) {
        device& on = g.on();
        tensor_list by(2);
        if (wanted[0]) by[0] = on.summed(on.apply(binary::product, g, right), left.extents());
        if (wanted[1]) by[1] = on.summed(on.apply(binary::product, g, left), right.extents());
        return by;
      }};
}

variable of_samples(const variable& numbers, const variable& x) {
  shape extents = x.extents();
  for (int axis = 1; axis < extents.rank(); ++axis) extents[axis] = 1;
  return reshape(numbers, extents);
}
variable of_channels(const variable& numbers, const variable& x) {
  shape extents = x.extents();
  for (int axis = 0; axis < extents.rank(); ++axis) extents[axis] = axis == 1 ? extents[axis] : 1;
  return reshape(numbers, extents);
}

variable scale(const variable& x, double factor) {
  return {x.on().scaled(x.value(), factor), x, [factor](const tensor& g) { return g.on().scaled(g, factor); }};
}
variable affine(const variable& x, double factor, double offset) {
  return {x.on().affine(x.value(), factor, offset), x, [factor](const tensor& g) { return g.on().scaled(g, factor); }};
}

variable absolute(const variable& x) { return applied(unary::absolute, x); }
variable square(const variable& x) { return applied(unary::square, x); }
variable sigmoid(const variable& x) { return applied(unary::sigmoid, x); }
variable elu(const variable& x) { return applied(unary::elu, x); }
variable exponential(const variable& x) { return applied(unary::exponential, x); }
variable logarithm(const variable& x) { return applied(unary::logarithm, x); }

variable relu(const variable& x) {
  const tensor out = x.on().relu(x.value());
  return {out, x, [out](const tensor& g) { return g.on().relu_gradient(g, out); }};
}
variable relu_of_sum(const variable& a, const variable& b) {
  detail::require_same("relu_of_sum", a, b);
  const tensor out = a.on().relu_of_sum(a.value(), b.value());
  return {out, {a, b}, [out](const tensor& upstream, const wanted_inputs&) {
            const tensor g = upstream.on().relu_gradient(upstream, out);
            return tensor_list{g, g};
          }};
}

}  // namespace autograd
}  // namespace mixcon_train
