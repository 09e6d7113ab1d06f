// SPDX-License-Identifier: BSD-3-Clause
#include "gpu/emulator/emulator.hpp"

#include "gpu/stream/shared_calls.hpp"

namespace mixcon::gpu {
template class evaluation<mixcon_test::shared_objective, mixcon_test::any_targets, mixcon::detail::arguments<float>>;
template class evaluation<mixcon_test::shared_objective, mixcon_test::any_targets, mixcon::detail::arguments<double>>;
}  // namespace mixcon::gpu
