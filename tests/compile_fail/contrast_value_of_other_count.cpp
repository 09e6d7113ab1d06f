// SPDX-License-Identifier: BSD-3-Clause
// expect: mixcon: the loss's value must be a template that takes one number per statistic
#include <mixcon/contrast/objective.hpp>

struct my_loss {
  auto statistics() const { return mixcon::pack{mixcon::log_sum_exp{mixcon::over::negatives}}; }
  template <class T>
  T value(T x, T y, T z) const {
    return x + y + z;
  }
};

int main() { return static_cast<int>(mixcon::objective{my_loss{}}.scale); }
