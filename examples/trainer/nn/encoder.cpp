// SPDX-License-Identifier: BSD-3-Clause
#include "nn/encoder.hpp"

#include <mixcon/core/require.hpp>

namespace mixcon_train {
inline namespace nn {

namespace {
void require_layer(int at, int layers) {
  MIXCON_REQUIRE(0 <= at && at <= layers, "encoder: layer ", at, " of ", layers, "; expected 0 for the input to ",
                 layers, " for the features.");
}
}  // namespace

variable encoder::forward(const variable& x, int at, const std::function<variable(const variable&)>& mix) {
  if (at < 0) return rest_from(0, x);
  return rest_from(at, mix(features_at(at, x)));
}

variable encoder::features_at(int at, const variable& x) {
  require_layer(at, layers());
  variable arriving = x;
  for (int passed = 0; passed < at; ++passed) arriving = through(passed, arriving);
  return arriving;
}

variable encoder::rest_from(int at, const variable& hidden) {
  require_layer(at, layers());
  variable arriving = hidden;
  for (int next = at; next < layers(); ++next) arriving = through(next, arriving);
  return arriving;
}

}  // namespace nn
}  // namespace mixcon_train
