// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Labels in device memory, numbered there as classes: sorted, counted, and searched by each row.

#include <mixcon/gpu/device_checks.cuh>
#include <mixcon/gpu/device_tensor.hpp>
#include <mixcon/gpu/enqueue.cuh>
#include <mixcon/gpu/sort.hpp>

#include <mixcon/contrast/targets/same_class.hpp>

namespace mixcon::gpu {

/// A label that stands for none, as kernels take it.
struct device_ignored {
  bool is_set = false;
  index_t label = 0;
  MIXCON_HD bool operator()(index_t other) const { return is_set && other == label; }
};

// a thread a row: the label of the sample that it shows
template <class I>
__global__ void spread_labels(vector_view<const I> labels, mixcon::detail::stacked_rows stack, index_t rows,
                              index_t* to) {
  const index_t row = thread_of_grid();
  if (row < rows) to[row] = static_cast<index_t>(labels[stack.sample_of(row)]);
}

/// The distinct labels of the candidates, in order, and how often each stands there.
struct label_runs {
  const index_t *label = nullptr, *length = nullptr, *count = nullptr;
  /// Which of them a label is, from 0; -1 for none of them.
  MIXCON_HD index_t find(index_t wanted) const {
    index_t begin = 0, end = *count;
    while (begin < end) {
      const index_t middle = begin + (end - begin) / 2;
      if (label[middle] < wanted)
        begin = middle + 1;
      else
        end = middle;
    }
    return begin < *count && label[begin] == wanted ? begin : -1;
  }
};

// a thread a row: its class, from 1 on; `none` where the label is ignored, or no candidate has it
template <class I>
__global__ void number_rows(const I* labels, index_t rows, label_runs runs, device_ignored ignored, std::int32_t none,
                            std::int32_t* to, char* skipped) {
  const index_t row = thread_of_grid();
  if (row >= rows) return;
  const bool has_none = ignored(labels[row]);
  const index_t found = has_none ? -1 : runs.find(labels[row]);
  to[row] = found < 0 ? none : static_cast<std::int32_t>(found + 1);
  skipped[row] = has_none ? 1 : 0;
}

// a thread a class, 0 .. last: what a positive's share is in it
template <class T>
__global__ void share_classes(label_runs runs, bool hides_self, index_t last, T* share) {
  const index_t c = thread_of_grid();
  if (c > last) return;
  const index_t rows = c >= 1 && c <= *runs.count ? runs.length[c - 1] - (hides_self ? 1 : 0) : 0;
  share[c] = rows > 0 ? 1 / static_cast<T>(rows) : T(0);
}

// a thread a row: its class and its number, as sorts take them
template <class I>
__global__ void list_classes(const std::int32_t* classes, I rows, I* key, I* number) {
  const index_t row = thread_of_grid();
  if (row < rows) key[row] = classes[row], number[row] = row;
}
// a thread a row, and one a class: where the rows of each class stand in their order. Class 0, of rows without one, has
// none. writes order (rows), begin (classes + 1)
template <class I>
__global__ void group_classes(const I* sorted, const I* number, I rows, I classes, std::int32_t* order,
                              std::int32_t* begin) {
  const index_t at = thread_of_grid();
  if (at < rows) order[at] = static_cast<std::int32_t>(number[at]);
  if (at > classes) return;
  const index_t wanted = at > 0 ? at : 1;
  index_t low = 0, high = rows;
  while (low < high) {
    const index_t middle = low + (high - low) / 2;
    if (sorted[middle] < wanted)
      low = middle + 1;
    else
      high = middle;
  }
  begin[at] = static_cast<std::int32_t>(low);
}

/// The classes of label_targets whose labels lie on the device. Owns its memory and that which numbering takes, for so
/// many rows; `number` enqueues, and can be captured in a graph with the calls that use it.
class device_classes {
 public:
  /// `anchors` rows, whose candidates are they themselves, or `candidates` other rows.
  explicit device_classes(index_t anchors, index_t candidates = 0)
      : anchors_(anchors), candidates_(candidates > 0 ? candidates : anchors), other_rows_(candidates > 0) {
    MIXCON_REQUIRE(anchors >= 1 && candidates >= 0 && candidates_ < index_t{0x7ffffffe}, "device_classes: ", anchors,
                   " anchors and ", candidates, " candidates; expected at least one anchor, and fewer than 2^31 - 2.");
    memory_ = device_memory(lay_out(nullptr).bytes);
  }

  /// Enqueues the numbering of labels (N, a device vector of any integers) of samples, of which each row shows one, in
  /// `views` views; the candidates are the same rows.
  template <tier Tier, class I>
  enqueue_status number(const basic_stream<Tier>& on, const device_tensor<I, 1>& labels, index_t views = 1,
                        view_order order = view_order::view_major, const ignored_label& ignored = {}) noexcept {
    return enqueued("device_classes", on, [&](launches& to) {
      MIXCON_REQUIRE(!other_rows_, "device_classes: made for ", candidates_,
                     " other candidates; expected their labels too.");
      spread(to, labels, views, order, true);
      finish(to, ignored);
    });
  }
  /// The same where the candidates are other rows, with labels (M) of their own.
  template <tier Tier, class I, class J>
  enqueue_status number(const basic_stream<Tier>& on, const device_tensor<I, 1>& labels,
                        const device_tensor<J, 1>& candidate_labels, const ignored_label& ignored = {}) noexcept {
    return enqueued("device_classes", on, [&](launches& to) {
      MIXCON_REQUIRE(other_rows_,
                     "device_classes: made for candidates that are the anchors; expected no labels of "
                     "theirs.");
      spread(to, labels, 1, view_order::view_major, true);
      spread(to, candidate_labels, 1, view_order::view_major, false);
      finish(to, ignored);
    });
  }

  index_t anchors() const { return anchors_; }
  index_t candidates() const { return candidates_; }
  bool other_rows() const { return other_rows_; }
  mixcon::detail::same_class_rule rule(bool hides_others) const {
    const layout at = lay_out(memory_.data());
    return {{at.anchor_class, {anchors_}},
            {at.candidate_class, {candidates_}},
            {at.share, {candidates_ + 2}},
            !other_rows_,
            hides_others};
  }
  /// The rows of each class, as the tier `moments` takes them. Where the candidates are the anchors, both sides have
  /// the same.
  placed_groups groups() const {
    const layout at = lay_out(memory_.data());
    const int classes = static_cast<int>(candidates_ + 2);
    return {{at.anchor_order, at.anchor_begin, classes}, {at.candidate_order, at.candidate_begin, classes}};
  }
  /// Flags of the rows whose label is the ignored one.
  vector_view<const char> skipped(bool of_anchors) const {
    const layout at = lay_out(memory_.data());
    return of_anchors ? vector_view<const char>(at.skipped_anchors, {anchors_})
                      : vector_view<const char>(at.skipped_candidates, {candidates_});
  }

 private:
  struct layout {
    index_t *anchor_label, *candidate_label, *sorted, *positions, *distinct, *length, *runs;
    index_t *key, *number;
    std::int32_t *anchor_class, *candidate_class, *anchor_order, *anchor_begin, *candidate_order, *candidate_begin;
    double* share;
    char *skipped_anchors, *skipped_candidates;
    std::byte* room;
    std::size_t room_bytes, bytes;
  };
  layout lay_out(void* base) const {
    arena from(base);
    layout at;
    at.anchor_label = from.take<index_t>(anchors_);
    at.candidate_label = other_rows_ ? from.take<index_t>(candidates_) : at.anchor_label;
    const index_t longer = anchors_ > candidates_ ? anchors_ : candidates_;
    at.sorted = from.take<index_t>(longer), at.positions = from.take<index_t>(longer);
    at.key = from.take<index_t>(longer), at.number = from.take<index_t>(longer);
    at.distinct = from.take<index_t>(candidates_), at.length = from.take<index_t>(candidates_);
    at.runs = from.take<index_t>(1);
    at.anchor_class = from.take<std::int32_t>(anchors_);
    at.candidate_class = from.take<std::int32_t>(candidates_);
    at.candidate_order = from.take<std::int32_t>(candidates_);
    at.candidate_begin = from.take<std::int32_t>(candidates_ + 3);
    at.anchor_order = other_rows_ ? from.take<std::int32_t>(anchors_) : at.candidate_order;
    at.anchor_begin = other_rows_ ? from.take<std::int32_t>(candidates_ + 3) : at.candidate_begin;
    at.share = from.take<double>(candidates_ + 2);
    at.skipped_anchors = from.take<char>(anchors_), at.skipped_candidates = from.take<char>(candidates_);
    const std::size_t by_sort = sort_pairs_bytes(longer), by_runs = find_runs_bytes(candidates_);
    at.room_bytes = by_sort > by_runs ? by_sort : by_runs;
    at.room = from.take<std::byte>(static_cast<index_t>(at.room_bytes));
    at.bytes = from.used();
    return at;
  }
  template <class I>
  void spread(launches& to, const device_tensor<I, 1>& given, index_t views, view_order order, bool of_anchors) {
    const vector_view<const I> labels = given.on_device;
    const index_t rows = of_anchors ? anchors_ : candidates_;
    static_assert(mixcon::detail::is_label<std::remove_const_t<I>>, "mixcon: labels are integers or an enumeration");
    require_place("device_classes", "the labels' memory", labels);
    MIXCON_REQUIRE(views >= 1 && labels.extent(0) * views == rows, "device_classes: ", labels.extent(0), " labels x ",
                   views, " views for ", rows, " rows; expected one label a sample.");
    const layout at = lay_out(memory_.data());
    to.a_thread_each<&spread_labels<std::remove_const_t<I>>>(
        rows, labels, mixcon::detail::stacked_rows{labels.extent(0), views, order}, rows,
        of_anchors ? at.anchor_label : at.candidate_label);
  }
  void finish(launches& to, const ignored_label& given) {
    const layout at = lay_out(memory_.data());
    const label_runs runs{at.distinct, at.length, at.runs};
    const device_ignored ignored{static_cast<bool>(given), given.label().bits};
    const auto last = static_cast<std::int32_t>(candidates_ + 1);
    if (!to.found().ok()) return;
    to.keep(sort_pairs(at.room, at.room_bytes, at.candidate_label, at.candidate_label, at.sorted, at.positions,
                       candidates_, 64, to.on()));
    if (!to.found().ok()) return;
    to.keep(find_runs(at.room, at.room_bytes, at.sorted, candidates_, at.distinct, at.length, at.runs, to.on()));
    const auto number = [&](const index_t* labels, index_t rows, std::int32_t none, std::int32_t* classes,
                            char* skipped) {
      to.a_thread_each<&number_rows<index_t>>(rows, labels, rows, runs, ignored, none, classes, skipped);
    };
    number(at.anchor_label, anchors_, last, at.anchor_class, at.skipped_anchors);
    number(at.candidate_label, candidates_, 0, at.candidate_class, at.skipped_candidates);
    to.a_thread_each<&share_classes<double>>(last + 1, runs, !other_rows_, static_cast<index_t>(last), at.share);
    group(to, at, at.candidate_class, candidates_, at.candidate_order, at.candidate_begin);
    if (other_rows_) group(to, at, at.anchor_class, anchors_, at.anchor_order, at.anchor_begin);
  }
  void group(launches& to, const layout& at, const std::int32_t* classes, index_t rows, std::int32_t* order,
             std::int32_t* begin) const {
    constexpr int bits_of_classes = 31;
    const index_t number = candidates_ + 2;
    to.a_thread_each<&list_classes<index_t>>(rows, classes, rows, at.key, at.number);
    if (to.found().ok())
      to.keep(sort_pairs(at.room, at.room_bytes, at.key, at.number, at.sorted, at.positions, rows, bits_of_classes,
                         to.on()));
    to.a_thread_each<&group_classes<index_t>>(rows > number ? rows : number + 1, static_cast<const index_t*>(at.sorted),
                                              static_cast<const index_t*>(at.positions), rows, number, order, begin);
  }

  index_t anchors_, candidates_;
  bool other_rows_;
  device_memory memory_;
};

/// Pairs of a class, whose numbers the host cannot read: a type of its own, since moments would group them there.
struct device_class_rule : mixcon::detail::same_class_rule {
  device_class_rule transposed() const { return {same_class_rule::transposed()}; }
};
/// Alone, not in targets composed of others, whose owners do not have the groups.
template <>
struct described<device_class_rule> : moments::described<mixcon::detail::same_class_rule> {};

/// mixcon::label_targets whose labels lie on the device: a call with it uploads nothing and can be captured, after or
/// together with the numbering.
struct device_label_targets {
  const device_classes* classes = nullptr;  // numbered on the same stream before
  visibility others = visibility::visible;  // hidden: rows of other classes are no candidates either
  ignored_anchor ignored_anchors = ignored_anchor::skip;

  struct bound {
    const device_classes* classes;
    bool hides_others, skips;
    device_class_rule rule() const { return {classes->rule(hides_others)}; }
    placed_groups groups_on_device() const { return classes->groups(); }
    vector_view<const char> skipped_on_device(bool of_anchors) const {
      return skips ? classes->skipped(of_anchors) : vector_view<const char>();
    }
  };
  bound bind(const pair_space& space) const {
    MIXCON_REQUIRE(classes != nullptr, "device_label_targets: no classes; expected the address of a device_classes.");
    MIXCON_REQUIRE(classes->anchors() == space.anchors && classes->candidates() == space.candidates,
                   "device_label_targets: classes of ", classes->anchors(), " anchors and ", classes->candidates(),
                   " candidates for ", space.anchors, " and ", space.candidates, "; expected as many of each.");
    return {classes, others == visibility::hidden, ignored_anchors == ignored_anchor::skip};
  }
};

}  // namespace mixcon::gpu
