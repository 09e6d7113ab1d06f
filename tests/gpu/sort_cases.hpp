// SPDX-License-Identifier: BSD-3-Clause
// Sorts and run lengths compared with a plain insertion into a map, key by key. Comes after emulated.hpp or device.cuh.
#pragma once

#include <mixcon/gpu/sort.hpp>

#include <cstdio>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace mixcon_test {

/// Counts the checks and prints a line for each.
struct sort_report {
  int passed = 0, failed = 0;
  void check(const std::string& title, bool right) {
    std::printf("%s %s\n", right ? "ok    " : "FAILED", title.c_str());
    ++(right ? passed : failed);
  }
};

/// Sorts keys, with their positions as values, and finds their runs.
inline void check_sort(const std::string& title, const std::vector<mixcon::index_t>& keys, int key_bits,
                       sort_report& report) {
  using mixcon::index_t;
  const auto count = static_cast<index_t>(keys.size());
  std::map<index_t, std::vector<index_t>> places;  // in order of keys; of each key, in order of places
  for (index_t k = 0; k < count; ++k) places[keys[static_cast<std::size_t>(k)]].push_back(k);
  std::vector<index_t> sorted, values, distinct, lengths, positions;
  for (const auto& [key, at] : places) {
    distinct.push_back(key), lengths.push_back(static_cast<index_t>(at.size()));
    for (index_t k : at) sorted.push_back(key), values.push_back(k);
  }
  for (index_t k = 0; k < count; ++k) positions.push_back(k);

  device_memory memory;
  const auto array = [&](const std::vector<index_t>& numbers) {
    auto* made = static_cast<index_t*>(memory.allocate((numbers.size() + 1) * sizeof(index_t)));
    device_memory::copy_in(made, numbers.data(), numbers.size() * sizeof(index_t));
    return made;
  };
  const auto fetched = [&](const index_t* from, std::size_t size) {
    std::vector<index_t> host(size);
    device_memory::copy_out(host.data(), from, size * sizeof(index_t));
    return host;
  };
  const index_t *given = array(keys), *places_given = array(positions);
  index_t *keys_out = array(keys), *values_out = array(keys), *runs_of = array(keys), *length = array(keys);
  index_t* runs = array({0});
  const std::size_t bytes = mixcon::gpu::sort_pairs_bytes(count), run_bytes = mixcon::gpu::find_runs_bytes(count);
  void *room = memory.allocate(bytes), *run_room = memory.allocate(run_bytes);
  using mixcon::gpu::find_runs;
  using mixcon::gpu::sort_pairs;
  const auto done = sort_pairs(room, bytes, given, places_given, keys_out, values_out, count, key_bits, nullptr);
  const auto found = find_runs(run_room, run_bytes, keys_out, count, runs_of, length, runs, nullptr);
  report.check(title + ": enqueued", done.ok() && found.ok());
  report.check(title + ": the keys", fetched(keys_out, keys.size()) == sorted);
  report.check(title + ": the values, stable", fetched(values_out, keys.size()) == values);
  report.check(title + ": the inputs stay", fetched(given, keys.size()) == keys);
  report.check(title + ": the number of runs", fetched(runs, 1)[0] == static_cast<index_t>(distinct.size()));
  report.check(title + ": the runs' keys", fetched(runs_of, distinct.size()) == distinct);
  report.check(title + ": their lengths", fetched(length, distinct.size()) == lengths);
  const auto refused = sort_pairs(room, bytes - 1, given, places_given, keys_out, values_out, count, key_bits, nullptr);
  report.check(title + ": too little room is refused", !refused.ok());
}

inline void check_every_sort(sort_report& report) {
  std::mt19937 bits(7);
  const auto drawn = [&](std::size_t count, auto key) {
    std::vector<mixcon::index_t> keys;
    for (std::size_t k = 0; k < count; ++k) keys.push_back(key(static_cast<mixcon::index_t>(bits())));
    return keys;
  };
  check_sort("one key", {3}, 8, report);
  check_sort("equal keys", std::vector<mixcon::index_t>(500, 9), 4, report);
  check_sort("ten classes", drawn(3000, [](mixcon::index_t x) { return x % 10; }), 4, report);
  check_sort("columns, few equal", drawn(20000, [](mixcon::index_t x) { return x % 65536; }), 16, report);
  check_sort("any integers", drawn(2000, [](mixcon::index_t x) { return (x - (1LL << 31)) * 4294967311LL; }), 64,
             report);
  check_sort("negative labels", drawn(1000, [](mixcon::index_t x) { return x % 7 - 3; }), 64, report);
}

}  // namespace mixcon_test
