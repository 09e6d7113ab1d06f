// SPDX-License-Identifier: BSD-3-Clause
// Targets of pairs by their places, written out, scaled, mixed, and in segments, over ranks.
#include "ranks/pair_case.hpp"

#include <mixcon/engine/tiled.hpp>
#include <mixcon/losses/clip.hpp>
#include <mixcon/losses/info_nce.hpp>
#include <mixcon/losses/uniformity.hpp>

using namespace mixcon;
using namespace mixcon_test;

namespace {

const objective criterion{info_nce{.temperature = 0.2}, cosine{}};

/// Candidate i of a rank belongs to that rank's anchor i.
role_of_pair matched(const shared_rows& all) {
  return [=](index_t a, index_t c) -> role<double> {
    const rows_of_rank mine = all.of(all.rank_of_anchor(a));
    return c - mine.first_candidate == a - mine.first_anchor && all.rank_of_candidate(c) == mine.rank ? positive_pair(1)
                                                                                                      : negative_pair();
  };
}
double entry(index_t a, index_t c) { return (a * 5 + c * 3) % 7 == 0 ? 0.25 + 0.01 * static_cast<double>(a + c) : 0.0; }

}  // namespace

TEST_CASE("Candidate i of a rank is the positive of that rank's anchor i", "[ranks]") {
  const auto make = [](const rows_of_rank&, auto&& use) { use(diagonal_targets{}); };
  SECTION("rows alone") { check_pairs(criterion, 15, 15, matched, make); }
  SECTION("CLIP: rows and columns, whose states and gradients travel too") {
    check_pairs(clip(), 15, 15, matched, make);
    check_pairs(clip(), 15, 15, matched, make, 1, tiled{.threads = 1});
  }
  SECTION("all candidates gathered at once") {
    check_pairs(clip(), 15, 15, matched, make, 1, serial{}, exchange_form::gathered);
  }
  SECTION("columns alone") {
    auto columns = clip(5);
    columns.direction = {.rows = 0, .columns = 1};
    check_pairs(columns, 15, 15, matched, make);
  }
}

TEST_CASE("A rank hands in the targets of its anchors with the candidates of all", "[ranks]") {
  const auto roles = [](const shared_rows&) -> role_of_pair {
    return [](index_t a, index_t c) -> role<double> {
      return entry(a, c) > 0 ? positive_pair(entry(a, c)) : negative_pair();
    };
  };
  const auto make = [](const rows_of_rank& mine, auto&& use) {
    matrix<double> targets(mine.anchors, 21);
    for (index_t a = 0; a < mine.anchors; ++a)
      for (index_t c = 0; c < 21; ++c) targets(a, c) = entry(mine.first_anchor + a, c);
    use(matrix_targets(targets));
  };
  check_pairs(criterion, 13, 21, roles, make);
  auto both = criterion;
  both.direction = {.rows = 1, .columns = 0.5};
  check_pairs(both, 13, 21, roles, make);
}

TEST_CASE("Targets of all rows, the same on every rank, serve any targets", "[ranks]") {
  matrix<double> mask(12, 12);
  for (index_t i = 0; i < 12; ++i)
    for (index_t j = 0; j < 12; ++j) mask(i, j) = entry(i, j);
  check_pairs(
      criterion, 12, 12,
      [&](const shared_rows&) -> role_of_pair {
        return [&](index_t a, index_t c) -> role<double> {
          double sum = 0;
          for (index_t k = 0; k < 12; ++k) sum += k == a ? 0 : mask(a, k);
          if (a == c) return hidden_pair();
          return mask(a, c) > 0 ? positive_pair(mask(a, c) / (sum < 1e-6 ? 1 : sum)) : negative_pair();
        };
      },
      [&](const rows_of_rank&, auto&& use) { use(of_all_ranks(mask_targets(mask))); });
}

TEST_CASE("A row does not see itself, and sees all others of all ranks", "[ranks]") {
  check_pairs(
      objective{uniformity{}, negative_squared_distance{}}, 11, 11,
      [](const shared_rows&) -> role_of_pair {
        return [](index_t a, index_t c) -> role<double> { return a == c ? hidden_pair() : negative_pair(); };
      },
      [](const rows_of_rank&, auto&& use) { use(other_rows{}); });
}

TEST_CASE("Scaled and mixed targets take numbers of each rank's own anchors", "[ranks]") {
  SECTION("scaled") {
    check_pairs(
        criterion, 14, 14,
        [](const shared_rows& all) -> role_of_pair {
          return [base = matched(all)](index_t a, index_t c) {
            role<double> r = base(a, c);
            r.target *= 0.5 + 0.1 * static_cast<double>(a);
            return r;
          };
        },
        [](const rows_of_rank& mine, auto&& use) {
          std::vector<double> by;
          for (index_t a = 0; a < mine.anchors; ++a)
            by.push_back(0.5 + 0.1 * static_cast<double>(mine.first_anchor + a));
          use(scaled_targets(diagonal_targets{}, view(by)));
        });
  }
  SECTION("mixed, with partners of the same rank") {
    check_pairs(
        criterion, 14, 14,
        [](const shared_rows& all) -> role_of_pair {
          return [all, base = matched(all)](index_t a, index_t c) -> role<double> {
            const rows_of_rank mine = all.of(all.rank_of_anchor(a));
            const index_t partner = mine.first_anchor + mine.anchors - 1 - (a - mine.first_anchor);
            const double mass = 0.7 * base(a, c).target + 0.3 * base(partner, c).target;
            return mass > 0 ? positive_pair(mass) : negative_pair();
          };
        },
        [](const rows_of_rank& mine, auto&& use) {
          const std::vector<double> lambda{0.7};
          std::vector<index_t> partner;
          for (index_t a = 0; a < mine.anchors; ++a) partner.push_back(mine.anchors - 1 - a);
          use(mixed_targets(diagonal_targets{}, view(lambda), partner));
        });
  }
}
