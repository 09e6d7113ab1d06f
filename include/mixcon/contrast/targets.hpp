// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// All targets: which pairs are positive, negative or hidden.

#include <mixcon/contrast/targets/class.hpp>
#include <mixcon/contrast/targets/diagonal.hpp>
#include <mixcon/contrast/targets/first_own.hpp>
#include <mixcon/contrast/targets/label.hpp>
#include <mixcon/contrast/targets/mask.hpp>
#include <mixcon/contrast/targets/matrix.hpp>
#include <mixcon/contrast/targets/other_rows.hpp>
#include <mixcon/contrast/targets/scaled.hpp>
#include <mixcon/contrast/targets/segments.hpp>
#include <mixcon/contrast/targets/view.hpp>
