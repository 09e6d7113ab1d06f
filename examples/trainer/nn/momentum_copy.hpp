// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "nn/module.hpp"

#include <memory>
#include <utility>
#include <vector>

namespace mixcon_train {
inline namespace nn {

/// Gives `to` the numbers of `from`, parameters, state and counts by name. Refuses modules whose names or shapes
/// differ.
void take_numbers(module& to, const module& from);
/// Parameters of a module, each with its match in a module that was made alike.
using parameter_pairs = std::vector<std::pair<variable, variable>>;
/// The same refusals.
parameter_pairs parameters_of_both(const module& copy, const module& of);
/// copy = decay copy + (1 - decay) of, parameter by parameter; state such as running statistics stays the copy's own.
/// The same refusals.
void follow(module& copy, const module& of, double decay);
void follow(const parameter_pairs& copy_and_followed, double decay);

/// A network that follows another one and is not trained: the key encoder of MoCo (He et al. 2020, arXiv:1911.05722),
/// the target of BYOL, a mean teacher. Its parameters are frozen, and state of the module that registers it.
template <class Part>
class momentum_copy final : public module {
 public:
  /// Takes a network that was made like `followed`, and gives it that one's numbers.
  momentum_copy(std::unique_ptr<Part> made_alike, const module& followed) : copy_(std::move(made_alike)) {
    take_numbers(*copy_, followed);
    copy_->freeze();
    register_constant_part("copy", *copy_);
  }

  Part& operator*() { return *copy_; }
  Part* operator->() { return copy_.get(); }
  /// After a step: decay 1 leaves it, 0 makes it the other one, which outlives this copy.
  void follow(const module& followed, double decay) {
    if (&followed != followed_) pairs_ = parameters_of_both(*copy_, followed), followed_ = &followed;
    nn::follow(pairs_, decay);
  }

 private:
  std::unique_ptr<Part> copy_;
  const module* followed_ = nullptr;  // whose parameters are in
  parameter_pairs pairs_{};
};

}  // namespace nn
}  // namespace mixcon_train
