// SPDX-License-Identifier: BSD-3-Clause
#include "targets.hpp"

#include <mixcon/losses/supmix.hpp>

namespace mixcon_python {

namespace {

std::vector<std::int32_t> counted(index_t rows) {
  std::vector<std::int32_t> classes;
  for (index_t row = 0; row < rows; ++row) classes.push_back(static_cast<std::int32_t>(row + 1));
  return classes;
}

/// What targets of the library have bound, in vectors that candidates of further segments can be added to.
numbered_classes classes_of_bound(const pair_space& space, const detail::same_class_bound& bound) {
  const detail::same_class_rule rule = bound.rule();
  numbered_classes made{.hides_self = rule.hides_self, .hides_others = rule.hides_others};
  for (index_t a = 0; a < space.anchors; ++a) made.anchors.push_back(rule.anchor_class[a]);
  for (index_t c = 0; c < space.candidates; ++c) made.candidates.push_back(rule.candidate_class[c]);
  for (index_t k = 0; k < rule.share.extent(0); ++k) made.share.push_back(rule.share[k]);
  for (index_t a = 0; a < space.anchors; ++a) made.skipped_anchors.push_back(bound.skips_anchor(a) ? 1 : 0);
  for (index_t c = 0; c < space.candidates; ++c) made.skipped_candidates.push_back(bound.skips_candidate(c) ? 1 : 0);
  return made;
}

numbered_classes diagonal(const pair_space& space) {
  diagonal_targets{}.bind(space);
  return {counted(space.anchors), counted(space.candidates),
          std::vector<double>(static_cast<std::size_t>(space.candidates) + 2, 1.0)};
}

/// Every candidate stands for a class of its own, which the anchors' labels name.
numbered_classes prototypes(const pair_space& space, const class_targets& targets) {
  const auto bound = targets.bind(space);
  numbered_classes made{
      {}, counted(space.candidates), std::vector<double>(static_cast<std::size_t>(space.candidates) + 2, 1.0)};
  made.share.back() = 0;
  const auto none = static_cast<std::int32_t>(space.candidates + 1);
  for (const std::int32_t label : bound.own) made.anchors.push_back(label < 0 ? none : label + 1);
  for (index_t a = 0; a < space.anchors; ++a) made.skipped_anchors.push_back(bound.skips_anchor(a) ? 1 : 0);
  return made;
}

/// Every anchor stands for a class of its own, which the candidates' labels name.
numbered_classes members(const pair_space& space, const member_targets& targets) {
  const auto bound = targets.bind(space);
  numbered_classes made{counted(space.anchors), {}, {0.0}};
  for (const double share : bound.share) made.share.push_back(share);
  for (const std::int32_t label : bound.class_of) made.candidates.push_back(label + 1);
  for (index_t c = 0; c < space.candidates; ++c) made.skipped_candidates.push_back(bound.skips_candidate(c) ? 1 : 0);
  return made;
}

/// Nothing is a positive of anything.
numbered_classes none(const pair_space& space, bool hides_self) {
  return {std::vector<std::int32_t>(static_cast<std::size_t>(space.anchors), 1),
          std::vector<std::int32_t>(static_cast<std::size_t>(space.candidates), 0),
          {0.0, 0.0},
          hides_self};
}

/// One of the two classes of images and mixtures, which number their classes from 0 and share by row.
numbered_classes one_of_two(const vector_view<const std::int32_t>& classes, const vector_view<const double>& shares) {
  numbered_classes made{.hides_self = true};
  for (index_t row = 0; row < classes.extent(0); ++row) {
    const auto number = static_cast<std::size_t>(classes[row]) + 1;
    made.anchors.push_back(static_cast<std::int32_t>(number));
    if (made.share.size() <= number) made.share.resize(number + 1);
    made.share[number] = shares[row];
  }
  made.candidates = made.anchors;
  return made;
}

bool is_marked(const std::vector<char>& rows, index_t row) {
  return row < static_cast<index_t>(rows.size()) && rows[static_cast<std::size_t>(row)] != 0;
}

}  // namespace

any_rule any_targets::bound::rule() const {
  any_rule made = plain;
  if (made.of == any_rule::kind::table) return made;
  made.first = first.rule();
  if (made.of == any_rule::kind::two_classes) made.second = second.rule();
  made.partner = view(partner);
  return made;
}
bool any_targets::bound::skips_anchor(index_t anchor) const {
  if (plain.of != any_rule::kind::mixed) return is_marked(first.skipped_anchors, anchor);
  const double keep = plain.lambda[plain.lambda.extent(0) == 1 ? 0 : anchor];
  return (keep == 0 || is_marked(first.skipped_anchors, anchor)) &&
         (keep == 1 || is_marked(first.skipped_anchors, partner[static_cast<std::size_t>(anchor)]));
}
bool any_targets::bound::skips_candidate(index_t candidate) const {
  return is_marked(first.skipped_candidates, candidate);
}

numbered_classes any_targets::classes_of(const pair_space& space) const {
  switch (of) {
    case kind::views:
      return classes_of_bound(space, view_targets{.samples = samples, .views = views, .order = order}.bind(space));
    case kind::labels:
      return classes_of_bound(space, label_targets{.labels = labels,
                                                   .views = views,
                                                   .order = order,
                                                   .candidate_labels = candidate_labels,
                                                   .others = others,
                                                   .ignored = ignored,
                                                   .ignored_anchors = ignored_anchors}
                                         .bind(space));
    case kind::diagonal:
      return diagonal(space);
    case kind::prototypes:
      return prototypes(space, {labels, ignored, ignored_anchors});
    case kind::members:
      return members(space, {labels, ignored, ignored_anchors});
    case kind::others:
      other_rows{}.bind(space);
      return none(space, true);
    default:
      return none(space, false);
  }
}

void any_targets::mix(const pair_space& space, bound& made) const {
  struct checked {
    auto bind(const pair_space&) const { return detail::bound_rule<any_rule>{}; }
  };
  const auto checked_plan = mixed_targets<checked>(checked{}, lambda, partner).bind(space);
  made.plain.of = any_rule::kind::mixed;
  made.plain.lambda = lambda;
  made.partner.assign(checked_plan.partner.begin(), checked_plan.partner.end());
}

any_targets::bound any_targets::bind(const pair_space& space) const {
  bound made;
  made.plain.own_candidates = own_candidates;
  made.plain.own_share = 1.0 / static_cast<double>(space.own > 0 ? space.own : 1);
  if (of == kind::table) {
    MIXCON_REQUIRE(space.own == 0, "targets.Table: there are ", space.own,
                   " own candidates of each anchor; expected shared ones alone");
    const matrix_view<const double>&shares = table, &weights = weight;
    if (weight)
      matrix_targets(shares, weights, signs).bind(space);
    else
      matrix_targets(shares, signs).bind(space);
    made.plain.of = any_rule::kind::table;
    made.plain.table = table, made.plain.weight = weight;
    return made;
  }
  const bool has_segments = space.own == 0 && space.segments.size() > 1;
  const index_t in_first = has_segments ? space.segments[0] : space.candidates;
  const pair_space asked{space.anchors, in_first, 0, {in_first}, space.width, nullptr};
  if (of == kind::images_and_mixtures) {
    MIXCON_REQUIRE(lambda.extent(0) == 1, "targets.ImagesAndMixtures: ", lambda.extent(0), " lambdas; expected one");
    const auto two = supmix_targets{labels, lambda[0], ignored, ignored_anchors}.bind(asked);
    const auto rule = two.rule();
    made.first = one_of_two(rule.own, rule.own_share), made.second = one_of_two(rule.other, rule.other_share);
    for (index_t row = 0; row < asked.anchors; ++row) {
      made.first.skipped_anchors.push_back(two.skips_anchor(row) ? 1 : 0);
      made.first.skipped_candidates.push_back(two.skips_candidate(row) ? 1 : 0);
    }
    made.plain.of = any_rule::kind::two_classes;
  } else {
    made.first = classes_of(asked);
    if (of != kind::negatives) made.plain.anchors = space.anchors, made.plain.candidates = in_first;
    if (!partner.empty()) mix(space, made);
  }
  made.first.candidates.resize(static_cast<std::size_t>(space.candidates), 0);
  if (!made.second.candidates.empty()) made.second.candidates.resize(static_cast<std::size_t>(space.candidates), 0);
  return made;
}

}  // namespace mixcon_python
