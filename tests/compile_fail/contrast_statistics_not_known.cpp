// SPDX-License-Identifier: BSD-3-Clause
// expect: mixcon: every member of the loss's statistics() must be a statistic
#include <mixcon/contrast/objective.hpp>

struct my_loss {
  auto statistics() const { return mixcon::pack{mixcon::cross_entropy{}, 3}; }
  template <class T>
  T value(T x, T) const {
    return x;
  }
};

int main() { return static_cast<int>(mixcon::objective{my_loss{}}.scale); }
