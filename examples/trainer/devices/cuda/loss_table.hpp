// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "devices/loss_kernels.hpp"

#include <functional>
#include <unordered_map>
#include <utility>

namespace mixcon_train {
inline namespace devices {

/// Losses by their types. Each is a source of its own that adds itself, since kernels take long to compile.
class loss_table final : public loss_kernels {
 public:
  using evaluation = std::function<value_of_loss(const loss_call&)>;

  bool has(std::type_index types) const override { return by_types_.contains(types); }
  value_of_loss evaluate(const loss_call& call) override { return by_types_.at(call.types)(call); }
  void add(std::type_index types, evaluation by) { by_types_.insert_or_assign(types, std::move(by)); }

 private:
  std::unordered_map<std::type_index, evaluation> by_types_{};
};

}  // namespace devices
}  // namespace mixcon_train
