// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The kind of plan that moves blocks of both images and mixes them block by block (Puzzle Mix).

#include <mixcon/mix/blend.hpp>
#include <mixcon/mix/box.hpp>
#include <mixcon/mix/memory/arithmetic.hpp>

#include <string>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// The kind of plan that mixes square images block by block, each block by its own share, after the blocks of either
/// image were moved: block j of the mixed image is m_j * own[own_source_j] + (1 - m_j) * partner[partner_source_j].
/// Images (N, H, W) or (N, C, H, W) whose sides are multiples of B. A share of 0 or 1 copies.
struct transported_blocks {
  /// Nothing of a partner.
  static transported_blocks none() { return {}; }
  static constexpr const char* kind = "patch_transport";
  static constexpr int fewest_axes = 3;
  index_t blocks = 1;                     ///< B, a side
  std::vector<double> mask{};             ///< (N, B * B), in [0, 1]: the own share of a block; empty: 1
  std::vector<index_t> own_source{};      ///< (N, B * B): which block is shown there; empty: its own
  std::vector<index_t> partner_source{};  ///< the same for the partner

  double share(index_t sample, index_t block) const { return mask.empty() ? 1 : mask[at(sample, block)]; }
  index_t source(bool own, index_t sample, index_t block) const {
    const std::vector<index_t>& list = own ? own_source : partner_source;
    return list.empty() ? block : list[at(sample, block)];
  }
  template <class Self, class Visit>
  static void fields(Self& region, Visit&& visit) {
    visit("blocks", region.blocks), visit("mask", region.mask), visit("own_source", region.own_source),
        visit("partner_source", region.partner_source);
  }
  friend bool operator==(const transported_blocks&, const transported_blocks&) = default;

 private:
  std::size_t at(index_t sample, index_t block) const {
    return static_cast<std::size_t>(sample * blocks * blocks + block);
  }
};
inline std::string to_string(const transported_blocks& region) {
  return std::to_string(region.blocks) + " x " + std::to_string(region.blocks) + " blocks, own share " +
         detail::written_list(region.mask) + ", own block " + detail::written_list(region.own_source) +
         ", partner block " + detail::written_list(region.partner_source);
}

template <int Rank>
void check_region(const mix_plan<transported_blocks>& plan, const char* function, const axes<Rank>& extents) {
  static_assert(Rank >= 3, "mixcon: a plan of blocks mixes images (N, H, W) or (N, C, H, W)");
  const transported_blocks& region = plan.region;
  const index_t rows = extents[Rank - 2], columns = extents[Rank - 1], count = region.blocks * region.blocks;
  MIXCON_REQUIRE(region.blocks >= 1 && rows % region.blocks == 0 && columns % region.blocks == 0, function,
                 ": images of ", rows, " x ", columns, " do not divide into ", region.blocks, " x ", region.blocks,
                 " blocks; was the plan made for another size?", detail::asked_about_layout(extents));
  const auto wanted = static_cast<std::size_t>(plan.samples() * count);
  MIXCON_REQUIRE(region.mask.empty() || region.mask.size() == wanted, function, ": the plan has ", region.mask.size(),
                 " shares; expected none, or samples * blocks * blocks, ", wanted, ".");
  for (const double share : region.mask)
    MIXCON_REQUIRE(share >= 0 && share <= 1, function, ": the share of a block is ", share, "; expected 0 to 1.");
  for (const auto* list : {&region.own_source, &region.partner_source}) {
    MIXCON_REQUIRE(list->empty() || list->size() == wanted, function, ": the plan moves ", list->size(),
                   " blocks; expected none, or samples * blocks * blocks, ", wanted, ".");
    for (const index_t block : *list)
      MIXCON_REQUIRE(block >= 0 && block < count, function, ": block ", block, " is shown; expected 0 to ", count - 1,
                     ".");
  }
}

namespace detail {

/// Block `index` of an image: its part of the last two axes.
template <class T, int Inner>
tensor_view<T, Inner> block_of(const tensor_view<T, Inner>& image, index_t blocks, index_t index) {
  const index_t rows = image.extent(Inner - 2) / blocks, columns = image.extent(Inner - 1) / blocks;
  const index_t r = index / blocks, c = index % blocks;
  return part_of(part_of(image, 1, r * rows, (r + 1) * rows), 0, c * columns, (c + 1) * columns);
}

template <class T, int Inner>
void blend_block(double share, const tensor_view<const T, Inner>& own, const tensor_view<const T, Inner>& partner,
                 const tensor_view<T, Inner>& mixed) {
  using number = mixing_number<T>;
  if (share == 1) return copy_block(own, mixed);
  if (share == 0) return copy_block(partner, mixed);
  const number keep = static_cast<number>(share), take = static_cast<number>(1 - share);
  for_each_run(
      [=](index_t length, run<const T> a, run<const T> b, run<T> y) {
        for_each_element(
            length,
            [=](const T& x, const T& z, T& out) {
              out = stored<T>(keep * static_cast<number>(x) + take * static_cast<number>(z));
            },
            a, b, y);
      },
      own, partner, mixed);
}

template <class T, int Inner>
void unblend_blocks(const mix_plan<transported_blocks>& plan, bool own, index_t i,
                    const tensor_view<const T, Inner>& upstream, const tensor_view<T, Inner>& gradient) {
  const transported_blocks& region = plan.region;
  for (index_t b = 0; b < region.blocks * region.blocks; ++b)
    add_block(own ? region.share(i, b) : 1 - region.share(i, b), block_of(upstream, region.blocks, b),
              block_of(gradient, region.blocks, region.source(own, i, b)));
}

}  // namespace detail

template <class T, int Rank, int Inner>
void blend_sample(const mix_plan<transported_blocks>& plan, index_t i, const tensor_view<const T, Inner>& own,
                  const tensor_view<const T, Rank>& partners, const tensor_view<T, Inner>& mixed) {
  const transported_blocks& region = plan.region;
  const auto partner = detail::sample_of(partners, plan.partner_of(i));
  for (index_t b = 0; b < region.blocks * region.blocks; ++b)
    detail::blend_block(region.share(i, b), detail::block_of(own, region.blocks, region.source(true, i, b)),
                        detail::block_of(partner, region.blocks, region.source(false, i, b)),
                        detail::block_of(mixed, region.blocks, b));
}
template <class T, int Inner>
void unblend_own(const mix_plan<transported_blocks>& plan, index_t i, const tensor_view<const T, Inner>& upstream,
                 const tensor_view<T, Inner>& gradient) {
  detail::unblend_blocks(plan, true, i, upstream, gradient);
}
template <class T, int Inner>
void unblend_partner(const mix_plan<transported_blocks>& plan, index_t i, const tensor_view<const T, Inner>& upstream,
                     const tensor_view<T, Inner>& gradient) {
  detail::unblend_blocks(plan, false, i, upstream, gradient);
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
