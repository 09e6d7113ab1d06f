// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// `top_k` on a gpu::stream, and the same below the door, where the list stays on the device: gpu::enqueue_top_k.

#include <mixcon/gpu/enqueue.cuh>
#include <mixcon/gpu/negatives/tile_top_k.cuh>

#include <mixcon/negatives/search/top_k.hpp>

namespace mixcon::gpu {

/// One search, its rows and rule bound; nothing is launched before `enqueue`. `E` and `K`: elements of both sides.
template <tier Tier, class Similarity, class E, class K>
class top_k_call {
  using T = accumulate_t<E>;
  static constexpr bool may_be_tiles = has_tiles(Tier) && std::is_same_v<T, float> && std::is_same_v<E, K> &&
                                       Similarity::linear && !mixcon::detail::is_of_distance<Similarity>;
  using operand_type = typename operand_of_rows<std::conditional_t<std::is_same_v<T, float>, E, float>>::type;

 public:
  top_k_call(const top_k& choose, const Similarity& similarity, const matrix_view<const E>& anchors,
             const matrix_view<const K>& keys)
      : choose_(choose), similarity_(similarity), anchors_(anchors), keys_(keys), bound_(bind()) {
    host_arrays arrays(nullptr, nullptr);
    static_cast<void>(arrays.placed(bound_.rule()));
    array_bytes_ = arrays.bytes();
  }
  std::size_t workspace_bytes() const { return layout(nullptr, *this).bytes; }

  void enqueue(launches& to, const call_place& place, const device_list<T>& list, search_outcome* result) const {
    MIXCON_REQUIRE(array_bytes_ == 0 || !is_captured(place.queue),
                   "top_k: ids, labels or `valid` are arrays of the host, which may be gone when the captured graph "
                   "runs; capture searches without them");
    require_place("top_k", "the anchors' memory", anchors_);
    require_place("top_k", "the keys' memory", keys_);
    require_buffer("top_k", "the stream's workspace", "gpu::workspace_bytes", place.workspace, place.workspace_bytes,
                   workspace_bytes());
    const layout at(place.workspace, *this);
    host_arrays arrays(at.arrays, nullptr);
    const auto rule = arrays.placed(bound_.rule());
    if (array_bytes_ > 0) to.keep(arrays.enqueue(place.queue));
    pack<E>(to, anchors_, similarity_.anchor_rows(), at.anchors);
    pack<K>(to, keys_, similarity_.candidate_rows(), at.keys);
    const int k = static_cast<int>(choose_.k);
    if constexpr (may_be_tiles) {
      if (uses_tiles()) {
        pack_tiles(to, at.anchors, at.left), pack_tiles(to, at.keys, at.right);
        with_padded_width(anchors_.extent(1), [&](auto padded) {
          constexpr int D = decltype(padded)::value;
          using sizes = tile_sizes<operand_type, D, 3>;
          const tile_splits by(at.left.count, sizes::tiles_of(at.right.count));
          to.blocks<&tile_top_k<D, operand_type, Similarity, rule_type>>(
              blocks_of(at.left.count, shared_lists::rows) * static_cast<unsigned>(by.splits), sizes::threads,
              static_cast<std::size_t>(sizes::shared_bytes + shared_lists::bytes(k)), at.left, at.right, similarity_,
              rule, k, by.tiles_each, at.splits);
          to.a_warp_each<&join_top_k<T>>(at.left.count, at.left.count, k, by.splits, at.splits, list, at.work);
        });
        return end(to, at, result);
      }
    }
    to.a_warp_each<&top_k_rows<T, Similarity, rule_type>>(at.anchors.count, at.anchors, at.keys, similarity_, rule, k,
                                                          list, at.work);
    end(to, at, result);
  }
  /// The list and the outcome of a public call, in the workspace.
  std::pair<device_list<T>, search_outcome*> in_workspace(void* workspace) const {
    const layout at(workspace, *this);
    return {device_list<T>(at.list, anchors_.extent(0), choose_.k), at.result};
  }

 private:
  using bound_type = decltype(std::declval<const admissible_targets&>().bind(std::declval<const pair_space&>()));
  using rule_type = admissible_targets::rule_type;

  struct layout {
    device_rows<T> anchors, keys;
    std::byte *arrays, *list;
    search_work work;
    search_outcome* result;
    operand_rows<operand_type> left, right;
    split_lists splits;
    std::size_t bytes;

    layout(void* base, const top_k_call& call) {
      arena from(base);
      const index_t n = call.anchors_.extent(0), m = call.keys_.extent(0), width = call.anchors_.extent(1);
      const auto rows = [&](index_t count) {
        return device_rows<T>{from.take<T>(count * device_rows<T>::pitch_of(width)), from.take<T>(count), count, width};
      };
      anchors = rows(n), keys = rows(m);
      arrays = from.take<std::byte>(static_cast<index_t>(call.array_bytes_));
      list = from.take<std::byte>(static_cast<index_t>(device_list<T>::bytes(n, call.choose_.k)));
      work = {from.take<std::int32_t>(n), from.take<std::int32_t>(n)};
      result = from.take<search_outcome>(1);
      if (call.uses_tiles()) {
        const index_t pitch = index_t{padded_width(width)} * operand_type::parts;
        const auto operands = [&](index_t count) {
          using Element = typename operand_type::Element;
          return operand_rows<operand_type>{from.take<Element>(count * pitch), from.take<float>(count), count};
        };
        left = operands(n), right = operands(m);
        const index_t tiles = (m + (pitch <= 256 ? 63 : 31)) / (pitch <= 256 ? 64 : 32);
        const index_t lists = n * tile_splits(n, static_cast<int>(tiles)).splits, entries = lists * call.choose_.k;
        splits = {from.take<float>(entries), from.take<std::int32_t>(entries), from.take<std::int32_t>(lists),
                  from.take<std::int32_t>(lists)};
      }
      bytes = from.used();
    }
  };

  bound_type bind() const {
    choose_.check_call(anchors_.extents(), keys_.extents());
    MIXCON_REQUIRE(choose_.k <= longest_list, "top_k: k is ", choose_.k, "; on the device at most ", longest_list,
                   ". Search on the host, by tiled{}, for more.");
    pair_space space;
    space.anchors = anchors_.extent(0), space.candidates = keys_.extent(0);
    return admissible_targets{choose_.admissible}.bind(space);
  }
  bool uses_tiles() const {
    constexpr index_t most = index_t{1} << 30;
    return may_be_tiles && anchors_.extent(1) <= widest_operand && anchors_.extent(0) <= most &&
           keys_.extent(0) <= most;
  }
  template <class Element>
  static void pack(launches& to, const matrix_view<const Element>& from, rows form, const device_rows<T>& into) {
    to.a_warp_each<&pack_rows<T, Element>>(into.count, mixcon::detail::as_rank_3(from), form == rows::unit,
                                           row_checks{}, into, static_cast<odd_row*>(nullptr));
  }
  void end(launches& to, const layout& at, search_outcome* result) const {
    to.one_warp<&end_search<search_outcome>>(at.anchors.count, choose_.k, at.work, result);
  }

  top_k choose_;
  Similarity similarity_;
  matrix_view<const E> anchors_;
  matrix_view<const K> keys_;
  bound_type bound_;
  std::size_t array_bytes_ = 0;
};
template <tier Tier, class Similarity, class Anchors, class Keys>
auto top_k_call_of(const top_k& choose, const Similarity& similarity, const Anchors& anchors, const Keys& keys) {
  static_assert(mixcon::detail::is_on_device<Anchors> && mixcon::detail::is_on_device<Keys>,
                "mixcon: gpu::stream searches rows in device memory; pass gpu::device_matrix(pointer, rows, columns)");
  using E = element_t<const Anchors>;
  using K = element_t<const Keys>;
  static_assert(std::is_same_v<accumulate_t<E>, accumulate_t<K>>,
                "mixcon: top_k compares anchors with keys of one precision; convert one of them");
  return top_k_call<Tier, Similarity, E, K>(choose, similarity,
                                            matrix_view<const E>(mixcon::detail::ask_traits<2>(anchors)),
                                            matrix_view<const K>(mixcon::detail::ask_traits<2>(keys)));
}

/// How many bytes of workspace a search takes.
template <tier Tier, class Similarity, class Anchors, class Keys>
std::size_t workspace_bytes(const basic_stream<Tier>&, const top_k& choose, const Similarity& similarity,
                            const Anchors& anchors, const Keys& keys) {
  return top_k_call_of<Tier>(choose, similarity, anchors, keys).workspace_bytes();
}

/// What mixcon::top_k asks a stream: the list, on the host. Waits once.
template <tier Tier, class Similarity, class Anchors, class Keys>
auto top_k_on_device(const basic_stream<Tier>& on, const top_k& choose, const Similarity& similarity,
                     const Anchors& anchors, const Keys& keys) {
  using T = accumulate_t<element_t<const Anchors>>;
  const auto call = top_k_call_of<Tier>(choose, similarity, anchors, keys);
  MIXCON_REQUIRE(!is_captured(on.queue),
                 "top_k: this stream is being captured, and a public call waits for its list; call gpu::enqueue_top_k");
  launches to(on.queue);
  const auto [list, result] = call.in_workspace(on.workspace);
  call.enqueue(to, on.place(), list, result);
  ranked_list<T> found{negative_list(list.anchors, list.slots), std::vector<T>()};
  found.score.resize(found.list.key.size());
  search_outcome outcome;
  const auto fetch = [&](auto* host, const auto* device, std::size_t count) {
    to.keep(copy_to_host(host, device, count * sizeof *host, on.queue));
  };
  fetch(found.list.key.data(), list.key, found.list.key.size());
  fetch(found.list.weight.data(), list.weight, found.list.weight.size());
  fetch(found.score.data(), list.score, found.score.size());
  fetch(&outcome, result, 1);
  to.keep(wait(on.queue));
  require_ok("top_k", to.found());
  read(outcome, choose.k, choose.strict);
  return found;
}

/// The search below the door: leaves the list on the device, and at `result`, an address there, what gpu::read refuses.
/// Capturable where the search has no ids, labels or `valid` of the host.
template <tier Tier, class Similarity, class Anchors, class Keys, class T>
enqueue_status enqueue_top_k(const basic_stream<Tier>& on, const top_k& choose, const Similarity& similarity,
                             const Anchors& anchors, const Keys& keys, const device_list<T>& list,
                             search_outcome* result) noexcept {
  return enqueued("enqueue_top_k", on, [&](launches& to) {
    require_on_device("enqueue_top_k", "the outcome", result);
    require_on_device("enqueue_top_k", "the list", list.key);
    const auto call = top_k_call_of<Tier>(choose, similarity, anchors, keys);
    MIXCON_REQUIRE(list.anchors == anchors.on_device.extent(0) && list.slots == choose.k, "enqueue_top_k: a list of ",
                   list.anchors, " x ", list.slots, " slots for ", anchors.on_device.extent(0),
                   " anchors and k = ", choose.k, "; expected as many.");
    call.enqueue(to, on.place(true), list, result);
  });
}

}  // namespace mixcon::gpu
