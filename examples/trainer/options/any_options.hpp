// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "options/option_list.hpp"

#include <memory>
#include <string>
#include <utility>

namespace mixcon_train {
inline namespace options {

/// The options of a part that is chosen when the program runs: of a recipe, an encoder, a kind of views. It holds a
/// struct with `declare`, and is copied as values are.
class any_options {
 public:
  any_options() = default;
  template <class Options>
  static any_options of(Options value) {
    any_options made;
    made.kept_ = std::make_unique<holder<Options>>(std::move(value));
    return made;
  }
  any_options(const any_options& other) : kept_(other.kept_ ? other.kept_->copy() : nullptr) {}
  any_options(any_options&&) noexcept = default;
  any_options& operator=(any_options other) noexcept {
    kept_ = std::move(other.kept_);
    return *this;
  }
  ~any_options() = default;

  void declare(option_list& to) {
    if (kept_) kept_->declare(to);
  }
  bool declares(const std::string& name) {
    option_list list;
    declare(list);
    return list.find(name) != nullptr;
  }
  /// The struct. Throws std::bad_cast where it holds another one.
  template <class Options>
  const Options& as() const {
    return dynamic_cast<const holder<Options>&>(*kept_).value;
  }

 private:
  struct part {
    virtual ~part() = default;
    virtual void declare(option_list& to) = 0;
    virtual std::unique_ptr<part> copy() const = 0;
  };
  template <class Options>
  struct holder final : part {
    explicit holder(Options from) : value(std::move(from)) {}
    void declare(option_list& to) override { value.declare(to); }
    std::unique_ptr<part> copy() const override { return std::make_unique<holder>(*this); }
    Options value;
  };

  std::unique_ptr<part> kept_{};
};

/// A part without options has these.
struct no_options {
  void declare(option_list& /*to*/) {}
};

}  // namespace options
}  // namespace mixcon_train
