// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/contrast/targets/bound.hpp>
#include <mixcon/core/integer_view.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

namespace detail {

/// Labels as 32-bit class indices, each in [0, classes).
inline std::vector<std::int32_t> class_indices(const char* function, const integer_view& labels, index_t classes) {
  std::vector<std::int32_t> indices;
  for (index_t i = 0; i < labels.size(); ++i) {
    MIXCON_REQUIRE(labels[i] >= 0 && labels[i] < classes, function, ": label ", i, " is ", labels[i], " for ", classes,
                   " classes; expected an index from 0 to ", classes - 1);
    indices.push_back(static_cast<std::int32_t>(labels[i]));
  }
  return indices;
}

}  // namespace detail

/// Candidate c stands for class c (a proxy, a row of a classifier): the anchor's own class is its positive, the others
/// are negatives. `labels` (N) are of the anchors, each in [0, number of candidates); they must outlive the calls.
struct class_targets {
  integer_view labels{};

  struct rule_type {
    vector_view<const std::int32_t> own;  // (N)
    template <class T>
    MIXCON_HD role<T> at(index_t anchor, index_t candidate) const {
      const mask_of<T> same = detail::is_candidate<T>(candidate, own[anchor]);
      return {same, T(1), choose(same, T(1), T(0))};
    }
  };
  struct bound {
    std::vector<std::int32_t> own;
    rule_type rule() const { return {mixcon::view(own)}; }
  };
  bound bind(const pair_space& space) const {
    MIXCON_REQUIRE(labels.size() == space.anchors, "class_targets: ", labels.size(), " labels for ", space.anchors,
                   " anchors; expected one each");
    return {detail::class_indices("class_targets", labels, space.candidates)};
  }
};

/// Anchor c stands for class c (a proxy): candidates of its class are its positives, in equal shares, the others are
/// negatives. `labels` (M) are of the candidates, each in [0, number of anchors); they must outlive the calls.
struct member_targets {
  integer_view labels{};

  struct rule_type {
    vector_view<const std::int32_t> class_of;  // (M)
    vector_view<const double> share;           // (N)
    template <class T>
    MIXCON_HD role<T> at(index_t anchor, index_t candidate) const {
      const mask_of<T> member = detail::is_class<T>(class_of.data() + candidate, static_cast<std::int32_t>(anchor));
      return {member, T(1), choose(member, T(share[anchor]), T(0))};
    }
  };
  struct bound {
    std::vector<std::int32_t> class_of;
    std::vector<double> share;
    rule_type rule() const { return {mixcon::view(class_of), mixcon::view(share)}; }
  };
  bound bind(const pair_space& space) const {
    MIXCON_REQUIRE(labels.size() == space.candidates, "member_targets: ", labels.size(), " labels for ",
                   space.candidates, " candidates; expected one each");
    bound b{detail::class_indices("member_targets", labels, space.anchors), {}};
    b.share.resize(static_cast<std::size_t>(space.anchors));
    for (const std::int32_t c : b.class_of) b.share[static_cast<std::size_t>(c)] += 1;
    for (double& x : b.share) x = x > 0 ? 1 / x : 0;
    return b;
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
