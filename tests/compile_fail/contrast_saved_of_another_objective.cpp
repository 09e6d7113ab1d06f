// SPDX-License-Identifier: BSD-3-Clause
// expect: mixcon: `saved` is of another objective or of rows of another type; declare saved_for
#include <mixcon/contrast/targets.hpp>
#include <mixcon/engine/serial.hpp>
#include <mixcon/losses/info_nce.hpp>
#include <mixcon/losses/supcon_inside.hpp>

using namespace mixcon;

int main() {
  float data[4] = {1, 2, 3, 4};
  const matrix_view<const float> z{data, {2, 2}};
  saved_for<objective<supcon_inside>, matrix_view<float>> saved;
  forward(serial{}, objective{info_nce{}, cosine{}}, diagonal_targets{}, z, saved);
}
