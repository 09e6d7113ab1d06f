// SPDX-License-Identifier: BSD-3-Clause
// Targets that compare labels, samples and classes over ranks.
#include "ranks/pair_case.hpp"

#include <mixcon/losses/info_nce.hpp>

using namespace mixcon;
using namespace mixcon_test;

namespace {

const objective criterion{info_nce{.temperature = 0.2}, cosine{}};

std::vector<int> labels_from(index_t first, index_t count, int classes) {
  std::vector<int> labels;
  for (index_t i = first; i < first + count; ++i) labels.push_back(static_cast<int>(i * 7 % classes) - 2);
  return labels;
}
int label_at(index_t i, int classes) { return labels_from(i, 1, classes)[0]; }
bool never_hidden(index_t, index_t) { return false; }

}  // namespace

TEST_CASE("Views of a sample find each other among the rows of their rank, and no other rank's", "[ranks]") {
  const auto sample = [](const shared_rows& all, index_t row) {
    const rows_of_rank mine = all.of(all.rank_of_anchor(row));
    return mine.first_anchor + (row - mine.first_anchor) % (mine.anchors / 2);
  };
  check_pairs(
      criterion, 18, 18,
      [&](const shared_rows& all) {
        return in_equal_shares(
            18, [=](index_t a, index_t c) { return sample(all, a) == sample(all, c); },
            [](index_t a, index_t c) { return a == c; });
      },
      [](const rows_of_rank& mine, auto&& use) { use(view_targets{.samples = mine.anchors / 2}); }, 2);
}

TEST_CASE("Labels are compared over all ranks, and shares are of all ranks' counts", "[ranks]") {
  const auto same = [](index_t a, index_t c) { return label_at(a, 5) == label_at(c, 5); };
  SECTION("rows that see one another") {
    check_pairs(
        criterion, 17, 17,
        [&](const shared_rows&) { return in_equal_shares(17, same, [](index_t a, index_t c) { return a == c; }); },
        [](const rows_of_rank& mine, auto&& use) {
          const auto labels = labels_from(mine.first_anchor, mine.anchors, 5);
          use(label_targets{.labels = labels});
        });
  }
  SECTION("candidates with labels of their own") {
    check_pairs(
        criterion, 17, 29, [&](const shared_rows&) { return in_equal_shares(29, same, never_hidden); },
        [](const rows_of_rank& mine, auto&& use) {
          const auto labels = labels_from(mine.first_anchor, mine.anchors, 5),
                     theirs = labels_from(mine.first_candidate, mine.candidates, 5);
          use(label_targets{.labels = labels, .candidate_labels = theirs});
        });
  }
  SECTION("rows of other classes hidden, rows without a label skipped") {
    check_pairs(
        criterion, 17, 17,
        [&](const shared_rows&) {
          return in_equal_shares(
              17, [=](index_t a, index_t c) { return same(a, c) && label_at(a, 5) != 1; },
              [=](index_t a, index_t c) { return a == c || !same(a, c); });
        },
        [](const rows_of_rank& mine, auto&& use) {
          const auto labels = labels_from(mine.first_anchor, mine.anchors, 5);
          use(label_targets{
              .labels = labels, .others = visibility::hidden, .ignored = 1, .ignored_anchors = ignored_anchor::keep});
        });
  }
}

TEST_CASE("Classes and members are numbered over the rows of all ranks", "[ranks]") {
  SECTION("a class is a candidate of all") {
    check_pairs(
        criterion, 19, 7,
        [](const shared_rows&) {
          return in_equal_shares(
              7, [](index_t a, index_t c) { return a * 3 % 7 == c; }, never_hidden);
        },
        [](const rows_of_rank& mine, auto&& use) {
          std::vector<index_t> labels;
          for (index_t a = 0; a < mine.anchors; ++a) labels.push_back((mine.first_anchor + a) * 3 % 7);
          use(class_targets{.labels = labels});
        });
  }
  SECTION("a class is an anchor of all") {
    check_pairs(
        criterion, 6, 20,
        [](const shared_rows&) {
          return in_equal_shares(
              20, [](index_t a, index_t c) { return c * 5 % 6 == a; }, never_hidden);
        },
        [](const rows_of_rank& mine, auto&& use) {
          std::vector<index_t> labels;
          for (index_t c = 0; c < mine.candidates; ++c) labels.push_back((mine.first_candidate + c) * 5 % 6);
          use(member_targets{.labels = labels});
        });
  }
}
