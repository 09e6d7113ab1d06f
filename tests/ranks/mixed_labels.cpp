// SPDX-License-Identifier: BSD-3-Clause
// Two labels of a mixed sample, and lists of own negatives, over ranks.
#include "ranks/pair_case.hpp"

#include <mixcon/losses/info_nce.hpp>

using namespace mixcon;
using namespace mixcon_test;

namespace {
const objective criterion{info_nce{.temperature = 0.3}, cosine{}};
}  // namespace

TEST_CASE("Both labels of a mixed sample are candidates of all ranks", "[ranks]") {
  const auto own = [](index_t a) { return static_cast<std::int32_t>(a * 5 % 8); };
  const auto partner = [](index_t a) { return static_cast<std::int32_t>((a * 3 + 1) % 8); };
  const auto lambda = [](index_t a) { return 0.3 + 0.04 * static_cast<double>(a); };
  check_pairs(
      criterion, 13, 8,
      [&](const shared_rows&) -> role_of_pair {
        return [=](index_t a, index_t c) -> role<double> {
          const double mass = (own(a) == c ? lambda(a) : 0) + (partner(a) == c ? 1 - lambda(a) : 0);
          return mass > 0 ? positive_pair(mass) : negative_pair();
        };
      },
      [&](const rows_of_rank& mine, auto&& use) {
        pair_targets pairs;
        for (index_t a = mine.first_anchor; a < mine.first_anchor + mine.anchors; ++a) {
          pairs.own.push_back(own(a)), pairs.partner.push_back(partner(a));
          pairs.lambda.push_back(lambda(a));
        }
        use(class_pair_targets(pairs));
      });
}

TEST_CASE("Listed negatives are each rank's own, and every other rank's shared candidates are negatives", "[ranks]") {
  random_numbers draw(14);
  const index_t number = 7, slots = 2, others = 9, width = 4;
  const std::vector<index_t> mine{3, 4}, theirs{9, 0};
  const auto a = random_embeddings<double>(number, width, draw), u = random_embeddings<double>(others, width, draw),
             keys = random_embeddings<double>(number * (1 + slots), width, draw);
  negative_list list(number, slots);
  for (index_t i = 0; i < number; ++i) list.put(i, 0, i, 1.5), list.put(i, 1, i == 2 ? negative_list::none : i, 0.5);
  const auto own_rows_of = [&](const matrix<double>& of) {
    return tensor_view<const double, 3>{of.data(), {of.rows() / (1 + slots), 1 + slots, width}};
  };
  auto by_a = zeros_like(a);
  const gradients<double> whole{.anchors = view<2>(by_a)};
  const double one =
      value_and_grad(serial{}, criterion, listed_targets(list), a, candidates(own(own_rows_of(keys)), u), whole);
  thread_ranks(2).run([&](const thread_rank& me) {
    const auto r = static_cast<std::size_t>(me.rank());
    const index_t first = firsts_of(mine)[r];
    const auto my_a = rows_of(a, first, mine[r]), my_u = rows_of(u, firsts_of(theirs)[r], theirs[r]),
               my_keys = rows_of(keys, first * (1 + slots), mine[r] * (1 + slots));
    negative_list my_list(mine[r], slots);
    for (index_t i = 0; i < mine[r]; ++i)
      for (index_t s = 0; s < slots; ++s) my_list.put(i, s, list.key_of(first + i, s), list.weight_of(first + i, s));
    auto got = zeros_like(my_a);
    const double value = value_and_grad(ranks{me, serial{}}, criterion, listed_targets(my_list), my_a,
                                        candidates(own(own_rows_of(my_keys)), my_u), {.anchors = got});
    const std::lock_guard held(checking);
    CHECK(value == Catch::Detail::Approx(one).epsilon(1e-13));
    CHECK(largest_difference(got, rows_of(by_a, first, mine[r])) < 1e-13L);
  });
}
