// SPDX-License-Identifier: BSD-3-Clause
// expect: mixcon: this executor runs rows and does not gather pairs
#include <mixcon/contrast/targets.hpp>
#include <mixcon/engine/serial.hpp>
#include <mixcon/losses/info_nce.hpp>

using namespace mixcon;

struct my_pool {
  template <class Row>
  void rows(index_t number, Row&& row) const {
    for (index_t i = 0; i < number; ++i) row(i, detail::one_by_one{});
  }
};

int main() {
  float data[4] = {1, 2, 3, 4}, gradient[4];
  const matrix_view<const float> z{data, {2, 2}};
  value_and_grad(my_pool{}, objective{info_nce{}, cosine{}}, diagonal_targets{}, z,
                 matrix_view<float>{gradient, {2, 2}});
}
