// SPDX-License-Identifier: BSD-3-Clause
// Every loss, policy, similarity and targets type says its name, what it is, and of each field name, value and meaning.
#include "laws/sources.hpp"
#include "support/catch.hpp"

#include <mixcon/mixcon.hpp>

#include <map>
#include <regex>
#include <set>

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// Calls visit with each similarity of the library.
template <class Visit>
void for_each_similarity(Visit&& visit) {
  visit(dot_product{}), visit(cosine{}), visit(negative_squared_distance{}), visit(negative_distance{});
}
/// The same with each kind of logits.
template <class Visit>
void for_each_logits(Visit&& visit) {
  static const std::vector<double> numbers{1, 2, 3, 4};
  visit(plain_logits{}), visit(candidate_bias{numbers});
  const matrix_view<const double> square{numbers.data(), {2, 2}};
  visit(pair_logits{square, square});
}
/// The same with each type of targets; those that wrap others wrap some.
template <class Visit>
void for_each_targets(Visit&& visit) {
  static const std::vector<double> numbers{1, 2, 3, 4};
  static const std::vector<index_t> partner{1, 0};
  static const pair_targets pairs{.own = {0, 1}, .partner = {1, 0}, .lambda = {0.5, 0.5}};
  const matrix_view<const double> square{numbers.data(), {2, 2}};
  visit(view_targets{}), visit(label_targets{}), visit(class_targets{}), visit(member_targets{});
  visit(diagonal_targets{}), visit(first_own_targets{}), visit(other_rows{}), visit(mask_targets{square});
  visit(matrix_targets{square}), visit(every_negative{}), visit(every_positive{}), visit(queue_targets{});
  visit(scaled_targets{view_targets{}, view(numbers)}), visit(segments(label_targets{}, every_negative{}));
  visit(targets_of([](index_t, index_t) { return negative_pair(); }));
  visit(mixed_targets{diagonal_targets{}, view(numbers), integer_view(partner)}), visit(class_pair_targets{pairs});
  visit(supmix_targets{}), visit(weighted_view_targets{}), visit(first_of_two{}), visit(memory_targets{});
  visit(admissible_targets{}), visit(false_negative_targets{}), visit(listed_targets{});
}
/// The same with what policies are made of: rules of lambda, of pairing, of boxes.
template <class Visit>
void for_each_part(Visit&& visit) {
  visit(fixed_lambda{}), visit(uniform_lambda{}), visit(beta_lambda{}), visit(folded<>{}), visit(rescaled<>{});
  visit(truncated<>{}), visit(dirichlet_weights{});
  visit(pairing::random_permutation{}), visit(pairing::derangement{}), visit(pairing::reverse{});
  visit(pairing::shift{}), visit(pairing::roll{}), visit(pairing::from_bank{}), visit(pairing::same_class{});
  visit(pairing::different_class{}), visit(pairing::class_balanced{}), visit(pairing::nearest{});
  visit(pairing::nearest_class{}), visit(pairing::max_distance_cycle{});
  visit(centred_box{}), visit(margin_box{}), visit(minmax_box{}), visit(torchvision_box{}), visit(continuous_box{});
  visit(random_interval{}), visit(accept_area{}), visit(gated<mixup<>>{});
}

void check_word(std::string_view name) {
  INFO("name: " << name);
  CHECK(std::regex_match(std::string(name), std::regex("[a-z][a-z0-9_]*")));
}
template <class T>
void check_names(const T& object, const std::string& path) {
  std::set<std::string_view> seen;
  for_each_field(object, [&](const auto& field) {
    const std::string at = path + '.' + std::string(field.name);
    INFO(at << ": " << field.meaning);
    check_word(field.name);
    CHECK(seen.insert(field.name).second);
    CHECK(!field.meaning.empty());
    const auto *begin = reinterpret_cast<const char*>(&object), *own = reinterpret_cast<const char*>(&field.value);
    CHECK((begin <= own && own + sizeof(field.value) <= begin + sizeof(object)));
    using value = std::remove_cvref_t<decltype(field.value)>;
    if constexpr (std::is_enum_v<value>)
      check_word(enumerator_name(field.value));
    else if constexpr (Reflected<value>)
      check_names(field.value, at);
  });
  CHECK(static_cast<int>(seen.size()) == field_count_of<T>);
}
/// An object says its name and what it is, and its fields, and theirs, say theirs.
template <class T>
void check_all_is_said(const T& object, std::string_view name = name_of<T>()) {
  INFO(name);
  check_word(name);
  CHECK(!detail::said_of(name, "").empty());
  check_names(object, std::string(name));
}

/// All numbers of an object, by path.
using numbers_by_name = std::map<std::string, double>;
template <class T>
constexpr bool is_number = std::is_arithmetic_v<T> || std::is_enum_v<T>;
template <class T>
numbers_by_name numbers_of(const T& object) {
  numbers_by_name all;
  for_each_field(object, [&](const auto& field) {
    using value = std::remove_cvref_t<decltype(field.value)>;
    if constexpr (is_number<value>)
      all.emplace(field.name, static_cast<double>(field.value));
    else if constexpr (Reflected<value>)
      for (const auto& [name, number] : numbers_of(field.value))
        all.emplace(std::string(field.name) + '.' + name, number);
  });
  return all;
}
template <class T>
void set_numbers(T& object, const numbers_by_name& all, const std::string& path = "") {
  for_each_field(object, [&](const auto& field) {
    using value = std::remove_cvref_t<decltype(field.value)>;
    const std::string at = path + std::string(field.name);
    if constexpr (is_number<value>)
      field.value = static_cast<value>(all.at(at));
    else if constexpr (Reflected<value>)
      set_numbers(field.value, all, at + '.');
  });
}
/// Numbers that are written by name are the numbers that are read by name, each its own.
template <class T>
void check_round_trip(T object, std::string_view name) {
  INFO(name);
  numbers_by_name changed = numbers_of(object);
  for (auto& [path, number] : changed) number = number == 0 ? 1 : 0;
  double k = 1;
  for (auto& [path, number] : changed) number = number == 1 ? 1 : k++ / 1024;  // true, 1, an enumerator; else apart
  set_numbers(object, changed);
  for (const auto& [path, number] : numbers_of(object)) {
    INFO(path << ": " << number << ", written " << changed.at(path));
    CHECK((number == changed.at(path) || number == std::trunc(changed.at(path)) || number == 1));
  }
  const numbers_by_name once = numbers_of(object);
  set_numbers(object, once);
  CHECK(numbers_of(object) == once);
}

/// The structs of mixcon's own name space whose text fits, in all headers.
std::set<std::string> structs_with(const std::string& text) {
  std::set<std::string> found;
  for (const fs::path& header : files_below("include/mixcon", ".hpp")) {
    const std::string source = text_of(header);
    const std::string opening = "\nstruct ";
    for (auto at = source.find(opening); at != std::string::npos; at = source.find(opening, at + 1)) {
      const auto name = at + opening.size(), brace = source.find(" {\n", name), end = source.find("\n};", name);
      if (brace == std::string::npos || brace > source.find('\n', name)) continue;  // specialised, derived, or declared
      const std::string before = source.substr(0, at), body = source.substr(brace, end - brace);
      const auto opened = before.rfind("namespace detail {"), closed = before.rfind("}  // namespace detail");
      const bool is_detail = opened != std::string::npos && (closed == std::string::npos || closed < opened);
      if (!is_detail && body.find(text) != std::string::npos) found.insert(source.substr(name, brace - name));
    }
  }
  return found;
}

}  // namespace

TEST_CASE("every loss says its name, what it is, and its fields", "[laws]") {
  int count = 0;
  all_losses::for_each([&](const auto& listed) {
    using loss = typename std::remove_cvref_t<decltype(listed)>::type;
    check_all_is_said(listed.made, listed.name);
    CHECK(!listed.summary().empty());
    const bool is_made_by_a_function = listed.shape == loss_shape::objective || listed.name != listed.header;
    CHECK((is_made_by_a_function || name_of<loss>() == listed.name));
    if constexpr (requires { loss::name; }) CHECK(loss::name == name_of<loss>());
    ++count;
  });
  CHECK(count > 45);
}

TEST_CASE("every policy says its name, what it is, and its fields", "[laws]") {
  int count = 0;
  all_mixes::for_each([&](const auto& listed) {
    check_all_is_said(listed.made);
    CHECK(!listed.summary().empty());
    if constexpr (requires { listed.made.name.name(); }) CHECK(listed.made.name.name() == listed.name);
    ++count;
  });
  CHECK(count > 30);
}

TEST_CASE("every similarity, type of targets, and part of a policy says its name, what it is, and its fields",
          "[laws]") {
  std::set<std::string> similarities, targets;
  for_each_similarity([&](const auto& each) {
    check_all_is_said(each);
    similarities.emplace(name_of<std::remove_cvref_t<decltype(each)>>());
  });
  for_each_logits([](const auto& each) { check_all_is_said(each); });
  for_each_targets([&](const auto& each) {
    check_all_is_said(each);
    targets.emplace(name_of<std::remove_cvref_t<decltype(each)>>());
  });
  for_each_part([](const auto& each) { check_all_is_said(each); });
  CHECK(similarities == structs_with("similarity_slopes<T> slopes("));
  CHECK(targets == structs_with("bind(const pair_space&"));
}

TEST_CASE("what is written to a field by its name is read from it", "[laws]") {
  all_losses::for_each([](const auto& listed) { check_round_trip(listed.made, listed.name); });
  all_mixes::for_each([](const auto& listed) { check_round_trip(listed.made, listed.name); });
  for_each_similarity([](const auto& each) { check_round_trip(each, "a similarity"); });

  info_nce loss;
  set_numbers(loss, {{"temperature", 0.25}, {"base_temperature", 0.5}});
  CHECK((loss.temperature == 0.25 && loss.base_temperature == 0.5));
  auto criterion = supcon();
  numbers_by_name all = numbers_of(criterion);
  CHECK((all.at("loss.temperature") == 0.07 && all.at("scale") == 1 && all.at("similarity.anchors") == 1));
  all.at("loss.temperature") = 0.5, all.at("direction.columns") = 2;
  set_numbers(criterion, all);
  CHECK((criterion.loss.temperature == 0.5 && criterion.direction.columns == 2));
  cutmix<> policy;
  set_numbers(policy, {{"lambda.alpha", 0.5}, {"lambda.beta", 2}, {"per", 2}});
  CHECK((policy.lambda.alpha == 0.5 && policy.lambda.beta == 2 && policy.per == granularity::sample));
}

TEST_CASE("a meaning is what the comment beside the field says", "[laws]") {
  const auto meaning = [](auto object, std::string_view name) {
    std::string found;
    for_each_field(object, [&](const auto& field) {
      if (field.name == name) found = field.meaning;
    });
    return found;
  };
  CHECK(meaning(info_nce{}, "temperature") == "in units of similarity, > 0; smaller is sharper");
  CHECK(meaning(info_nce{}, "base_temperature") ==  // the comment stands on the line after the name
        "> 0: the value is multiplied by temperature / base_temperature, as SupContrast does; 0: not");
  CHECK(
      meaning(saliencymix<>{}, "levels") ==  // goes on below
      "saliency in [0, 1] is truncated to so many levels first, as in the released code; 0: exact, for saliency in any "
      "unit");
  CHECK(meaning(multi_similarity{}, "repel") == meaning(multi_similarity{}, "attract"));  // of one line
  CHECK(meaning(mixup<>{}, "per") == summary_of<granularity>());                          // without one: of its type
  CHECK(meaning(mixup<folded<>>{}, "lambda") == summary_of<folded<>>());
  CHECK(summary_of<info_nce>() == "The softmax cross-entropy of an anchor's logits against its targets");
}

TEST_CASE("a type of one's own says its fields, and has no meaning for them", "[laws]") {
  struct my_loss {
    double steepness = 3;
    bool is_soft = false;
    rows form = rows::unit;
  };
  std::string said(name_of<my_loss>());
  const my_loss loss;
  for_each_field(loss, [&](const auto& field) { said += ' ' + std::string(field.name); });
  CHECK(said == "my_loss steepness is_soft form");
  CHECK(summary_of<my_loss>().empty());
}

TEST_CASE("enumerators say their names, and what is none has none", "[laws]") {
  CHECK(enumerator_name(rows::as_given) == "as_given");
  CHECK(enumerator_name(rows::unit_as_given) == "unit_as_given");
  CHECK(enumerator_name(granularity::sample) == "sample");
  CHECK(enumerator_name(static_cast<rows>(3)).empty());
  CHECK(enumerator_name(static_cast<rows>(100)).empty());
}
