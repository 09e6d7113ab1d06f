// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// SnapMix: pastes a resized box of the partner; labels follow the class activation that the boxes hold.

#include <mixcon/mix/draw/box_rules.hpp>
#include <mixcon/mix/draw/draws.hpp>
#include <mixcon/mix/draw/lambda.hpp>
#include <mixcon/mix/draw/pairing.hpp>
#include <mixcon/mix/kinds/resized_boxes.hpp>
#include <mixcon/mix/labels/weighted_labels.hpp>

#include <utility>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// SnapMix: a box of the partner, resized, covers a box of another size; labels follow how much of either object's
/// class activation the boxes hold, so both or neither may be wholly seen. One pair of boxes for the batch, as in the
/// published code. The plan's lambda is the area outside the box; `labels` gives the weights. Huang et al. 2020,
/// arXiv:2012.04846.
template <LambdaSampler Lambda = beta_lambda, class Pairing = pairing::random_permutation>
struct snapmix {
  static constexpr field name = "snapmix";
  Lambda lambda{};
  Pairing pairing{};
  centred_box place{};

  template <Draws D, class... LookedAt>
  mix_plan<resized_boxes> plan(const image_shape& shape, const D& draws, const LookedAt&... looked_at) const {
    detail::require_image("snapmix", shape);
    mix_plan<resized_boxes> plan;
    if (is_off(lambda)) return {detail::unmixed("snapmix", shape.samples), {1.0}, {.boxes = {box{}}}};
    const auto own = draws.within(name), of_partner = own.within("source");
    plan.partner = detail::partners_by("snapmix", pairing, shape.samples, own, looked_at...);
    box covered = place(shape, lambda(own, 0), own, 0), source = place(shape, lambda(of_partner, 0), of_partner, 0);
    if (covered.area() == 0 || source.area() == 0) covered = source = {};
    plan.lambda = {1 - share(covered, shape)};
    plan.region = {.boxes = {covered}, .sources = {source}, .how = interpolation::bilinear_corners};
    return plan;
  }

  /// The weights of both labels, from class activation maps (N, H, W) of the unmixed images, at the labels' classes:
  /// what the own object keeps outside the box, and what the box has of the partner's, in whatever unit. Where a map is
  /// all 0, the area of its box decides. Where both samples are of one class, either weight is their sum. An `ignored`
  /// label weighs 0.
  template <LabelsViewable Labels, Viewable<3> Activation>
  static weighted_labels labels(const mix_plan<resized_boxes>& plan, const Labels& labels, const Activation& activation,
                                const ignored_label& ignored = {}) {
    const auto map = view<3>(activation);
    detail::require_map("snapmix", "activation", map, plan.samples());
    check_region(plan, "snapmix", axes<4>{map.extent(0), 1, map.extent(1), map.extent(2)});
    weighted_labels found = detail::labels_of_pairs(plan, labels, ignored);
    for (index_t n = 0; n < plan.samples(); ++n) {
      const auto at = static_cast<std::size_t>(n);
      double own = 1, partner = 0;
      if (plan.region.of(n).area() > 0) {
        own = 1 - inside(map, n, plan.region.of(n));
        partner = inside(map, plan.partner_of(n), plan.region.source_of(n, map.extent(1), map.extent(2)));
      }
      const bool alike = found.own[at] == found.partner[at];
      found.own_weight[at] = alike ? own + partner : own;
      found.partner_weight[at] = alike ? own + partner : partner;
    }
    return detail::without_ignored((std::move)(found));
  }

 private:
  /// The share of a sample's activation that a box holds; of its area, where there is no activation.
  template <class T>
  static double inside(const tensor_view<T, 3>& map, index_t sample, const box& b) {
    const double unit = detail::unit_of_map(map, sample);
    double all = 0, held = 0;
    for (index_t y = 0; y < map.extent(1); ++y)
      for (index_t x = 0; x < map.extent(2); ++x) {
        const double value = unit * static_cast<double>(map(sample, y, x));
        all += value;
        if (b.top <= y && y < b.bottom && b.left <= x && x < b.right) held += value;
      }
    return all > 0 ? held / all : share(b, {.rows = map.extent(1), .columns = map.extent(2)});
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
