// SPDX-License-Identifier: BSD-3-Clause
#include "autograd/dropout.hpp"

#include "autograd/elementwise.hpp"

#include <mixcon/core/require.hpp>

namespace mixcon_train {
inline namespace autograd {

variable dropout(const variable& x, double probability, const mixcon::philox_draws& draws) {
  MIXCON_REQUIRE(probability >= 0 && probability < 1, "dropout: the probability is ", probability,
                 "; expected a number in [0, 1)");
  if (probability == 0) return x;
  const tensor kept = computed(x.on(), x.extents(), [&](auto* to) {
    using T = std::remove_pointer_t<decltype(to)>;
    for (index_t k = 0; k < x.extents().size(); ++k)
      to[k] = draws.uniform("dropout", k, 0, 1) < probability ? T(0) : static_cast<T>(1 / (1 - probability));
  });
  return multiply(x, variable(kept));
}

}  // namespace autograd
}  // namespace mixcon_train
