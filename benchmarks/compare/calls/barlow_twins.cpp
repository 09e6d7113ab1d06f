// SPDX-License-Identifier: BSD-3-Clause
#include "call.hpp"

#include <mixcon/losses/barlow_twins.hpp>
#include <mixcon/losses/vicreg.hpp>

namespace {

/// Two aligned matrices (N, D), and the gradients by both.
template <class Loss>
double value_of_aligned(const mixcon_compare::call& given, const Loss& loss) {
  return mixcon_compare::value_of([&] {
    return mixcon::value_and_grad(given.engine(), loss, given.matrix(0), given.matrix(1),
                                  {.first = given.gradient(0), .second = given.gradient(1)})
        .value;
  });
}

}  // namespace

/// Constants: the weight of redundancy.
extern "C" double call_barlow_twins(const mixcon_compare::call* given) {
  return value_of_aligned(*given, mixcon::barlow_twins{.redundancy = given->constants[0], .scale = 1});
}
/// Weights 25, 25 and 1; the variance is halved, as in the published code.
extern "C" double call_vicreg(const mixcon_compare::call* given) {
  return value_of_aligned(*given,
                          mixcon::vicreg{.invariance = 25, .variance = 25, .covariance = 1, .halves_variance = true});
}
