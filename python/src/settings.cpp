// SPDX-License-Identifier: BSD-3-Clause
#include "settings.hpp"

#include <algorithm>

namespace mixcon_python {

namespace {

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    if (!text.empty()) text.append(", ");
    text.append(name);
  }
  return text;
}

std::size_t distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

const std::vector<std::string> similarity_names{"cosine", "dot_product", "negative_distance",
                                                "negative_squared_distance"};
const std::vector<std::string> form_names{"as_given", "unit", "unit_as_given"};
const std::vector<std::string> reduction_names{"mean", "sum", "weighted"};
const std::vector<std::string> no_positive_names{"zero", "skip", "error"};

/// The position of a choice by its name.
int choice_given(const array_name& name, nb::handle given, const std::vector<std::string>& choices) {
  std::string text;
  if (nb::try_cast(given, text, false))
    for (std::size_t k = 0; k < choices.size(); ++k)
      if (choices[k] == text) return static_cast<int>(k);
  PyErr_Clear();
  std::string sentence = name;
  sentence.append(" is ").append(nb::cast<std::string>(nb::repr(given))).append("; expected one of ");
  throw nb::value_error(sentence.append(joined(choices)).c_str());
}

bool truth_given(const array_name& name, nb::handle given) {
  if (given.ptr() == Py_True || given.ptr() == Py_False) return given.ptr() == Py_True;
  std::string sentence = name;
  sentence.append(" is ").append(nb::cast<std::string>(nb::repr(given)));
  throw nb::type_error(sentence.append("; expected True or False").c_str());
}

nb::object text(const std::string& name) { return nb::str(name.c_str()); }
nb::object text(const std::vector<std::string>& names, double position) {
  return text(names.at(static_cast<std::size_t>(position)));
}

}  // namespace

const std::vector<std::string>& option_names() {
  static const std::vector<std::string> names{"similarity", "rows",      "candidate_rows", "scale",   "bias",
                                              "reduction",  "direction", "no_positive",    "weights", "check_finite"};
  return names;
}

std::string nearest_name(const std::string& to, const std::vector<std::string>& among) {
  std::string nearest;
  std::size_t least = to.size() / 3 + 2;
  for (const std::string& name : among)
    if (const std::size_t apart = distance(to, name); apart < least) least = apart, nearest = name;
  return nearest;
}

const loss_info& loss_named(const std::string& name) {
  std::vector<std::string> names;
  for (const loss_info& loss : losses()) {
    if (loss.name == name) return loss;
    names.push_back(loss.name);
  }
  std::string sentence = "mixcon: there is no loss ";
  sentence.append(name);
  const std::string nearest = nearest_name(name, names);
  sentence.append(nearest.empty() ? "; mixcon.losses() lists them" : "; did you mean ").append(nearest);
  if (!nearest.empty()) sentence.append("?");
  throw nb::value_error(sentence.c_str());
}

loss_settings::loss_settings(const std::string& name, nb::dict parameters)
    : of_(&loss_named(name)), values_(of_->usual) {
  for (const auto& [key, value] : parameters) set(nb::cast<std::string>(key), value);
  switch (of_->shape) {
    case loss_shape::paired:
      run_ = runner_of_paired(of_->type);
      break;
    case loss_shape::labelled:
      run_ = runner_of_labelled(of_->type);
      break;
    default:
      run_ = runner_of_formula(of_->type, values_.similarity);
  }
  if (run_ == nullptr)
    throw nb::value_error((of_->name + ": this build has no such loss over this similarity").c_str());
}

void loss_settings::set(const std::string& name, nb::handle value) {
  if (!set_field(name, value) && !(of_->is_over_pairs && set_option(name, value))) refuse_name(name);
}

bool loss_settings::set_field(const std::string& name, nb::handle value) {
  const array_name whole = of_->name + ": " + name;
  for (std::size_t k = 0; k < of_->fields.size(); ++k) {
    const field_info& field = of_->fields[k];
    if (field.name != name) continue;
    any_field& to = values_.fields[k];
    switch (field.kind) {
      case field_kind::number:
        to.number = number_given(whole, value);
        break;
      case field_kind::truth:
        to.number = truth_given(whole, value) ? 1 : 0;
        break;
      case field_kind::choice:
        to.number = choice_given(whole, value, field.choices);
        break;
      case field_kind::numbers:
        to.numbers = numbers_given(whole, value, kept_);
        break;
      case field_kind::integers:
        to.integers = integers_given(whole, value, kept_);
        break;
      case field_kind::other:
        return false;
    }
    return true;
  }
  return false;
}

bool loss_settings::set_option(const std::string& name, nb::handle value) {
  const array_name whole = of_->name + ": " + name;
  if (name == "similarity") {
    const int chosen = choice_given(whole, value, similarity_names);
    values_.similarity = static_cast<likeness>(chosen < 1 ? 0 : chosen - 1);
    if (chosen == 0) values_.anchor_rows = values_.candidate_rows = rows::unit;
  } else if (name == "rows") {
    values_.anchor_rows = values_.candidate_rows = static_cast<rows>(choice_given(whole, value, form_names));
  } else if (name == "candidate_rows") {
    values_.candidate_rows = static_cast<rows>(choice_given(whole, value, form_names));
  } else if (name == "scale") {
    values_.scale = number_given(whole, value);
  } else if (name == "bias") {
    values_.bias = number_given(whole, value);
  } else if (name == "reduction") {
    values_.reduce = static_cast<reduction>(choice_given(whole, value, reduction_names));
  } else if (name == "direction") {
    if (!nb::isinstance<nb::sequence>(value) || nb::len(value) != 2)
      throw nb::type_error((whole + " must be two numbers, of rows and columns").c_str());
    values_.direction = {number_given(whole, value[0]), number_given(whole, value[1])};
  } else if (name == "no_positive") {
    values_.without_positive = static_cast<no_positive>(choice_given(whole, value, no_positive_names));
  } else if (name == "weights") {
    values_.weights = value.is_none() ? vector_view<const double>{} : numbers_given(whole, value, kept_);
  } else if (name == "check_finite") {
    values_.check_finite = truth_given(whole, value);
  } else {
    return false;
  }
  return true;
}

std::vector<std::string> loss_settings::names() const {
  std::vector<std::string> all;
  for (const field_info& field : of_->fields)
    if (field.kind != field_kind::other) all.push_back(field.name);
  if (of_->is_over_pairs)
    for (const std::string& name : option_names())
      if (std::find(all.begin(), all.end(), name) == all.end()) all.push_back(name);
  return all;
}

void loss_settings::refuse_name(const std::string& name) const {
  const std::vector<std::string> all = names();
  std::string sentence = of_->name;
  sentence.append("() has no parameter ").append(name);
  const std::string nearest = nearest_name(name, all);
  if (!nearest.empty()) sentence.append("; did you mean ").append(nearest).append("?");
  sentence.append(nearest.empty() ? "; it takes " : " It takes ").append(all.empty() ? "none" : joined(all));
  throw nb::type_error(sentence.c_str());
}

nb::object loss_settings::option(const std::string& name) const {
  if (name == "similarity") {
    const bool is_cosine = values_.similarity == likeness::dot_product && values_.anchor_rows == rows::unit &&
                           values_.candidate_rows == rows::unit;
    return is_cosine ? text("cosine") : text(similarity_names, static_cast<double>(values_.similarity) + 1);
  }
  if (name == "rows") return text(form_names, static_cast<double>(values_.anchor_rows));
  if (name == "candidate_rows") return text(form_names, static_cast<double>(values_.candidate_rows));
  if (name == "scale") return nb::float_(values_.scale);
  if (name == "bias") return nb::float_(values_.bias);
  if (name == "reduction") return text(reduction_names, static_cast<double>(values_.reduce));
  if (name == "direction") return nb::make_tuple(values_.direction.rows, values_.direction.columns);
  if (name == "no_positive") return text(no_positive_names, static_cast<double>(values_.without_positive));
  if (name == "check_finite") return nb::bool_(values_.check_finite);
  return nb::none();
}

nb::dict loss_settings::parameters() const {
  nb::dict all;
  for (std::size_t k = 0; k < of_->fields.size(); ++k) {
    const field_info& field = of_->fields[k];
    const any_field& value = values_.fields[k];
    const char* const name = field.name.c_str();
    switch (field.kind) {
      case field_kind::number:
        all[name] = value.number;
        break;
      case field_kind::truth:
        all[name] = value.number != 0;
        break;
      case field_kind::choice:
        all[name] = text(field.choices, value.number);
        break;
      default:
        break;
    }
  }
  if (of_->is_over_pairs)
    for (const std::string& name : option_names())
      if (!all.contains(name.c_str()) && name != "weights") all[name.c_str()] = option(name);
  return all;
}

}  // namespace mixcon_python
