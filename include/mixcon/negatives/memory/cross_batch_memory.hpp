// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Cross-batch memory: embeddings of the last batches with their labels, and targets against them.

#include <mixcon/contrast/targets/bound.hpp>
#include <mixcon/contrast/targets/ignored.hpp>
#include <mixcon/core/distinct_integers.hpp>
#include <mixcon/negatives/memory/ring.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Targets of anchors against a cross-batch memory: rows of the anchor's label are positives in equal shares, other
/// rows negatives, and the slot of the anchor itself is hidden. `labels` are of the anchors; `own_slot` names each
/// anchor's slot, or is empty when the batch was not pushed. Rows of the `ignored` label are nobody's positives;
/// anchors of it are skipped, or kept without a positive. Views must outlive the calls.
struct memory_targets {
  integer_view labels{};         // (N)
  integer_view memory_labels{};  // (M)
  integer_view own_slot{};       // (N), or empty
  ignored_label ignored{};       // as -100
  ignored_anchor ignored_anchors = ignored_anchor::skip;

  /// Classes by number; an anchor that no stored row shares its class with has -1, a stored row without a label -2.
  struct rule_type {
    vector_view<const std::int32_t> own, stored;  // (N), (M)
    vector_view<const index_t> own_slot;          // (N), or empty
    vector_view<const double> share;              // (N): of each positive

    template <class F>
    void each_view(F&& f) {
      f(own), f(stored), f(own_slot), f(share);
    }
    template <class T>
    MIXCON_HD role<T> at(index_t anchor, index_t candidate) const {
      const T seen = own_slot ? choose(detail::is_candidate<T>(candidate, own_slot[anchor]), T(0), T(1)) : T(1);
      const T mass = choose(detail::is_class<T>(stored.data() + candidate, own[anchor]), T(share[anchor]), T(0)) * seen;
      return {mass > T(0), seen, mass};
    }
  };
  struct bound {
    scratch<std::int32_t> own, stored;
    scratch<index_t> own_slot;
    scratch<double> share;  // 0: no positives
    detail::marked_rows skipped{};
    rule_type rule() const {
      return {mixcon::view(own), mixcon::view(stored), mixcon::view(own_slot), mixcon::view(share)};
    }
    bool skips_anchor(index_t anchor) const { return skipped[anchor]; }
  };
  bound bind(const pair_space& space) const {
    MIXCON_REQUIRE(labels.size() == space.anchors && memory_labels.size() == space.candidates,
                   "memory_targets: ", labels.size(), " labels and ", memory_labels.size(), " memory labels for ",
                   space.anchors, " anchors and ", space.candidates, " candidates; expected one each");
    MIXCON_REQUIRE(own_slot.empty() || own_slot.size() == space.anchors, "memory_targets: ", own_slot.size(),
                   " own slots for ", space.anchors, " anchors; expected one each, or none");
    bound b{scratch<std::int32_t>(space.memory),
            scratch<std::int32_t>(space.memory),
            scratch<index_t>(space.memory),
            scratch<double>(space.memory),
            {scratch<char>(space.memory)}};
    detail::distinct_integers classes(space.memory);
    scratch<index_t> members(space.memory);  // of each class
    for (index_t c = 0; c < space.candidates; ++c) {
      const bool has_label = !ignored(memory_labels.value(c));
      const index_t number = has_label ? classes.number(memory_labels.value(c)) : -2;
      b.stored.push_back(static_cast<std::int32_t>(number));
      if (number == static_cast<index_t>(members.size())) members.push_back(0);
      if (has_label) ++members[static_cast<std::size_t>(number)];
    }
    for (index_t a = 0; a < space.anchors; ++a) {
      if (ignored(labels.value(a)) && ignored_anchors == ignored_anchor::skip) b.skipped.mark(a, space.anchors);
      const index_t number = classes.find(labels.value(a));
      index_t positives = number < 0 ? 0 : members[static_cast<std::size_t>(number)];
      if (!own_slot.empty()) {
        const index_t slot = own_slot[a];
        b.own_slot.push_back(slot);
        if (positives > 0 && slot >= 0 && slot < space.candidates && b.stored[static_cast<std::size_t>(slot)] == number)
          --positives;
      }
      b.own.push_back(static_cast<std::int32_t>(number));
      b.share.push_back(positives > 0 ? 1.0 / static_cast<double>(positives) : 0.0);
    }
    return b;
  }
};

/// Cross-batch memory: embeddings of the last batches with their labels, as constants, that give an anchor positives
/// and negatives beyond its batch. Wang et al. 2020, arXiv:1912.06798. As there: push the batch first, then compare
/// against the memory with each anchor's own slot hidden, and add the loss, times a weight, to that of the batch.
/// Usually after a warm-up, since early embeddings drift.
///
///   cross_batch_memory<float> memory(8192, 128);
///   memory.push(z, labels);
///   value_and_grad(tiled{}, supcon, memory.targets(labels), z, memory.rows(), {.anchors = by_z});
template <Storable T>
class cross_batch_memory {
 public:
  cross_batch_memory() = default;
  cross_batch_memory(index_t capacity, index_t width) : ring_(capacity, width) {}
  /// Goes on with a stored ring; the slots of its last batch are those of the last rows pushed.
  explicit cross_batch_memory(const ring<T>& stored) : ring_(stored) {}

  /// Adds a batch: embeddings (B, D) and labels (B).
  template <detail::GivenTensor<2> Rows>
  void push(const Rows& rows, const integer_view& labels, const integer_view& ids = {}, std::int64_t step = 0) {
    const index_t count = detail::view_given<2>("cross_batch_memory", "the rows to push", rows).extent(0);
    MIXCON_REQUIRE(labels.size() == count, "cross_batch_memory: ", labels.size(), " labels for ", count,
                   " rows; expected one each");
    const index_t first = ring_.push(rows, ids, labels, step);
    (last_.clear)();
    for (index_t i = 0; i < count; ++i) last_.push_back((first + i) % ring_.capacity);
  }
  /// Targets of the batch just pushed against `rows()`. They hold views of this memory until the next push.
  memory_targets targets(const integer_view& labels, const ignored_label& ignored = {}) const {
    return {labels, ring_.labels(), last_, ignored};
  }

  index_t size() const { return ring_.size(); }
  matrix_view<const T> rows() const { return ring_.view(); }
  const ring<T>& stored() const { return ring_; }

 private:
  ring<T> ring_;
  std::vector<index_t> last_;  // slots of the batch pushed last
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
