// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "devices/host_numbers.hpp"

#include <variant>

namespace mixcon_train {
inline namespace devices {

/// The numbers of a tensor that seldom becomes another one, for the host to read in every step: those that it cannot
/// reach are copied once. Who changes a tensor's numbers in place does not use this.
class numbers_kept {
 public:
  /// Those of x, until the next call.
  const numbers_kept& of(const tensor& x) {
    if (from_ && &from_.kept() == &x.kept()) return *this;
    from_ = x;
    with_numbers(x.on(), [&](auto number) { numbers_.emplace<numbers_read<decltype(number)>>(x); });
    return *this;
  }
  double operator[](index_t k) const {
    const auto* const single = std::get_if<numbers_read<float>>(&numbers_);
    return single != nullptr ? static_cast<double>((*single)[k]) : std::get<numbers_read<double>>(numbers_)[k];
  }

 private:
  tensor from_{};  // whose memory no other one takes as long as this holds it
  std::variant<std::monostate, numbers_read<float>, numbers_read<double>> numbers_{};
};

}  // namespace devices
}  // namespace mixcon_train
