// SPDX-License-Identifier: BSD-3-Clause
#include "given.hpp"

#include <mixcon/contrast/targets/diagonal.hpp>
#include <mixcon/contrast/targets/label.hpp>
#include <mixcon/engine/given_logits.hpp>
#include <mixcon/engine/serial.hpp>
#include <mixcon/engine/value_and_grad.hpp>
#include <mixcon/losses/info_nce.hpp>

inline const objective criterion{info_nce{}, cosine{}};
inline saved_for<decltype(criterion), matrix_view<float>> saved;
inline float temperature;
inline constexpr diagonal_targets targets{};

// accepted
value_and_grad(serial{}, criterion, targets, z, gradient);
value_and_grad(serial{}, criterion, targets, z, z, {.anchors = gradient});
forward(serial{}, criterion, targets, z, saved);
backward(serial{}, criterion, targets, z, saved, 1.0, gradient);
value_and_grad(serial{}, criterion, targets, given_logits{z}, {.logits = gradient});

// value_and_grad
// refused: mixcon: the engine is missing
value_and_grad(criterion, targets, z, gradient);
// refused: mixcon: the engine is missing
value_and_grad(criterion, targets, z, {.embeddings = gradient});
// refused: mixcon: the engine is missing
value_and_grad(criterion, targets, z, z, {.anchors = gradient});
// refused: mixcon: the engine is missing
value_and_grad(criterion, targets, given_logits{z}, {.logits = gradient});
// refused: mixcon: this is a bare loss
value_and_grad(serial{}, info_nce{}, targets, z, gradient);
// refused: mixcon: this is a bare loss
value_and_grad(serial{}, info_nce{}, targets, z, {.embeddings = gradient});
// refused: mixcon: this is a bare loss
value_and_grad(serial{}, info_nce{}, targets, z, z, {.anchors = gradient});
// refused: mixcon: this is a bare loss
value_and_grad(serial{}, info_nce{}, targets, given_logits{z}, {.logits = gradient});
// refused: mixcon: these are no targets
value_and_grad(serial{}, criterion, z, gradient);
// refused: mixcon: these are no targets
value_and_grad(serial{}, criterion, z, {.embeddings = gradient});
// refused: mixcon: these are no targets
value_and_grad(serial{}, criterion, labels, z, gradient);
// refused: mixcon: the arguments come in the order
value_and_grad(serial{}, targets, criterion, z, gradient);
// refused: mixcon: the arguments come in the order
value_and_grad(serial{}, targets, criterion, z, {.embeddings = gradient});
// refused: mixcon: the arguments come in the order
value_and_grad(serial{}, targets, criterion, z, z, {.anchors = gradient});
// refused: mixcon: an argument of this call is no tensor
value_and_grad(serial{}, criterion, targets, elsewhere, gradient);
// refused: mixcon: an argument of this call is no tensor
value_and_grad(serial{}, criterion, targets, z, elsewhere);
// refused: mixcon: an argument of this call is no tensor
value_and_grad(serial{}, criterion, targets, elsewhere, {.embeddings = gradient});
// refused: mixcon: an argument of this call is no tensor
value_and_grad(serial{}, criterion, targets, z, elsewhere, {.anchors = gradient});
// refused: mixcon: a gradient in braces does not fit
value_and_grad(serial{}, criterion, targets, z, {.embeddings = elsewhere});
// refused: mixcon: a matrix is expected
value_and_grad(serial{}, criterion, targets, flat, gradient);
// refused: mixcon: a matrix is expected
value_and_grad(serial{}, criterion, targets, z, flat);
// refused: mixcon: a matrix is expected
value_and_grad(serial{}, criterion, targets, z, flat, {.anchors = gradient});
// refused: mixcon: a gradient in braces does not fit
value_and_grad(serial{}, criterion, targets, z, {.embeddings = flat});
// refused: mixcon: a gradient must be a tensor of rank 2 that can be written to
value_and_grad(serial{}, criterion, targets, z, z);
// refused: mixcon: a gradient must be a tensor of rank 2 that can be written to
value_and_grad(serial{}, criterion, targets, z, gradient_of_double);
// refused: mixcon: a gradient in braces does not fit
value_and_grad(serial{}, criterion, targets, z, {.embeddings = z});
// refused: mixcon: a gradient in braces does not fit
value_and_grad(serial{}, criterion, targets, z, z, {.anchors = z});
// refused: mixcon: a gradient in braces does not fit
value_and_grad(serial{}, criterion, targets, z, z, {.anchors = gradient_of_double});
// refused: mixcon: a gradient in braces does not fit
value_and_grad(serial{}, criterion, targets, given_logits{z}, {.logits = gradient_of_double});
// refused: mixcon: the gradient by a parameter (temperature, scale, bias) goes to a double
value_and_grad(serial{}, criterion, targets, z, {.embeddings = gradient, .temperature = &temperature});
// refused: mixcon: the gradient by a parameter (temperature, scale, bias) goes to a double
value_and_grad(serial{}, criterion, targets, z, z, {.anchors = gradient, .temperature = &temperature});
// refused: mixcon: the gradient by a parameter (temperature, scale, bias) goes to a double
value_and_grad(serial{}, criterion, targets, given_logits{z}, {.logits = gradient, .temperature = &temperature});
// refused: mixcon: the gradient by a parameter (temperature, scale, bias) goes to a double
value_and_grad(serial{}, criterion, targets, z, {.embeddings = gradient, .scale = 1.0});
// refused: mixcon: the gradient is missing
value_and_grad(serial{}, criterion, targets, z);
// refused: mixcon: the gradient is missing
value_and_grad(serial{}, criterion, targets, given_logits{z});
// refused: mixcon: with candidates, or with given logits, gradients are asked for by name
value_and_grad(serial{}, criterion, targets, given_logits{z}, gradient);
// refused: mixcon: with candidates, or with given logits, gradients are asked for by name
value_and_grad(serial{}, criterion, targets, z, z, gradient);

// forward
// refused: mixcon: the engine is missing
forward(criterion, targets, z, saved);
// refused: mixcon: this is a bare loss
forward(serial{}, info_nce{}, targets, z, saved);
// refused: mixcon: these are no targets
forward(serial{}, criterion, z, saved);
// refused: mixcon: the arguments come in the order
forward(serial{}, targets, criterion, z, saved);
// refused: mixcon: an argument of this call is no tensor
forward(serial{}, criterion, targets, elsewhere, saved);
// refused: mixcon: an argument of this call is no tensor
forward(serial{}, criterion, targets, z, elsewhere, saved);
// refused: mixcon: a matrix is expected
forward(serial{}, criterion, targets, flat, saved);
// refused: mixcon: what forward saves for backward is missing
forward(serial{}, criterion, targets, z);

// backward
// refused: mixcon: the engine is missing
backward(criterion, targets, z, saved, 1.0, gradient);
// refused: mixcon: the engine is missing
backward(criterion, targets, z, saved, 1.0, {.embeddings = gradient});
// refused: mixcon: this is a bare loss
backward(serial{}, info_nce{}, targets, z, saved, 1.0, gradient);
// refused: mixcon: these are no targets
backward(serial{}, criterion, z, saved, 1.0, gradient);
// refused: mixcon: the arguments come in the order
backward(serial{}, targets, criterion, z, saved, 1.0, gradient);
// refused: mixcon: an argument of this call is no tensor
backward(serial{}, criterion, targets, elsewhere, saved, 1.0, gradient);
// refused: mixcon: an argument of this call is no tensor
backward(serial{}, criterion, targets, z, saved, 1.0, elsewhere);
// refused: mixcon: a matrix is expected
backward(serial{}, criterion, targets, flat, saved, 1.0, gradient);
// refused: mixcon: a gradient must be a tensor of rank 2 that can be written to
backward(serial{}, criterion, targets, z, saved, 1.0, z);
// refused: mixcon: a gradient must be a tensor of rank 2 that can be written to
backward(serial{}, criterion, targets, z, saved, 1.0, gradient_of_double);
// refused: mixcon: a gradient in braces does not fit
backward(serial{}, criterion, targets, z, z, saved, 1.0, {.anchors = z});
// refused: mixcon: the gradient by a parameter (temperature, scale, bias) goes to a double
backward(serial{}, criterion, targets, z, saved, 1.0, {.embeddings = gradient, .temperature = &temperature});
// refused: mixcon: what forward saves for backward is missing
backward(serial{}, criterion, targets, z, 1.0, gradient);
