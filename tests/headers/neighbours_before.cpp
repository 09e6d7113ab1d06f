// SPDX-License-Identifier: BSD-3-Clause
// Third-party headers first.
#if __has_include(<Eigen/Dense>)
#include <Eigen/Dense>
#endif
#if __has_include(<xtensor/xarray.hpp>)
#include <xtensor/xarray.hpp>
#include <xtensor/xview.hpp>
#endif
#include <mixcon/mixcon.hpp>
