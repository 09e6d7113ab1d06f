// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The backward pass where weights are moments: the sweeps of tile_scatter, with one visit for both orders of a pair.

#include <mixcon/engine/tiled/kept_tiles.hpp>
#include <mixcon/engine/tiled/moments/gather.hpp>
#include <mixcon/engine/tiled/moments/weigher.hpp>
#include <mixcon/engine/tiled/team.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {
inline namespace MIXCON_INSTRUCTION_SET {
namespace tiles {

/// The sum over all pairs of the weight times the product is that of each anchor with its own gradient. Where anchors
/// are the candidates, each pair is in two gradients: `times` is 1/2.
template <class T>
class scale_by_rows {
  using gradients_type = mixcon::detail::packed_gradients<T>;

 public:
  /// What stands in the gradient already does not count.
  scale_by_rows(const mixcon::detail::packed_rows<T>& anchors, gradients_type& to, double times, workspace* memory)
      : anchors_(anchors), to_(to), times_(times), before_(memory) {
    for (index_t a = 0; to_.wants_scale && a < anchors_.count(); ++a) before_.push_back(product(a));
  }
  void add() {
    for (index_t a = 0; to_.wants_scale && a < anchors_.count(); ++a) {
      const auto at = static_cast<std::size_t>(a);
      to_.scale[at] += static_cast<T>((product(a) - before_[at]) * times_);
    }
  }

 private:
  double product(index_t a) const {
    const T *row = anchors_.row(a), *by_row = to_.anchors.data() + a * anchors_.pitch();
    return mixcon::detail::sum_by_eight<double>(
        anchors_.width(), [&](index_t k) { return static_cast<double>(row[k]) * static_cast<double>(by_row[k]); });
  }

  const mixcon::detail::packed_rows<T>& anchors_;
  gradients_type& to_;
  double times_;
  scratch<double> before_;
};

/// A call that fits moments as its types say: whether its numbers do too, and what all sweeps need.
template <class Problem, class T = typename Problem::number>
class moment_scatter {
  using gradients_type = mixcon::detail::packed_gradients<T>;
  static constexpr int sums = moments::sums_of_problem<Problem>;
  using slopes_type = moment_slopes<T, sums>;

 public:
  moment_scatter(mixcon::detail::team& threads, const Problem& p, gradients_type& to)
      : threads_(threads),
        p_(p),
        to_(to),
        rule_(moments::described<typename Problem::rule_type>::of(p.rule, p.anchors.count(), p.candidates.count())),
        lines_(moments::sum_lines_of(p)),
        groups_(p.memory) {}

  /// The other ways take what this one does not.
  bool fits() {
    if (!p_.anchors.finite() || !p_.candidates.finite() || rule_.hides_others) return false;
    if (to_.per_pair() || to_.candidate_bias || to_.logits || to_.wants_bias) return false;
    if (to_.wants_scale && (to_.anchors.empty() || p_.scale == T(0))) return false;
    constexpr index_t most_rows = index_t{1} << 30;
    if (p_.anchors.count() >= most_rows || p_.candidates.count() >= most_rows) return false;
    const double most = 1.0001 * longest_row(p_.anchors) * longest_row(p_.candidates);
    from_ = moments::choose_shift<T>(lines_, most, p_.candidates.count()) ? measured_from::one_shift
                                                                          : measured_from::offset;
    // the gradient by scale sums what rounding moves all exponents by: in float too much, where they are large
    if (sizeof(T) == sizeof(float) && from_ == measured_from::offset && to_.wants_scale) return false;
    for (int k = 0; k < sums; ++k) {
      const double size = lines_.times[k] * most + lines_.plus[k];
      if (!(size < 1e6 && size > -1e6)) return false;  // NaN too
    }
    groups_.group(rule_);
    return true;
  }

  /// Anchors are the candidates, and both gradients go to one place.
  template <class Saved>
  void by_triangle(const Saved& saved) {
    slopes_type slopes(p_.anchors.count(), p_.memory);
    find(slopes, p_, saved, rule_, placed().candidates);
    if (from_ == measured_from::one_shift && slopes.loses_digits) {
      from_ = measured_from::offset;
      find(slopes, p_, saved, rule_, placed().candidates);
    }
    const weighed_direction<Problem, Saved, T, sums> both{p_, saved, slopes, true};
    sweep(both, both, 0.5, [&](const auto& weigher, tile_products<T>& products) {
      reserve_tiles<T>(p_.memory, threads_.size(), tile_columns);
      const panels<T> candidates(p_.candidates, p_.memory);
      const kept_tiles<T> kept(p_, tile_columns, true);
      threads_.play(blocks_of(p_.candidates.count(), tile_columns), [&](index_t block, index_t other) {
        T* const products_of_tile = kept(block, other);
        tile<T> weights = tile_of(p_, block, other, tile_columns, products_of_tile);
        if (products_of_tile == nullptr) weights.multiply(candidates);
        weigher.weigh(weights, from_);
        products.add_both(weights, block == other);
      });
    });
  }

  template <class Saved>
  void by_tiles(const Saved& saved) {
    slopes_type slopes(p_.anchors.count(), p_.memory), none(p_.candidates.count(), p_.memory);
    find(slopes, p_, saved, rule_, placed().candidates);
    if (from_ == measured_from::one_shift && slopes.loses_digits) {
      from_ = measured_from::offset;
      find(slopes, p_, saved, rule_, placed().candidates);
    }
    const weighed_direction<Problem, Saved, T, sums> rows{p_, saved, slopes, true}, nobody{p_, saved, none, false};
    sweep(rows, nobody, 1, [&](const auto& weigher, tile_products<T>& products) {
      if (has_candidate_sums())
        add_candidate_sums(slopes, saved);
      else
        cross(weigher, products, tile_rows);
    });
    if (p_.own_count > 0)
      threads_.run(blocks_of(p_.anchors.count(), tile_rows),
                   [&](index_t block) { scatter_own(p_, saved, to_, block); });
  }

  /// Together with the problem seen from the candidates; sums by scale are those of both.
  template <class Saved, class Columns, class SavedColumns>
  void both_directions(const Saved& saved, const Columns& transposed, const SavedColumns& saved_columns) {
    const moments::described_rule turned = moments::described<typename Columns::rule_type>::of(
        transposed.rule, transposed.anchors.count(), transposed.candidates.count());
    slopes_type slopes(p_.anchors.count(), p_.memory), of_columns(p_.candidates.count(), p_.memory);
    const auto find_both = [&] {
      find(slopes, p_, saved, rule_, placed().candidates);
      find(of_columns, transposed, saved_columns, turned, placed().anchors);
    };
    find_both();
    if (from_ == measured_from::one_shift && (slopes.loses_digits || of_columns.loses_digits)) {
      from_ = measured_from::offset;
      find_both();
    }
    const weighed_direction<Problem, Saved, T, sums> rows{p_, saved, slopes, true};
    const weighed_direction<Columns, SavedColumns, T, sums> columns{transposed, saved_columns, of_columns, true};
    sweep(rows, columns, 1,
          [&](const auto& weigher, tile_products<T>& products) { cross(weigher, products, tile_columns); });
  }

 private:
  moments::placed_groups placed() const {
    const auto as_is = [](const auto& array) { return array; };
    return groups_.placed(as_is);
  }
  template <class Of, class Saved>
  void find(slopes_type& slopes, const Of& p, const Saved& saved, const moments::described_rule& rule,
            const moments::key_groups& of_candidates) const {
    slopes.find(p, saved, rule, of_candidates, lines_, from_);
  }
  /// Of the forward pass, and of the same shift.
  bool has_candidate_sums() const {
    return p_.kept != nullptr && !p_.kept->candidate_sums.empty() && from_ == measured_from::one_shift &&
           to_.candidates.empty();
  }
  template <class Saved>
  void add_candidate_sums(const slopes_type& slopes, const Saved& saved) {
    threads_.run(p_.anchors.count(), [&](index_t a) {
      add_sum_of_candidates(p_, saved, slopes, rule_, placed().candidates, a,
                            to_.anchors.data() + a * p_.anchors.pitch());
    });
  }
  template <class Rows, class Columns, class Visit>
  void sweep(const Rows& rows, const Columns& columns, double times, Visit&& visit) {
    scale_by_rows<T> scale(p_.anchors, to_, times / static_cast<double>(p_.scale), p_.memory);
    const moment_weigher<Rows, Columns, T, sums> weigher(rows, columns, rule_, lines_, p_.memory);
    tile_products<T> products(p_.anchors, p_.candidates, to_);
    visit(weigher, products);
    scale.add();
  }
  template <class Weigher>
  void cross(const Weigher& weigher, tile_products<T>& products, index_t most_rows) {
    reserve_tiles<T>(p_.memory, threads_.size(), most_rows);
    const index_t rows = blocks_of(p_.anchors.count(), most_rows);
    const kept_tiles<T> kept(p_, most_rows, false);
    const panels<T> candidates(p_.candidates, p_.memory, !kept.all(rows));
    threads_.cross(rows, blocks_of(p_.candidates.count(), tile_columns), [&](index_t block, index_t other) {
      T* const products_of_tile = kept(block, other);
      tile<T> weights = tile_of(p_, block, other, most_rows, products_of_tile);
      if (products_of_tile == nullptr) weights.multiply(candidates);
      weigher.weigh(weights, from_);
      products.add_product(weights);
    });
  }

  mixcon::detail::team& threads_;
  const Problem& p_;
  gradients_type& to_;
  moments::described_rule rule_;
  moments::sum_lines<sums> lines_;
  moments::call_groups groups_;
  measured_from from_ = measured_from::offset;
};

}  // namespace tiles
}  // namespace MIXCON_INSTRUCTION_SET
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
