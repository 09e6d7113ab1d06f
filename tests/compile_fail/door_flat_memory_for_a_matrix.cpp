// SPDX-License-Identifier: BSD-3-Clause
// expect: mixcon: a matrix is expected, and an argument of this call has another rank
// at most: 40 lines
#include <mixcon/contrast/targets/diagonal.hpp>
#include <mixcon/engine/serial.hpp>
#include <mixcon/engine/value_and_grad.hpp>
#include <mixcon/losses/info_nce.hpp>

using namespace mixcon;

int main() {
  std::vector<float> z(4), gradient(4);
  value_and_grad(serial{}, objective{info_nce{}, cosine{}}, diagonal_targets{}, z, gradient);
}
