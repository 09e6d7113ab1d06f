// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// A loss with its parameters, as Python hands them in by name.

#include "arrays.hpp"
#include "losses.hpp"
#include "runners.hpp"

namespace mixcon_python {

/// A loss and its parameters. Made once, called often.
class loss_settings {
 public:
  /// `parameters`: by name; the others are as the list of losses has them. Refuses unknown losses (ValueError) and
  /// unknown parameters (TypeError) with the nearest name.
  loss_settings(const std::string& name, nb::dict parameters);

  const loss_info& of() const { return *of_; }
  const any_settings& values() const { return values_; }
  runner run() const { return run_; }
  /// Every parameter by name, with its value.
  nb::dict parameters() const;

 private:
  void set(const std::string& name, nb::handle value);
  bool set_field(const std::string& name, nb::handle value);
  bool set_option(const std::string& name, nb::handle value);
  [[noreturn]] void refuse_name(const std::string& name) const;
  std::vector<std::string> names() const;
  nb::object option(const std::string& name) const;

  const loss_info* of_ = nullptr;
  any_settings values_;
  runner run_ = nullptr;
  std::vector<nb::object> kept_;
};

const loss_info& loss_named(const std::string& name);
/// Those of an objective, in their order.
const std::vector<std::string>& option_names();
/// The name that is most like another, and near enough to be meant; empty if there is none.
std::string nearest_name(const std::string& to, const std::vector<std::string>& among);

}  // namespace mixcon_python
