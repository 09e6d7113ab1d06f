// SPDX-License-Identifier: BSD-3-Clause
// Every kind of call that is checked and measured.
#include "kinds.hpp"

std::vector<mixcon_bench::call_kind> mixcon_bench::all_kinds() {
  std::vector<call_kind> all;
  for (const auto group :
       {info_nce_kinds, nt_xent_kinds, supcon_kinds, clip_kinds, siglip_kinds, given_kinds, mixing_kinds, top_k_kinds})
    for (call_kind& kind : group()) all.push_back(std::move(kind));
  return all;
}
