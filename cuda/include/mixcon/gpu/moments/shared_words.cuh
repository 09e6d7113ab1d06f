// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What moments on the GPU and on the host have in common: rules by keys, rows by key, statistics of sums.

#include <mixcon/gpu/device.cuh>

#include <mixcon/engine/moments/described.hpp>
#include <mixcon/engine/moments/groups.hpp>
#include <mixcon/engine/moments/moment_statistics.hpp>

namespace mixcon::gpu {

using moments::call_groups, moments::key_groups, moments::placed_groups, moments::positive_rows;
using moments::described_rule, moments::keep, moments::relation;
using moments::few_members, moments::log2_of_e, moments::moment_statistic, moments::moments_of;
/// What the host knows of a type of rules; and rules whose keys lie on the device alone, which bring their groups.
template <class Rule>
struct described : moments::described<Rule> {};
/// Whether all rules of a type are given by keys, as moments::always_described.
template <class Rule>
inline constexpr bool always_described =
    described<Rule>::fits && !requires(const Rule& rule) { described<Rule>::holds(rule); };
using found_moment = moments::found_moment<float>;
using found_row = moments::found_row<float>;
using found_slope = moments::found_slope;

}  // namespace mixcon::gpu
