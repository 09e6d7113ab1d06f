// SPDX-License-Identifier: BSD-3-Clause
// Losses of aligned rows over ranks against one process.
#include "ranks/rank_case.hpp"
#include "support/catch.hpp"

#include <mixcon/ranks/aligned.hpp>

#include <limits>

using namespace mixcon;
using namespace mixcon_test;

namespace {

template <class T, class Loss>
void check_aligned(const Loss& loss, index_t number, index_t width) {
  constexpr bool second_is_constant = requires { Loss::second_is_constant; };
  random_numbers draw(12);
  const auto x = random_embeddings<T>(number, width, draw), y = random_embeddings<T>(number, width, draw);
  auto by_x = zeros_like(x), by_y = zeros_like(y);
  aligned_gradients<T> wanted{.first = view(by_x)};
  if (!second_is_constant) wanted.second = view(by_y);
  const auto one = value_and_grad(serial{}, loss, x, y, wanted);
  const long double bound = std::is_same_v<T, float> ? 1e-4L : 1e-12L;
  for (index_t ranks = 1; ranks <= 4; ++ranks)
    for (const auto how : {sharing::even, sharing::uneven, sharing::one_empty}) {
      INFO(Loss::name << ", " << ranks << " ranks, " << name_of_sharing(how));
      const auto sizes = shares_of(number, ranks, how), first = firsts_of(sizes);
      auto got_y = by_y;
      const auto got = on_ranks<T>(sizes, x, [&](const auto& me, index_t from, const auto& mine, auto& by, double&) {
        const auto theirs = rows_of(y, from, mine.rows());
        auto by_theirs = zeros_like(theirs);
        aligned_gradients<T> both{.first = view(by)};
        if (!second_is_constant) both.second = view(by_theirs);
        workspace memory;
        const auto plain = value_and_grad(mixcon::ranks{me, serial{}}, loss, mine, theirs, both);
        auto result = value_and_grad(mixcon::ranks{me, serial{}}, loss, mine, theirs, both, memory);
        if (result.value != plain.value) result.value = std::numeric_limits<T>::quiet_NaN();  // checked below
        for (index_t i = 0; i < mine.rows(); ++i)
          for (index_t k = 0; k < width; ++k) got_y(from + i, k) = by_theirs(i, k);
        return result;
      });
      for (const T value : got.values)
        CHECK(error_of(value, static_cast<long double>(one.value)) <=
              bound * std::max(1.0L, std::fabs(static_cast<long double>(one.value))));
      CHECK(largest_difference(got.by_rows, by_x) <= bound * std::max(1.0L, largest_entry(by_x)));
      CHECK(largest_difference(got_y, by_y) <= bound * std::max(1.0L, largest_entry(by_y)));
    }
}

}  // namespace

TEMPLATE_TEST_CASE("Products of features add up over ranks: Barlow Twins and VICReg", "[ranks]", float, double) {
  for (const auto& [number, width] : {std::pair<index_t, index_t>{24, 7}, {9, 20}}) {
    check_aligned<TestType>(barlow_twins{}, number, width);
    check_aligned<TestType>(vicreg{}, number, width);
  }
}

TEST_CASE("Means over rows are means over the rows of all ranks", "[ranks]") {
  check_aligned<double>(alignment{.form = rows::unit}, 19, 6);
  check_aligned<double>(byol{}, 19, 6);
  check_aligned<double>(knowledge_distillation{}, 19, 6);
}

TEST_CASE("What aligned losses refuse, they refuse on every rank", "[ranks]") {
  std::vector<std::string> words(2);
  thread_ranks all(2);
  all.run([&](const thread_rank& me) {
    const matrix<double> x(me.rank() == 0 ? 1 : 0, 3, 1);
    try {
      forward(ranks{me, serial{}}, vicreg{}, x, x);
    } catch (const std::invalid_argument& refused) {
      words[static_cast<std::size_t>(me.rank())] = refused.what();
    }
  });
  for (const auto& said : words) CHECK_THAT(said, ContainsSubstring("vicreg: 1 sample on all ranks"));
}
