// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Targets for candidates that come in segments, one targets type for each; queues are such a case.

#include <mixcon/contrast/targets/bound.hpp>
#include <mixcon/contrast/targets/ignored.hpp>
#include <mixcon/core/pack.hpp>

#include <tuple>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Targets for candidates that come in segments, one each, in the order of `candidates(...)`:
/// `segments(label_targets{...}, every_negative{})` for SupCon against its batch and the universum.
/// Shares are those that each segment's targets give. An anchor that one of them skips is skipped.
template <class... Targets>
struct segment_targets {
  pack<Targets...> each;  // one targets a segment

  template <class... Rule>
  struct rule_type {
    static constexpr int count = static_cast<int>(sizeof...(Rule));
    pack<Rule...> rules;
    axes<count + 1> from;  // where each segment starts among the candidates, and their number

    template <class F>
    void each_view(F&& f) {
      mixcon::each_view(rules, f);
    }
    template <class T>
    MIXCON_HD role<T> at(index_t anchor, index_t candidate) const {
      role<T> found{};
      bool whole = false;
      for_each_position<count>([&](auto s) {
        constexpr int k = decltype(s)::value;
        if (candidate >= from[k] && candidate + lane_count<T>() <= from[k + 1]) {
          found = get<k>(rules).template at<T>(anchor, candidate - from[k]);
          whole = true;
        }
      });
      if (whole) return found;
      return detail::role_by_lane<T>([&](int k) { return one(anchor, candidate + k); });
    }

   private:
    MIXCON_HD role<double> one(index_t anchor, index_t candidate) const {
      role<double> found{};
      for_each_position<count>([&](auto s) {
        constexpr int k = decltype(s)::value;
        if (candidate >= from[k] && candidate < from[k + 1])
          found = get<k>(rules).template at<double>(anchor, candidate - from[k]);
      });
      return found;
    }
  };
  template <class... Bound>
  struct bound {
    std::tuple<Bound...> owners;  // on the host alone, so no `pack`
    axes<static_cast<int>(sizeof...(Bound)) + 1> from;
    auto rule() const {
      return [&]<int... k>(std::integer_sequence<int, k...>) {
        return rule_type<decltype(std::get<k>(owners).rule())...>{{std::get<k>(owners).rule()...}, from};
      }(typename pack<Bound...>::positions{});
    }
    bool skips_anchor(index_t anchor) const {
      return std::apply([&](const auto&... part) { return (detail::skips_anchor(part, anchor) || ...); }, owners);
    }
    bool skips_candidate(index_t candidate) const {
      int segment = 0;
      const auto skips = [&](const auto& part) {
        const int s = segment++;
        return from[s] <= candidate && candidate < from[s + 1] && detail::skips_candidate(part, candidate - from[s]);
      };
      return std::apply([&](const auto&... part) { return (skips(part) || ...); }, owners);
    }
  };

  auto bind(const pair_space& space) const {
    constexpr int count = pack<Targets...>::size;
    MIXCON_REQUIRE(space.segments.size() == static_cast<std::size_t>(count), "segments: made for ", count,
                   " candidate segments, called with ", space.segments.size(),
                   "; expected one targets for each segment, in their order");
    axes<count + 1> from;
    for (int s = 0; s < count; ++s) from[s + 1] = from[s] + space.segments[static_cast<std::size_t>(s)];
    auto part = [&](int s) {
      const index_t size = space.segments[static_cast<std::size_t>(s)];
      return pair_space{space.anchors, size, 0, {size}, space.width, space.memory};
    };
    return [&]<int... k>(std::integer_sequence<int, k...>) {
      return bound<decltype(get<k>(each).bind(space))...>{{get<k>(each).bind(part(k))...}, from};
    }(typename pack<Targets...>::positions{});
  }
};

/// One targets a candidate segment, in their order.
template <class... Targets>
segment_targets<Targets...> segments(const Targets&... each) {
  return {{each...}};
}

/// Targets where every anchor has candidates of its own (`own(keys)` in `candidates`) besides shared ones.
template <class Own, class Shared>
struct own_targets {
  Own mine{};       // of the own candidates
  Shared shared{};  // of those that all anchors see

  template <class OwnRule, class SharedRule>
  struct rule_type {
    OwnRule mine;
    SharedRule shared;
    template <class F>
    void each_view(F&& f) {
      mixcon::each_view(mine, f), mixcon::each_view(shared, f);
    }
    template <class T>
    MIXCON_HD role<T> at(index_t anchor, index_t candidate) const {
      return shared.template at<T>(anchor, candidate);
    }
    template <class T>
    MIXCON_HD role<T> own(index_t anchor, index_t j) const {
      return mine.template own<T>(anchor, j);
    }
  };
  template <class OwnBound, class SharedBound>
  struct bound {
    OwnBound mine;
    SharedBound shared;
    auto rule() const { return rule_type<decltype(mine.rule()), decltype(shared.rule())>{mine.rule(), shared.rule()}; }
    bool skips_anchor(index_t a) const { return detail::skips_anchor(mine, a) || detail::skips_anchor(shared, a); }
    bool skips_candidate(index_t c) const { return detail::skips_candidate(shared, c); }
  };
  auto bind(const pair_space& space) const {
    MIXCON_REQUIRE(space.own > 0,
                   "queue_targets: the candidates have no own(...) segment; expected candidates(own(keys), queue)");
    MIXCON_REQUIRE(space.candidates > 0,
                   "queue_targets: no shared candidates; expected at least one besides the anchors' own. Is the queue "
                   "still empty?");
    pair_space rest = space;
    rest.own = 0;
    return bound<decltype(mine.bind(space)), decltype(shared.bind(rest))>{mine.bind(space), shared.bind(rest)};
  }
};

/// InfoNCE with a queue (MoCo): every anchor's own key is its positive, everything shared is a negative.
/// He et al. 2019, arXiv:1911.05722.
using queue_targets = own_targets<every_positive, every_negative>;

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
