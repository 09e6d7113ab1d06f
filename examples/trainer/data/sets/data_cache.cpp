// SPDX-License-Identifier: BSD-3-Clause
#include "data/sets/data_cache.hpp"

#include <cstdlib>
#include <filesystem>

namespace mixcon_train {
inline namespace data {

std::string data_cache() {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return std::filesystem::path(value == nullptr ? "" : value);
  };
  if (const auto named = variable("MIXCON_DATA"); !named.empty()) return named.string();
  if (const auto cache = variable("XDG_CACHE_HOME"); !cache.empty()) return (cache / "mixcon").string();
  return (variable("HOME") / ".cache" / "mixcon").string();
}

}  // namespace data
}  // namespace mixcon_train
