// SPDX-License-Identifier: BSD-3-Clause
#include "losses.hpp"

namespace {
const bool registered = bench_contrast::add_losses<bench_contrast::part::formulas, 4>();
}
