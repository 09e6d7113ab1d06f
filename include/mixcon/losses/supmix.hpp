// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The targets of SupMix: SupCon of images and their mixtures, each counting for a class by its share.

#include <mixcon/contrast/targets/ignored.hpp>
#include <mixcon/contrast/targets/same_class.hpp>
#include <mixcon/core/distinct_integers.hpp>
#include <mixcon/core/integer_view.hpp>
#include <mixcon/losses/supcon.hpp>

#include <cstdint>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

namespace detail {
/// Classes by number, and `mass` shared among the other rows of a row's class. A row without a label is a class of its
/// own.
template <class Label, class IsIgnored>
void number_mixed_classes(workspace* memory, index_t rows, Label&& label, IsIgnored&& is_ignored, double mass,
                          scratch<std::int32_t>& classes, scratch<double>& share) {
  distinct_integers labels_seen(memory);
  scratch<std::int32_t> class_of(memory);  // by a label's number
  std::int32_t count = 0;
  for (index_t row = 0; row < rows; ++row) {
    if (is_ignored(row)) {
      classes.push_back(count++);
      continue;
    }
    const auto known = static_cast<std::size_t>(labels_seen.number(label(row)));
    if (known == class_of.size()) class_of.push_back(count++);
    classes.push_back(class_of[known]);
  }
  scratch<index_t> members(memory, static_cast<std::size_t>(count));
  for (const std::int32_t c : classes) ++members[static_cast<std::size_t>(c)];
  for (const std::int32_t c : classes) {
    const index_t others = members[static_cast<std::size_t>(c)] - 1;
    share.push_back(others > 0 ? mass / static_cast<double>(others) : 0);
  }
}
}  // namespace detail

/// SupMix: SupCon of images and their mixtures, where a mixture counts for the class of either image by its share. Rows
/// are [z; z_mix], 2N: row N + i mixes image i (share lambda) with image N - 1 - i, the batch in reverse. With
/// `info_nce` it is
///
///   lambda SupCon([z; z_mix], y) + (1 - lambda) SupCon([z; reversed z_mix], y)
///
/// in one sweep: both terms have the same rows, each hidden from itself alone, hence the same partitions; only the
/// classes of the mixtures differ, and the targets add. `labels` (N) must outlive the calls; lambda in [0, 1]. The
/// share of an image whose label is `ignored` is dropped; an anchor of which nothing is left is skipped, or kept
/// without a positive. Introduced as a baseline by Han et al. 2022 (UniCon), arXiv:2204.10695.
struct supmix_targets {
  integer_view labels{};    // (N)
  double lambda = 0.5;      // the share of image i in mixture i, in [0, 1]
  ignored_label ignored{};  // as -100: images without a label
  ignored_anchor ignored_anchors = ignored_anchor::skip;

  struct rule_type {
    vector_view<const std::int32_t> own, other;        // (2N): the class of the row's first and second image
    vector_view<const double> own_share, other_share;  // (2N): what each positive of that class gets
    template <class F>
    void each_view(F&& f) {
      f(own), f(other), f(own_share), f(other_share);
    }
    template <class T>
    MIXCON_HD role<T> at(index_t anchor, index_t candidate) const {
      const mask_of<T> self = detail::is_candidate<T>(candidate, anchor);
      const T mass = choose(detail::is_class<T>(own.data() + candidate, own[anchor]), T(own_share[anchor]), T(0)) +
                     choose(detail::is_class<T>(other.data() + candidate, other[anchor]), T(other_share[anchor]), T(0));
      const mask_of<T> positive = !self && mass > T(0);
      return {positive, choose(self, T(0), T(1)), choose(positive, mass, T(0))};
    }
  };
  struct bound {
    scratch<std::int32_t> own, other;
    scratch<double> own_share, other_share;
    detail::marked_rows skipped{};
    bool skips_anchor(index_t anchor) const { return skipped[anchor]; }
    bool skips_candidate(index_t candidate) const { return skipped[candidate]; }
    rule_type rule() const {
      return {mixcon::view(own), mixcon::view(other), mixcon::view(own_share), mixcon::view(other_share)};
    }
  };

  bound bind(const pair_space& space) const {
    const index_t samples = labels.size();
    MIXCON_REQUIRE(samples > 0 && space.anchors == 2 * samples && space.candidates == 2 * samples,
                   "supmix_targets: ", samples, " labels for ", space.anchors, " anchors and ", space.candidates,
                   " candidates; expected two rows a label on both sides: the images, then the mixtures");
    MIXCON_REQUIRE(lambda >= 0 && lambda <= 1, "supmix_targets: lambda is ", lambda, "; expected a number in [0, 1]");
    bound b{scratch<std::int32_t>(space.memory),
            scratch<std::int32_t>(space.memory),
            scratch<double>(space.memory),
            scratch<double>(space.memory),
            {scratch<char>(space.memory)}};
    const auto first = [&](index_t row) { return labels.value(row % samples); };
    const auto second = [&](index_t row) { return labels.value(row < samples ? row : 2 * samples - 1 - row); };
    for (index_t row = 0; ignored_anchors == ignored_anchor::skip && row < 2 * samples; ++row)
      if ((lambda == 0 || ignored(first(row))) && (lambda == 1 || ignored(second(row))))
        b.skipped.mark(row, 2 * samples);
    const auto number = [&](const auto& label, double mass, auto& classes, auto& share) {
      const auto is_ignored = [&](index_t row) { return ignored(label(row)); };
      detail::number_mixed_classes(space.memory, 2 * samples, label, is_ignored, mass, classes, share);
    };
    number(first, lambda, b.own, b.own_share);
    number(second, 1 - lambda, b.other, b.other_share);
    return b;
  }
};

/// SupMix: `supcon` with UniCon's temperatures, called with `supmix_targets{.labels, .lambda}` on the stacked rows
/// [z; z_mix] (2N, D). t: `temperature` > 0, t0: `base_temperature` > 0, or 0 for no factor; both in units of cosine.
inline objective<info_nce, dot_product> supmix(double temperature = 0.1, double base_temperature = 0.1) {
  return supcon(temperature, base_temperature);
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
