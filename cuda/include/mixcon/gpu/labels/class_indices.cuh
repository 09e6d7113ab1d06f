// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Labels in device memory that are numbers of rows of the other side: of proxies, or of a classifier.

#include <mixcon/gpu/labels/device_classes.cuh>

#include <mixcon/contrast/targets/class.hpp>

namespace mixcon::gpu {

// a thread a row: its label as a class in [0, classes); -1 where it is ignored or no such class. writes key, number
// (rows): what sorts take, a row without a class first
template <class I>
__global__ void index_labels(vector_view<const I> labels, index_t classes, device_ignored ignored, std::int32_t* to,
                             index_t* key, index_t* number, char* skipped) {
  const index_t row = thread_of_grid();
  if (row >= labels.extent(0)) return;
  const auto label = static_cast<index_t>(labels[row]);
  const bool has_none = ignored(label), is_class = !has_none && label >= 0 && label < classes;
  to[row] = is_class ? static_cast<std::int32_t>(label) : -1;
  key[row] = is_class ? label + 1 : 0, number[row] = row;
  skipped[row] = has_none ? 1 : 0;
}
// a thread a class: what a positive's share is in it
template <class T>
__global__ void share_members(key_groups groups, T* share) {
  const index_t c = thread_of_grid();
  if (c >= groups.keys) return;
  const int members = groups.count(static_cast<int>(c));
  share[c] = members > 0 ? 1 / static_cast<T>(members) : T(0);
}

/// Labels of rows as classes, of class_targets or member_targets, whose labels lie on the device. Owns its memory and
/// that which numbering takes; `number` enqueues, and can be captured in a graph with the calls that use it.
class device_class_indices {
 public:
  /// Labels of so many rows, in [0, classes): the number of rows on the other side.
  device_class_indices(index_t rows, index_t classes) : rows_(rows), classes_(classes) {
    constexpr index_t most = 0x7ffffffe;
    MIXCON_REQUIRE(rows >= 1 && classes >= 1 && rows < most && classes < most, "device_class_indices: ", rows,
                   " rows and ", classes, " classes; expected at least one of each, and fewer than 2^31 - 2.");
    memory_ = device_memory(lay_out(nullptr).bytes);
  }

  /// Enqueues the numbering of labels (rows, a device vector of any integers). The host cannot see them: a row whose
  /// label is no class in [0, classes) and not `ignored` has no class, so as an anchor it has no positive (see
  /// `no_positive` in the objective, which can refuse it).
  template <tier Tier, class I>
  enqueue_status number(const basic_stream<Tier>& on, const device_tensor<I, 1>& labels,
                        const ignored_label& ignored = {}) noexcept {
    return enqueued("device_class_indices", on, [&](launches& to) {
      static_assert(mixcon::detail::is_label<std::remove_const_t<I>>, "mixcon: labels are integers or an enumeration");
      const vector_view<const I> given = labels.on_device;
      require_place("device_class_indices", "the labels' memory", given);
      MIXCON_REQUIRE(given.extent(0) == rows_, "device_class_indices: ", given.extent(0), " labels for ", rows_,
                     " rows; expected one each.");
      const layout at = lay_out(memory_.data());
      const device_ignored none{static_cast<bool>(ignored), ignored.label().bits};
      to.a_thread_each<&index_labels<std::remove_const_t<I>>>(rows_, given, classes_, none, at.index, at.key, at.number,
                                                              at.skipped);
      if (!to.found().ok()) return;
      constexpr int key_bits = 31;
      to.keep(sort_pairs(at.room, at.room_bytes, at.key, at.number, at.sorted, at.positions, rows_, key_bits, to.on()));
      const index_t keys = classes_ + 1;
      to.a_thread_each<&group_classes<index_t>>(rows_ > keys ? rows_ : keys + 1, static_cast<const index_t*>(at.sorted),
                                                static_cast<const index_t*>(at.positions), rows_, keys, at.order,
                                                at.begin);
      to.a_thread_each<&share_members<double>>(classes_, groups(), at.share);
    });
  }

  index_t rows() const { return rows_; }
  index_t classes() const { return classes_; }
  vector_view<const std::int32_t> indices() const { return {lay_out(memory_.data()).index, {rows_}}; }
  /// What a positive's share is among the rows of its class.
  vector_view<const double> shares() const { return {lay_out(memory_.data()).share, {classes_}}; }
  key_groups groups() const {
    const layout at = lay_out(memory_.data());
    return {at.order, at.begin + 1, static_cast<int>(classes_)};
  }
  /// Flags of the rows whose label is the ignored one.
  vector_view<const char> skipped() const { return {lay_out(memory_.data()).skipped, {rows_}}; }

 private:
  struct layout {
    index_t *key, *number, *sorted, *positions;
    std::int32_t *index, *order, *begin;
    double* share;
    char* skipped;
    std::byte* room;
    std::size_t room_bytes, bytes;
  };
  layout lay_out(void* base) const {
    arena from(base);
    layout at;
    at.key = from.take<index_t>(rows_), at.number = from.take<index_t>(rows_);
    at.sorted = from.take<index_t>(rows_), at.positions = from.take<index_t>(rows_);
    at.index = from.take<std::int32_t>(rows_), at.order = from.take<std::int32_t>(rows_);
    at.begin = from.take<std::int32_t>(classes_ + 2);
    at.share = from.take<double>(classes_);
    at.skipped = from.take<char>(rows_);
    at.room_bytes = sort_pairs_bytes(rows_);
    at.room = from.take<std::byte>(static_cast<index_t>(at.room_bytes));
    at.bytes = from.used();
    return at;
  }

  index_t rows_, classes_;
  device_memory memory_;
};

/// Rules whose keys the host cannot read: types of their own, as device_class_rule.
struct device_index_rule : class_targets::rule_type {};
struct device_member_rule : member_targets::rule_type {};
template <>
struct described<device_index_rule> : moments::described<class_targets::rule_type> {};
template <>
struct described<device_member_rule> : moments::described<member_targets::rule_type> {};
template <class Rule>
requires(std::is_same_v<Rule, device_index_rule> || std::is_same_v<Rule, device_member_rule>)
struct described<mixcon::detail::transposed_rule<Rule>> {
  static constexpr bool fits = true;
  static constexpr keep kept = std::is_same_v<Rule, device_member_rule> ? keep::all_but_one : keep::by_class;
  static described_rule of(const mixcon::detail::transposed_rule<Rule>& rule, index_t anchors, index_t candidates) {
    return described<Rule>::of(rule.rule, candidates, anchors).transposed();
  }
};

/// mixcon::class_targets whose labels lie on the device: candidate c stands for class c.
struct device_class_targets {
  const device_class_indices* classes = nullptr;  // of the anchors, numbered on the same stream before
  ignored_anchor ignored_anchors = ignored_anchor::skip;

  struct bound {
    const device_class_indices* classes;
    bool skips;
    device_index_rule rule() const { return {{classes->indices()}}; }
    placed_groups groups_on_device() const { return {classes->groups(), {}}; }
    vector_view<const char> skipped_on_device(bool of_anchors) const {
      return skips && of_anchors ? classes->skipped() : vector_view<const char>();
    }
  };
  bound bind(const pair_space& space) const {
    MIXCON_REQUIRE(classes != nullptr,
                   "device_class_targets: no classes; expected the address of a device_class_indices.");
    MIXCON_REQUIRE(classes->rows() == space.anchors && classes->classes() == space.candidates,
                   "device_class_targets: labels of ", classes->rows(), " rows in ", classes->classes(),
                   " classes for ", space.anchors, " anchors and ", space.candidates, " candidates; expected as many.");
    return {classes, ignored_anchors == ignored_anchor::skip};
  }
};
/// mixcon::member_targets whose labels lie on the device: anchor c stands for class c.
struct device_member_targets {
  const device_class_indices* classes = nullptr;  // of the candidates, numbered on the same stream before
  ignored_anchor ignored_anchors = ignored_anchor::skip;

  struct bound {
    const device_class_indices* classes;
    bool skips;
    device_member_rule rule() const { return {{classes->indices(), classes->shares()}}; }
    placed_groups groups_on_device() const { return {{}, classes->groups()}; }
    vector_view<const char> skipped_on_device(bool of_anchors) const {
      return skips && !of_anchors ? classes->skipped() : vector_view<const char>();
    }
  };
  bound bind(const pair_space& space) const {
    MIXCON_REQUIRE(classes != nullptr,
                   "device_member_targets: no classes; expected the address of a device_class_indices.");
    MIXCON_REQUIRE(classes->rows() == space.candidates && classes->classes() == space.anchors,
                   "device_member_targets: labels of ", classes->rows(), " rows in ", classes->classes(),
                   " classes for ", space.candidates, " candidates and ", space.anchors, " anchors; expected as many.");
    return {classes, ignored_anchors == ignored_anchor::skip};
  }
};

}  // namespace mixcon::gpu
