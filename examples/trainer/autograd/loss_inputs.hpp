// SPDX-License-Identifier: BSD-3-Clause
// What the losses of mixcon have in common as operators: rows to read, room for the gradients that are wanted, and a
// node that scales them.
#pragma once

#include "autograd/checks.hpp"
#include "autograd/device_loss.hpp"

#include <mixcon/core/tensor_view.hpp>
#include <mixcon/core/workspace.hpp>

#include <optional>
#include <utility>

namespace mixcon_train {
inline namespace autograd {

namespace detail {

template <class T>
mixcon::matrix_view<T> rows_of(const tensor& dense) {
  return {numbers_of<T>(dense), {dense.extents()[0], dense.extents()[1]}};
}

template <class T>
mixcon::matrix_view<const T> rows_of(const numbers_read<T>& numbers, const shape& extents) {
  return {numbers.data(), {extents[0], extents.row_size()}};
}

/// The memory that losses of this thread leave to the next ones.
inline mixcon::workspace& memory_of_losses() {
  static thread_local mixcon::workspace memory;
  return memory;
}

/// The inputs of a loss, and a place for the gradient by each one that wants it now.
template <class T>
class loss_inputs {
 public:
  explicit loss_inputs(variable_list inputs) : inputs_(std::move(inputs)) {
    const wanted_inputs wanted = wanted_among(inputs_);
    for (std::size_t k = 0; k < inputs_.size(); ++k) {
      numbers_.emplace_back();
      if (first_alike(k) == k) numbers_.back().emplace(inputs_[k].value());
      slopes_.emplace_back();
      if (wanted[k]) slopes_.back().emplace(inputs_[k].on(), inputs_[k].extents());
    }
  }

  const shape& extents(std::size_t k) const { return inputs_[k].extents(); }
  mixcon::matrix_view<const T> rows(std::size_t k) const { return rows_of(read(k), extents(k)); }
  /// Rows that belong to each anchor alone: (N, k, D), or (N, D) as one each.
  mixcon::tensor_view<const T, 3> own_rows(std::size_t k) const { return {read(k).data(), own_extents(k)}; }
  /// Of one axis.
  mixcon::vector_view<const T> numbers(std::size_t k) const { return {read(k).data(), {extents(k).size()}}; }

  /// The places of gradients; empty views where none is wanted.
  mixcon::matrix_view<T> slope(std::size_t k) {
    if (!slopes_[k]) return {};
    return {slopes_[k]->data(), {extents(k)[0], extents(k).row_size()}};
  }
  mixcon::tensor_view<T, 3> own_slope(std::size_t k) { return {slopes_[k]->data(), own_extents(k)}; }
  mixcon::vector_view<T> slope_of_numbers(std::size_t k) {
    if (!slopes_[k]) return {};
    return {slopes_[k]->data(), {extents(k).size()}};
  }
  bool wants(std::size_t k) const { return slopes_[k].has_value(); }
  /// Input k is a constant of the loss.
  void hold_constant(std::size_t k) { slopes_[k].reset(); }

  /// The loss as a variable, once the gradients are there.
  variable with_value(double value) const {
    tensor_list slopes;
    for (const auto& slope : slopes_) slopes.push_back(slope ? slope->made() : tensor());
    return {filled(inputs_[0].on(), {1}, value), inputs_, scaled_slopes(std::move(slopes))};
  }

 private:
  /// The first input that is the same tensor as input k: both are read once, also where reading copies to the host, so
  /// that a loss sees that its sides are the same rows.
  std::size_t first_alike(std::size_t k) const {
    std::size_t first = 0;
    while (&inputs_[first].value().kept() != &inputs_[k].value().kept() || extents(first) != extents(k)) ++first;
    return first;
  }
  const numbers_read<T>& read(std::size_t k) const { return *numbers_[first_alike(k)]; }

  mixcon::axes<3> own_extents(std::size_t k) const {
    const shape& e = extents(k);
    return e.rank() == 3 ? mixcon::axes<3>{e[0], e[1], e[2]} : mixcon::axes<3>{e[0], index_t{1}, e.row_size()};
  }

  variable_list inputs_;
  kept_list<std::optional<numbers_read<T>>> numbers_{};  // of the first of those alike
  kept_list<std::optional<numbers_made<T>>> slopes_{};
};

}  // namespace detail

}  // namespace autograd
}  // namespace mixcon_train
