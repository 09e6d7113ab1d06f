// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The kind of plan that shows the partner inside a box of the image (CutMix).

#include <mixcon/core/config.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/core/tensor_view.hpp>
#include <mixcon/mix/box.hpp>
#include <mixcon/mix/memory/arithmetic.hpp>
#include <mixcon/mix/memory/runs.hpp>
#include <mixcon/mix/memory/streaming.hpp>
#include <mixcon/mix/plan.hpp>

#include <cstddef>
#include <string>
#include <type_traits>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// The kind of plan that shows the partner inside a box and the own sample outside; with `own_inside` the other way
/// round. The last two axes of the batch are rows and columns: (N, H, W) or (N, C, H, W), every channel alike. It
/// copies and never computes: whatever is covered, NaN included, cannot leak.
struct pasted_boxes {
  /// Nothing of a partner.
  static pasted_boxes none() { return {.boxes = {box{}}}; }
  static constexpr const char* kind = "box";
  static constexpr int fewest_axes = 3;
  static constexpr bool is_quick = true;
  bool mixes_channels_alike() const { return true; }
  std::vector<box> boxes{};  ///< one for the batch, or one a sample
  bool own_inside = false;

  const box& of(index_t sample) const { return boxes[boxes.size() == 1 ? 0 : static_cast<std::size_t>(sample)]; }
  template <class Self, class Visit>
  static void fields(Self& region, Visit&& visit) {
    visit("box", region.boxes), visit("own_inside", region.own_inside);
  }
  friend bool operator==(const pasted_boxes&, const pasted_boxes&) = default;
};
inline std::string to_string(const pasted_boxes& region) {
  return (region.own_inside ? "own inside boxes " : "partner inside boxes ") + detail::written_list(region.boxes);
}

namespace detail {

/// Refuses boxes that are not within images of these extents, and numbers of boxes other than 1 or N.
template <int Rank>
void require_boxes(const std::vector<box>& boxes, index_t samples, const char* function, const axes<Rank>& extents) {
  static_assert(Rank >= 3, "mixcon: a plan of boxes mixes images (N, H, W) or (N, C, H, W); signals take intervals");
  const index_t rows = extents[Rank - 2], columns = extents[Rank - 1];
  const index_t count = static_cast<index_t>(boxes.size());
  MIXCON_REQUIRE(count == 1 || count == samples, function, ": the plan has ", count, " boxes for ", samples,
                 " samples; expected one for the batch, or one a sample.");
  for (const box& b : boxes)
    MIXCON_REQUIRE(
        0 <= b.top && b.top <= b.bottom && b.bottom <= rows && 0 <= b.left && b.left <= b.right && b.right <= columns,
        function, ": box ", to_string(b), " is not within images of ", rows, " x ", columns,
        " (top, bottom, left, right; half open). Was the plan made for another size?", asked_about_layout(extents));
}

/// The part of a sample inside the box.
template <class T, int Rank>
tensor_view<T, Rank> inside_of(const tensor_view<T, Rank>& sample, const box& b) {
  return part_of(part_of(sample, 1, b.top, b.bottom), 0, b.left, b.right);
}
/// mixed = inner inside the box, outer outside: all of the outer one, for one long run beats four parts around the box.
template <class T, int Inner>
void put_parts(const box& b, const tensor_view<const T, Inner>& inner, const tensor_view<const T, Inner>& outer,
               const tensor_view<T, Inner>& mixed) {
  copy_block(outer, mixed);
  copy_block(inside_of(inner, b), inside_of(mixed, b));
}

inline constexpr std::size_t chosen_box_row = 512;  // bytes of a row up to which columns are chosen by bits

/// One plane of `outer` with a box of `inner`, written past the caches: line by line from the one or the other, and put
/// together where an edge of the box goes through a line.
template <class T>
void stream_box(const box& b, const tensor_view<const T, 2>& inner, const tensor_view<const T, 2>& outer,
                const tensor_view<T, 2>& mixed) {
  enum : unsigned char { all_outer, all_inner, both };
  constexpr std::size_t line = 64;
  const auto width = static_cast<std::size_t>(mixed.extent(1)) * sizeof(T);
  const std::size_t bytes = static_cast<std::size_t>(mixed.extent(0)) * width;
  const auto* const in = reinterpret_cast<const unsigned char*>(inner.data());
  const auto* const out = reinterpret_cast<const unsigned char*>(outer.data());
  auto* const to = reinterpret_cast<unsigned char*>(mixed.data());
  const std::size_t past = reinterpret_cast<std::uintptr_t>(to) % line, head = past == 0 ? 0 : line - past;
  if (bytes < head + line) return put_parts(b, inner, outer, mixed);

  const std::size_t lines = (bytes - head) / line, left = static_cast<std::size_t>(b.left) * sizeof(T),
                    wide = static_cast<std::size_t>(b.right - b.left) * sizeof(T);
  std::vector<unsigned char> shows(lines, all_outer);
  for (index_t y = b.top; y < b.bottom; ++y) {  // of the inner part of row y: lines that it touches, and that it fills
    const std::size_t from = static_cast<std::size_t>(y) * width + left, until = from + wide;
    if (until <= head) continue;
    const std::size_t first = from > head ? (from - head) / line : 0, last = (until - head - 1) / line;
    for (std::size_t k = first; k <= last && k < lines; ++k) {
      const bool filled = from <= head + k * line && until >= head + (k + 1) * line;
      shows[k] = filled ? all_inner : both;
    }
  }
  const auto put_together = [=, &b](std::size_t from, std::size_t count, unsigned char* piece) {
    if (count == 0) return;
    __builtin_memcpy(piece, out + from, count);
    const std::size_t first = from / width, last = (from + count - 1) / width;
    for (std::size_t y = first; y <= last; ++y) {
      if (y < static_cast<std::size_t>(b.top) || y >= static_cast<std::size_t>(b.bottom)) continue;
      const std::size_t begin = y * width + left, until = begin + wide;
      const std::size_t at = begin > from ? begin : from, end = until < from + count ? until : from + count;
      if (at < end) __builtin_memcpy(piece + (at - from), in + at, end - at);
    }
  };
  put_together(0, head, to);
  const unsigned char* const shown = shows.data();
  const std::size_t done = for_each_line(lines * line, [=](std::size_t at) {
    const std::size_t k = at / line, soon = k + bytes_ahead / line < lines ? k + bytes_ahead / line : k;
    __builtin_prefetch((shown[soon] == all_inner ? in : out) + head + soon * line);
    if (shown[k] != both) return stream_line(to + head + at, (shown[k] == all_inner ? in : out) + head + at);
    alignas(line) unsigned char piece[line];
    put_together(head + at, line, piece);
    stream_line(to + head + at, piece);
  });
  put_together(head + done, bytes - head - done, to + head + done);
  end_stream();
}

/// One plane of short rows: the box's columns are chosen by bits, so that no row needs a copy of few bytes.
template <class T>
void choose_box(const box& b, const tensor_view<const T, 2>& inner, const tensor_view<const T, 2>& outer,
                const tensor_view<T, 2>& mixed) {
  const auto width = static_cast<std::size_t>(mixed.extent(1)) * sizeof(T);
  const auto top = static_cast<std::size_t>(b.top) * width, bottom = static_cast<std::size_t>(b.bottom) * width;
  const auto left = static_cast<std::size_t>(b.left) * sizeof(T), right = static_cast<std::size_t>(b.right) * sizeof(T);
  const auto* const in = reinterpret_cast<const unsigned char*>(inner.data());
  const auto* const out = reinterpret_cast<const unsigned char*>(outer.data());
  auto* const to = reinterpret_cast<unsigned char*>(mixed.data());
  unsigned char shows_inner[chosen_box_row];
  __builtin_memset(shows_inner, 0, width);
  __builtin_memset(shows_inner + left, 0xff, right - left);
  __builtin_memcpy(to, out, top);
  for (std::size_t row = top; row < bottom; row += width) {
    const auto choose = [&](std::size_t at) {
      const bit_packet bits = load_bits(shows_inner + at);
      const bit_packet shown = chosen_bits(bits, load_bits(in + row + at), load_bits(out + row + at));
      __builtin_memcpy(to + row + at, &shown, sizeof shown);
    };
    for (std::size_t at = 0; at + sizeof(bit_packet) <= width; at += sizeof(bit_packet)) choose(at);
    choose(width - sizeof(bit_packet));  // the last ones, of which some are written twice
  }
  __builtin_memcpy(to + bottom, out + bottom, static_cast<std::size_t>(mixed.extent(0)) * width - bottom);
}

/// Calls f(box, planes...) for planes (H, W) of images that are one run of memory, with the box as they have it: for
/// each channel, or once for (H, W * C) where channels come last. Answers whether it did.
template <class F, class Mixed, class... Image>
bool for_each_box_plane(F&& f, const box& b, const Mixed& mixed, const Image&... images) {
  constexpr int rank = Mixed::rank;
  if (is_packed(mixed) && (... && is_packed(images))) {
    for_each_plane([&](const auto&... planes) { f(b, planes...); }, images..., mixed);
    return true;
  }
  if constexpr (rank == 3) {
    const axes<3> extents = mixed.extents();
    const index_t channels = extents[0], columns = extents[2] * channels;
    const axes<3> last{1, columns, channels};
    if (mixed.strides() == last && (... && (images.strides() == last))) {
      const auto plane = [&]<class T>(const tensor_view<T, 3>& image) {
        return tensor_view<T, 2>(image.data(), {extents[1], columns});
      };
      f(box{b.top, b.bottom, b.left * channels, b.right * channels}, plane(images)..., plane(mixed));
      return true;
    }
  }
  return false;
}

/// mixed = inner inside the box, outer outside.
template <class T, int Inner>
void paste_box(const box& b, const tensor_view<const T, Inner>& inner, const tensor_view<const T, Inner>& outer,
               const tensor_view<T, Inner>& mixed, bool streamed) {
  if (b.area() == 0) return copy_block(outer, mixed, streamed);
  if constexpr (std::is_trivially_copyable_v<T>) {
    const auto paste = [&](const box& on, const auto& in, const auto& out, const auto& y) {
      const auto width = static_cast<std::size_t>(y.extent(1)) * sizeof(T);
      if (streamed) return stream_box<T>(on, in, out, y);
      if (width >= sizeof(bit_packet) && width <= chosen_box_row) return choose_box<T>(on, in, out, y);
      put_parts(on, in, out, y);
    };
    if (for_each_box_plane(paste, b, mixed, inner, outer)) return;
  }
  put_parts(b, inner, outer, mixed);
}

/// Adds the part of the upstream gradient that is inside the box, or the four parts around it.
template <class T, int Inner>
void add_shown(bool inside, const box& b, const tensor_view<const T, Inner>& upstream,
               const tensor_view<T, Inner>& gradient) {
  const index_t rows = upstream.extent(Inner - 2), columns = upstream.extent(Inner - 1);
  const auto add = [&](const box& part) { add_block(1, inside_of(upstream, part), inside_of(gradient, part)); };
  if (inside) return add(b);
  add({0, b.top, 0, columns});
  add({b.top, b.bottom, 0, b.left});
  add({b.top, b.bottom, b.right, columns});
  add({b.bottom, rows, 0, columns});
}

}  // namespace detail

template <int Rank>
void check_region(const mix_plan<pasted_boxes>& plan, const char* function, const axes<Rank>& extents) {
  detail::require_boxes(plan.region.boxes, plan.samples(), function, extents);
}

template <class T, int Rank, int Inner>
void blend_sample(const mix_plan<pasted_boxes>& plan, index_t i, const tensor_view<const T, Inner>& own,
                  const tensor_view<const T, Rank>& partners, const tensor_view<T, Inner>& mixed) {
  const box& b = plan.region.of(i);
  const tensor_view<const T, Inner> partner = detail::sample_of(partners, plan.partner_of(i));
  const tensor_view<const T, Inner>& inner = plan.region.own_inside ? own : partner;
  const tensor_view<const T, Inner>& outer = plan.region.own_inside ? partner : own;
  detail::paste_box(b, inner, outer, mixed, detail::is_streamed(partners));
}

template <class T, int Inner>
void unblend_own(const mix_plan<pasted_boxes>& plan, index_t i, const tensor_view<const T, Inner>& upstream,
                 const tensor_view<T, Inner>& gradient) {
  detail::add_shown(plan.region.own_inside, plan.region.of(i), upstream, gradient);
}
template <class T, int Inner>
void unblend_partner(const mix_plan<pasted_boxes>& plan, index_t i, const tensor_view<const T, Inner>& upstream,
                     const tensor_view<T, Inner>& gradient) {
  detail::add_shown(!plan.region.own_inside, plan.region.of(i), upstream, gradient);
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
