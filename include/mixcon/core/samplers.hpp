// SPDX-License-Identifier: BSD-3-Clause
// What can be drawn from a stream of random bits. Every draw is a function of the bits of its stream alone, the same
// with every compiler, flag set and processor.
#pragma once

#include <mixcon/core/beta.hpp>
#include <mixcon/core/dirichlet.hpp>
#include <mixcon/core/gamma.hpp>
#include <mixcon/core/normal.hpp>
#include <mixcon/core/permutation.hpp>
#include <mixcon/core/uniform.hpp>
#include <mixcon/core/ziggurat.hpp>
