// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The groups of kinds: each is compiled on its own, kinds_NAME.cu.

#include "kernel_cases.hpp"

namespace mixcon_bench {

std::vector<call_kind> info_nce_kinds();
std::vector<call_kind> nt_xent_kinds();
std::vector<call_kind> supcon_kinds();
std::vector<call_kind> clip_kinds();
std::vector<call_kind> siglip_kinds();
std::vector<call_kind> given_kinds();
std::vector<call_kind> mixing_kinds();
std::vector<call_kind> top_k_kinds();

}  // namespace mixcon_bench
