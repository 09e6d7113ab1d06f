// SPDX-License-Identifier: BSD-3-Clause
#include "call.hpp"

#include <mixcon/losses/infinite_class_mixup.hpp>

/// Features (N, D), weights (K, D), bias (1, K); classes of samples and partners. Constants: lambda (N).
extern "C" double call_infinite_class_mixup(const mixcon_compare::call* given) {
  return mixcon_compare::value_of([&] {
    const auto samples = static_cast<std::size_t>(given->extents[0][0]);
    const mixcon::index_t classes = given->extents[1][0];
    mixcon::pair_targets targets;
    targets.own.assign(given->labels, given->labels + samples);
    targets.partner.assign(given->partner, given->partner + samples);
    targets.lambda.assign(given->constants, given->constants + samples);
    const mixcon::vector_view<const float> bias{given->rows[2], {classes}};
    mixcon::classifier_gradients<float> wanted{.features = given->gradient(0), .weight = given->gradient(1)};
    if (given->gradients[2] != nullptr) wanted.bias = mixcon::vector_view<float>{given->gradients[2], {classes}};
    return mixcon::value_and_grad(given->engine(), mixcon::infinite_class_mixup{}, targets, given->matrix(0),
                                  given->matrix(1), bias, wanted)
        .value;
  });
}
