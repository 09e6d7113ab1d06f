// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Targets chosen at run time: one C++ type for all of them, so that a loss is compiled once for each number type.

#include <mixcon/bridge/mixed_targets.hpp>
#include <mixcon/contrast/targets.hpp>
#include <mixcon/engine/moments/described.hpp>

#include <optional>
#include <vector>

namespace mixcon_python {

using namespace mixcon;

/// What an anchor's own candidates are to it.
enum class own_role {
  positives,     // all positive, in equal shares (MoCo)
  first,         // the first is the positive, the others are negatives (CRD)
  first_of_two,  // both are positive, the first has the target (Un-Mix)
};

/// The roles of pairs, by the classes of anchors and candidates or by a table. Plain data.
struct any_rule {
  enum class kind { classes, two_classes, mixed, table };

  kind of = kind::classes;
  bool is_turned = false;  // mixed targets asked from the candidates' side
  detail::same_class_rule first{}, second{};
  index_t anchors = 0, candidates = 0;   // how many of each side have a class, the first ones; the others are negatives
  vector_view<const double> lambda{};    // mixed: (N) or one number
  vector_view<const index_t> partner{};  // mixed: (N)
  matrix_view<const double> table{}, weight{};
  double own_share = 1;
  own_role own_candidates = own_role::positives;

  any_rule transposed() const {
    any_rule turned = *this;
    turned.first = first.transposed(), turned.second = second.transposed();
    turned.anchors = candidates, turned.candidates = anchors;
    turned.table = detail::transposed(table), turned.weight = detail::transposed(weight);
    if (of == kind::mixed) turned.first = first, turned.is_turned = !is_turned;
    return turned;
  }

  template <class T>
  role<T> at(index_t anchor, index_t candidate) const {
    if (of == kind::classes) return by_class<T>(anchor, candidate);
    if (of == kind::table) {
      const T share = detail::entries_on<T>(table, anchor, candidate);
      return {share != T(0), weight ? detail::entries_on<T>(weight, anchor, candidate) : T(1), share};
    }
    if (of == kind::two_classes) return sum_of_two(first.at<T>(anchor, candidate), second.at<T>(anchor, candidate));
    if (!is_turned) return mixed<T>(anchor, candidate);
    return detail::role_by_lane<T>([&](int k) { return mixed<scalar_of<T>>(candidate + k, anchor); });
  }
  template <class T>
  role<T> own(index_t, index_t j) const {
    const mask_of<T> all = detail::each_answer<T>([](int) { return true; });
    if (own_candidates == own_role::positives) return {all, T(1), T(own_share)};
    const mask_of<T> leads = detail::is_candidate<T>(j, 0);
    return {own_candidates == own_role::first ? leads : all, T(1), choose(leads, T(1), T(0))};
  }

 private:
  template <class T>
  role<T> by_class(index_t anchor, index_t candidate) const {
    role<T> found = first.at<T>(anchor, candidate);
    if (!first.hides_others) return found;
    const mask_of<T> has_none =
        detail::each_answer<T>([&](int k) { return anchor >= anchors || candidate + k >= candidates; });
    found.weight = choose(has_none, T(1), found.weight);
    return found;
  }
  template <class T>
  static role<T> sum_of_two(const role<T>& a, const role<T>& b) {
    const T mass = a.target + b.target;
    const mask_of<T> positive = mass > T(0);
    return {positive, a.weight, choose(positive, mass, T(0))};
  }
  template <class T>
  role<T> mixed(index_t anchor, index_t candidate) const {
    const detail::same_class_rule& base = first;
    const role<T> mine = base.at<T>(anchor, candidate), other = base.at<T>(partner[anchor], candidate);
    const T keep = T(lambda[lambda.extent(0) == 1 ? 0 : anchor]);
    const T both =
        keep * choose(mine.positive, mine.target, T(0)) + (T(1) - keep) * choose(other.positive, other.target, T(0));
    const mask_of<T> positive = (mine.positive || mine.weight > T(0)) && both != T(0);
    return {positive, mine.weight, choose(positive, both, T(0))};
  }
};

/// Classes of anchors and candidates: 1, 2, ...; 0: no class. A class's positives have equal shares.
struct numbered_classes {
  std::vector<std::int32_t> anchors{}, candidates{};
  std::vector<double> share{};
  bool hides_self = false, hides_others = false;
  std::vector<char> skipped_anchors{}, skipped_candidates{};  // empty: none

  detail::same_class_rule rule() const {
    return {view(anchors), view(candidates), view(share), hides_self, hides_others};
  }
};

/// Targets that are chosen at run time: integers of anchors and candidates, or a table of shares and weights.
/// Candidates beyond the first segment have no class: they are negatives of every anchor.
struct any_targets {
  enum class kind { negatives, views, labels, diagonal, prototypes, members, others, images_and_mixtures, table };

  kind of = kind::negatives;
  index_t samples = 0, views = 1;
  view_order order = view_order::view_major;
  integer_view labels{}, candidate_labels{};
  visibility others = visibility::visible;
  ignored_label ignored{};
  ignored_anchor ignored_anchors = ignored_anchor::skip;
  vector_view<const double> lambda{};  // (N) or one number: of mixed anchors, with `partner`; of images and mixtures
  integer_view partner{};              // (N)
  matrix_view<const double> table{}, weight{};
  target_signs signs = target_signs::not_negative;
  own_role own_candidates = own_role::positives;
  bool is_mixed = false;  // by `lambda` and `partner`, which a rank without rows has empty

  struct bound {
    any_rule plain{};  // without the arrays below
    numbered_classes first{}, second{};
    std::vector<index_t> partner{};

    any_rule rule() const;
    bool skips_anchor(index_t anchor) const;
    bool skips_candidate(index_t candidate) const;
  };
  /// Refuses sizes that do not fit, classes out of range, and tables with entries that are no shares.
  bound bind(const pair_space& space) const;
  /// Those of targets that are integers of anchors and candidates.
  numbered_classes classes_of(const pair_space& space) const;

 private:
  void mix(const pair_space& space, bound& made) const;
};

}  // namespace mixcon_python

namespace mixcon::moments {

/// Classes are keys: the engine takes its faster sweep for them, and the general one for the other kinds.
template <>
struct described<mixcon_python::any_rule> {
  static constexpr bool fits = true;
  static constexpr keep kept = keep::by_class;
  static bool holds(const mixcon_python::any_rule& rule) { return rule.of == mixcon_python::any_rule::kind::classes; }
  static described_rule of(const mixcon_python::any_rule& rule, index_t, index_t) {
    return described<detail::same_class_rule>::of(rule.first, rule.anchors, rule.candidates);
  }
};

}  // namespace mixcon::moments
