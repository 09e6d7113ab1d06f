// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The arrays that rules, logits, losses and statistics refer to: named, so that a device or a process can place them.

#include <mixcon/core/pack.hpp>
#include <mixcon/core/tensor_view.hpp>

#include <type_traits>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Calls f(view) for every tensor_view that a plain value refers to, in an order of its own that is always the same; f
/// may put another view in its place. A type names its views by
///
///   template <class F> void each_view(F&& f) { f(first), f(second); }
///
/// and a type made of others hands f on: `mixcon::each_view(base, f)`. What has none need not have it.
template <class Held, class F>
void each_view(Held& held, F&& f) {
  if constexpr (requires { held.each_view(f); }) held.each_view(f);
}
template <class... Part, class F>
void each_view(pack<Part...>& parts, F&& f) {
  for_each_position<pack<Part...>::size>([&](auto k) { mixcon::each_view(get<decltype(k)::value>(parts), f); });
}

/// The same value with every view replaced by place(view): a view of the same element type, rank and extents of a copy
/// elsewhere, of which it may leave empty what is empty. Strides are those that `place` returns.
template <class Held, class Place>
Held with_views(Held held, Place&& place) {
  mixcon::each_view(held, [&](auto& view) {
    static_assert(std::is_same_v<std::remove_cvref_t<decltype(place(view))>, std::remove_cvref_t<decltype(view)>>,
                  "mixcon: with_views needs a view of the same type for each");
    view = place(view);
  });
  return held;
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
