// SPDX-License-Identifier: BSD-3-Clause
// expect: mixcon: this mdspan's accessor must hand out plain references; copy into one with default_accessor
#include <mixcon/adapt/tensors/mdspan.hpp>

struct scaled_mdspan {  // as with an accessor that multiplies
  using reference = float;
  static constexpr int rank() { return 1; }
  float* data_handle() const;
  int extents() const;
  int extent(int axis) const;
  int stride(int axis) const;
};

int main() {
  scaled_mdspan z;
  return mixcon::view(z).empty();
}
