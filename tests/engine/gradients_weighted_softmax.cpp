// SPDX-License-Identifier: BSD-3-Clause
// Gradients of weighted_softmax by everything that has one.
#include "engine/gradient_case.hpp"

#include <mixcon/losses/weighted_softmax.hpp>

using namespace mixcon;
using namespace mixcon_test;

TEST_CASE("gradients of weighted_softmax are its derivatives, with every similarity and by every argument",
          "[engine]") {
  random_numbers draw(1);
  std::vector<double> kappa;
  check_gradients_with_every_similarity(103, {.square = true}, [&](const gradient_case& c) {
    kappa.clear();
    for (index_t i = 0; i < c.number; ++i) kappa.push_back(draw.chance(0.2) ? 0 : draw.uniform(0, 2));
    return weighted_softmax{.kappa = kappa};
  });
}
