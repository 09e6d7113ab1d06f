// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

namespace mixcon_train {
inline namespace data {

/// The folder into which scripts/data puts what it fetches or builds: $MIXCON_DATA, or $XDG_CACHE_HOME/mixcon, or
/// ~/.cache/mixcon.
std::string data_cache();

}  // namespace data
}  // namespace mixcon_train
