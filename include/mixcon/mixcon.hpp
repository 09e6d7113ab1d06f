// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Everything of mixcon that needs no third party. Adapters for Eigen, xtensor and others are in mixcon/adapt/.

#include <mixcon/contrast/all_losses.hpp>
#include <mixcon/contrast/objective.hpp>
#include <mixcon/contrast/targets.hpp>
#include <mixcon/engine/executor.hpp>
#include <mixcon/engine/forward_backward.hpp>
