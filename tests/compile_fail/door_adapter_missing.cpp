// SPDX-License-Identifier: BSD-3-Clause
// expect: mixcon: an argument of this call is no tensor yet; include the adapter of its type (mixcon/adapt/...)
// at most: 40 lines
#include <mixcon/contrast/targets/diagonal.hpp>
#include <mixcon/engine/serial.hpp>
#include <mixcon/engine/value_and_grad.hpp>
#include <mixcon/losses/info_nce.hpp>

using namespace mixcon;

struct tensor_of_elsewhere {
  float* data;
  long rows, columns;
};

int main() {
  tensor_of_elsewhere z{}, gradient{};
  return value_and_grad(serial{}, objective{info_nce{}, cosine{}}, diagonal_targets{}, z, gradient).value > 0;
}
