// SPDX-License-Identifier: BSD-3-Clause
#include "devices/activation_loops.hpp"

namespace mixcon_train {
inline namespace devices {

const activation_loops& loops_for(bool bf16) {
  const int type = bf16 ? 1 : 0;
#if defined(__x86_64__)
  const bool wide =
      __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
  if (wide && __builtin_cpu_supports("avx512bf16")) return avx512_bf16_loops[type];
  if (wide) return avx512_loops[type];
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return avx2_loops[type];
#endif
  return plain_loops[type];
}

void add_parts(const float* from, std::size_t parts, std::size_t size, std::size_t first, std::size_t end,
               float* into) {
  for (std::size_t k = first; k < end; ++k) into[k] = from[k];
  for (std::size_t part = 1; part < parts; ++part)
    for (std::size_t k = first; k < end; ++k) into[k] += from[part * size + k];
}

}  // namespace devices
}  // namespace mixcon_train
