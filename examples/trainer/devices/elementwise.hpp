// SPDX-License-Identifier: BSD-3-Clause
#pragma once

namespace mixcon_train {
inline namespace devices {

/// The functions of one number that a device knows, and nothing else: a new one is written for every device.
enum class unary {
  absolute,     ///< |x|, of slope 0 at 0
  square,       ///< x^2
  sigmoid,      ///< 1 / (1 + e^-x)
  elu,          ///< x above 0, e^x - 1 below. Clevert et al. 2016, arXiv:1511.07289
  exponential,  ///< e^x
  logarithm     ///< log x, x > 0
};
/// The functions of two numbers.
enum class binary { sum, difference, product };

/// One step of descent with momentum: d = gradient + decay w, v = momentum v + share d, w -= rate v; with `nesterov`
/// w -= rate (share d + momentum v).
struct descent_rule {
  double rate = 0, momentum = 0, decay = 0;
  double share = 1;  ///< of the gradient in the velocity: the rate of a layer, where rates belong into the velocity
  bool nesterov = false;
};
/// One step of AdamW: m = first m + (1 - first) g, v = second v + (1 - second) g^2, w -= rate (m' / (sqrt(v') +
/// epsilon)
/// + decay w) with m' = m / (1 - first^step), v' = v / (1 - second^step).
struct adam_rule {
  double rate = 0, first = 0.9, second = 0.999, epsilon = 1e-8, decay = 0;
  double step = 1;  ///< 1, 2, ...
};

}  // namespace devices
}  // namespace mixcon_train
