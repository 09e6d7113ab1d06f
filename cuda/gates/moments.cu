// SPDX-License-Identifier: BSD-3-Clause
// Compiled for every architecture by cuda/check_compile: the kernels of moments, at each width and kind of operand, and
// with each test of a pair; and over a softmax loss those that know the loss.
#include <mixcon/gpu/moments/moment_calls.cuh>

#include <mixcon/bridge/mixed_targets.hpp>
#include <mixcon/losses/info_nce.hpp>

namespace mixcon::gpu {

using softmax =
    device_problem<mixcon::detail::pair_rules<float, info_nce, cosine, plain_logits, mixcon::detail::same_class_rule>>;
using biased_softmax = device_problem<
    mixcon::detail::pair_rules<float, info_nce, cosine, candidate_bias<float>, mixcon::detail::same_class_rule>>;
using diagonal = diagonal_targets::rule_type;
using mixed_softmax = device_problem<mixcon::detail::pair_rules<float, info_nce, cosine, plain_logits,
                                                                mixed_targets<diagonal_targets>::rule_type<diagonal>>>;
using bf16 = operand<bfloat16, 1>;
using fp16 = operand<half, 1>;
using split = operand<bfloat16, 2>;
constexpr auto fixed = moment_shift::fixed, running = moment_shift::running;

template __global__ void moment_rows<64, keep::all_but_one, fixed, 1>(moment_lines<1>, described_rule,
                                                                      operand_rows<bf16>, operand_rows<bf16>,
                                                                      const moment_limit*, int, moment_part<1>*);
template __global__ void moment_rows<128, keep::all_but_one, fixed, 1>(moment_lines<1>, described_rule,
                                                                       operand_rows<bf16>, operand_rows<bf16>,
                                                                       const moment_limit*, int, moment_part<1>*);
template __global__ void moment_rows<128, keep::every, fixed, 1>(moment_lines<1>, described_rule, operand_rows<bf16>,
                                                                 operand_rows<bf16>, const moment_limit*, int,
                                                                 moment_part<1>*);
template __global__ void moment_rows<128, keep::by_class, fixed, 1>(moment_lines<1>, described_rule, operand_rows<bf16>,
                                                                    operand_rows<bf16>, const moment_limit*, int,
                                                                    moment_part<1>*);
template __global__ void moment_rows<128, keep::all_but_one, running, 1>(moment_lines<1>, described_rule,
                                                                         operand_rows<fp16>, operand_rows<fp16>,
                                                                         const moment_limit*, int, moment_part<1>*);
template __global__ void moment_rows<128, keep::by_class, running, 1>(moment_lines<1>, described_rule,
                                                                      operand_rows<split>, operand_rows<split>,
                                                                      const moment_limit*, int, moment_part<1>*);
template __global__ void moment_rows<128, keep::by_class, running, 2>(moment_lines<2>, described_rule,
                                                                      operand_rows<bf16>, operand_rows<bf16>,
                                                                      const moment_limit*, int, moment_part<2>*);
template __global__ void moment_rows<256, keep::all_but_one, fixed, 1>(moment_lines<1>, described_rule,
                                                                       operand_rows<bf16>, operand_rows<bf16>,
                                                                       const moment_limit*, int, moment_part<1>*);
template __global__ void moment_rows<256, keep::all_but_one, fixed, 1>(moment_lines<1>, described_rule,
                                                                       operand_rows<split>, operand_rows<split>,
                                                                       const moment_limit*, int, moment_part<1>*);
template __global__ void moment_rows<128, keep::all_but_one, fixed, 1>(moment_lines<1>, biased_rule, operand_rows<bf16>,
                                                                       operand_rows<bf16>, const moment_limit*, int,
                                                                       moment_part<1>*);
template __global__ void moment_rows<128, keep::by_class, running, 1>(moment_lines<1>, biased_rule, operand_rows<split>,
                                                                      operand_rows<split>, const moment_limit*, int,
                                                                      moment_part<1>*);
template __global__ void moment_rows<128, keep::all_but_one, fixed, 1>(moment_lines<1>, mixed_rule, operand_rows<bf16>,
                                                                       operand_rows<bf16>, const moment_limit*, int,
                                                                       moment_part<1>*);
template __global__ void moment_rows<128, keep::all_but_one, running, 1>(moment_lines<1>, mixed_rule,
                                                                         operand_rows<split>, operand_rows<split>,
                                                                         const moment_limit*, int, moment_part<1>*);
#define MIXCON_GATE(D, KEEP, OF, K, OPERAND)                                                                   \
  template __global__ void moment_weights<D, KEEP, OF, K>(moment_lines<K>, weighing_side<K>, weighing_side<K>, \
                                                          operand_rows<OPERAND>, operand_rows<OPERAND>,        \
                                                          const moment_limit*, float, tile_outputs)
MIXCON_GATE(64, keep::all_but_one, output_rows::anchors, 1, bf16);
MIXCON_GATE(128, keep::all_but_one, output_rows::anchors, 1, bf16);
MIXCON_GATE(128, keep::all_but_one, output_rows::candidates, 1, bf16);
MIXCON_GATE(128, keep::by_class, output_rows::anchors, 1, fp16);
MIXCON_GATE(128, keep::by_class, output_rows::candidates, 2, bf16);
MIXCON_GATE(256, keep::all_but_one, output_rows::anchors, 1, bf16);
MIXCON_GATE(256, keep::all_but_one, output_rows::anchors, 1, split);
MIXCON_GATE(64, keep::all_but_one, output_rows::both, 1, bf16);
MIXCON_GATE(128, keep::all_but_one, output_rows::both, 1, bf16);
MIXCON_GATE(128, keep::by_class, output_rows::both, 1, fp16);
MIXCON_GATE(128, keep::by_class, output_rows::both, 2, split);
MIXCON_GATE(256, keep::by_class, output_rows::both, 1, bf16);
MIXCON_GATE(256, keep::by_class, output_rows::both, 2, split);
#define MIXCON_BIASED_GATE(D, KEEP, OF, K, OPERAND)                                                         \
  template __global__ void moment_weights<D, KEEP, OF, K>(                                                  \
      moment_lines<K>, weighing_side<K, biased_rule>, weighing_side<K, biased_rule>, operand_rows<OPERAND>, \
      operand_rows<OPERAND>, const moment_limit*, float, tile_outputs)
MIXCON_BIASED_GATE(128, keep::all_but_one, output_rows::candidates, 1, bf16);
MIXCON_BIASED_GATE(128, keep::by_class, output_rows::anchors, 1, split);
MIXCON_BIASED_GATE(128, keep::by_class, output_rows::both, 1, bf16);
#define MIXCON_MIXED_GATE(D, OF, OPERAND)                                                                 \
  template __global__ void moment_weights<D, keep::all_but_one, OF, 1>(                                   \
      moment_lines<1>, weighing_side<1, mixed_rule>, weighing_side<1, mixed_rule>, operand_rows<OPERAND>, \
      operand_rows<OPERAND>, const moment_limit*, float, tile_outputs)
MIXCON_MIXED_GATE(128, output_rows::anchors, bf16);
MIXCON_MIXED_GATE(128, output_rows::candidates, split);
MIXCON_MIXED_GATE(128, output_rows::both, bf16);
template __global__ void join_mixed_moments(mixed_softmax, mixed_rule, moment_lines<1>, int, const moment_part<1>*,
                                            row_work<mixed_softmax>);
template __global__ void find_mixed_slopes(mixed_softmax, mixed_rule, moment_lines<1>, device_saved<mixed_softmax>,
                                           double, moment_slopes<1>*);
template __global__ void pull_left_out(mixed_softmax, mixed_rule, const moment_slopes<1>*, float*, double*, double*);
template __global__ void pull_as_left_out(mixed_softmax, mixed_rule, key_groups, const moment_slopes<1>*, float*);
template __global__ void fill_biases(candidate_bias<float>, index_t, float*);
template __global__ void find_bias_limit(const float*, index_t, moment_limit*);
template __global__ void sum_class_numbers(key_groups, const float*, int, number_sum*);
template __global__ void pull_biases(described_rule, key_groups, const number_sum*, const moment_slopes<1>*,
                                     vector_view<float>);
template __global__ void join_moments(biased_softmax, biased_rule, key_groups, const float*, moment_lines<1>, int,
                                      const moment_part<1>*, row_work<biased_softmax>);
template __global__ void measure_operands(operand_rows<bf16>, int, float*);
template __global__ void measure_operands(operand_rows<split>, int, float*);
template __global__ void find_moment_limit(const float*, index_t, const float*, index_t, moment_limit*);
template __global__ void class_sums(device_rows<float>, key_groups, const float*, int, float*);
template __global__ void join_moments(softmax, described_rule, key_groups, const float*, moment_lines<1>, int,
                                      const moment_part<1>*, row_work<softmax>);
template __global__ void find_moment_slopes(softmax, described_rule, key_groups, const float*, moment_lines<1>,
                                            device_saved<softmax>, double, moment_slopes<1>*);
template __global__ void pull_positives(softmax, described_rule, key_groups, const float*, const moment_slopes<1>*,
                                        float*, double*, double*);
template __global__ void pull_as_positive(softmax, described_rule, key_groups, const float*, const moment_slopes<1>*,
                                          float*);

}  // namespace mixcon::gpu
