// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// `negative_list`: chosen negatives of each anchor, with weights; and the targets that read it.

#include <mixcon/contrast/targets/bound.hpp>
#include <mixcon/core/tensor_traits.hpp>

#include <cstdint>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Chosen negatives: for each of N anchors m slots, each a key's position and its weight in the denominator. A slot
/// without a key (too few were admissible) has position -1 and weight 0. Plain data, row-major.
struct negative_list {
  index_t anchors = 0, slots = 0;
  std::vector<std::int32_t> key{};  // (N, m)
  std::vector<double> weight{};     // (N, m)

  static constexpr std::int32_t none = -1;

  negative_list() = default;
  /// All slots empty.
  negative_list(index_t rows, index_t slots_of_each)
      : anchors(rows),
        slots(slots_of_each),
        key(static_cast<std::size_t>(rows * slots_of_each), none),
        weight(static_cast<std::size_t>(rows * slots_of_each), 0.0) {}
  /// Becomes that, in the memory that it has.
  void empty_all(index_t rows, index_t slots_of_each) {
    anchors = rows, slots = slots_of_each;
    key.assign(static_cast<std::size_t>(rows * slots_of_each), none);
    weight.assign(key.size(), 0.0);
  }

  std::int32_t key_of(index_t anchor, index_t slot) const { return key[place(anchor, slot)]; }
  double weight_of(index_t anchor, index_t slot) const { return weight[place(anchor, slot)]; }
  void put(index_t anchor, index_t slot, index_t chosen, double by = 1) {
    key[place(anchor, slot)] = static_cast<std::int32_t>(chosen);
    weight[place(anchor, slot)] = by;
  }
  /// How many slots of an anchor hold a key.
  index_t filled(index_t anchor) const {
    index_t number = 0;
    for (index_t s = 0; s < slots; ++s) number += key_of(anchor, s) != none;
    return number;
  }
  /// Refuses a list whose arrays or positions do not fit `keys` keys.
  void(check)(const char* function, index_t keys) const {
    MIXCON_REQUIRE(static_cast<index_t>(key.size()) == anchors * slots && key.size() == weight.size(), function,
                   ": the list has ", key.size(), " keys and ", weight.size(), " weights for ", anchors, " anchors x ",
                   slots, " slots; expected one each");
    for (const std::int32_t k : key)
      MIXCON_REQUIRE(k >= none && k < keys, function, ": the list names key ", k, " of ", keys,
                     "; expected positions of keys, or -1. Was it drawn for other keys?");
  }
  bool operator==(const negative_list&) const = default;

 private:
  std::size_t place(index_t anchor, index_t slot) const { return static_cast<std::size_t>(anchor * slots + slot); }
};

/// Targets where each anchor's own candidates are `positives` positives in equal shares and then the slots of a list,
/// as `own_rows` lays them out; shared candidates, if any, are negatives. The list must outlive the calls.
struct listed_targets {
  const negative_list* list = nullptr;   // of N anchors
  index_t positives = 1;                 // of each anchor, before its negatives
  static constexpr int field_count = 2;  // which a constructor hides from reflection

  listed_targets() = default;
  explicit listed_targets(const negative_list& chosen, index_t positives_of_each = 1)
      : list(&chosen), positives(positives_of_each) {}

  struct rule_type {
    vector_view<const std::int32_t> key;
    vector_view<const double> weight;
    index_t slots, positives;
    double share;

    template <class F>
    void each_view(F&& f) {
      f(key), f(weight);
    }
    template <class T>
    MIXCON_HD role<T> at(index_t, index_t) const {
      return {detail::each_answer<T>([](int) { return false; }), T(1), T(0)};
    }
    template <class T>
    MIXCON_HD role<T> own(index_t anchor, index_t j) const {
      return detail::role_by_lane<T>([&](int k) -> role<double> {
        if (j + k < positives) return positive_pair(share);
        const index_t slot = anchor * slots + (j + k - positives);
        return key[slot] < 0 ? hidden_pair() : negative_pair(weight[slot]);
      });
    }
  };
  detail::bound_rule<rule_type> bind(const pair_space& space) const {
    MIXCON_REQUIRE(list != nullptr, "listed_targets: no list; expected listed_targets(list)");
    MIXCON_REQUIRE(positives >= 0, "listed_targets: ", positives, " positives; expected at least 0");
    MIXCON_REQUIRE(list->anchors == space.anchors && list->slots + positives == space.own, "listed_targets: a list of ",
                   list->anchors, " x ", list->slots, " slots and ", positives, " positives for ", space.anchors,
                   " anchors with ", space.own,
                   " own candidates each; expected the rows that own_rows(list, ...) gave");
    for (const double w : list->weight)
      MIXCON_REQUIRE(w >= 0 && w - w == 0, "listed_targets: a weight is ", w, "; expected a finite number >= 0");
    return {{mixcon::view(list->key), mixcon::view(list->weight), list->slots, positives,
             1.0 / static_cast<double>(positives > 0 ? positives : 1)}};
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
