// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Writes plans as JSON and reads them back, equal to the last digit.

#include <mixcon/core/config.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/mix/box.hpp>
#include <mixcon/mix/json_reader.hpp>
#include <mixcon/mix/kinds/mask.hpp>
#include <mixcon/mix/kinds/resize.hpp>
#include <mixcon/mix/plan.hpp>

#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

// Plans as JSON text, to store them and replay them elsewhere:
//   {"kind": "box", "perm": [1, 0], "lam": [0.75], "box": [[0, 2, 1, 3]], "own_inside": false}
// Every number is written with all its digits, so the plan that is read equals the one that was written. A kind of plan
// takes part by its `kind` and `fields`.
namespace mixcon {

namespace detail {

inline void write_json(std::string& to, double number) {
  MIXCON_REQUIRE(number - number == 0, "to_json: the plan holds ", number, ", which JSON has no word for.");
  to += written_exactly(number);
}
inline void write_json(std::string& to, index_t number) { to += std::to_string(number); }
inline void write_json(std::string& to, bool flag) { to += flag ? "true" : "false"; }
inline void write_json(std::string& to, interpolation how) { to += '"' + to_string(how) + '"'; }
inline void write_json(std::string& to, const box& b) { to += to_string(b); }
inline void write_json(std::string& to, const interval& s) { to += to_string(s); }
template <class T>
void write_json(std::string& to, const std::vector<T>& list);
inline void write_json(std::string& to, const mask& shares) {
  const axes<4>& extents = shares.extents;
  to += "{\"shape\": ";
  write_json(to, std::vector<index_t>{extents[0], extents[1], extents[2], extents[3]});
  to += ", \"data\": ";
  write_json(to, shares.values);
  to += '}';
}
template <class T>
void write_json(std::string& to, const std::vector<T>& list) {
  to += '[';
  bool first = true;
  for (const T& entry : list) {
    if (!first) to += ", ";
    first = false;
    write_json(to, entry);
  }
  to += ']';
}

inline void read_json(json_reader& from, double& number) { number = from.number(); }
inline void read_json(json_reader& from, index_t& number) { number = from.integer(); }
inline void read_json(json_reader& from, bool& flag) { flag = from.flag(); }
inline void read_json(json_reader& from, interpolation& how) {
  const std::string word = (from.word)();
  for (const interpolation known : {interpolation::nearest, interpolation::bilinear, interpolation::bilinear_corners})
    if (word == to_string(known)) {
      how = known;
      return;
    }
  from.refuse("an interpolation: nearest, bilinear or bilinear_corners");
}
template <class T>
void read_json(json_reader& from, std::vector<T>& list);
inline void read_json(json_reader& from, box& b) {
  std::vector<index_t> ends;
  read_json(from, ends);
  if (ends.size() != 4) from.refuse("a box of four numbers");
  b = {ends[0], ends[1], ends[2], ends[3]};
}
inline void read_json(json_reader& from, interval& s) {
  std::vector<index_t> ends;
  read_json(from, ends);
  if (ends.size() != 2) from.refuse("an interval of two numbers");
  s = {ends[0], ends[1]};
}
inline void read_json(json_reader& from, mask& shares) {
  from.members([&](const std::string& name) {
    if (name == "data") {
      read_json(from, shares.values);
    } else if (name == "shape") {
      std::vector<index_t> extents;
      read_json(from, extents);
      if (extents.size() != 4) from.refuse("a mask's shape of four numbers");
      shares.extents = {extents[0], extents[1], extents[2], extents[3]};
    } else {
      return false;
    }
    return true;
  });
}
template <class T>
void read_json(json_reader& from, std::vector<T>& list) {
  (list.clear)();
  from.entries([&] { read_json(from, list.emplace_back()); });
}

}  // namespace detail

/// The plan as one line of JSON.
template <class Region>
std::string to_json(const mix_plan<Region>& plan) {
  std::string text = std::string("{\"kind\": \"") + Region::kind + "\", \"perm\": ";
  detail::write_json(text, plan.partner);
  text += ", \"lam\": ";
  detail::write_json(text, plan.lambda);
  Region::fields(plan.region, [&text](const char* name, const auto& value) {
    text += std::string(", \"") + name + "\": ";
    detail::write_json(text, value);
  });
  return text + '}';
}

/// The kind that a stored plan is of, to choose the type it is read as: "lerp", "box", "interval", "mask", ...
inline std::string kind_of_json(std::string_view text) {
  detail::json_reader from(text);
  std::string kind;
  from.members([&](const std::string& name) {
    if (name == "kind")
      kind = (from.word)();
    else
      from.skip();
    return true;
  });
  return kind;
}

/// Reads what `to_json` wrote. Refuses other JSON, members that the kind does not have, and text that is cut off, by
/// its place; `blend` checks whether the plan fits a batch.
template <class Region>
mix_plan<Region> plan_from_json(std::string_view text) {
  detail::json_reader from(text);
  mix_plan<Region> plan;
  bool kind_known = false;
  from.members([&](const std::string& name) {
    bool known = name == "kind" || name == "perm" || name == "lam";
    if (name == "kind") {
      const std::string kind = (from.word)();
      MIXCON_REQUIRE(kind == Region::kind, "plan_from_json: the stored plan is of kind \"", kind, "\", not \"",
                     Region::kind, "\"; ask kind_of_json which type to read.");
      kind_known = true;
    }
    if (name == "perm") detail::read_json(from, plan.partner);
    if (name == "lam") detail::read_json(from, plan.lambda);
    Region::fields(plan.region, [&](const char* field, auto& value) {
      if (name != field) return;
      known = true;
      detail::read_json(from, value);
    });
    return known;
  });
  from.end();
  MIXCON_REQUIRE(kind_known, "plan_from_json: the text has no \"kind\"; is it a plan?");
  return plan;
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
