// SPDX-License-Identifier: BSD-3-Clause
// policy.plan(...), and what plans become.
#include "given.hpp"

#include <mixcon/bridge/mixed_targets.hpp>
#include <mixcon/contrast/targets/label.hpp>
#include <mixcon/mix/draw/pairing_by_class.hpp>
#include <mixcon/mix/draw/pairing_by_distance.hpp>
#include <mixcon/mix/labels/label_rules.hpp>
#include <mixcon/mix/labels/pair_targets.hpp>
#include <mixcon/mixes/alignmix.hpp>
#include <mixcon/mixes/attentivemix.hpp>
#include <mixcon/mixes/cutmix.hpp>
#include <mixcon/mixes/guidedmixup.hpp>
#include <mixcon/mixes/mixup.hpp>
#include <mixcon/mixes/puzzlemix.hpp>
#include <mixcon/mixes/saliencymix.hpp>
#include <mixcon/mixes/snapmix.hpp>
#include <mixcon/mixes/tokenmix.hpp>
#include <mixcon/mixes/transmix.hpp>
#include <mixcon/mixes/universum.hpp>

inline const image_shape shape{4, 1, 2, 2};
inline const philox_draws draws{.seed = 1};
inline tensor_view<const float, 4> images(memory, {4, 1, 2, 2});
inline const mixup<beta_lambda, pairing::same_class> mixup_by_class;
inline const cutmix<beta_lambda, pairing::different_class> cutmix_by_class;
inline mix_plan<interpolated> kept_plan;

// accepted
mixup<>{}.plan(shape, draws);
mixup<>{}.plan(4, draws);
mixup_by_class.plan(shape, draws, labels);
cutmix_by_class.plan(shape, draws, labels);
saliencymix<>{}.plan(shape, draws, cubes);
guidedmixup<>{}.plan(shape, draws, cubes);
attentivemix<>{}.plan(shape, draws, images);
puzzlemix<>{}.plan(images, draws, cubes);
alignmix<>{}.plan(images, draws);
universum<>{}.plan(shape, draws, labels);
universum<pasted_boxes>{}.plan(shape, draws, labels);
mixup<>{}.plan_again(kept_plan, shape, draws);
mixup_by_class.plan_again(kept_plan, shape, draws, labels);
universum<>{}.plan_again(kept_plan, shape, draws, labels);
pair_targets_of(mixup<>{}.plan(shape, draws), labels);

// maps that are no tensor yet, or other ones
// refused: mixcon: plan takes the image_shape
saliencymix<>{}.plan(shape, draws, elsewhere);
// refused: mixcon: plan takes the image_shape
saliencymix<>{}.plan(shape, draws, z);
// refused: mixcon: plan takes the image_shape
saliencymix<>{}.plan(shape, 7, cubes);
// refused: mixcon: plan takes the image_shape
saliencymix<>{}.plan(draws, shape, cubes);
// refused: mixcon: plan takes the image_shape
guidedmixup<>{}.plan(shape, draws, elsewhere);
// refused: mixcon: plan takes the image_shape
guidedmixup<>{}.plan(shape, draws, flat);
// refused: mixcon: plan takes the image_shape
attentivemix<>{}.plan(shape, draws, elsewhere);
// refused: mixcon: plan takes the image_shape
attentivemix<>{}.plan(shape, draws, z);
// refused: mixcon: plan takes the image_shape
puzzlemix<>{}.plan(elsewhere, draws, cubes);
// refused: mixcon: plan takes the image_shape
puzzlemix<>{}.plan(images, draws, elsewhere);
// refused: mixcon: plan takes the image_shape
universum<>{}.plan(shape, draws, elsewhere);
// refused: mixcon: plan takes the image_shape
universum<>{}.plan(shape, draws, flat);
// refused: mixcon: plan takes the image_shape
universum<pasted_boxes>{}.plan(shape, draws, elsewhere);
// refused: mixcon: this type is no tensor yet
alignmix<>{}.plan(elsewhere, draws);
// refused: mixcon: alignmix looks at feature maps
alignmix<>{}.plan(z, draws);

// what a pairing looks at
// refused: mixcon: this pairing looks at something else
mixup_by_class.plan(shape, draws, elsewhere);
// refused: mixcon: this pairing looks at something else
mixup_by_class.plan(shape, draws, flat);
// refused: mixcon: this pairing looks at something else
mixup_by_class.plan(shape, draws);
// refused: mixcon: this pairing looks at something else
cutmix_by_class.plan(shape, draws, elsewhere);
// refused: mixcon: this pairing looks at something else
mixup<>{}.plan(shape, draws, labels);
// refused: mixcon: this pairing looks at something else
mixup_by_class.plan_again(kept_plan, shape, draws, elsewhere);

// labels
// refused: mixcon: pair_targets_of
pair_targets_of(mixup<>{}.plan(shape, draws), elsewhere);
// refused: mixcon: pair_targets_of
pair_targets_of(mixup<>{}.plan(shape, draws), flat);
// refused: mixcon: this type is no tensor yet
soft_targets(pair_targets{}, elsewhere);
// refused: mixcon: this tensor has another rank
soft_targets(pair_targets{}, flat);
