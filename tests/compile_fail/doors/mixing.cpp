// SPDX-License-Identifier: BSD-3-Clause
// blend, unblend, and the gradients by a plan.
#include "given.hpp"

#include <mixcon/engine/serial.hpp>
#include <mixcon/mix/blend.hpp>
#include <mixcon/mix/kinds/interpolated.hpp>
#include <mixcon/mix/kinds/lambda_gradient.hpp>
#include <mixcon/mix/kinds/mask_gradient.hpp>
#include <mixcon/mix/kinds/slerp.hpp>

inline const mix_plan<interpolated> plan{{1, 0, 3, 2}, {0.5}, {}};
inline const mix_plan<masked> plan_of_mask{{1, 0, 3, 2}, {0.5}, {}};
inline const mix_plan<slerp> plan_of_slerp{{1, 0, 3, 2}, {0.5}, {}};
inline std::vector<double> by_lambda(4);
inline mask by_mask;
inline tensor_view<float, 3> gradient_of_cubes(more_memory, {4, 2, 2});
inline workspace left_memory;

// accepted
blend(plan, z, gradient);
blend(serial{}, plan, z, z, gradient);
unblend(plan, z, gradient);
unblend(serial{}, plan, z, gradient, gradient);
blend(plan, z, gradient, left_memory);
blend(serial{}, plan, z, z, gradient, left_memory);
unblend(plan, z, gradient, left_memory);
unblend(serial{}, plan, z, gradient, gradient, left_memory);
unblend_lambda(plan, z, z, by_lambda);
unblend_mask(plan_of_mask, z, z, by_mask);
unblend_slerp(plan_of_slerp, z, z, z, gradient, gradient);

// blend
// refused: mixcon: this type is no tensor yet
blend(plan, elsewhere, gradient);
// refused: mixcon: this type is no tensor yet
blend(plan, z, elsewhere);
// refused: mixcon: this type is no tensor yet
blend(plan, z, elsewhere, gradient);
// refused: mixcon: this type is no tensor yet
blend(serial{}, plan, elsewhere, gradient);
// refused: mixcon: the last argument is written to, and this one is const
blend(plan, z, z);
// refused: mixcon: input and output have the same element type
blend(plan, z, gradient_of_double);
// refused: mixcon: input and output have the same element type
blend(serial{}, plan, z, z, gradient_of_double);
// refused: mixcon: input and output have the same number of axes
blend(plan, z, gradient_of_cubes);
// refused: mixcon: input and output have the same number of axes
blend(plan, z, flat);
// refused: mixcon: this temporary owns its elements
blend(plan, flat, owning_temporary());
// refused: mixcon: the plan comes first, or after the executor
blend(z, gradient);
// refused: mixcon: the plan comes first, or after the executor
blend(z, gradient, plan);
// refused: mixcon: the plan comes first, or after the executor
blend(serial{}, z, plan, gradient);
// refused: mixcon: after the plan come two tensors
blend(plan, z);
// refused: mixcon: after the plan come two tensors
blend(serial{}, plan, z);
// refused: mixcon: after the plan come two tensors
blend(plan, z, z, z, gradient);
// refused: mixcon: after the plan come two tensors
blend(plan, z, left_memory);
// refused: mixcon: after the plan come two tensors
blend(plan, left_memory, z, gradient);
// refused: mixcon: this type is no tensor yet
blend(plan, elsewhere, gradient, left_memory);
// refused: mixcon: before the plan stands an executor
blend(4, plan, z, gradient);
// refused: mixcon: before the plan stands an executor
blend(z, plan, z, gradient);

// unblend
// refused: mixcon: this type is no tensor yet
unblend(plan, elsewhere, gradient);
// refused: mixcon: this type is no tensor yet
unblend(serial{}, plan, z, gradient, elsewhere);
// refused: mixcon: the last argument is written to, and this one is const
unblend(plan, z, z);
// refused: mixcon: the last argument is written to, and this one is const
unblend(plan, z, gradient, z);
// refused: mixcon: input and output have the same element type
unblend(plan, z, gradient_of_double);
// refused: mixcon: input and output have the same number of axes
unblend(plan, z, flat);
// refused: mixcon: the plan comes first, or after the executor
unblend(z, gradient);
// refused: mixcon: after the plan come two tensors
unblend(plan, z);
// refused: mixcon: before the plan stands an executor
unblend(z, plan, z, gradient);

// gradients by a plan
// refused: mixcon: this type is no tensor yet
unblend_lambda(plan, elsewhere, z, by_lambda);
// refused: mixcon: this type is no tensor yet
unblend_lambda(plan, z, elsewhere, by_lambda);
// refused: mixcon: unblend_lambda
unblend_lambda(plan, z, z, labels);
// refused: mixcon: unblend_lambda
unblend_lambda(plan, z, z, z);
// refused: mixcon: unblend_lambda
unblend_lambda(plan, z, gradient_of_double, by_lambda);
// refused: mixcon: unblend_lambda
unblend_lambda(plan_of_mask, z, z, by_lambda);
// refused: mixcon: this type is no tensor yet
unblend_mask(plan_of_mask, elsewhere, z, by_mask);
// refused: mixcon: unblend_mask
unblend_mask(plan_of_mask, z, gradient_of_double, by_mask);
// refused: mixcon: unblend_mask
unblend_mask(plan, z, z, by_mask);
// refused: mixcon: unblend_mask
unblend_mask(plan_of_mask, z, z, by_lambda);
// refused: mixcon: this type is no tensor yet
unblend_slerp(plan_of_slerp, elsewhere, z, z, gradient, gradient);
// refused: mixcon: unblend_slerp
unblend_slerp(plan_of_slerp, z, z, z, z, gradient);
// refused: mixcon: this tensor has another rank
unblend_slerp(plan_of_slerp, flat, z, z, gradient, gradient);
// refused: mixcon: unblend_slerp
unblend_slerp(plan, z, z, z, gradient, gradient);
