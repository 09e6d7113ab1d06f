// SPDX-License-Identifier: BSD-3-Clause
#include "gpu/emulator/emulator.hpp"

#include "gpu/moments/moment_call.hpp"

#include <mixcon/losses/info_nce.hpp>

using namespace mixcon_test;

namespace {

mixcon::objective<mixcon::info_nce, mixcon::cosine, mixcon::plain_logits> made_objective() {
  mixcon::objective one{mixcon::info_nce{.temperature = 0.2}, mixcon::cosine{}};
  one.scale = 1.25, one.logits.bias = -0.5, one.direction = {0.75, 0.5};
  one.without_positive = mixcon::no_positive::skip;
  return one;
}

}  // namespace

TEST_CASE("Views, diagonals and other rows agree with serial on moments", "[gpu]") {
  const auto criterion = made_objective();
  const auto a = exact_rows(70, 9, 1), c = exact_rows(75, 9, 2);
  check_moments("two views", criterion, mixcon::view_targets{.samples = 35}, a);
  check_moments("ten views, sample by sample", criterion,
                mixcon::view_targets{.samples = 7, .views = 10, .order = mixcon::view_order::sample_major}, a);
  check_moments("diagonal", criterion, mixcon::diagonal_targets{}, a, &c);
}

TEST_CASE("Labels agree with serial on moments: classes of one row, of few and of many, hidden and ignored ones",
          "[gpu]") {
  auto criterion = made_objective();
  const auto a = exact_rows(70, 9, 1), c = exact_rows(33, 9, 2);
  std::vector<int> labels, others;
  for (int i = 0; i < 70; ++i) labels.push_back(i < 30 ? 0 : i < 40 ? i / 3 : i);  // 30 rows, 3 rows, one row
  for (int i = 0; i < 33; ++i) others.push_back(i < 12 ? 0 : i * 2);
  check_moments("labels", criterion, mixcon::label_targets{.labels = labels}, a);
  check_moments("labels of both", criterion, mixcon::label_targets{.labels = labels, .candidate_labels = others}, a,
                &c);
  check_moments("hidden others", criterion,
                mixcon::label_targets{.labels = labels, .others = mixcon::visibility::hidden}, a);
  check_moments("ignored labels", criterion,
                mixcon::label_targets{.labels = labels, .ignored = 0, .ignored_anchors = mixcon::ignored_anchor::keep},
                a);
  criterion.without_positive = mixcon::no_positive::zero;
  check_moments("ignored and skipped", criterion, mixcon::label_targets{.labels = labels, .ignored = 0}, a);
}
