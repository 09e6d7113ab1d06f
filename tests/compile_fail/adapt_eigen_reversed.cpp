// SPDX-License-Identifier: BSD-3-Clause
// expect: mixcon: this Eigen expression owns no memory; call .eval() and pass the result
#include <mixcon/adapt/tensors/eigen.hpp>

static_assert(mixcon::Viewable<decltype(Eigen::MatrixXf().reverse()), 2>);
