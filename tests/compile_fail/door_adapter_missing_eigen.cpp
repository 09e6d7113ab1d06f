// SPDX-License-Identifier: BSD-3-Clause
// expect: mixcon: an argument of this call is no tensor yet; include the adapter of its type (mixcon/adapt/...)
// at most: 40 lines
#include <Eigen/Core>
#include <mixcon/contrast/targets/diagonal.hpp>
#include <mixcon/engine/serial.hpp>
#include <mixcon/engine/value_and_grad.hpp>
#include <mixcon/losses/info_nce.hpp>

using namespace mixcon;

int main() {
  const Eigen::MatrixXf z = Eigen::MatrixXf::Random(4, 2);
  const objective criterion{info_nce{}, cosine{}};
  saved_for<decltype(criterion), matrix_view<float>> saved;
  forward(serial{}, criterion, diagonal_targets{}, z, z, saved);
}
