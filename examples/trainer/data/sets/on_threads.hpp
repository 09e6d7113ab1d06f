// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/core/config.hpp>

#include <functional>

namespace mixcon_train {
inline namespace data {

using mixcon::index_t;

/// Calls `work(k)` for each k of 0 .. count - 1, on as many threads as there are processors, at most 8. If calls throw,
/// the exception of the smallest k is thrown on, and what lies behind it may not have been done.
void each_on_threads(index_t count, const std::function<void(index_t)>& work);

}  // namespace data
}  // namespace mixcon_train
