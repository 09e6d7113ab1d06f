// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The losses by name, as the library's list and reflection have them: what each is, its parameters, and what runs it.

#include "fields.hpp"

#include <mixcon/losses/listed_loss.hpp>

#include <string>
#include <vector>

namespace mixcon_python {

struct field_info {
  std::string name;
  field_kind kind = field_kind::number;
  any_field usual{};
  std::vector<std::string> choices{};  // of a choice, in their order
  std::string meaning{};
};

struct loss_info {
  std::string name, header, type, summary;  // `type`: of the C++ struct, or of the formula in an objective
  loss_shape shape = loss_shape::formula;
  bool is_over_pairs = false;        // has an objective's parameters too
  bool is_divided = false;           // can be computed over processes
  any_settings usual{};              // as the list makes it
  std::vector<field_info> fields{};  // in the order of settings.fields
};

/// Every loss of `all_losses`, in its order.
const std::vector<loss_info>& losses();
/// What is said of an objective's parameter.
std::string meaning_of_option(const std::string& name);

}  // namespace mixcon_python
