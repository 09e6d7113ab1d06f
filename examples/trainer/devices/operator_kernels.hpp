// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "devices/tensor.hpp"

#include <vector>

namespace mixcon_train {
inline namespace devices {

/// What operators otherwise compute on the host, one loop each: a device whose memory the host cannot reach brings it,
/// so that no number travels. Tensors are dense, and so are results.
class operator_kernels {
 public:
  operator_kernels() = default;
  operator_kernels(const operator_kernels&) = delete;
  operator_kernels& operator=(const operator_kernels&) = delete;
  virtual ~operator_kernels() = default;

  virtual tensor filled(const shape& extents, double value) = 0;

  /// Entries [first, end) along an axis; and the adjoint: x at entry `first` of `extent`, the others 0.
  virtual tensor part(const tensor& x, int axis, index_t first, index_t end) = 0;
  virtual tensor placed(const tensor& x, int axis, index_t first, index_t extent) = 0;
  /// The entries of a along an axis, then those of b.
  virtual tensor joined(const tensor& a, const tensor& b, int axis) = 0;
  /// Row from[i] of x as row i, 0 where that is negative; and the adjoint: row i of x added to row to[i] of `rows`, in
  /// the order of i.
  virtual tensor gathered(const tensor& x, const std::vector<index_t>& from) = 0;
  virtual tensor scattered(const tensor& x, const std::vector<index_t>& to, index_t rows) = 0;
  /// The last two axes exchanged, of rank 2 or 3.
  virtual tensor transposed(const tensor& x) = 0;

  /// Along an axis: e^x over its sum, or the logarithm of that; and upstream through it, given its value y.
  virtual tensor softmax(const tensor& x, int axis, bool is_log) = 0;
  virtual tensor softmax_gradient(const tensor& upstream, const tensor& y, int axis, bool is_log) = 0;

  /// The lengths (N) of rows (N, D), at least 1e-12; rows divided by them; and upstream through that, 0 for rows that
  /// have no length.
  virtual tensor row_lengths(const tensor& x) = 0;
  virtual tensor unit_rows(const tensor& x, const tensor& lengths) = 0;
  virtual tensor unit_rows_gradient(const tensor& upstream, const tensor& unit, const tensor& lengths) = 0;

  /// The largest of each `pieces` neighbouring channels; and upstream to the first that has it.
  virtual tensor group_maximum(const tensor& x, index_t pieces) = 0;
  virtual tensor group_maximum_gradient(const tensor& upstream, const tensor& x, index_t pieces) = 0;
};

}  // namespace devices
}  // namespace mixcon_train
