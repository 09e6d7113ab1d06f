// SPDX-License-Identifier: BSD-3-Clause
#include "data/splits.hpp"

#include "options/option_list.hpp"

#include <mixcon/core/number/portable_math.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/mix/draw/draws.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <utility>

namespace mixcon_train {
inline namespace data {

namespace {

constexpr double most_validation = 0.9, steepest_tail = 1e6;

/// The samples of each class (C), in a random order that `what` names.
std::vector<std::vector<index_t>> shuffled_classes(const data_set& data, const char* what, std::uint64_t seed) {
  const auto draws = mixcon::philox_draws{.seed = seed}.within("split").within(what);
  std::vector<std::vector<index_t>> classes(data.class_names.size());
  for (index_t i = 0; i < data.samples(); ++i) classes[static_cast<std::size_t>(data.label(i))].push_back(i);
  std::vector<index_t> order;
  for (std::size_t k = 0; k < classes.size(); ++k) {
    std::vector<index_t>& members = classes[k];
    if (members.empty()) continue;
    order.resize(members.size());
    draws.permutation(mixcon::field("class").on_try(static_cast<index_t>(k)), {order.data(), {std::ssize(order)}});
    for (index_t& place : order) place = members[static_cast<std::size_t>(place)];
    members.swap(order);
  }
  return classes;
}

}  // namespace

void split_options::declare(option_list& to) {
  to.add("per-class", per_class, {0, 1e9}, "training samples that each class keeps; 0: all");
  to.add("tail", tail, {1, steepest_tail},
         "the first class has so many times the training samples of the last; 1: off");
  to.add("validation", validation, {0, most_validation}, "share of the training samples held out for validation");
  to.add("split-seed", seed, "what a split draws, that of a set without test samples too");
}

void split_options::declare_test_share(option_list& to) {
  to.add("test-share", test_share, {0.01, 0.99}, "share of each class that is held out for the test");
}

std::vector<index_t> class_counts(const data_set& data) {
  std::vector<index_t> counts(data.class_names.size(), 0);
  for (const int label : data.labels) ++counts[static_cast<std::size_t>(label)];
  return counts;
}

std::vector<index_t> exponential_tail(const std::vector<index_t>& counts, double ratio) {
  namespace portable = mixcon::portable;
  MIXCON_REQUIRE(1 <= ratio && ratio <= steepest_tail, "exponential_tail: --tail: ", ratio, "; expected 1 to ",
                 steepest_tail, ".");
  const index_t head = counts.empty() ? 0 : *std::max_element(counts.begin(), counts.end());
  const double log_ratio = portable::log(ratio), last = std::max(1.0, static_cast<double>(counts.size()) - 1);
  std::vector<index_t> kept;
  for (std::size_t k = 0; k < counts.size(); ++k) {
    const double share = portable::exp(-portable::product(static_cast<double>(k) / last, log_ratio));
    // what rounding may take from a whole number is given back
    const auto wanted = static_cast<index_t>(portable::product(static_cast<double>(head), share) + 1e-6);
    kept.push_back(std::min(counts[k], std::max<index_t>(1, wanted)));
  }
  return kept;
}

std::vector<index_t> some_of_each_class(const data_set& data, const std::vector<index_t>& counts, std::uint64_t seed) {
  MIXCON_REQUIRE(std::ssize(counts) == data.classes(), "some_of_each_class: ", counts.size(), " counts for the ",
                 data.classes(), " classes of ", data.name, "; expected one each.");
  std::vector<index_t> chosen;
  const auto classes = shuffled_classes(data, "kept", seed);
  for (std::size_t k = 0; k < classes.size(); ++k) {
    const std::vector<index_t>& members = classes[k];
    MIXCON_REQUIRE(0 <= counts[k] && counts[k] <= std::ssize(members), "some_of_each_class: ", counts[k],
                   " training samples are asked of the class ", data.class_names[k], " of ", data.name, ", which has ",
                   members.size(), "; expected no more.");
    chosen.insert(chosen.end(), members.begin(), members.begin() + counts[k]);
  }
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

two_parts hold_out(const data_set& data, double share, std::uint64_t seed) {
  MIXCON_REQUIRE(0 <= share && share <= 1, "hold_out: a share of ", share, " of ", data.name, "; expected 0 to 1.");
  two_parts parts;
  for (const std::vector<index_t>& members : shuffled_classes(data, "held out", seed)) {
    const index_t count = std::ssize(members), least = share > 0 && share < 1 && count >= 2 ? 1 : 0;
    const auto nearest = static_cast<index_t>(std::llround(share * static_cast<double>(count)));
    const index_t out = std::clamp(nearest, least, count - least);
    parts.held_out.insert(parts.held_out.end(), members.begin(), members.begin() + out);
    parts.kept.insert(parts.kept.end(), members.begin() + out, members.end());
  }
  std::sort(parts.kept.begin(), parts.kept.end());
  std::sort(parts.held_out.begin(), parts.held_out.end());
  return parts;
}

train_and_test train_and_test_of(const data_set& whole, std::uint64_t seed, double test_share) {
  const two_parts parts = hold_out(whole, test_share, seed);
  train_and_test data{taken(whole, parts.kept), taken(whole, parts.held_out)};
  data.train.name = whole.name + " train";
  data.test.name = whole.name + " test";
  return data;
}

train_and_test split(train_and_test data, const split_options& chosen) {
  MIXCON_REQUIRE(0 <= chosen.validation && chosen.validation <= most_validation, "--validation: ", chosen.validation,
                 "; expected 0 to ", most_validation, ".");
  MIXCON_REQUIRE(chosen.per_class >= 0, "--per-class: ", chosen.per_class, "; expected 0 (all) or more.");
  if (chosen.validation > 0) {
    const two_parts parts = hold_out(data.train, chosen.validation, chosen.seed);
    data.validation = taken(data.train, parts.held_out);
    data.validation.name += ", held out";
    data.train = taken(data.train, parts.kept);
  }
  if (chosen.per_class == 0 && chosen.tail == 1) return data;
  std::vector<index_t> counts = class_counts(data.train);
  for (std::size_t k = 0; k < counts.size() && chosen.per_class > 0; ++k) {
    MIXCON_REQUIRE(chosen.per_class <= counts[k], "--per-class: ", chosen.per_class, ", and the class ",
                   data.train.class_names[k], " of ", data.train.name, " has ", counts[k],
                   chosen.validation > 0 ? " left after --validation" : "",
                   "; expected no more than the smallest class has.");
    counts[k] = chosen.per_class;
  }
  data.train = taken(data.train, some_of_each_class(data.train, exponential_tail(counts, chosen.tail), chosen.seed));
  return data;
}

}  // namespace data
}  // namespace mixcon_train
