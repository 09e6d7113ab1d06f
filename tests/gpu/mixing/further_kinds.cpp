// SPDX-License-Identifier: BSD-3-Clause
#include "gpu/emulator/emulator.hpp"

#include "gpu/mixing/mixed_on_device.hpp"
#include "support/catch.hpp"

using namespace mixcon_test;

namespace {

const std::vector<index_t> repeated{2, 0, 3, 0};

/// `count` masks of these extents that sum to 1, with entries that are 0 and 1.
std::vector<mask> shares_of(std::size_t count, const axes<4>& extents) {
  std::vector<mask> masks(count, mask::full(extents, 0));
  philox_stream bits(5, 0, 3, 0);
  for (std::size_t k = 0; k < masks[0].values.size(); ++k) {
    double rest = 1;
    for (std::size_t a = 0; a + 1 < count; ++a) {
      const double part = k % 5 == 0 ? (a == k % count ? rest : 0) : rest * uniform(bits);
      masks[a].values[k] = part, rest -= part;
    }
    masks[count - 1].values[k] = rest;
  }
  return masks;
}
std::vector<double> random_shares(index_t count, std::uint64_t seed) {
  philox_stream bits(seed, 0, 4, 0);
  std::vector<double> shares;
  for (index_t k = 0; k < count; ++k) shares.push_back(k % 7 == 0 ? 0 : k % 11 == 0 ? 1 : uniform(bits));
  return shares;
}
std::vector<index_t> random_blocks(index_t count, index_t blocks, std::uint64_t seed) {
  philox_stream bits(seed, 0, 5, 0);
  std::vector<index_t> sources;
  for (index_t k = 0; k < count; ++k) sources.push_back(uniform_integer(bits, blocks));
  return sources;
}

/// Every layout, plan and type.
template <class T, int Rank, class... Region>
void check_bits(const axes<Rank>& extents, const mix_plan<Region>&... plans) {
  for (const layout as : all_layouts) {
    const auto check = [&](const auto& plan) {
      INFO(to_string(plan).substr(0, 300) << ", layout " << static_cast<int>(as));
      CHECK(difference<T>(plan, extents, as) == "");
    };
    (check(plans), ...);
  }
}

}  // namespace

TEST_CASE("Several partners, by weights and by masks, have the host's bits", "[gpu]") {
  const mix_plan<multi_lerp> for_batch{repeated, {1}, {{}, {0.25, 0.75}}};
  const mix_plan<multi_lerp> by_sample{
      repeated, {1}, {{{1, 2, 3, 0}}, {0.5, 0.3, 0.2, 1, 0, 0, 0, 0, 1, 0.1, 0.2, 0.7}}};
  const mix_plan<multi_mask> one{repeated, {1}, {{}, shares_of(2, {1, 1, 5, 7})}};
  const mix_plan<multi_mask> three{repeated, {1}, {{{1, 2, 3, 0}, {3, 3, 0, 1}}, shares_of(4, {4, 1, 5, 7})}};
  check_bits<float>(four_samples<4>(), for_batch, by_sample, one, three);
  check_bits<half>(four_samples<4>(), by_sample, three);
  check_bits<double>(four_samples<2>(), for_batch, by_sample);
}

TEST_CASE("Resized, filled and switched boxes have the host's bits", "[gpu]") {
  const std::vector<box> boxes{{0, 5, 0, 7}, {2, 2, 0, 7}, {0, 4, 6, 7}, {3, 5, 0, 3}};
  const std::vector<box> sources{{1, 3, 2, 7}, {0, 0, 0, 0}, {0, 5, 0, 7}, {4, 5, 6, 7}};
  for (const interpolation how : {interpolation::nearest, interpolation::bilinear, interpolation::bilinear_corners}) {
    check_bits<float>(four_samples<4>(), mix_plan<resized_boxes>{repeated, {0.5}, {{{1, 4, 2, 6}}, {}, how}},
                      mix_plan<resized_boxes>{repeated, {0.5}, {boxes, sources, how}});
    check_bits<std::uint8_t>(four_samples<3>(), mix_plan<resized_boxes>{repeated, {0.5}, {boxes, sources, how}});
  }
  check_bits<float>(four_samples<4>(), mix_plan<filled_boxes>{{0, 1, 2, 3}, {1}, {{{1, 4, 2, 6}}, 0.3}},
                    mix_plan<filled_boxes>{{0, 1, 2, 3}, {1}, {boxes, -2}},
                    mix_plan<switched>{repeated, {0.3, 0.25, 1, 0}, {boxes, {0, 1, 0, 1}}},
                    mix_plan<switched>{repeated, {0.6}, {{{1, 4, 2, 6}}, {1}}},
                    mix_plan<switched>{repeated, {0.6}, {{{0, 0, 0, 0}}, {0}}});
}

TEST_CASE("Blocks and tokens that move have the host's bits", "[gpu]") {
  const axes<4> images{4, 2, 6, 9};
  const index_t blocks = 3, entries = 4 * blocks * blocks, tokens = 12;
  check_bits<float>(images, mix_plan<transported_blocks>{repeated, {1}, {}},
                    mix_plan<transported_blocks>{repeated, {0.5}, {blocks, random_shares(entries, 1), {}, {}}},
                    mix_plan<transported_blocks>{repeated,
                                                 {0.5},
                                                 {blocks, random_shares(entries, 2), random_blocks(entries, 9, 3),
                                                  random_blocks(entries, 9, 4)}});
  const std::vector<double> assignment = random_shares(4 * tokens * tokens, 6);
  for (const bool moves_own : {false, true}) {
    const mix_plan<transported_tokens> plan{repeated, {0.3, 1, 0, 0.8}, {tokens, assignment, moves_own}};
    check_bits<float>(axes<4>{4, 2, 3, 4}, plan);
    check_bits<double>(axes<3>{4, 2, 12}, plan);
  }
  check_bits<float>(axes<3>{4, 2, 12}, mix_plan<transported_tokens>{repeated, {1}, {}});
}
