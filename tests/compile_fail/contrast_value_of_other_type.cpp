// SPDX-License-Identifier: BSD-3-Clause
// expect: mixcon: the loss's value must return the type of number it takes (T), or terms of it
#include <mixcon/contrast/objective.hpp>

struct my_loss {
  auto statistics() const { return mixcon::pack{mixcon::log_sum_exp{mixcon::over::negatives}}; }
  template <class T>
  double value(T) const {
    return 1;
  }
};

int main() { return static_cast<int>(mixcon::objective{my_loss{}}.scale); }
