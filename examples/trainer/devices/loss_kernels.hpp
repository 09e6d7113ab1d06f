// SPDX-License-Identifier: BSD-3-Clause
// Losses of mixcon over rows that lie on a device which brings kernels for them.
#pragma once

#include "devices/tensor.hpp"

#include <mixcon/contrast/similarity.hpp>

#include <optional>
#include <typeindex>
#include <vector>

namespace mixcon_train {
inline namespace devices {

/// The types of a loss: an objective over pairs of rows and its targets, or an objective of class scores and those.
template <class Objective, class Targets>
struct loss_of_rows {};
template <class Objective, class Targets>
struct loss_of_scores {};

/// Rows that a loss looks at, and where the gradient by them goes.
struct rows_of_loss {
  tensor rows{};        ///< (M, D), or (N, k, D) of each anchor alone
  bool is_own = false;  ///< candidates that only their own anchor sees
  std::optional<mixcon::rows> form{};
  tensor slopes{};  ///< dense, of the shape of the rows; empty: it is not wanted
};
struct loss_call {
  std::type_index types;
  const void *objective = nullptr, *targets = nullptr;
  std::vector<rows_of_loss> rows{};  ///< anchors, then candidates; or class scores
};
struct value_of_loss {
  double value = 0;
  index_t anchors_used = 0;
};

class loss_kernels {
 public:
  loss_kernels() = default;
  loss_kernels(const loss_kernels&) = delete;
  loss_kernels& operator=(const loss_kernels&) = delete;
  virtual ~loss_kernels() = default;

  /// Whether losses of these types have kernels.
  virtual bool has(std::type_index types) const = 0;
  /// The value, and the gradients that are wanted, which are set. Refuses what the loss refuses.
  virtual value_of_loss evaluate(const loss_call& call) = 0;
};

}  // namespace devices
}  // namespace mixcon_train
