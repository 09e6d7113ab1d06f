// SPDX-License-Identifier: BSD-3-Clause
#include "losses.hpp"
#include "runners.hpp"

#include <mixcon/losses/all_losses.hpp>

namespace mixcon_python {

namespace {

template <class Enumeration>
std::vector<std::string> choices_of() {
  std::vector<std::string> names;
  for (int k = 0; k < 8; ++k)
    if (const std::string_view name = enumerator_name(static_cast<Enumeration>(k)); !name.empty())
      names.emplace_back(name);
  return names;
}

template <class Loss>
std::vector<field_info> fields_of(const Loss& loss) {
  std::vector<field_info> found;
  for_each_field(loss, [&](auto field) {
    using type = std::remove_cvref_t<decltype(field.value)>;
    constexpr field_kind kind = kind_of_field<type>();
    const std::string_view name = field.name == "lambda" ? "lam" : field.name;  // a word of Python's own
    field_info info{std::string(name), kind, {}, {}, std::string(field.meaning)};
    if constexpr (kind == field_kind::choice) {
      info.choices = choices_of<type>();
      info.usual.number = static_cast<double>(static_cast<int>(field.value));
    } else if constexpr (kind == field_kind::number || kind == field_kind::truth) {
      info.usual.number = static_cast<double>(field.value);
    }
    found.push_back(info);
  });
  return found;
}

template <class Similarity>
constexpr likeness likeness_of() {
  if constexpr (std::is_same_v<Similarity, negative_distance>) return likeness::negative_distance;
  if constexpr (std::is_same_v<Similarity, negative_squared_distance>) return likeness::negative_squared_distance;
  return likeness::dot_product;
}

template <class Listed>
loss_info info_of(const Listed& listed) {
  using loss = typename Listed::type;
  loss_info info;
  info.name = listed.name, info.header = listed.header, info.shape = Listed::shape, info.summary = listed.summary();
  if constexpr (Listed::shape == loss_shape::objective) {
    const auto& made = listed.made;
    info.type = name_of<std::remove_cvref_t<decltype(made.loss)>>();
    info.fields = fields_of(made.loss);
    info.usual.similarity = likeness_of<std::remove_cvref_t<decltype(made.similarity)>>();
    info.usual.anchor_rows = made.similarity.anchor_rows();
    info.usual.candidate_rows = made.similarity.candidate_rows();
    info.usual.scale = made.scale, info.usual.bias = made.logits.bias;
    info.usual.reduce = made.reduce, info.usual.without_positive = made.without_positive;
    info.usual.direction = made.direction, info.usual.check_finite = made.check_finite;
  } else {
    info.type = name_of<loss>();
    info.fields = fields_of(listed.made);
  }
  info.is_over_pairs = Listed::shape == loss_shape::objective || Listed::shape == loss_shape::formula;
  info.is_divided = info.is_over_pairs || is_divided_paired(info.type);
  for (const field_info& field : info.fields) info.usual.fields.push_back(field.usual);
  return info;
}

}  // namespace

const std::vector<loss_info>& losses() {
  static const std::vector<loss_info> all = [] {
    std::vector<loss_info> made;
    all_losses::for_each([&](const auto& listed) { made.push_back(info_of(listed)); });
    return made;
  }();
  return all;
}

std::string meaning_of_option(const std::string& name) { return std::string(detail::said_of("objective", name)); }

}  // namespace mixcon_python
