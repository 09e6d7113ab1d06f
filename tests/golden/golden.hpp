// SPDX-License-Identifier: BSD-3-Clause
// What every reader of golden files shares: arrays, a case whose fields are all accounted for, and its verdict.
#pragma once

#include <mixcon/core/tensor_view.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace mixcon_golden {

using mixcon::index_t;
using nlohmann::json;

/// An output that does not agree, and by how much in units of the comparison's scale (infinite: not comparable at all).
struct mismatch {
  std::string output;
  double by = 0;
};

struct verdict {
  std::vector<mismatch> mismatches;
  bool passed() const { return mismatches.empty(); }
};

/// A row-major array of real numbers; a scalar has no axes.
struct array {
  std::vector<index_t> shape;
  std::vector<double> data;

  /// Empty unless the array has exactly this rank.
  template <int Rank>
  mixcon::tensor_view<const double, Rank> view() const {
    if (shape.size() != static_cast<std::size_t>(Rank)) return {};
    mixcon::axes<Rank> extents{};
    for (int axis = 0; axis < Rank; ++axis) extents[axis] = shape[static_cast<std::size_t>(axis)];
    return {data.data(), extents};
  }
  index_t rows() const { return shape.empty() ? 1 : shape.front(); }
};

namespace detail {

inline void append_nested(const json& value, std::size_t depth, array& to) {
  if (!value.is_array()) {
    if (depth != to.shape.size()) throw std::runtime_error("a list of unequal depth");
    to.data.push_back(value.get<double>());
    return;
  }
  const index_t extent = static_cast<index_t>(value.size());
  if (depth == to.shape.size() && to.data.empty()) to.shape.push_back(extent);
  if (depth >= to.shape.size() || to.shape[depth] != extent) throw std::runtime_error("a list of unequal rows");
  for (const json& part : value) append_nested(part, depth + 1, to);
}

/// Whether there are as many numbers as the shape says.
inline bool fills(const array& a) {
  index_t size = 1;
  for (const index_t extent : a.shape)
    if (extent < 0 || __builtin_mul_overflow(size, extent, &size)) return false;
  return size == static_cast<index_t>(a.data.size());
}

}  // namespace detail

/// Reads {"shape", "data"}, a number, or a (nested) list of numbers with rows of one length.
inline array read_array(const json& value) {
  array read;
  if (value.is_object()) {
    value.at("shape").get_to(read.shape);
    value.at("data").get_to(read.data);
    if (!detail::fills(read)) throw std::runtime_error("data does not fill its shape");
  } else {
    detail::append_nested(value, 0, read);
  }
  return read;
}

/// The members of a JSON object. Each is asked for by name; `unasked` names those that nobody asked for.
class fields {
 public:
  explicit fields(json members, std::string path) : members_(std::move(members)), path_(std::move(path)) {}

  bool contains(const std::string& name) const { return members_.contains(name); }
  const json& peek(const std::string& name) const { return members_.at(name); }
  bool has(const std::string& name) {
    asked_.insert(name);
    return contains(name);
  }
  const json& raw(const std::string& name) {
    if (!has(name)) throw std::runtime_error(path_ + "." + name + " is missing");
    return members_.at(name);
  }
  array real(const std::string& name) { return read_array(raw(name)); }
  std::vector<index_t> indices(const std::string& name) {
    for (const json& entry : raw(name))
      if (!entry.is_number_integer())
        throw std::runtime_error(path_ + "." + name + " holds " + entry.dump() + ", no integer");
    return raw(name).get<std::vector<index_t>>();
  }
  double number(const std::string& name) { return raw(name).get<double>(); }
  double number(const std::string& name, double otherwise) { return has(name) ? number(name) : otherwise; }
  index_t count(const std::string& name) { return raw(name).get<index_t>(); }
  bool flag(const std::string& name, bool otherwise) { return has(name) ? raw(name).get<bool>() : otherwise; }
  std::string word(const std::string& name, const std::string& otherwise) {
    return has(name) ? raw(name).get<std::string>() : otherwise;
  }
  /// The members of a member that is an object itself: ask it, then hand it to `golden_case::also`.
  fields inside(const std::string& name) { return fields(raw(name), path_ + "." + name); }

  std::vector<std::string> unasked() const {
    std::vector<std::string> names;
    for (const auto& member : members_.items())
      if (asked_.count(member.key()) == 0) names.push_back(path_ + "." + member.key());
    return names;
  }

 private:
  json members_;
  std::string path_;
  std::set<std::string> asked_;
};

/// What a difference is measured in.
enum class in_units_of {
  the_value,    ///< of each expected value, at least 1: losses, plans, mixed samples
  the_largest,  ///< of the largest expected magnitude: gradients; 1 where all are 0 but for the rounding of a double
  nothing,      ///< absolute
};

/// One case. It fails when a listed output differs, when nobody computed a listed output, and when nobody asked for a
/// parameter or an input: what a runner does not know, it must not pass.
class golden_case {
 public:
  explicit golden_case(const json& test_case)
      : params(members(test_case, "params"), "params"),
        inputs(members(test_case, "inputs"), "inputs"),
        outputs_(members(test_case, "outputs"), "outputs") {}

  fields params, inputs;

  /// Whether the case lists that output. Only a comparison accounts for it.
  bool lists(const std::string& output) const { return outputs_.contains(output); }

  /// How many numbers a listed output has.
  std::size_t count_of(const std::string& output) const { return read_array(outputs_.peek(output)).data.size(); }

  /// Compares the numbers, in row-major order, with the listed output; silently nothing when the case does not list it.
  template <class Numbers>
  void expect(const std::string& output, const Numbers& got, double tolerance,
              in_units_of unit = in_units_of::the_value) {
    if (!lists(output)) return;
    expect_equal(output, outputs_.real(output), got, tolerance, unit);
  }
  void expect(const std::string& output, double got, double tolerance, in_units_of unit = in_units_of::the_value) {
    expect(output, std::vector<double>{got}, tolerance, unit);
  }
  /// The same against numbers that stand elsewhere in the case, such as those of `inputs.plan`.
  template <class Numbers>
  void expect_equal(const std::string& name, const array& expected, const Numbers& got, double tolerance,
                    in_units_of unit = in_units_of::the_value) {
    const double by = difference(expected.data, got, unit);
    if (!(by <= tolerance) || std::isinf(by)) fail(name, by);
  }
  /// A listed output, and one that is a list of arrays, for checks that compare in their own way.
  array output(const std::string& name) { return outputs_.real(name); }
  std::vector<array> outputs(const std::string& name) {
    std::vector<array> each;
    if (lists(name))
      for (const json& part : outputs_.raw(name)) each.push_back(read_array(part));
    return each;
  }
  /// A listed output that is an object of arrays, by their names.
  std::map<std::string, array> named_outputs(const std::string& name) {
    std::map<std::string, array> each;
    if (lists(name))
      for (const auto& part : outputs_.raw(name).items()) each[part.key()] = read_array(part.value());
    return each;
  }
  /// Whether everything that was compared so far agrees.
  bool agrees() const { return found_.passed(); }
  /// Bit for bit equal JSON: nested index lists, words.
  void expect_json(const std::string& output, const json& got) {
    if (lists(output) && outputs_.raw(output) != got) fail(output);
  }
  void fail(const std::string& what, double by = std::numeric_limits<double>::infinity()) {
    found_.mismatches.push_back({what, by});
  }
  /// Whatever was not asked for inside a nested object fails the case too.
  void also(const fields& nested) { refuse_unasked(nested); }

  verdict finish() {
    refuse_unasked(params);
    refuse_unasked(inputs);
    refuse_unasked(outputs_);
    return found_;
  }

 private:
  static json members(const json& test_case, const char* name) {
    return test_case.contains(name) ? test_case.at(name) : json::object();
  }
  void refuse_unasked(const fields& part) {
    for (const std::string& name : part.unasked()) fail(name + " is unknown");
  }
  template <class Numbers>
  static double difference(const std::vector<double>& expected, const Numbers& got, in_units_of unit) {
    if (std::size(got) != expected.size()) return std::numeric_limits<double>::infinity();
    constexpr double rounding = 16 * std::numeric_limits<double>::epsilon();
    double largest = 0;
    for (const double value : expected) largest = std::max(largest, std::abs(value));
    double worst = 0;
    auto found = std::begin(got);
    for (const double value : expected) {
      double scale = 1;
      if (unit == in_units_of::the_value) scale = std::max(1.0, std::abs(value));
      if (unit == in_units_of::the_largest && largest > rounding) scale = largest;
      const double by = std::abs(static_cast<double>(*found++) - value) / scale;
      if (!(by <= worst)) worst = std::isnan(by) ? std::numeric_limits<double>::infinity() : by;
    }
    return worst;
  }

  fields outputs_;
  verdict found_;
};

/// The verdict of `check`, which fills a `golden_case`; a refusal (an exception) fails the case with its sentence.
template <class Check>
verdict verdict_of(const json& test_case, Check&& check) {
  try {
    golden_case of(test_case);
    check(of);
    return of.finish();
  } catch (const std::exception& refusal) {
    return {{{refusal.what(), std::numeric_limits<double>::infinity()}}};
  }
}

}  // namespace mixcon_golden
