// SPDX-License-Identifier: BSD-3-Clause
// Formulas for each positive and for the batch: whatever they read, value and gradients are those of the definition.
#include "engine/gradient_case.hpp"

#include <mixcon/contrast/terms.hpp>
#include <mixcon/engine/executor.hpp>

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// Reads all it can: the positive's logit, two statistics of both its rows, the scale; and has divisors of its own.
struct of_both_ends {
  double temperature = 0.5;
  static constexpr auto scope = each::positive;
  static constexpr bool both_ends = true;
  auto statistics() const { return pack{log_sum_exp{over::candidates}, sum_of{over::targets}}; }
  template <class T>
  MIXCON_HD auto value(T x, T all, T attraction, T other_all, T other_attraction, T scale) const {
    return terms{term{softplus(all - x) + other_attraction / scale, plain(T(2))},
                 term{square(other_all) * 0.1 + x * attraction, plain(T(1))}};
  }
};
struct of_anchor {
  double temperature = 0.5;
  static constexpr auto scope = each::positive;
  auto statistics() const { return pack{log_sum_exp{over::candidates}, cross_entropy{}}; }
  template <class T>
  MIXCON_HD T value(T x, T all, T surprise, T scale) const {
    return softplus(all - x) + surprise * x / scale;
  }
};
struct of_batch {
  double temperature = 0.5;
  static constexpr auto scope = each::batch;
  auto statistics() const {
    return pack{log_sum_exp{over::candidates}, cross_entropy{}, sum_of{over::targets}, count_of{over::positives}};
  }
  template <class T>
  MIXCON_HD T value(T all, T surprise, T attraction, T positives, T scale) const {
    return softplus(all - attraction) + surprise * log(positives + 2) / scale;
  }
};

}  // namespace

TEST_CASE("A formula for each positive has the gradient of its value", "[engine]") {
  random_numbers draw(5);
  for (int i = 0; i < 12; ++i) {
    INFO("case " << i);
    check_gradients(of_anchor{}, cosine{}, gradient_case(draw, {}));
    check_gradients(of_anchor{}, negative_squared_distance{}, gradient_case(draw, {}));
  }
}

TEST_CASE("A formula of the statistics of both rows of a positive has the gradient of its value", "[engine]") {
  random_numbers draw(6);
  for (int i = 0; i < 20; ++i) {
    INFO("case " << i);
    gradient_case c(draw, {.square = true});
    c.reduce = reduction::mean;
    check_gradients(of_both_ends{}, dot_product{}, c);
  }
}

TEST_CASE("A formula for the batch has the gradient of its value", "[engine]") {
  random_numbers draw(7);
  for (int i = 0; i < 12; ++i) {
    INFO("case " << i);
    gradient_case c(draw, {});
    if (c.reduce == reduction::weighted) c.reduce = reduction::sum;
    check_gradients(of_batch{}, dot_product{}, c);
  }
}
