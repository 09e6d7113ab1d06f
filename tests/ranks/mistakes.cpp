// SPDX-License-Identifier: BSD-3-Clause
// The comparisons of these tests notice what programs over ranks get wrong: each mistake is a number that they refuse.
#include "ranks/rank_case.hpp"
#include "support/catch.hpp"

#include <mixcon/losses/info_nce.hpp>

using namespace mixcon;
using namespace mixcon_test;

namespace {

const objective criterion{info_nce{.temperature = 0.2}, cosine{}};
const std::vector<index_t> sizes{6, 3, 5};

/// Labels of all rows: classes lie on several ranks.
std::vector<int> all_labels() { return {0, 1, 2, 0, 1, 2, 0, 0, 1, 2, 2, 1, 1, 3}; }

struct compared {
  matrix<double> rows, by_rows;
  double value;
};
compared one_process() {
  random_numbers draw(8);
  compared one{random_embeddings<double>(14, 5, draw), matrix<double>(14, 5), 0};
  const auto labels = all_labels();
  one.value = value_and_grad(serial{}, criterion, label_targets{.labels = labels}, one.rows, one.by_rows);
  return one;
}
bool is_same(const ranks_answer<double>& got, const compared& one) {
  const long double bound = apart<double>(14, 5, 5);
  return error_of(got.values[0], static_cast<long double>(one.value)) <= bound * 10 &&
         largest_difference(got.by_rows, one.by_rows) <= bound * std::max(1.0L, largest_entry(one.by_rows));
}
/// The right call, but for what the flags say.
ranks_answer<double> call(const compared& one, bool sends_home, bool turns_labels) {
  const auto labels = all_labels();
  return on_ranks<double>(sizes, one.rows, [&](const auto& me, index_t first, const auto& z, auto& by, double&) {
    auto mine = part_of(labels, first, z.rows());
    if (turns_labels && me.rank() == 0) std::rotate(mine.begin(), mine.begin() + 1, mine.end());
    const auto copy = z;
    auto by_copy = zeros_like(z);
    const auto result = value_and_grad(mixcon::ranks{me, serial{}}, criterion, label_targets{.labels = mine}, z, copy,
                                       {.anchors = by, .candidates = {by_copy}});
    for (std::size_t k = 0; sends_home && k < by.entries().size(); ++k) by.entries()[k] += by_copy.entries()[k];
    return result;
  });
}

}  // namespace

TEST_CASE("The right call has the value and the gradients of one process", "[ranks]") {
  const compared one = one_process();
  CHECK(is_same(call(one, true, false), one));
}

TEST_CASE("Candidates' gradients that stay away are noticed", "[ranks]") {
  const compared one = one_process();
  const auto got = call(one, false, false);
  CHECK(got.values[0] == Catch::Detail::Approx(one.value));
  CHECK(!is_same(got, one));
}

TEST_CASE("Labels in another order than their rows are noticed", "[ranks]") {
  const compared one = one_process();
  CHECK(!is_same(call(one, true, true), one));
}

TEST_CASE("A mean of the ranks' own losses is noticed, of their own negatives or of all with shares of their own",
          "[ranks]") {
  const compared one = one_process();
  const auto labels = all_labels();
  const auto of_each =
      on_ranks<double>(sizes, one.rows, [&](const auto&, index_t first, const auto& z, auto& by, double&) {
        const auto mine = part_of(labels, first, z.rows());
        return value_and_grad(serial{}, criterion, label_targets{.labels = mine}, z, by);
      });
  double mean = 0;
  for (const double value : of_each.values) mean += value / 3;
  auto with_mean = of_each;
  with_mean.values[0] = mean;
  CHECK(!is_same(with_mean, one));

  // all negatives, and shares that count the positives of the anchor's own rank
  const auto first = firsts_of(sizes);
  const auto rank_of = [&](index_t row) { return row < first[1] ? 0 : row < first[2] ? 1 : 2; };
  const auto local_shares = targets_of([&](index_t a, index_t c) -> role<double> {
    const auto same = [&](index_t k) {
      return k != a && labels[static_cast<std::size_t>(k)] == labels[static_cast<std::size_t>(a)];
    };
    double count = 0;
    for (index_t k = 0; k < 14; ++k) count += same(k) && rank_of(k) == rank_of(a) ? 1 : 0;
    if (a == c) return hidden_pair();
    return same(c) ? positive_pair(1 / std::max(count, 1.0)) : negative_pair();
  });
  auto local = one;
  local.value = value_and_grad(serial{}, criterion, local_shares, one.rows, local.by_rows);
  CHECK(!is_same(call(one, true, false), local));
}
