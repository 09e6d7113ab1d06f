// SPDX-License-Identifier: BSD-3-Clause
#include "data/splits.hpp"

#include "options/option_list.hpp"

#include "support/catch.hpp"
#include "support/distributions.hpp"
#include "trainer/data/samples.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <string>
#include <vector>

using namespace mixcon_train;

namespace {

/// Rows of one number, their own; `counts` of each class, one after another in turn as long as they last.
data_set numbered(const std::vector<index_t>& counts) {
  data_set data{.name = "numbers train", .kind = sample_kind::row, .shape = {0, 1, 1, 1}};
  std::vector<index_t> left = counts;
  for (std::size_t k = 0; k < counts.size(); ++k) data.class_names.push_back("sort " + std::to_string(k));
  while (std::accumulate(left.begin(), left.end(), index_t{0}) > 0)
    for (std::size_t k = 0; k < left.size(); ++k)
      if (left[k]-- > 0) {
        data.values.push_back(static_cast<float>(data.shape.samples++));
        data.labels.push_back(static_cast<int>(k));
      } else {
        left[k] = 0;
      }
  return data;
}

std::vector<index_t> numbers_of(const data_set& data) { return {data.values.begin(), data.values.end()}; }

bool rises(const std::vector<index_t>& numbers) {
  return std::adjacent_find(numbers.begin(), numbers.end(), std::greater_equal<>()) == numbers.end();
}

std::string refusal(const data_set& train, const split_options& chosen) {
  try {
    split({.train = train}, chosen);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("The exponential tail has the published sizes of CIFAR's long-tailed versions", "[data]") {
  CHECK(exponential_tail(std::vector<index_t>(10, 5000), 100) ==
        std::vector<index_t>{5000, 2997, 1796, 1077, 645, 387, 232, 139, 83, 50});
  const auto total = [](index_t classes, index_t each, double ratio) {
    const auto kept = exponential_tail(std::vector<index_t>(static_cast<std::size_t>(classes), each), ratio);
    return std::accumulate(kept.begin(), kept.end(), index_t{0});
  };
  CHECK(total(10, 5000, 100) == 12406);
  CHECK(total(100, 500, 100) == 10847);
  CHECK(total(10, 5000, 10) == 20431);
  CHECK(total(7, 60, 1) == 420);
  for (const double ratio : {2.0, 3.7, 50.0, 1000.0}) {
    const auto kept = exponential_tail(std::vector<index_t>(6, 800), ratio);
    for (std::size_t k = 0; k < 6; ++k)
      CHECK(static_cast<double>(kept[k]) ==
            std::max(1.0, std::floor(800 * std::pow(ratio, -static_cast<double>(k) / 5) + 1e-9)));
  }
  CHECK(exponential_tail({40, 3, 100, 0, 100}, 100) == std::vector<index_t>{40, 3, 10, 0, 1});
  CHECK(exponential_tail({12}, 100) == std::vector<index_t>{12});
  CHECK_THROWS_WITH(exponential_tail({5, 5}, 0.5), "exponential_tail: --tail: 0.5; expected 1 to 1e+06.");
}

TEST_CASE("A split keeps so many of each class, in their old order, the smaller part within the larger", "[data]") {
  const data_set data = numbered({30, 50, 41});
  std::set<index_t> before;
  for (const index_t count : {1, 5, 20, 30}) {
    const train_and_test made = split({.train = data, .test = data}, {.per_class = count, .seed = 3});
    CHECK(class_counts(made.train) == std::vector<index_t>(3, count));
    CHECK(made.test.samples() == 121);
    CHECK(made.validation.samples() == 0);
    const std::vector<index_t> numbers = numbers_of(made.train);
    CHECK(rises(numbers));
    const std::set<index_t> now(numbers.begin(), numbers.end());
    CHECK(std::includes(now.begin(), now.end(), before.begin(), before.end()));
    before = now;
    CHECK(numbers == numbers_of(split({.train = data}, {.per_class = count, .seed = 3}).train));
    if (count < 30) CHECK(numbers != numbers_of(split({.train = data}, {.per_class = count, .seed = 4}).train));
  }
  const train_and_test tail = split({.train = data}, {.per_class = 20, .tail = 4});
  CHECK(class_counts(tail.train) == std::vector<index_t>{20, 10, 5});
  CHECK(class_counts(split({.train = data}, {.tail = 4}).train) == std::vector<index_t>{30, 25, 12});
  CHECK(content_hash(split({.train = data}, {}).train) == content_hash(data));
}

TEST_CASE("Every sample of a class is kept equally often", "[data]") {
  const data_set data = numbered({8, 12});
  std::vector<int> first(8, 0), second(12, 0), held(8, 0);
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    for (const index_t i : some_of_each_class(data, {1, 1}, seed)) {
      const index_t place = i < 16 ? i / 2 : i - 8;
      ++(data.label(i) == 0 ? first : second)[static_cast<std::size_t>(place)];
    }
    for (const index_t i : hold_out(data, 0.1, seed).held_out)
      if (data.label(i) == 0) ++held[static_cast<std::size_t>(i / 2)];
  }
  CHECK(mixcon_test::chi_square(first) > 1e-3);
  CHECK(mixcon_test::chi_square(second) > 1e-3);
  CHECK(mixcon_test::chi_square(held) > 1e-3);
}

TEST_CASE("Validation is a share of every class, whatever is kept of the rest", "[data]") {
  const data_set data = numbered({100, 33, 4, 2, 1});
  const train_and_test made = split({.train = data}, {.validation = 0.2, .seed = 5});
  CHECK(class_counts(made.validation) == std::vector<index_t>{20, 7, 1, 1, 0});
  CHECK(class_counts(made.train) == std::vector<index_t>{80, 26, 3, 1, 1});
  CHECK(made.validation.name == "numbers train, held out");
  std::vector<index_t> all = numbers_of(made.train);
  const std::vector<index_t> held_out = numbers_of(made.validation);
  CHECK((rises(all) && rises(held_out)));
  all.insert(all.end(), held_out.begin(), held_out.end());
  std::sort(all.begin(), all.end());
  CHECK(all == numbers_of(data));
  const train_and_test cut = split({.train = data}, {.per_class = 1, .validation = 0.2, .seed = 5});
  CHECK(numbers_of(cut.validation) == held_out);
  CHECK(class_counts(cut.train) == std::vector<index_t>(5, 1));
}

TEST_CASE("A set without test samples is divided 70 to 30, of every kind", "[data]") {
  for (const sample_kind kind : {sample_kind::image, sample_kind::row, sample_kind::clip}) {
    const data_set whole = mixcon_test::noise_of(kind, 60);
    const train_and_test made = train_and_test_of(whole, 7);
    check_data_set(made.train, "test"), check_data_set(made.test, "test");
    CHECK(class_counts(made.train) == std::vector<index_t>(3, 14));
    CHECK(class_counts(made.test) == std::vector<index_t>(3, 6));
    CHECK((made.train.name == "noise train" && made.test.name == "noise test"));
    CHECK(content_hash(made.train) == content_hash(taken(whole, hold_out(whole, 0.3, 7).kept)));
    CHECK(content_hash(made.train) != content_hash(train_and_test_of(whole, 8).train));
  }
}

TEST_CASE("Splits have the same bits on every machine", "[data]") {
  const data_set data = numbered({9, 7});
  CHECK(some_of_each_class(data, {3, 2}, 11) == std::vector<index_t>{2, 6, 9, 12, 13});
  CHECK(hold_out(data, 0.3, 11).held_out == std::vector<index_t>{1, 2, 10, 11, 14});
}

TEST_CASE("A class with too few samples is refused by name, and so is what is out of range", "[data]") {
  const data_set data = numbered({30, 8, 41});
  CHECK(refusal(data, {.per_class = 10}) ==
        "--per-class: 10, and the class sort 1 of numbers train has 8; expected no more than the smallest class "
        "has.");
  CHECK(refusal(data, {.per_class = 7, .validation = 0.25}).find("sort 1 of numbers train has 6 left after") !=
        std::string::npos);
  CHECK(refusal(data, {.per_class = -1}) == "--per-class: -1; expected 0 (all) or more.");
  CHECK(refusal(data, {.validation = 1}) == "--validation: 1; expected 0 to 0.9.");
  CHECK(refusal(data, {.validation = std::nan("")}) == "--validation: nan; expected 0 to 0.9.");
  CHECK(refusal(data, {.tail = 0}).find("--tail: 0; expected 1 to") != std::string::npos);
  CHECK_THROWS_WITH(
      some_of_each_class(data, {1, 9, 1}, 0),
      ContainsSubstring("9 training samples are asked of the class sort 1 of numbers train, which has 8"));
  CHECK_THROWS_WITH(some_of_each_class(data, {1}, 0), ContainsSubstring("1 counts for the 3 classes"));
  CHECK_THROWS_WITH(hold_out(data, 1.5, 0), ContainsSubstring("a share of 1.5 of numbers train"));
  split_options chosen;
  option_list list;
  chosen.declare(list);
  CHECK(list.names() == std::vector<std::string>{"per-class", "tail", "validation", "split-seed"});
  set_option(*list.find("tail"), "50", "--tail");
  CHECK(chosen.tail == 50);
}
