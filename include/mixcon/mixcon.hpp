// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Includes everything that needs no third party, but for ranks (mixcon/ranks/ranks.hpp). Adapters for Eigen, xtensor,
// faiss and others are in mixcon/adapt/.

// First what refuses: its sentences then come with the fewest lines about includes.
#include <mixcon/core/config.hpp>

#include <mixcon/core/tensor_traits.hpp>

#include <mixcon/contrast/doors.hpp>

#include <mixcon/bridge/class_pairs.hpp>
#include <mixcon/bridge/mixed_targets.hpp>
#include <mixcon/contrast/objective.hpp>
#include <mixcon/contrast/targets.hpp>
#include <mixcon/core/communicator.hpp>
#include <mixcon/core/random/permutation.hpp>
#include <mixcon/core/random/samplers.hpp>
#include <mixcon/core/storage.hpp>
#include <mixcon/engine/executor.hpp>
#include <mixcon/engine/grad_cache.hpp>
#include <mixcon/engine/mined_triplets.hpp>
#include <mixcon/engine/paired/aligned_calls.hpp>
#include <mixcon/engine/paired/column_products.hpp>
#include <mixcon/engine/paired/columns.hpp>
#include <mixcon/engine/value_and_grad.hpp>
#include <mixcon/losses/all_losses.hpp>
#include <mixcon/mix/draw/gated.hpp>
#include <mixcon/mix/draw/pairing_by_distance.hpp>
#include <mixcon/mix/draw/recorded_draws.hpp>
#include <mixcon/mix/kinds/filled_boxes.hpp>
#include <mixcon/mix/kinds/lambda_gradient.hpp>
#include <mixcon/mix/kinds/mask_gradient.hpp>
#include <mixcon/mix/kinds/multi_lerp.hpp>
#include <mixcon/mix/kinds/multi_mask.hpp>
#include <mixcon/mix/kinds/resized_boxes.hpp>
#include <mixcon/mix/kinds/slerp.hpp>
#include <mixcon/mix/labels/label_rules.hpp>
#include <mixcon/mix/labels/pair_targets.hpp>
#include <mixcon/mix/plan_json.hpp>
#include <mixcon/mix/solve/saliency.hpp>
#include <mixcon/mix/solve/spectral_residual.hpp>
#include <mixcon/mixes/all_mixes.hpp>

#if !defined(__CUDACC__)  // nvcc has no vector registers
#include <mixcon/negatives/all_negatives.hpp>
#endif
