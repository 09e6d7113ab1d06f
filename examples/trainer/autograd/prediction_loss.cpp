// SPDX-License-Identifier: BSD-3-Clause
#include "autograd/prediction_loss.hpp"

#include "autograd/aligned_loss_node.hpp"
#include "autograd/elementwise.hpp"
#include "autograd/normalisation.hpp"
#include "autograd/rows.hpp"
#include "autograd/sums.hpp"

#include <vector>

namespace mixcon_train {
inline namespace autograd {

namespace {

/// lambda of the own unit row, the rest of the partner's.
variable mixed_directions(const mixcon::byol& loss, const variable& directions) {
  const index_t samples = directions.extents()[0];
  std::vector<double> own, other;
  std::vector<index_t> partner;
  for (index_t i = 0; i < samples; ++i) {
    own.push_back(loss.lambda[loss.lambda.extent(0) == 1 ? 0 : i]);
    other.push_back(1 - own.back());
    partner.push_back(loss.partner[i]);
  }
  const auto times = [&](const variable& x, const std::vector<double>& share) {
    return multiply(x, variable(tensor_of(x.on(), {samples, 1}, share.data())));
  };
  return add(times(directions, own), times(gather_rows(directions, partner), other));
}

}  // namespace

variable prediction_loss(const mixcon::byol& loss, const variable& predictions, const variable& targets) {
  if (predictions.on().operators() == nullptr) return aligned_loss(loss, predictions, constant(targets));
  detail::require_rank("prediction_loss", predictions, 2, "(samples, features)");
  (loss.check)();
  const index_t samples = predictions.extents()[0];
  const bool is_mixed = loss.lambda.extent(0) > 0;
  MIXCON_REQUIRE(targets.extents() == predictions.extents() &&
                     (!is_mixed || (loss.partner.size() == samples &&
                                    (loss.lambda.extent(0) == 1 || loss.lambda.extent(0) == samples))),
                 "prediction_loss: predictions ", to_string(predictions.extents()), ", targets ",
                 to_string(targets.extents()), ", ", loss.lambda.extent(0), " lambdas and ", loss.partner.size(),
                 " partners; expected one target each, and a partner and a lambda each where targets are mixed");
  const variable directions = unit_rows(constant(targets));
  const variable found = is_mixed ? mixed_directions(loss, directions) : directions;
  const variable cosines = sum_to(multiply(unit_rows(predictions), found), {samples, 1});
  return affine(mean(cosines), -loss.factor, loss.offset);
}

}  // namespace autograd
}  // namespace mixcon_train
