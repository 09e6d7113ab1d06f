// SPDX-License-Identifier: BSD-3-Clause
#include "devices/activation_loops_body.hpp"

namespace mixcon_train {
inline namespace devices {

const activation_loops avx2_loops[2] = {table<float>(), table<std::uint16_t>()};

}  // namespace devices
}  // namespace mixcon_train
