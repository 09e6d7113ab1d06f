// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Everything of mixcon that needs no third party. Adapters for Eigen, xtensor and others are in mixcon/adapt/.

// First what refuses: its sentences then come with the fewest lines about includes.
#include <mixcon/core/config.hpp>

#include <mixcon/core/tensor_traits.hpp>

#include <mixcon/contrast/doors.hpp>

#include <mixcon/bridge/class_pairs.hpp>
#include <mixcon/bridge/decoupled_mixup.hpp>
#include <mixcon/bridge/infinite_class_mixup.hpp>
#include <mixcon/bridge/mixed_targets.hpp>
#include <mixcon/bridge/soft_binary_cross_entropy.hpp>
#include <mixcon/contrast/aligned_calls.hpp>
#include <mixcon/contrast/all_losses.hpp>
#include <mixcon/contrast/byol.hpp>
#include <mixcon/contrast/clip.hpp>
#include <mixcon/contrast/column_products.hpp>
#include <mixcon/contrast/columns.hpp>
#include <mixcon/contrast/decoupled_weights.hpp>
#include <mixcon/contrast/knowledge_distillation.hpp>
#include <mixcon/contrast/mmcl.hpp>
#include <mixcon/contrast/moco.hpp>
#include <mixcon/contrast/n_pairs.hpp>
#include <mixcon/contrast/nca.hpp>
#include <mixcon/contrast/normface.hpp>
#include <mixcon/contrast/nt_xent.hpp>
#include <mixcon/contrast/objective.hpp>
#include <mixcon/contrast/proxy_nca.hpp>
#include <mixcon/contrast/soft_cross_entropy.hpp>
#include <mixcon/contrast/supcon.hpp>
#include <mixcon/contrast/supmix.hpp>
#include <mixcon/contrast/targets.hpp>
#include <mixcon/contrast/unicon.hpp>
#include <mixcon/contrast/vicreg.hpp>
#include <mixcon/core/permutation.hpp>
#include <mixcon/core/samplers.hpp>
#include <mixcon/core/storage.hpp>
#include <mixcon/engine/executor.hpp>
#include <mixcon/engine/forward_backward.hpp>
#include <mixcon/engine/mined_triplets.hpp>
#include <mixcon/mix/all_mixes.hpp>
#include <mixcon/mix/filled_boxes.hpp>
#include <mixcon/mix/gated.hpp>
#include <mixcon/mix/label_rules.hpp>
#include <mixcon/mix/lambda_gradient.hpp>
#include <mixcon/mix/mask_gradient.hpp>
#include <mixcon/mix/multi_lerp.hpp>
#include <mixcon/mix/multi_mask.hpp>
#include <mixcon/mix/pair_targets.hpp>
#include <mixcon/mix/pairing_by_distance.hpp>
#include <mixcon/mix/plan_json.hpp>
#include <mixcon/mix/positive_features.hpp>
#include <mixcon/mix/recorded_draws.hpp>
#include <mixcon/mix/resized_boxes.hpp>
#include <mixcon/mix/saliency.hpp>
#include <mixcon/mix/slerp.hpp>
#include <mixcon/mix/spectral_residual.hpp>
#include <mixcon/mix/transmix.hpp>

#if !defined(__CUDACC__)  // nvcc has no vector registers
#include <mixcon/engine/relational_distillation.hpp>
#include <mixcon/negatives/all_negatives.hpp>
#endif
