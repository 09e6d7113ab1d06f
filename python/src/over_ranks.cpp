// SPDX-License-Identifier: BSD-3-Clause
#include "over_ranks.hpp"

#include <mixcon/ranks/targets/mixtures.hpp>

namespace mixcon_python {

namespace {

using board_type = targets_over_ranks<any_targets>::board_type;

bool is_marked(const std::vector<char>& rows, index_t row) {
  return row < static_cast<index_t>(rows.size()) && rows[static_cast<std::size_t>(row)] != 0;
}

/// The pairs of one rank, and how rows are shared out.
struct rows_of_call {
  const pair_space& mine;
  const detail::shards& all;
  const board_type& board;
};

template <class Bound>
std::vector<char> skipped(index_t rows, const Bound& is_skipped) {
  std::vector<char> marks;
  for (index_t row = 0; row < rows; ++row) marks.push_back(is_skipped(row) ? 1 : 0);
  return marks;
}

/// What targets of the library have bound, whose rules compare classes.
template <class Targets>
classes_of_ranks bound_by_class(const Targets& targets, const rows_of_call& rows) {
  const auto bound = targets_over_ranks<Targets>::bind(targets, rows.mine, rows.all, rows.board);
  const detail::same_class_rule mine = bound.rule(rows.all.me());
  classes_of_ranks made{.hides_self = mine.hides_self, .hides_others = mine.hides_others};
  for (index_t a = 0; a < rows.mine.anchors; ++a) made.anchors.push_back(mine.anchor_class[a]);
  for (index_t k = 0; k < mine.share.extent(0); ++k) made.share.push_back(mine.share[k]);
  for (index_t r = 0; r < rows.all.ranks(); ++r) {
    const detail::same_class_rule theirs = bound.rule(r);
    auto& classes = made.candidates.emplace_back();
    for (index_t c = 0; c < rows.all.of(r).candidates; ++c) classes.push_back(theirs.candidate_class[c]);
  }
  made.skipped_anchors = skipped(rows.mine.anchors, [&](index_t a) { return bound.skips_anchor(a); });
  made.skipped_candidates = skipped(rows.mine.candidates, [&](index_t c) { return bound.skips_candidate(c); });
  return made;
}

/// What targets say alone; the candidates of other ranks have no class.
classes_of_ranks bound_alone(const any_targets& targets, const rows_of_call& rows) {
  numbered_classes alone = detail::bind_together(rows.board, [&] { return targets.classes_of(rows.mine); });
  classes_of_ranks made{
      (std::move)(alone.anchors), {}, (std::move)(alone.share), alone.hides_self, alone.hides_others, {}, {}};
  for (index_t r = 0; r < rows.all.ranks(); ++r)
    made.candidates.emplace_back(static_cast<std::size_t>(rows.all.of(r).candidates), 0);
  made.candidates[static_cast<std::size_t>(rows.all.me())] = (std::move)(alone.candidates);
  made.skipped_anchors = (std::move)(alone.skipped_anchors);
  made.skipped_candidates = (std::move)(alone.skipped_candidates);
  return made;
}

/// A list of all candidates as one for each rank.
std::vector<std::vector<std::int32_t>> by_rank(const std::vector<std::int32_t>& all, const detail::shards& rows) {
  std::vector<std::vector<std::int32_t>> parts;
  for (index_t r = 0; r < rows.ranks(); ++r) {
    const auto from = all.begin() + rows.first(r).candidates;
    parts.emplace_back(from, from + rows.of(r).candidates);
  }
  return parts;
}

/// Class c is candidate c of all ranks.
classes_of_ranks prototypes(const any_targets& targets, const rows_of_call& rows) {
  numbered_classes all = detail::bind_together(
      rows.board, [&] { return targets.classes_of(detail::with_all_candidates(rows.mine, rows.all)); });
  classes_of_ranks made;
  made.anchors = (std::move)(all.anchors), made.candidates = by_rank(all.candidates, rows.all);
  made.share = (std::move)(all.share), made.skipped_anchors = (std::move)(all.skipped_anchors);
  return made;
}

/// Class c is anchor c of all ranks.
classes_of_ranks members(const any_targets& targets, const rows_of_call& rows) {
  const auto bound = targets_over_ranks<member_targets>::bind(
      {targets.labels, targets.ignored, targets.ignored_anchors}, rows.mine, rows.all, rows.board);
  classes_of_ranks made;
  for (index_t a = 0; a < rows.mine.anchors; ++a)
    made.anchors.push_back(static_cast<std::int32_t>(bound.first_anchor + a + 1));
  std::vector<std::int32_t> classes;
  for (const std::int32_t of_row : bound.class_of) classes.push_back(of_row + 1);
  made.candidates = by_rank(classes, rows.all);
  made.share.push_back(0);
  made.share.insert(made.share.end(), bound.share.begin(), bound.share.end());
  made.skipped_candidates = skipped(rows.mine.candidates, [&](index_t c) { return bound.skips_candidate(c); });
  return made;
}

/// One of the two classes of images and mixtures, which are numbered from 0 over all rows and share by row.
classes_of_ranks one_of_two(const vector_view<const std::int32_t>& of_rows, const vector_view<const double>& shares,
                            const detail::shards& rows) {
  classes_of_ranks made{.hides_self = true};
  std::vector<std::int32_t> classes;
  for (index_t row = 0; row < of_rows.extent(0); ++row) {
    const auto number = static_cast<std::size_t>(of_rows[row]) + 1;
    classes.push_back(static_cast<std::int32_t>(number));
    if (made.share.size() <= number) made.share.resize(number + 1);
    made.share[number] = shares[row];
  }
  made.candidates = by_rank(classes, rows);
  made.anchors = made.candidates[static_cast<std::size_t>(rows.me())];
  return made;
}

void bind_mixtures(const any_targets& targets, const rows_of_call& rows, any_bound_over_ranks& made) {
  rows.board.refuse_together([&] {
    MIXCON_REQUIRE(targets.lambda.extent(0) == 1, "targets.ImagesAndMixtures: ", targets.lambda.extent(0),
                   " lambdas; expected one");
  });
  const auto two = targets_over_ranks<supmix_targets>::bind(
      {targets.labels, targets.lambda[0], targets.ignored, targets.ignored_anchors}, rows.mine, rows.all, rows.board);
  const auto rule = two.held.rule();
  made.first = one_of_two(rule.own, rule.own_share, rows.all);
  made.second = one_of_two(rule.other, rule.other_share, rows.all);
  made.first.skipped_anchors = skipped(rows.mine.anchors, [&](index_t a) { return two.skips_anchor(a); });
  made.first.skipped_candidates = skipped(rows.mine.candidates, [&](index_t c) { return two.skips_candidate(c); });
  made.plain.of = any_rule::kind::two_classes;
}

void bind_table(const any_targets& targets, const rows_of_call& rows, any_bound_over_ranks& made) {
  rows.board.refuse_together([&] {
    if (rows.mine.anchors == 0) return;
    targets.bind(detail::with_all_candidates(rows.mine, rows.all));
  });
  made.plain.of = any_rule::kind::table;
  made.plain.table = targets.table, made.plain.weight = targets.weight;
  made.first_candidate = detail::first_candidates(rows.all);
  made.first_candidate.push_back(rows.all.all().candidates);
}

classes_of_ranks classes_over_ranks(const any_targets& targets, const rows_of_call& rows) {
  using kind = any_targets::kind;
  switch (targets.of) {
    case kind::views:
      return bound_by_class(view_targets{.samples = targets.samples, .views = targets.views, .order = targets.order},
                            rows);
    case kind::labels:
      return bound_by_class(label_targets{.labels = targets.labels,
                                          .views = targets.views,
                                          .order = targets.order,
                                          .candidate_labels = targets.candidate_labels,
                                          .others = targets.others,
                                          .ignored = targets.ignored,
                                          .ignored_anchors = targets.ignored_anchors},
                            rows);
    case kind::prototypes:
      return prototypes(targets, rows);
    case kind::members:
      return members(targets, rows);
    default:
      return bound_alone(targets, rows);
  }
}

/// The partners of mixed anchors, which are on their rank.
std::vector<index_t> partners(const any_targets& targets, const rows_of_call& rows) {
  return detail::bind_together(rows.board, [&] {
    std::vector<index_t> all;
    if (rows.mine.anchors == 0) return all;
    const auto bound = mixed_targets<every_negative>({}, targets.lambda, targets.partner).bind(rows.mine);
    all.assign(bound.partner.begin(), bound.partner.end());
    return all;
  });
}

}  // namespace

any_rule any_bound_over_ranks::rule(index_t rank) const {
  const auto r = static_cast<std::size_t>(rank);
  any_rule made = plain;
  if (made.of == any_rule::kind::table) {
    const index_t from = first_candidate[r], count = first_candidate[r + 1] - from;
    const auto columns = [&](const matrix_view<const double>& all) -> matrix_view<const double> {
      if (!all) return {};
      return {all.data() + from * all.stride(1), {all.extent(0), count}, {all.stride(0), all.stride(1)}};
    };
    made.table = columns(plain.table), made.weight = columns(plain.weight);
    return made;
  }
  made.first = first.rule(rank, rank == me);
  made.candidates = in_first[r];
  if (made.of == any_rule::kind::two_classes) made.second = second.rule(rank, rank == me);
  made.partner = view(partner);
  return made;
}
bool any_bound_over_ranks::skips_anchor(index_t anchor) const {
  if (plain.of != any_rule::kind::mixed) return is_marked(first.skipped_anchors, anchor);
  const double keep = plain.lambda[plain.lambda.extent(0) == 1 ? 0 : anchor];
  return (keep == 0 || is_marked(first.skipped_anchors, anchor)) &&
         (keep == 1 || is_marked(first.skipped_anchors, partner[static_cast<std::size_t>(anchor)]));
}
bool any_bound_over_ranks::skips_candidate(index_t candidate) const {
  return is_marked(first.skipped_candidates, candidate);
}

}  // namespace mixcon_python

namespace mixcon {

mixcon_python::any_bound_over_ranks targets_over_ranks<mixcon_python::any_targets>::bind(
    const mixcon_python::any_targets& targets, const pair_space& mine, const detail::shards& rows,
    const board_type& board) {
  using namespace mixcon_python;
  any_bound_over_ranks made;
  made.me = rows.me();
  made.plain.own_candidates = targets.own_candidates;
  made.plain.own_share = 1.0 / static_cast<double>(mine.own > 0 ? mine.own : 1);
  const bool has_segments = mine.own == 0 && mine.segments.size() > 1 && targets.of != any_targets::kind::table;
  const index_t in_first = has_segments ? mine.segments[0] : mine.candidates;
  made.in_first = board.each_of(in_first);
  const pair_space first{mine.anchors, in_first, 0, {in_first}, mine.width, nullptr};
  const detail::shards all = rows.with_candidates(made.in_first);
  const rows_of_call call{first, all, board};
  board.refuse_together([&] {
    MIXCON_REQUIRE(targets.of != any_targets::kind::table || mine.own == 0, "targets.Table: there are ", mine.own,
                   " own candidates of each anchor; expected shared ones alone");
  });
  if (targets.of == any_targets::kind::table) {
    bind_table(targets, call, made);
    return made;
  }
  if (targets.of == any_targets::kind::images_and_mixtures)
    bind_mixtures(targets, call, made);
  else
    made.first = classes_over_ranks(targets, call);
  made.plain.anchors = mine.anchors;
  if (targets.of == any_targets::kind::negatives) made.plain.anchors = 0, made.in_first.assign(made.in_first.size(), 0);
  if (targets.is_mixed) {
    made.plain.of = any_rule::kind::mixed;
    made.plain.lambda = targets.lambda;
    made.partner = partners(targets, call);
  }
  for (index_t r = 0; r < rows.ranks(); ++r)
    for (classes_of_ranks* const classes : {&made.first, &made.second})
      if (!classes->candidates.empty())  // candidates beyond the first segment have no class
        classes->candidates[static_cast<std::size_t>(r)].resize(static_cast<std::size_t>(rows.of(r).candidates), 0);
  return made;
}

}  // namespace mixcon
