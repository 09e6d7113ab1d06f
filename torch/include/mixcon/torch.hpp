// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Everything for LibTorch: tensors as views, losses and mixing as nodes of its graph. Needs ATen; target mixcon::torch.

#include <mixcon/torch/aligned.hpp>
#include <mixcon/torch/blend.hpp>
#include <mixcon/torch/classifier.hpp>
#include <mixcon/torch/labelled.hpp>
#include <mixcon/torch/logits.hpp>
#include <mixcon/torch/loss.hpp>
#include <mixcon/torch/tensor.hpp>
