// SPDX-License-Identifier: BSD-3-Clause
// How the host reads and makes tensors: what it does to numbers is written once for every device, whether or not it can
// reach their memory.
#pragma once

#include "devices/device.hpp"
#include "devices/operator_kernels.hpp"

#include <type_traits>
#include <vector>

namespace mixcon_train {
inline namespace devices {

/// Calls f with a number of the device's type.
template <class F>
decltype(auto) with_numbers(const device& on, F&& f) {
  return on.numbers() == number_type::f32 ? f(float{}) : f(double{});
}
/// The numbers of a dense tensor as T, which must be those of its device; null where the host cannot reach them.
template <class T>
T* numbers_of(const tensor& dense) {
  return static_cast<T*>(dense.on().data(dense));
}

/// The numbers of any tensor, row-major, for the host to read: where they lie, or a copy.
template <class T>
class numbers_read {
 public:
  explicit numbers_read(const tensor& x) : dense_(x.on().dense(x)), at_(numbers_of<T>(dense_)) {
    if (at_ != nullptr) return;
    copy_.resize(static_cast<std::size_t>(x.extents().size()));
    x.on().read(dense_, copy_.data());
    at_ = copy_.data();
  }
  numbers_read(numbers_read&&) noexcept = default;  // a copied vector would leave `at_` behind
  numbers_read& operator=(numbers_read&&) noexcept = default;

  const T* data() const { return at_; }
  const T& operator[](index_t k) const { return at_[k]; }

 private:
  tensor dense_;
  const T* at_;
  std::vector<T> copy_{};
};

/// A dense tensor that the host computes: `data` has to be set in full, then `made` returns it.
template <class T>
class numbers_made {
 public:
  numbers_made(device& on, const shape& extents) : made_(on.empty(extents)), at_(numbers_of<T>(made_)) {
    if (at_ != nullptr) return;
    copy_.resize(static_cast<std::size_t>(extents.size()));
    at_ = copy_.data();
  }
  numbers_made(numbers_made&&) noexcept = default;
  numbers_made& operator=(numbers_made&&) noexcept = default;

  T* data() { return at_; }
  T& operator[](index_t k) { return at_[k]; }
  tensor made() const { return copy_.empty() ? made_ : made_.on().write(made_.extents(), copy_.data()); }

 private:
  tensor made_;
  T* at_;
  std::vector<T> copy_{};
};

/// A dense tensor made by f(to, from...), which gets pointers to its numbers and to those of other tensors.
template <class F, class... Tensors>
tensor computed(device& on, const shape& extents, F&& f, const Tensors&... from) {
  return with_numbers(on, [&](auto number) {
    using T = decltype(number);
    numbers_made<T> to(on, extents);
    f(to.data(), numbers_read<T>(from).data()...);
    return to.made();
  });
}

/// A dense tensor with these numbers, converted.
template <class T>
tensor tensor_of(device& on, const shape& extents, const T* numbers) {
  return computed(on, extents, [&](auto* to) {
    for (index_t k = 0; k < extents.size(); ++k) to[k] = static_cast<std::remove_pointer_t<decltype(to)>>(numbers[k]);
  });
}
inline tensor filled(device& on, const shape& extents, double value) {
  if (operator_kernels* const kernels = on.operators()) return kernels->filled(extents, value);
  return computed(on, extents, [&](auto* to) {
    for (index_t k = 0; k < extents.size(); ++k) to[k] = static_cast<std::remove_pointer_t<decltype(to)>>(value);
  });
}
/// Copies the numbers of any tensor, row-major.
template <class T>
void copy_numbers(const tensor& from, T* to) {
  with_numbers(from.on(), [&](auto number) {
    const numbers_read<decltype(number)> numbers(from);
    for (index_t k = 0; k < from.extents().size(); ++k) to[k] = static_cast<T>(numbers[k]);
  });
}
/// The first number: of a loss.
inline double number_in(const tensor& x) {
  return with_numbers(x.on(), [&](auto number) { return static_cast<double>(numbers_read<decltype(number)>(x)[0]); });
}

}  // namespace devices
}  // namespace mixcon_train
