// SPDX-License-Identifier: BSD-3-Clause
// Third-party headers last.
#include <mixcon/mixcon.hpp>
#if __has_include(<Eigen/Dense>)
#include <Eigen/Dense>
#endif
#if __has_include(<xtensor/xarray.hpp>)
#include <xtensor/xarray.hpp>
#include <xtensor/xview.hpp>
#endif
