// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Synthetic negatives on the device (MoCHi, latent mixup), and the gradient through them.

#include <mixcon/gpu/device_checks.cuh>
#include <mixcon/gpu/device_tensor.hpp>
#include <mixcon/gpu/enqueue.cuh>
#include <mixcon/gpu/negatives/mixture_rows.cuh>
#include <mixcon/gpu/sort.hpp>

namespace mixcon::gpu {

/// A list whose slots are named by their own numbers. Mixtures made from it, by `mochi` or `latent_mixup` on the host,
/// name slots of a search's list, which only the device knows.
inline negative_list list_of_slots(index_t anchors, index_t slots) {
  negative_list list(anchors, slots);
  for (index_t a = 0; a < anchors; ++a)
    for (index_t s = 0; s < slots; ++s) list.put(a, s, s);
  return list;
}

/// How many there are of what.
struct synthetic_extents {
  index_t anchors = 0, mixtures = 0, keys = 0, width = 0;  // mixtures of each anchor
};

/// mixcon::synthetic_negatives on the device: each anchor's positive and then its mixtures as own candidates. Owns its
/// memory; `set_mixtures` uploads, the other calls only enqueue and can be captured.
///
///   const auto mixtures = mochi.mixtures(gpu::list_of_slots(n, k), mochi.plan(n, draws));
///   synthetic.set_mixtures(on, mixtures);
///   gpu::enqueue_top_k(on, top_k{.k = k}, cosine{}, q, queue, list, outcome);
///   synthetic.mix(on, cosine{}, q, positives, queue, &list);
///   value_and_grad(on, objective, synthetic.targets(), q, candidates(own(synthetic.rows()), queue), ...);
///   synthetic.add_to_sources(on, by_rows, {.keys = ...});
template <class T>
class synthetic_rows {
 public:
  explicit synthetic_rows(const synthetic_extents& of) : of_(of) {
    MIXCON_REQUIRE(of.anchors >= 1 && of.mixtures >= 1 && of.keys >= 1 && of.width >= 1, "synthetic_rows: ", of.anchors,
                   " anchors, ", of.mixtures, " mixtures of each, ", of.keys, " keys of width ", of.width,
                   "; expected at least one of each.");
    memory_ = device_memory(lay_out(nullptr).bytes);
  }

  /// Uploads the mixtures of the next calls, in the order of the stream. Refused while that is captured.
  template <tier Tier>
  void set_mixtures(const basic_stream<Tier>& on, const mixture_list& mixtures) {
    MIXCON_REQUIRE(!is_captured(on.queue), "synthetic_rows: this stream is being captured; set mixtures before.");
    MIXCON_REQUIRE(mixtures.anchors == of_.anchors && mixtures.each == of_.mixtures,
                   "synthetic_rows: ", mixtures.anchors, " x ", mixtures.each, " mixtures; expected ", of_.anchors,
                   " x ", of_.mixtures, ".");
    highest_ = -1;
    for (const mixture& m : mixtures.of) {
      MIXCON_REQUIRE(m.first >= mixture::positive && m.second >= mixture::positive, "synthetic_rows: a mixture of row ",
                     m.first < m.second ? m.first : m.second, "; expected a position, mixture::anchor or ::positive.");
      highest_ = m.first > highest_ ? m.first : highest_;
      highest_ = m.second > highest_ ? m.second : highest_;
    }
    require_ok("synthetic_rows", copy_to_device(lay_out(memory_.data()).mixtures, mixtures.of.data(),
                                                mixtures.of.size() * sizeof(mixture), on.queue));
  }

  /// Mixes anchors (N, D), positives (N, D) and keys (M, D), all device tensors, as the similarity prepares them. With
  /// `chosen` the mixtures name slots of that list.
  template <tier Tier, class Similarity, class E>
  enqueue_status mix(const basic_stream<Tier>& on, const Similarity& similarity, const device_tensor<E, 2>& anchors,
                     const device_tensor<E, 2>& positives, const device_tensor<E, 2>& keys,
                     const device_list<T>* chosen = nullptr, mixing_path how = mixing_path::chord) noexcept {
    return enqueued("synthetic_rows", on, [&](launches& to) {
      static_assert(std::is_same_v<accumulate_t<E>, T>, "mixcon: synthetic_rows<T> mixes rows that are computed as T");
      check_rows(anchors.on_device, positives.on_device, keys.on_device);
      MIXCON_REQUIRE(how == mixing_path::chord || (similarity.anchor_rows() != rows_form::as_given &&
                                                   similarity.candidate_rows() != rows_form::as_given),
                     "synthetic_rows: the arc between rows as given; expected a similarity of unit rows, such as "
                     "cosine");
      MIXCON_REQUIRE(chosen == nullptr || chosen->anchors == of_.anchors, "synthetic_rows: a list of ",
                     chosen == nullptr ? 0 : chosen->anchors, " anchors for ", of_.anchors, "; expected as many.");
      const index_t most = chosen == nullptr ? of_.keys : chosen->slots;
      MIXCON_REQUIRE(highest_ < most, "synthetic_rows: a mixture of ", chosen == nullptr ? "key " : "slot ", highest_,
                     " of ", most, "; expected one less at most.");
      const layout at = lay_out(memory_.data());
      chosen_ = chosen == nullptr ? nullptr : chosen->key, slots_ = chosen == nullptr ? 0 : chosen->slots, how_ = how;
      const auto given = [](const device_tensor<E, 2>& of) {
        return mixcon::detail::as_rank_3(matrix_view<const E>(of.on_device));
      };
      const auto pack = [&](const device_tensor<E, 2>& from, rows_form form, const device_rows<T>& into) {
        to.a_warp_each<&pack_rows<T, E>>(into.count, given(from), form == rows_form::unit, row_checks{}, into,
                                         static_cast<odd_row*>(nullptr));
      };
      pack(anchors, similarity.anchor_rows(), at.anchors);
      pack(positives, similarity.candidate_rows(), at.positives);
      pack(keys, similarity.candidate_rows(), at.keys);
      const index_t number = of_.anchors * (of_.mixtures + 1);
      if (how == mixing_path::chord)
        to.a_warp_each<&mix_rows<T, mixing_path::chord, E>>(number, problem(at), given(positives), at.rows, at.key,
                                                            at.weight);
      else
        to.a_warp_each<&mix_rows<T, mixing_path::arc, E>>(number, problem(at), given(positives), at.rows, at.key,
                                                          at.weight);
    });
  }

  /// Where gradients go, on the device; those left out are not computed. Sums are added to.
  struct sources {
    device_tensor<T, 2> anchors{}, positives{}, keys{};
  };
  /// Adds what the gradient by `rows()`, (N, 1 + S, D), means for what they are made of, as the last `mix` did.
  template <tier Tier>
  enqueue_status add_to_sources(const basic_stream<Tier>& on, const device_tensor<T, 3>& by_rows,
                                const sources& wanted) noexcept {
    return enqueued("add_to_sources", on, [&](launches& to) {
      const axes<3> expected{of_.anchors, of_.mixtures + 1, of_.width};
      const tensor_view<const T, 3> by = by_rows.on_device;
      MIXCON_REQUIRE(by.extents() == expected, "add_to_sources: the gradient is ", by.extents(), "; expected ",
                     expected, ".");
      require_place("add_to_sources", "the gradient's memory", by);
      const layout at = lay_out(memory_.data());
      const auto check = [&](const device_tensor<T, 2>& of, index_t count) {
        const axes<2> rows_expected{count, of_.width};
        MIXCON_REQUIRE(!of.on_device || of.on_device.extents() == rows_expected, "add_to_sources: a gradient is ",
                       of.on_device.extents(), "; expected ", rows_expected, ".");
        require_place("add_to_sources", "a source's gradient", of.on_device);
      };
      check(wanted.anchors, of_.anchors), check(wanted.positives, of_.anchors), check(wanted.keys, of_.keys);
      const index_t number = of_.anchors * of_.mixtures;
      if (how_ == mixing_path::chord)
        to.a_warp_each<&measure_mixtures<T, mixing_path::chord>>(number, problem(at), static_cast<const T*>(at.rows),
                                                                 static_cast<const std::int32_t*>(at.key), by, at.slope,
                                                                 at.about, at.part);
      else
        to.a_warp_each<&measure_mixtures<T, mixing_path::arc>>(number, problem(at), static_cast<const T*>(at.rows),
                                                               static_cast<const std::int32_t*>(at.key), by, at.slope,
                                                               at.about, at.part);
      to.a_warp_each<&pull_own_mixtures<T>>(
          of_.anchors, problem(at), static_cast<const T*>(at.rows), static_cast<const std::int32_t*>(at.key), by,
          static_cast<const mixture_slope<T>*>(at.slope), at.by_anchors, at.by_positives);
      if (wanted.keys.on_device) pull_keys(to, at, by, wanted.keys.on_device);
      unpack(to, at.anchors, at.by_anchors, wanted.anchors.on_device);
      unpack(to, at.positives, at.by_positives, wanted.positives.on_device);
      if (wanted.positives.on_device)
        to.a_thread_each<&add_given_positives<T>>(of_.anchors * of_.width, by, wanted.positives.on_device);
    });
  }

  /// Own candidates (N, 1 + S, D): the positive as given, then the mixtures.
  device_tensor<const T, 3> rows() const {
    return {lay_out(memory_.data()).rows, axes<3>{of_.anchors, of_.mixtures + 1, of_.width}};
  }
  /// Which mixtures exist: 0, or -1 for an empty slot. Its scores mean nothing.
  device_listed_targets targets() const {
    const layout at = lay_out(memory_.data());
    device_list<T> list;
    list.anchors = of_.anchors, list.slots = of_.mixtures, list.key = at.key, list.weight = at.weight;
    return device_listed_targets(list);
  }

 private:
  using rows_form = mixcon::rows;
  struct layout {
    mixture* mixtures;
    device_rows<T> anchors, positives, keys;
    T *rows, *by_anchors, *by_positives, *by_keys;
    std::int32_t* key;
    double* weight;
    mixture_slope<T>* slope;
    index_t *about, *part, *sorted_about, *sorted_part;
    std::byte* room;
    std::size_t room_bytes, bytes;
  };
  layout lay_out(void* base) const {
    arena from(base);
    layout at;
    const index_t number = of_.anchors * of_.mixtures, pitch = device_rows<T>::pitch_of(of_.width);
    at.mixtures = from.take<mixture>(number);
    const auto packed = [&](index_t count) {
      return device_rows<T>{from.take<T>(count * pitch), from.take<T>(count), count, of_.width};
    };
    at.anchors = packed(of_.anchors), at.positives = packed(of_.anchors), at.keys = packed(of_.keys);
    at.rows = from.take<T>(of_.anchors * (of_.mixtures + 1) * of_.width);
    at.by_anchors = from.take<T>(of_.anchors * pitch), at.by_positives = from.take<T>(of_.anchors * pitch);
    at.by_keys = from.take<T>(of_.keys * pitch);
    at.key = from.take<std::int32_t>(number), at.weight = from.take<double>(number);
    at.slope = from.take<mixture_slope<T>>(number);
    for (index_t** list : {&at.about, &at.part, &at.sorted_about, &at.sorted_part})
      *list = from.take<index_t>(2 * number);
    at.room_bytes = sort_pairs_bytes(2 * number);
    at.room = from.take<std::byte>(static_cast<index_t>(at.room_bytes));
    at.bytes = from.used();
    return at;
  }
  mixture_problem<T> problem(const layout& at) const {
    return {of_.anchors, of_.mixtures, at.mixtures, chosen_, slots_, at.anchors, at.positives, at.keys};
  }
  template <class E>
  void check_rows(const matrix_view<E>& anchors, const matrix_view<E>& positives, const matrix_view<E>& keys) const {
    const axes<2> own{of_.anchors, of_.width}, shared{of_.keys, of_.width};
    MIXCON_REQUIRE(anchors.extents() == own && positives.extents() == own && keys.extents() == shared,
                   "synthetic_rows: anchors are ", anchors.extents(), ", positives ", positives.extents(), ", keys ",
                   keys.extents(), "; expected ", own, ", ", own, " and ", shared, ".");
    require_place("synthetic_rows", "the anchors' memory", anchors);
    require_place("synthetic_rows", "the positives' memory", positives);
    require_place("synthetic_rows", "the keys' memory", keys);
  }
  void pull_keys(launches& to, const layout& at, const tensor_view<const T, 3>& by, const matrix_view<T>& wanted) {
    int bits = 1;
    while (index_t{1} << bits <= of_.keys) ++bits;
    if (!to.found().ok()) return;
    to.keep(sort_pairs(at.room, at.room_bytes, at.about, at.part, at.sorted_about, at.sorted_part,
                       2 * of_.anchors * of_.mixtures, bits, to.on()));
    to.a_warp_each<&pull_mixed_keys<T>>(
        of_.keys, problem(at), static_cast<const T*>(at.rows), by, static_cast<const mixture_slope<T>*>(at.slope),
        static_cast<const index_t*>(at.sorted_about), static_cast<const index_t*>(at.sorted_part), at.by_keys);
    unpack(to, at.keys, at.by_keys, wanted);
  }
  static void unpack(launches& to, const device_rows<T>& of, const T* by, const matrix_view<T>& wanted) {
    if (wanted) to.a_warp_each<&unpack_rows<T>>(of.count, of, by, mixcon::detail::as_rank_3(wanted));
  }

  synthetic_extents of_;
  index_t highest_ = -1;
  const std::int32_t* chosen_ = nullptr;
  index_t slots_ = 0;
  mixing_path how_ = mixing_path::chord;
  device_memory memory_;
};

}  // namespace mixcon::gpu
