// SPDX-License-Identifier: BSD-3-Clause
// expect: mixcon: a loss needs `auto statistics() const` that returns a pack of statistics
#include <mixcon/contrast/objective.hpp>

struct my_loss {
  template <class T>
  T value(T x) const {
    return x;
  }
};

int main() { return static_cast<int>(mixcon::objective{my_loss{}}.scale); }
