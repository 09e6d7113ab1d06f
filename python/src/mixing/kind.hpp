// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Mixing by plans of one kind, of every type and rank: what a file a kind instantiates.

#include "any_plan.hpp"

#include <mixcon/core/thread_pool.hpp>
#include <mixcon/mix/blend.hpp>

#include <optional>

namespace mixcon_python {

/// Calls call(E{}) with the type of a batch's elements; integers are mixed, and have no gradient.
template <bool Integers, class Call>
void with_type(const any_batch& batch, Call&& call) {
  switch (batch.of) {
    case mixed_element::float32:
      return call(float{});
    case mixed_element::float64:
      return call(double{});
    case mixed_element::bfloat16:
      return call(bfloat16{});
    case mixed_element::float16:
      return call(half{});
    default:
      break;
  }
  if constexpr (Integers) {
    if (batch.of == mixed_element::uint8) return call(std::uint8_t{});
    if (batch.of == mixed_element::int8) return call(std::int8_t{});
    if (batch.of == mixed_element::int16) return call(std::int16_t{});
  }
  MIXCON_REQUIRE(false, "mixcon: a gradient is of integers; expected float32, float64, bfloat16 or float16");
}

/// Calls call(rank) with a batch's number of axes, which the kind must mix.
template <class Region, int Rank = 1, class Call>
void with_rank(const any_batch& batch, Call&& call) {
  if constexpr (mixes_rank<Region>(Rank))
    if (batch.rank == Rank) return call(std::integral_constant<int, Rank>{});
  if constexpr (Rank < 4) {
    with_rank<Region, Rank + 1>(batch, call);
  } else {
    constexpr int fewest = mixes_rank<Region>(1) ? 1 : mixes_rank<Region>(2) ? 2 : 3;
    MIXCON_REQUIRE(false, "mixcon: the samples have ", batch.rank, " axes; a plan of kind \"", Region::kind,
                   "\" mixes batches of ", fewest, mixes_rank<Region>(4) ? " to 4" : " axes");
  }
}

/// Calls call(executor) with the shared pool, or one of so many threads.
template <class Call>
void with_threads(int threads, Call&& call) {
  if (threads == 0) return call(thread_pool::shared());
  thread_pool own(threads);
  call(own);
}

template <class Region>
void mix(const mix_plan<Region>& plan, const mixing_call& call) {
  constexpr bool integers = !std::is_same_v<Region, slerp>;
  with_type<integers>(call.samples, [&](auto number) {
    using E = decltype(number);
    with_rank<Region>(call.samples, [&](auto rank) {
      const auto samples = view_of<const E, rank>(call.samples);
      const auto partners = call.has_partners() ? view_of<const E, rank>(call.partners) : samples;
      with_threads(call.threads,
                   [&](thread_pool& pool) { blend(pool, plan, samples, partners, view_of<E, rank>(call.mixed)); });
    });
  });
}

template <class Region>
void unmix(const mix_plan<Region>& plan, const unmixing_call& call) {
  with_type<false>(call.upstream, [&](auto number) {
    using E = decltype(number);
    with_rank<Region>(call.upstream, [&](auto rank) {
      const auto upstream = view_of<const E, rank>(call.upstream);
      const auto to = view_of<E, rank>(call.to_samples);
      const auto to_partners = call.has_partners() ? view_of<E, rank>(call.to_partners) : to;
      if constexpr (std::is_same_v<Region, slerp>) {
        const auto samples = view_of<const E, rank>(call.samples);
        unblend_slerp(plan, samples, call.has_partners() ? view_of<const E, rank>(call.partners) : samples, upstream,
                      to, to_partners);
      } else {
        with_threads(call.threads, [&](thread_pool& pool) {
          if (call.has_partners())
            unblend(pool, plan, upstream, to, to_partners);
          else
            unblend(pool, plan, upstream, to);
        });
      }
    });
  });
}

}  // namespace mixcon_python
