// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Mixtures of rows as synthetic negatives, and the gradient through them.

#include <mixcon/core/workspace.hpp>
#include <mixcon/negatives/rows_as_read.hpp>
#include <mixcon/negatives/synthetic/own_rows.hpp>

#include <utility>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Two rows and the share of the first: share * first + (1 - share) * second. Rows are positions of keys, or `anchor`
/// or `positive` for the anchor's own and its positive's; `none` in `second` leaves the slot empty.
struct mixture {
  static constexpr index_t none = -1, anchor = -2, positive = -3;
  index_t first = none, second = none;
  double share = 0;
};

/// Mixtures for each of N anchors, S each. Plain data.
struct mixture_list {
  index_t anchors = 0, each = 0;
  std::vector<mixture> of{};  // (N, S)

  mixture_list() = default;
  mixture_list(index_t rows, index_t number)
      : anchors(rows), each(number), of(static_cast<std::size_t>(rows * number)) {}
  /// Becomes a list of empty slots, in the memory that it has.
  void empty_all(index_t rows, index_t number) {
    anchors = rows, each = number;
    of.assign(static_cast<std::size_t>(rows * number), mixture{});
  }
  const mixture& operator()(index_t a, index_t s) const { return of[static_cast<std::size_t>(a * each + s)]; }
  void put(index_t a, index_t s, const mixture& m) {
    of[static_cast<std::size_t>(a * each + s)] = m.second == mixture::none || m.first == mixture::none ? mixture{} : m;
  }
};

/// How two rows are mixed: along the chord and made a unit row again, or, where both are unit rows, along the arc.
enum class mixing_path { chord, arc };
namespace detail {

/// The length of first * a + second * b, for rows a and b, and how the shares depend on <a, b>.
template <class T>
struct mixture_shares {
  T first{}, second{};
  T first_slope{}, second_slope{};  // by <a, b>; 0 along the chord
};
template <class T>
MIXCON_HD mixture_shares<T> shares_of(mixing_path how, T share, T cosine_of_rows) {
  using std::acos, std::sin, std::cos, std::sqrt;
  const T other = 1 - share, sine = sqrt((1 - cosine_of_rows) * (1 + cosine_of_rows));
  // rows that nearly coincide, or are nearly opposite, have no arc to speak of
  if (how == mixing_path::chord || !(sine > T(1e-4))) return {share, other, 0, 0};
  const T angle = acos(cosine_of_rows);
  const T first = sin(share * angle) / sine, second = sin(other * angle) / sine;
  auto slope = [&](T part, T value) { return (value * cosine_of_rows - part * cos(part * angle)) / (sine * sine); };
  return {first, second, slope(share, first), slope(other, second)};
}

}  // namespace detail

/// Synthetic negatives as explicit rows. `own_candidates` (N, 1 + S, D) holds each anchor's positive, as given, and
/// then its mixtures, unit rows; `list` says which exist: `listed_targets(mixed.list)` for
/// `candidates(own(mixed.own_candidates.view()))`.
///
///   const synthetic_negatives mixed(cosine{}, mixtures, z, positives, keys);
///   const auto against = candidates(own(mixed.own_candidates.view()), queue);
///   value_and_grad(tiled{}, objective, listed_targets{mixed.list}, z, against, ...);
///   mixed.add_to_sources(by_rows, {.keys = by_keys, .positives = by_positives});
///
/// Anchors (N, D), positives (N, D) and keys (M, D) enter as the similarity prepares them (`cosine`: as unit rows). A
/// mixture shorter than 1e-6, of opposite rows, is an empty slot. O(N S D) memory.
template <class T>
class synthetic_negatives {
 public:
  rows_of_anchors<T> own_candidates{};
  negative_list list{};

  /// Where gradients go; those left out are not computed: leave all out and the synthetic rows are constants. Sums are
  /// added to.
  struct sources {
    matrix_view<T> anchors{}, positives{}, keys{};
  };

  /// None yet: for `mix_again`.
  synthetic_negatives() = default;
  template <class Similarity, detail::GivenTensor<2> Anchors, detail::GivenTensor<2> Positives,
            detail::GivenTensor<2> Keys>
  synthetic_negatives(const Similarity& similarity, const mixture_list& mixtures, const Anchors& anchors,
                      const Positives& positives, const Keys& keys, mixing_path how = mixing_path::chord) {
    mix_again(similarity, mixtures, anchors, positives, keys, how);
  }
  /// Becomes those of these rows: with a workspace, nothing is allocated for as many.
  template <class Similarity, detail::GivenTensor<2> Anchors, detail::GivenTensor<2> Positives,
            detail::GivenTensor<2> Keys>
  void mix_again(const Similarity& similarity, const mixture_list& mixtures, const Anchors& anchors,
                 const Positives& positives, const Keys& keys, mixing_path how = mixing_path::chord,
                 const in_workspace& memory = in_workspace::none()) {
    auto packed_anchors = detail::rows_as_read(anchors, similarity.anchor_rows(), memory.memory),
         packed_positives = detail::rows_as_read(positives, similarity.candidate_rows(), memory.memory),
         packed_keys = detail::rows_as_read(keys, similarity.candidate_rows(), memory.memory);
    const index_t width = packed_anchors.width();
    MIXCON_REQUIRE(packed_anchors.count() == mixtures.anchors && packed_positives.count() == mixtures.anchors &&
                       packed_positives.width() == width && packed_keys.width() == width && width >= 1,
                   "synthetic_negatives: ", packed_anchors.count(), " anchors of width ", width, ", ",
                   packed_positives.count(), " positives of width ", packed_positives.width(), " and keys of width ",
                   packed_keys.width(), " for mixtures of ", mixtures.anchors,
                   " anchors; expected one anchor and positive each, and one width");
    MIXCON_REQUIRE(
        how == mixing_path::chord ||
            (similarity.anchor_rows() != rows::as_given && similarity.candidate_rows() != rows::as_given),
        "synthetic_negatives: the arc between rows as given; expected a similarity of unit rows, such as cosine");
    const auto keep = [&](detail::packed_rows<T>& to, detail::packed_rows<T>& packed) {
      if (memory.memory != nullptr)
        to = packed;  // into memory of its own: the workspace is the next call's
      else
        to = (std::move)(packed);
    };
    keep(anchors_, packed_anchors), keep(positives_, packed_positives), keep(keys_, packed_keys);
    mixtures_ = mixtures, how_ = how;
    own_candidates.zero_all(mixtures.anchors, 1 + mixtures.each, width);
    list.empty_all(mixtures.anchors, mixtures.each);
    const auto given = view<2>(positives);
    for (index_t a = 0; a < mixtures.anchors; ++a) {
      for (index_t x = 0; x < width; ++x) own_candidates.row(a, 0)[x] = static_cast<T>(given(a, x));
      for (index_t s = 0; s < mixtures.each; ++s) mix(a, s);
    }
  }

  /// Adds what the gradient by `own_candidates` means for their sources, exactly, through the unit length and the arc.
  void add_to_sources(const rows_of_anchors<T>& by_rows, const sources& wanted,
                      const in_workspace& memory = in_workspace::none()) const {
    MIXCON_REQUIRE(by_rows.numbers.size() == own_candidates.numbers.size(), "add_to_sources: the gradient has ",
                   by_rows.numbers.size(), " numbers for ", own_candidates.numbers.size(),
                   "; expected the shape of `own_candidates`");
    auto buffer = [&](const detail::packed_rows<T>& of) {
      return scratch<T>(memory.memory, static_cast<std::size_t>(of.count() * of.pitch()));
    };
    scratch<T> by_anchors = buffer(anchors_), by_positives = buffer(positives_), by_keys = buffer(keys_);
    auto room = scratch<T>::unset(memory.memory, static_cast<std::size_t>(own_candidates.width));
    auto gradient_of = [&](index_t a, index_t which) {
      if (which == mixture::anchor) return by_anchors.data() + a * anchors_.pitch();
      if (which == mixture::positive) return by_positives.data() + a * positives_.pitch();
      return by_keys.data() + which * keys_.pitch();
    };
    for (index_t a = 0; a < mixtures_.anchors; ++a)
      for (index_t s = 0; s < mixtures_.each; ++s)
        if (list.key_of(a, s) >= 0)
          pull_back(a, s, by_rows.row(a, 1 + s), view(room), gradient_of(a, mixtures_(a, s).first),
                    gradient_of(a, mixtures_(a, s).second));
    auto unpack = [](const detail::packed_rows<T>& of, const scratch<T>& by, const matrix_view<T>& to) {
      for (index_t i = 0; to && i < of.count(); ++i)
        of.unpack(i, by.data() + i * of.pitch(), {to.data() + i * to.stride(0), {of.width()}, {to.stride(1)}});
    };
    unpack(anchors_, by_anchors, wanted.anchors);
    unpack(positives_, by_positives, wanted.positives);
    unpack(keys_, by_keys, wanted.keys);
    for (index_t a = 0; wanted.positives && a < mixtures_.anchors; ++a)
      for (index_t x = 0; x < own_candidates.width; ++x) wanted.positives(a, x) += by_rows.row(a, 0)[x];
  }

 private:
  const T* source(index_t a, index_t which) const {
    if (which == mixture::anchor) return anchors_.row(a);
    if (which == mixture::positive) return positives_.row(a);
    MIXCON_REQUIRE(which >= 0 && which < keys_.count(), "synthetic_negatives: a mixture of key ", which, " of ",
                   keys_.count(), "; expected a position of a key");
    return keys_.row(which);
  }
  /// u = first * a + second * b in `row`; answers its length.
  T sum(index_t a, index_t s, const vector_view<T>& row, detail::mixture_shares<T>& shares) const {
    using std::sqrt;
    const mixture& m = mixtures_(a, s);
    const T *first = source(a, m.first), *second = source(a, m.second);
    shares = detail::shares_of(how_, static_cast<T>(m.share), anchors_.dot(first, second));
    T squared = 0;
    for (index_t x = 0; x < own_candidates.width; ++x) {
      row[x] = shares.first * first[x] + shares.second * second[x];
      squared += row[x] * row[x];
    }
    return sqrt(squared);
  }
  void mix(index_t a, index_t s) {
    if (mixtures_(a, s).first == mixture::none) return;
    const vector_view<T> row = own_candidates.row(a, 1 + s);
    detail::mixture_shares<T> shares;
    const T length = sum(a, s, row, shares);
    const bool empty = length < T(1e-6);
    for (index_t x = 0; x < own_candidates.width; ++x) row[x] = empty ? T(0) : row[x] / length;
    if (!empty) list.put(a, s, 0);
  }
  /// Through mixture s of anchor a, for whose sum of rows there is `room`.
  void pull_back(index_t a, index_t s, const vector_view<const T>& by_row, const vector_view<T>& room, T* by_first,
                 T* by_second) const {
    const mixture& m = mixtures_(a, s);
    const T *first = source(a, m.first), *second = source(a, m.second);
    detail::mixture_shares<T> shares;
    const T length = sum(a, s, room, shares);
    const auto unit = own_candidates.row(a, 1 + s);
    T radial = 0, by_cosine = 0;
    for (index_t x = 0; x < own_candidates.width; ++x) radial += unit[x] * by_row[x];
    for (index_t x = 0; x < own_candidates.width; ++x) {
      const T by_sum = (by_row[x] - unit[x] * radial) / length;
      by_cosine += by_sum * (shares.first_slope * first[x] + shares.second_slope * second[x]);
    }
    for (index_t x = 0; x < own_candidates.width; ++x) {
      const T by_sum = (by_row[x] - unit[x] * radial) / length;
      by_first[x] += by_sum * shares.first + by_cosine * second[x];
      by_second[x] += by_sum * shares.second + by_cosine * first[x];
    }
  }

  mixture_list mixtures_{};
  detail::packed_rows<T> anchors_{}, positives_{}, keys_{};
  mixing_path how_ = mixing_path::chord;
};
template <class Similarity, class Anchors, class Positives, class Keys>
synthetic_negatives(const Similarity&, const mixture_list&, const Anchors&, const Positives&, const Keys&)
    -> synthetic_negatives<accumulate_t<std::remove_const_t<element_t<const Anchors>>>>;
template <class Similarity, class Anchors, class Positives, class Keys>
synthetic_negatives(const Similarity&, const mixture_list&, const Anchors&, const Positives&, const Keys&, mixing_path)
    -> synthetic_negatives<accumulate_t<std::remove_const_t<element_t<const Anchors>>>>;

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
