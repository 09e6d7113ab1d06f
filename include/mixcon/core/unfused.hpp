// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// A compiler that fuses a product into a sum rounds once instead of twice, and a plan's last bits would depend on it. A
// function whose sums have products for operands and that must give the same bits everywhere begins with
// MIXCON_NO_FUSED_SUMS, and its body with MIXCON_NO_FUSED_SUMS_HERE.
#if defined(__clang__)
#define MIXCON_NO_FUSED_SUMS
#define MIXCON_NO_FUSED_SUMS_HERE _Pragma("clang fp contract(off)")
#else
#define MIXCON_NO_FUSED_SUMS [[gnu::optimize("fp-contract=off")]]
#define MIXCON_NO_FUSED_SUMS_HERE
#endif
