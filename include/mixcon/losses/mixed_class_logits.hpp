// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The logits of mixed classifiers from those of the classes that a batch has: where these are few, less work than
// mixed weights.

#include <mixcon/contrast/objective.hpp>
#include <mixcon/core/number/not_finite.hpp>
#include <mixcon/core/number/ordered_sum.hpp>
#include <mixcon/core/number/set_loops.hpp>
#include <mixcon/core/storage.hpp>
#include <mixcon/core/workspace.hpp>
#include <mixcon/engine/paired/kept_logits.hpp>
#include <mixcon/losses/mixed_classifiers.hpp>

#include <cstddef>
#include <type_traits>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// The classes that a batch has, in their order, and where each class is among them (-1: it is not).
struct classes_of_batch {
  scratch<index_t> present, place;

  classes_of_batch(const pair_targets& targets, index_t classes, const in_workspace& memory = in_workspace::none())
      : present(scratch<index_t>::unset(memory.memory, static_cast<std::size_t>(classes))),
        place(memory.memory, static_cast<std::size_t>(classes), -1) {
    (present.clear)();
    for (const auto* labels : {&targets.own, &targets.partner})
      for (const index_t c : *labels) place[static_cast<std::size_t>(c)] = 0;
    for (index_t c = 0; c < classes; ++c)
      if (place[static_cast<std::size_t>(c)] == 0) {
        place[static_cast<std::size_t>(c)] = static_cast<index_t>(present.size());
        present.push_back(c);
      }
  }
  index_t count() const { return static_cast<index_t>(present.size()); }
  /// Whether class logits are less work than mixed weights: N^2 K and N K D beside N^2 D, and somewhat for what comes
  /// besides the products.
  template <class E>
  bool are_fewer(const mixed_classifiers<E>& of) const {
    return 5 * count() * (of.samples() + of.width()) < 4 * of.samples() * of.width();
  }
  /// The same where classes' logits are mixed without a product: what that takes besides is about 50 multiplications an
  /// entry.
  template <class E>
  bool are_fewer_rows(const mixed_classifiers<E>& of) const {
    return (of.samples() - count()) * of.width() > 50 * of.samples();
  }
};

/// Rows of width K, the classes of the batch: class logits against mixed one-hot labels, (N, K) each. A class logit of
/// -infinity would meet labels of 0, so mixed weights take such a batch.
template <class Executor, class E, class Evaluate, class T = accumulate_t<E>>
loss_result<T> by_class_logits(const Executor& executor, const mixed_classifiers<E>& of,
                               const classes_of_batch& classes, Evaluate&& evaluate) {
  const index_t samples = of.samples(), width = of.width(), count = classes.count();
  const auto class_at = [&](index_t c) { return classes.present[static_cast<std::size_t>(c)]; };
  const auto place_of = [&](index_t c) { return classes.place[static_cast<std::size_t>(c)]; };
  const padded_matrix<T> features = of.packed_features(), weight = of.packed_weights(classes.present);
  workspace* const memory = of.memory.memory;
  padded_matrix<T> logits{samples, count, memory}, labels{samples, count, memory};
  bool is_possible = true;
  for_each_product_row(executor, features, transposed(weight), [&](index_t i, const T* row) {
    for (index_t c = 0; c < count; ++c) logits.row(i)[c] = row[c] + of.bias_of(class_at(c));
  });
  for (index_t i = 0; i < samples; ++i) {
    for (index_t c = 0; c < count; ++c) is_possible = is_possible && !is_minus_infinity(logits.row(i)[c]);
    labels.row(i)[place_of(of.own(i))] += of.share(i);
    labels.row(i)[place_of(of.partner(i))] += 1 - of.share(i);
  }
  if (!is_possible) return by_mixed_weights(of, evaluate);
  const scratch<T> no_bias(memory, static_cast<std::size_t>(samples));
  const bool wants_any = of.wanted.features || of.wanted.weight || of.wanted.bias;
  padded_matrix<T> slopes{wants_any ? samples : 0, count, memory};
  gradients<T> inner;
  if (wants_any) inner.anchors = padded_view(slopes);
  const auto result =
      evaluate(matrix_view<const T>{padded_view(logits)}, matrix_view<const T>{padded_view(labels)}, no_bias, inner);
  if (of.wanted.features)
    for_each_product_row(executor, slopes, weight, [&](index_t i, const T* row) {
      for (index_t k = 0; k < width; ++k) of.wanted.features(i, k) = row[k];
    });
  (of.clear)();
  if (!of.wanted.weight && !of.wanted.bias) return result;
  const padded_matrix<T> turned = transposed(slopes);
  if (of.wanted.weight)
    for_each_product_row(executor, turned, features, [&](index_t c, const T* row) {
      for (index_t k = 0; k < width; ++k) of.wanted.weight(class_at(c), k) = row[k];
    });
  for (index_t c = 0; of.wanted.bias && c < count; ++c) {
    ordered_sum<T> sum;
    for (index_t i = 0; i < samples; ++i) sum.add(turned.row(c)[i]);
    of.wanted.bias[class_at(c)] = static_cast<T>(sum.value());
  }
  return result;
}

/// Which samples a class of the batch is mixed into, and its shares there: for each class one after the other.
class members_of_classes {
 public:
  struct member {
    index_t sample;
    double share;
  };

  members_of_classes(const pair_targets& targets, const classes_of_batch& classes, const in_workspace& memory)
      : end_(memory.memory, static_cast<std::size_t>(classes.count() + 1)),
        all_(scratch<member>::unset(memory.memory, 2 * targets.own.size())) {
    const auto each = [&](auto&& visit) {
      const auto of_label = [&](index_t label, std::size_t j, double share) {
        const auto place = static_cast<std::size_t>(classes.place[static_cast<std::size_t>(label)]);
        if (share != 0) visit(place, member{static_cast<index_t>(j), share});
      };
      for (std::size_t j = 0; j < targets.own.size(); ++j) {
        of_label(targets.own[j], j, targets.lambda[j]);
        of_label(targets.partner[j], j, 1 - targets.lambda[j]);
      }
    };
    each([&](std::size_t place, const member&) { ++end_[place + 1]; });
    for (std::size_t c = 1; c < end_.size(); ++c) end_[c] += end_[c - 1];
    each([&](std::size_t place, const member& found) { all_[end_[place]++] = found; });  // the begin becomes the end
  }
  const member* begin_of(index_t c) const { return all_.data() + (c == 0 ? 0 : end_[static_cast<std::size_t>(c - 1)]); }
  const member* end_of(index_t c) const { return all_.data() + end_[static_cast<std::size_t>(c)]; }

 private:
  scratch<std::size_t> end_;  // of class c, the last number aside
  scratch<member> all_;
};

/// The loss by the logits of classes, whose rows (a class each, by samples) are mixed to those of mixed classifiers:
/// three products with as many rows as classes, and no product of samples with samples. `share` as in the objective.
/// Needs an executor that takes a square of logits at once; false where it did not, or where that is more memory than
/// it may keep.
template <class Executor, class E, class T = accumulate_t<E>>
bool by_square_of_class_logits(const Executor& executor, const mixed_classifiers<E>& of,
                               const classes_of_batch& classes, const directions& share, loss_result<T>& result) {
  const index_t samples = of.samples(), width = of.width(), count = classes.count();
  if ((samples + count) > executor.keeps / (static_cast<index_t>(sizeof(T)) * samples)) return false;
  const auto class_at = [&](index_t c) { return classes.present[static_cast<std::size_t>(c)]; };
  const padded_matrix<T> features = of.packed_features(), weight = of.packed_weights(classes.present);
  padded_matrix<T> by_class{count, samples, of.memory.memory}, logits{samples, samples, of.memory.memory};
  if (!all_finite(features) || !all_finite(weight)) return false;
  for_each_product_row(executor, product_rows<T>(weight), product_panels<T>::of_rows(features),
                       [&](index_t c, const T* row) {
                         const T bias = of.bias_of(class_at(c));
                         for (index_t i = 0; i < samples; ++i) by_class.row(c)[i] = row[i] + bias;
                       });
  const index_t padded = packed_rows<T>::pitch_of(samples);
  for_each_row(executor, samples, [&](index_t j, const auto& how) {
    const auto row_of_class = [&](index_t label) {
      return by_class.row(classes.place[static_cast<std::size_t>(label)]);
    };
    const T own = of.share(j), other = 1 - own, *first = row_of_class(of.own(j)), *second = row_of_class(of.partner(j));
    if (own == 1 || own == 0)  // what has no share does not count, were it infinite
      first = second = own == 1 ? first : second;
    T* const to = logits.row(j);
    vectors::run_on_lanes(how, [&](const auto& lanes) MIXCON_IN_LOOPS {
      using V = typename std::remove_cvref_t<decltype(lanes)>::template vector<T>;
      for (index_t i = 0; i < padded; i += lane_count<V>())
        store_as<V>(to + i, V(own) * load_as<V>(first + i) + V(other) * load_as<V>(second + i));
    });
  });
  square_softmax<T> both;
  both.memory = of.memory.memory;
  both.count = samples, both.pitch = logits.pitch, both.logits = logits.data.data();
  both.by_rows = share.columns, both.by_columns = share.rows;  // rows are classifiers
  both.wants_slopes = of.wanted.features || of.wanted.weight || of.wanted.bias;
  if (!executor.set_square_softmax(both)) return false;
  result = {static_cast<T>(both.value), samples};
  if (!both.wants_slopes) return true;
  const members_of_classes members(of.targets, classes, of.memory);
  for_each_row(executor, count, [&](index_t c, const auto& how) {
    T* const to = by_class.row(c);
    vectors::run_on_lanes(how, [&](const auto& lanes) MIXCON_IN_LOOPS {
      using V = typename std::remove_cvref_t<decltype(lanes)>::template vector<T>;
      for (index_t i = 0; i < padded; i += lane_count<V>()) store_as<V>(to + i, V(0));
      for (const auto* member = members.begin_of(c); member != members.end_of(c); ++member) {
        const T* const from = logits.row(member->sample);
        const V times(static_cast<T>(member->share));
        for (index_t i = 0; i < padded; i += lane_count<V>())
          store_as<V>(to + i, load_as<V>(to + i) + times * load_as<V>(from + i));
      }
    });
  });
  (of.clear)();
  if (of.wanted.features)
    for_each_product_row(executor, transposed_rows(by_class), product_panels<T>(weight), [&](index_t i, const T* row) {
      for (index_t k = 0; k < width; ++k) of.wanted.features(i, k) = row[k];
    });
  if (of.wanted.weight)
    for_each_product_row(executor, by_class, features, [&](index_t c, const T* row) {
      for (index_t k = 0; k < width; ++k) of.wanted.weight(class_at(c), k) = row[k];
    });
  for (index_t c = 0; of.wanted.bias && c < count; ++c) {
    const T* const slopes = by_class.row(c);
    of.wanted.bias[class_at(c)] =
        static_cast<T>(sum_by_eight<wide_t<T>>(samples, [&](index_t i) { return static_cast<wide_t<T>>(slopes[i]); }));
  }
  return true;
}

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
