// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What can be drawn from a stream of random bits. Every draw is a function of the bits of its stream alone, the same
// with every compiler, flag set and processor.

#include <mixcon/core/random/beta.hpp>
#include <mixcon/core/random/dirichlet.hpp>
#include <mixcon/core/random/gamma.hpp>
#include <mixcon/core/random/normal.hpp>
#include <mixcon/core/random/permutation.hpp>
#include <mixcon/core/random/uniform.hpp>
#include <mixcon/core/random/ziggurat.hpp>
