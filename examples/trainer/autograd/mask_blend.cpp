// SPDX-License-Identifier: BSD-3-Clause
#include "autograd/mask_blend.hpp"

#include "autograd/checks.hpp"

namespace mixcon_train {
inline namespace autograd {

namespace {

/// partner + mask (own - partner), by kernels of the device.
variable blend_on_device(operator_kernels& kernels, const variable& x, const std::vector<index_t>& partner,
                         const variable& mask) {
  device& on = x.on();
  const shape of_mask = mask.extents();
  const tensor other = kernels.gathered(x.value(), partner), keep = mask.value(),
               apart = on.apply(binary::difference, x.value(), other);
  const auto pulled = [=, &on, &kernels](const tensor& g, const wanted_inputs& wanted) {
    tensor_list by(2);
    const tensor to_own = on.apply(binary::product, g, keep), to_other = on.apply(binary::difference, g, to_own);
    if (wanted[0]) by[0] = on.sum(to_own, kernels.scattered(to_other, partner, g.extents()[0]));
    if (wanted[1]) by[1] = on.summed(on.apply(binary::product, g, apart), of_mask);
    return by;
  };
  return {on.sum(other, on.apply(binary::product, apart, keep)), {x, mask}, pulled};
}

}  // namespace

variable mask_blend(const variable& x, const std::vector<index_t>& partner, const variable& mask) {
  detail::require_rank("mask_blend", x, 4, "(samples, channels, rows, columns)");
  const shape e = x.extents(), m = mask.extents();
  MIXCON_REQUIRE(m.rank() == 4 && m[0] == e[0] && (m[1] == 1 || m[1] == e[1]) && m[2] == e[2] && m[3] == e[3],
                 "mask_blend: masks of ", to_string(m), " for ", to_string(e),
                 "; expected one for each sample, of its rows and columns, and one channel or all");
  MIXCON_REQUIRE(static_cast<index_t>(partner.size()) == e[0], "mask_blend: ", partner.size(), " partners for ", e[0],
                 " samples; expected one each");
  for (const index_t p : partner)
    MIXCON_REQUIRE(p >= 0 && p < e[0], "mask_blend: partner ", p, " of ", e[0], " samples");
  const index_t plane = e[2] * e[3], image = e[1] * plane, of_mask = m[1] * plane;
  // where own, partner and mask of a number lie
  const auto for_each = [=](auto&& f) {
    for (index_t i = 0; i < e[0]; ++i) {
      const index_t other = partner[static_cast<std::size_t>(i)] * image;
      for (index_t k = 0; k < image; ++k) f(i * image + k, other + k, i * of_mask + k % of_mask);
    }
  };
  const tensor from = x.on().dense(x.value()), keep = x.on().dense(mask.value());
  if (operator_kernels* const kernels = x.on().operators()) return blend_on_device(*kernels, x, partner, mask);
  const tensor out = computed(
      x.on(), e,
      [&](auto* to, const auto* own, const auto* shares) {
        for_each(
            [&](index_t at, index_t other, index_t k) { to[at] = shares[k] * own[at] + (1 - shares[k]) * own[other]; });
      },
      from, keep);
  return {
      out, {x, mask}, [=](const tensor& upstream, const wanted_inputs& wanted) {
        device& on = upstream.on();
        const tensor g = on.dense(upstream);
        tensor_list by(2);
        if (wanted[0])
          by[0] = computed(
              on, e,
              [&](auto* to, const auto* slope, const auto* shares) {
                for (index_t k = 0; k < e.size(); ++k) to[k] = 0;
                for_each([&](index_t at, index_t other, index_t k) {
                  to[at] += shares[k] * slope[at];
                  to[other] += (1 - shares[k]) * slope[at];
                });
              },
              g, keep);
        if (wanted[1])
          by[1] = computed(
              on, m,
              [&](auto* to, const auto* slope, const auto* own) {
                for (index_t k = 0; k < m.size(); ++k) to[k] = 0;
                for_each([&](index_t at, index_t other, index_t k) { to[k] += slope[at] * (own[at] - own[other]); });
              },
              g, from);
        return by;
      }};
}

}  // namespace autograd
}  // namespace mixcon_train
