// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "devices/kept_memory.hpp"

#include <functional>
#include <unordered_map>
#include <utility>

namespace mixcon_train {
inline namespace devices {

/// A hash table in kept memory.
template <class Key, class Value>
using kept_map =
    std::unordered_map<Key, Value, std::hash<Key>, std::equal_to<Key>, kept_allocator<std::pair<const Key, Value>>>;

}  // namespace devices
}  // namespace mixcon_train
