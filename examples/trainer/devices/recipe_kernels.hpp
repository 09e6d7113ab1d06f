// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "devices/device.hpp"

#include <mixcon/mix/kinds/interpolated.hpp>
#include <mixcon/mix/kinds/pasted_boxes.hpp>
#include <mixcon/mix/plan.hpp>

#include <vector>

namespace mixcon_train {
inline namespace devices {

/// What recipes otherwise compute on the host: a device whose memory the host cannot reach may be this too, so that a
/// batch that is mixed, learned masks, a queue of keys, and a bank stay on it. Tensors are dense, and so are results.
class recipe_kernels {
 public:
  recipe_kernels() = default;
  recipe_kernels(const recipe_kernels&) = delete;
  recipe_kernels& operator=(const recipe_kernels&) = delete;
  virtual ~recipe_kernels() = default;

  /// A batch (N, C, H, W), or features (N, F), mixed by a plan; and the adjoint of that.
  virtual tensor mixed(const mixcon::mix_plan<mixcon::interpolated>& plan, const tensor& x) = 0;
  virtual tensor mixed(const mixcon::mix_plan<mixcon::pasted_boxes>& plan, const tensor& x) = 0;
  virtual tensor unmixed(const mixcon::mix_plan<mixcon::interpolated>& plan, const tensor& upstream) = 0;
  virtual tensor unmixed(const mixcon::mix_plan<mixcon::pasted_boxes>& plan, const tensor& upstream) = 0;

  /// Partner shares (N, 1, H, W), those of each sample corrected to the mean 1 - lambda where they miss it by more than
  /// `margin`: own shares times a factor where these are too large, or partner shares. And the adjoint, without margin.
  virtual tensor masks_of_mean(const tensor& shares, double lambda, double margin) = 0;
  virtual tensor masks_of_mean_gradient(const tensor& upstream, const tensor& shares, double lambda) = 0;

  /// A ring (size, D) in which rows (N, D), N at most the size, have taken the places of rows `next`, next + 1, ...,
  /// and behind the last of the first ones.
  virtual tensor entered(const tensor& ring, const tensor& rows, index_t next) = 0;
  /// A table (M, D) in which row i of rows (N, D) has taken the place of row places[i]; each place is named once.
  virtual tensor replaced(const tensor& table, const tensor& rows, const std::vector<index_t>& places) = 0;
};

/// Those of a device; null where it leaves all of this to the host.
inline recipe_kernels* recipe_kernels_of(device& on) { return dynamic_cast<recipe_kernels*>(&on); }

}  // namespace devices
}  // namespace mixcon_train
