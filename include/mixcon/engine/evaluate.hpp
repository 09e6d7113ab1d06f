// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/contrast/targets/bound.hpp>
#include <mixcon/engine/finish.hpp>
#include <mixcon/engine/gradients.hpp>
#include <mixcon/engine/overlap.hpp>

namespace mixcon {

namespace detail {

/// d loss / d of the logits when anchors and candidates have changed places.
template <class Logits>
struct transposed_logits {
  Logits logits;
  template <class T>
  MIXCON_HD T factor(index_t anchor, index_t candidate) const {
    using number = scalar_of<T>;
    return each_lane<T>([&](int k) { return logits.template factor<number>(candidate + k, anchor); });
  }
  template <class T>
  MIXCON_HD T offset(index_t anchor, index_t candidate) const {
    using number = scalar_of<T>;
    return each_lane<T>([&](int k) { return logits.template offset<number>(candidate + k, anchor); });
  }
};

/// The public door: checks a call's arguments once, packs rows, binds targets, and runs forward and backward on them.
template <class Objective, class Bound, class E>
class evaluation {
 public:
  using T = accumulate_t<E>;

  template <class Targets>
  evaluation(const char* function, const Objective& objective, const Targets& targets, const matrix_view<const E>& anchors,
             const candidate_segments<E>& candidates)
      : function_(function), objective_(objective), anchors_view_(anchors), segments_(candidates), bound_(bind(targets)) {
    pack();
  }

  template <class Executor, class Saved>
  loss_result<T> forward(const Executor& executor, Saved& saved) const {
    loss_result<T> result{};
    if (objective_.direction.rows != 0) result = run(executor, by_rows(), objective_.direction.rows, saved.rows);
    if (objective_.direction.columns != 0) {
      const auto columns = run(executor, by_columns(), objective_.direction.columns, saved.columns);
      result.value += columns.value;
      if (objective_.direction.rows == 0) result.anchors_used = columns.anchors_used;
    }
    return result;
  }

  /// Adds upstream times the gradients that are wanted.
  template <class Executor, class Saved>
  void backward(const Executor& executor, const Saved& saved, double upstream, const gradients<T>& wanted) const {
    check(saved, wanted);
    double by_scale = 0, by_bias = 0;
    if (objective_.direction.rows != 0) {
      packed_gradients<T> to = sinks(wanted, false);
      executor.scatter(by_rows(), times(saved.rows, upstream), to);
      unpack(to.anchors, to.candidates, to.own, wanted);
      by_scale += total(to.scale) + upstream * saved.rows.scale_adjoint, by_bias += total(to.bias);
    }
    if (objective_.direction.columns != 0) {
      packed_gradients<T> to = sinks(wanted, true);
      executor.scatter(by_columns(), times(saved.columns, upstream), to);
      unpack(to.candidates, to.anchors, to.own, wanted);
      by_scale += total(to.scale) + upstream * saved.columns.scale_adjoint, by_bias += total(to.bias);
      if (wanted.candidate_bias)
        for (index_t c = 0; c < wanted.candidate_bias.extent(0); ++c) wanted.candidate_bias[c] += to.bias[static_cast<std::size_t>(c)];
    }
    const double temperature = temperature_of(objective_.loss);
    if (wanted.scale) *wanted.scale += by_scale / temperature;
    if (wanted.temperature) *wanted.temperature -= by_scale * objective_.scale / (temperature * temperature);
    if (wanted.bias) *wanted.bias += by_bias;
  }

  /// Sets what is wanted to 0, for `value_and_grad`.
  static void clear(const gradients<T>& wanted) {
    for (index_t i = 0; i < wanted.anchors.extent(0); ++i)
      for (index_t k = 0; k < wanted.anchors.extent(1); ++k) wanted.anchors(i, k) = T(0);
    for (const auto& segment : wanted.candidates) {
      const auto& g = segment.view();
      for (index_t i = 0; i < g.extent(0); ++i)
        for (index_t j = 0; j < g.extent(1); ++j)
          for (index_t k = 0; k < g.extent(2); ++k) g(i, j, k) = T(0);
    }
    for (double* number : {wanted.temperature, wanted.scale, wanted.bias})
      if (number) *number = 0;
    for (index_t c = 0; c < wanted.candidate_bias.extent(0); ++c) wanted.candidate_bias[c] = T(0);
    for (const auto& pairs : {wanted.pair_scale, wanted.pair_bias, wanted.targets})
      for (index_t i = 0; i < pairs.extent(0); ++i)
        for (index_t c = 0; c < pairs.extent(1); ++c) pairs(i, c) = T(0);
  }

  /// Refuses gradients of a wrong shape, and outputs that share memory with inputs or with each other.
  void check(const gradients<T>& wanted) const {
    const axes<2> pairs{anchors_.count(), shared_.count()};
    auto same = [&](const char* name, const auto& output, const auto& expected) {
      MIXCON_REQUIRE(!output || output.extents() == expected, function_, ": the gradient by the ", name, " is ",
                     output.extents(), "; expected ", expected, ", the shape of what it is the gradient of");
    };
    same("anchors", wanted.anchors, anchors_view_.extents());
    same("candidates' bias", wanted.candidate_bias, axes<1>{shared_.count()});
    same("pairs' scale", wanted.pair_scale, pairs);
    same("pairs' bias", wanted.pair_bias, pairs);
    same("targets", wanted.targets, pairs);
    MIXCON_REQUIRE(wanted.candidates.size() <= segments_.each.size(), function_, ": ",
                   static_cast<index_t>(wanted.candidates.size()), " candidate gradients for ",
                   static_cast<index_t>(segments_.each.size()), " candidate segments; expected one each at most");
    for (std::size_t s = 0; s < wanted.candidates.size(); ++s)
      same("candidates", wanted.candidates[s].view(), segments_.each[s].rows_of.extents());
    check_overlap(wanted);
  }

  template <class Saved>
  void check(const Saved& saved, const gradients<T>& wanted) const {
    check(wanted);
    const std::size_t rows = objective_.direction.rows != 0 ? static_cast<std::size_t>(anchors_.count()) : 0;
    const std::size_t columns = objective_.direction.columns != 0 ? static_cast<std::size_t>(shared_.count()) : 0;
    MIXCON_REQUIRE(saved.rows.used.size() >= rows && saved.columns.used.size() >= columns, function_,
                   ": `saved` is of another forward pass (", static_cast<index_t>(saved.rows.used.size()),
                   " anchors; expected ", anchors_.count(), "); call forward with these arguments first");
  }

 private:
  pair_space space() const {
    pair_space space{anchors_view_.extent(0), 0, 0, {}};
    for (const auto& segment : segments_.each) {
      if (segment.is_own) {
        space.own += segment.rows_of.extent(1);
      } else {
        space.candidates += segment.count();
        space.segments.push_back(segment.count());
      }
    }
    return space;
  }

  /// Shapes first, so that targets are asked about a sound problem.
  template <class Targets>
  Bound bind(const Targets& targets) const {
    objective_.check();
    const index_t anchors = anchors_view_.extent(0), width = anchors_view_.extent(1);
    MIXCON_REQUIRE(anchors > 0 && width > 0, function_, ": anchors are ", anchors_view_.extents(),
                   "; expected at least one row and one column");
    int own_segments = 0;
    for (const auto& segment : segments_.each) {
      const auto& rows = segment.rows_of;
      const axes<2> shape{segment.count(), rows.extent(2)};
      MIXCON_REQUIRE(shape[0] > 0 && shape[1] > 0, function_, ": candidates are ", shape,
                     "; expected at least one row and one column");
      MIXCON_REQUIRE(shape[1] == width, function_, ": anchors are ", anchors_view_.extents(), ", candidates ", shape,
                     "; widths must match. Are the anchors taken before the projection head?");
      MIXCON_REQUIRE(!segment.is_own || rows.extent(0) == anchors, function_, ": own candidates are ", rows.extents(), " for ",
                     anchors, " anchors; expected (anchors, k, width) or (anchors, width)");
      own_segments += segment.is_own ? 1 : 0;
    }
    const pair_space pairs = space();
    MIXCON_REQUIRE(pairs.candidates > 0, function_,
                   ": no shared candidates (an empty queue?); expected at least one besides the anchors' own");
    MIXCON_REQUIRE(own_segments <= 1 && (own_segments == 0 || objective_.direction.columns == 0), function_, ": ", own_segments,
                   " own(...) segments; expected at most one, and none with a column direction");
    MIXCON_REQUIRE(objective_.reduce != reduction::weighted || objective_.weights.extent(0) == anchors, function_,
                   ": the objective has ", objective_.weights.extent(0), " weights for ", anchors,
                   " anchors; reduction::weighted needs one each");
    objective_.logits.check(anchors, pairs.candidates);
    Bound bound = targets.bind(pairs);
    using Rule = decltype(bound.rule());
    if constexpr (!requires(const Rule& rule) { rule.template own<double>(index_t{}, index_t{}); })
      MIXCON_REQUIRE(pairs.own == 0, function_,
                     ": these targets say nothing of own(...) candidates; use queue_targets or own_targets");
    return bound;
  }

  void pack() {
    const index_t width = anchors_view_.extent(1);
    const pair_space pairs = space();
    anchors_ = packed_rows<T>(pairs.anchors, width);
    shared_ = packed_rows<T>(pairs.candidates, width);
    own_ = packed_rows<T>(pairs.anchors * pairs.own, width);
    for (index_t i = 0; i < pairs.anchors; ++i)
      pack_row(anchors_, i, row_of(as_rank_3(anchors_view_), i), objective_.similarity.anchor_rows(), "anchors", i);
    index_t next = 0;
    for (const auto& segment : segments_.each) {
      const rows form = segment.form.value_or(objective_.similarity.candidate_rows());
      for (index_t r = 0; r < segment.count(); ++r)
        pack_row(segment.is_own ? own_ : shared_, segment.is_own ? r : next + r, row_of(segment.rows_of, r), form, "candidates", r);
      if (!segment.is_own) next += segment.count();
    }
  }
  void pack_row(packed_rows<T>& to, index_t i, const vector_view<const E>& row, rows form, const char* name, index_t named) const {
    if (objective_.check_finite)
      for (index_t k = 0; k < row.extent(0); ++k) {
        const T x = static_cast<T>(row[k]);
        MIXCON_REQUIRE(x - x == T(0), function_, ": ", name, " (", named, ", ", k, ") is ", x,
                       "; expected finite numbers. Has training diverged?");
      }
    to.pack(i, row, form);
  }
  template <class V>
  static vector_view<V> row_of(const tensor_view<V, 3>& rows, index_t r) {
    const index_t k = rows.extent(1);
    return {&rows(r / k, r % k, 0), {rows.extent(2)}, {rows.stride(2)}};
  }

  auto by_rows() const {
    using Loss = std::remove_cvref_t<decltype(objective_.loss)>;
    const auto rule = bound_.rule();
    return problem<T, Loss, decltype(objective_.similarity), decltype(objective_.logits), std::remove_const_t<decltype(rule)>>{
        anchors_, shared_, own_, own_.count() / anchors_.count(), objective_.loss.statistics(), objective_.similarity,
        objective_.logits, rule, static_cast<T>(objective_.logit_scale())};
  }
  auto by_columns() const {
    using Loss = std::remove_cvref_t<decltype(objective_.loss)>;
    const transposed_rule<decltype(bound_.rule())> rule{bound_.rule()};
    const transposed_logits<decltype(objective_.logits)> logits{objective_.logits};
    return problem<T, Loss, decltype(objective_.similarity), std::remove_const_t<decltype(logits)>, std::remove_const_t<decltype(rule)>>{
        shared_, anchors_, own_, 0, objective_.loss.statistics(), objective_.similarity, logits, rule,
        static_cast<T>(objective_.logit_scale())};
  }

  template <class Executor, class Problem, class SavedRows>
  loss_result<T> run(const Executor& executor, const Problem& problem, double share, SavedRows& saved) const {
    std::vector<row_state<Problem, T>> states(static_cast<std::size_t>(problem.anchors.count()));
    executor.gather(problem, states);
    return finish(objective_, problem, states, share, saved);
  }

  packed_gradients<T> sinks(const gradients<T>& wanted, bool columns) const {
    packed_gradients<T> to;
    bool any_shared = false, any_own = false;
    for (std::size_t s = 0; s < wanted.candidates.size(); ++s)
      if (wanted.candidates[s]) (segments_.each[s].is_own ? any_own : any_shared) = true;
    auto size = [](const packed_rows<T>& rows) { return static_cast<std::size_t>(rows.count() * rows.pitch()); };
    if (columns ? any_shared : static_cast<bool>(wanted.anchors)) to.anchors.assign(size(columns ? shared_ : anchors_), T(0));
    if (columns ? static_cast<bool>(wanted.anchors) : any_shared) to.candidates.assign(size(columns ? anchors_ : shared_), T(0));
    if (any_own) to.own.assign(size(own_), T(0));
    to.wants_scale = wanted.scale || wanted.temperature || wanted.bias || (columns && wanted.candidate_bias);
    const auto rows = static_cast<std::size_t>((columns ? shared_ : anchors_).count());
    if (to.wants_scale) to.scale.assign(rows, T(0)), to.bias.assign(rows, T(0));
    if (!columns) to.candidate_bias = wanted.candidate_bias;
    auto oriented = [columns](const matrix_view<T>& m) {
      return columns && m ? matrix_view<T>{m.data(), {m.extent(1), m.extent(0)}, {m.stride(1), m.stride(0)}} : m;
    };
    to.pair_scale = oriented(wanted.pair_scale), to.pair_bias = oriented(wanted.pair_bias), to.targets = oriented(wanted.targets);
    return to;
  }

  void unpack(const std::vector<T>& anchors, const std::vector<T>& shared, const std::vector<T>& own,
              const gradients<T>& wanted) const {
    const index_t pitch = anchors_.pitch();
    if (wanted.anchors)
      for (index_t i = 0; i < anchors_.count(); ++i)
        anchors_.unpack(i, anchors.data() + i * pitch, row_of(as_rank_3(wanted.anchors), i));
    index_t next = 0;
    for (std::size_t s = 0; s < segments_.each.size(); ++s) {
      const auto& segment = segments_.each[s];
      const auto& rows = segment.is_own ? own_ : shared_;
      const index_t from = segment.is_own ? 0 : next;
      if (s < wanted.candidates.size() && wanted.candidates[s])
        for (index_t r = 0; r < segment.count(); ++r)
          rows.unpack(from + r, (segment.is_own ? own : shared).data() + (from + r) * pitch, row_of(wanted.candidates[s].view(), r));
      if (!segment.is_own) next += segment.count();
    }
  }

  template <class SavedRows>
  static SavedRows times(const SavedRows& saved, double upstream) {
    SavedRows scaled = saved;
    for (T& x : scaled.adjoint) x *= static_cast<T>(upstream);
    return scaled;
  }
  static double total(const std::vector<T>& by_anchor) {
    ordered_sum<T> sum;
    for (T x : by_anchor) sum.add(x);
    return static_cast<double>(sum.value());
  }

  void check_overlap(const gradients<T>& wanted) const {
    auto refuse_input = [&](const auto& output, const char* what) {
      if (!output) return;
      bool clear = !overlaps(output, anchors_view_);
      for (const auto& segment : segments_.each) clear = clear && !overlaps(output, segment.rows_of);
      MIXCON_REQUIRE(clear, function_, ": the gradient by the ", what,
                     " shares memory with the embeddings; hand in a buffer of its own");
    };
    refuse_input(wanted.anchors, "anchors");
    for (std::size_t s = 0; s < wanted.candidates.size(); ++s) {
      const auto& g = wanted.candidates[s].view();
      refuse_input(g, "candidates");
      if (!g) continue;
      const bool allowed = !wanted.anchors || !overlaps(g, wanted.anchors) || same_rows(s, wanted);
      MIXCON_REQUIRE(allowed, function_,
                     ": the gradients by anchors and by candidates share memory, but anchors and candidates are not the "
                     "same rows; hand in two buffers");
      for (std::size_t t = 0; t < s; ++t)
        MIXCON_REQUIRE(!wanted.candidates[t] || !overlaps(g, wanted.candidates[t].view()), function_,
                       ": two candidate segments' gradients share memory; hand in a buffer for each");
    }
  }
  /// Whether the anchors lie in segment s just as their gradient lies in the segment's: then both parts are added there.
  bool same_rows(std::size_t s, const gradients<T>& wanted) const {
    if constexpr (std::is_same_v<E, T>) {
      const auto& rows = segments_.each[s].rows_of;
      const auto& by = wanted.candidates[s].view();
      const auto& a = anchors_view_;
      const auto& ga = wanted.anchors;
      return a.stride(0) == rows.stride(0) && a.stride(1) == rows.stride(2) && ga.stride(0) == by.stride(0) &&
             ga.stride(1) == by.stride(2) && offset_in_rows(a.data() - rows.data(), a) == offset_in_rows(ga.data() - by.data(), ga);
    } else {
      const auto& rows = segments_.each[s].rows_of;
      const auto& by = wanted.candidates[s].view();
      return anchors_view_.data() == rows.data() && anchors_view_.extent(0) == rows.extent(0) && wanted.anchors.data() == by.data();
    }
  }
  template <class V>
  static index_t offset_in_rows(std::ptrdiff_t elements, const V& m) {
    return m.stride(0) != 0 && elements % m.stride(0) == 0 ? elements / m.stride(0) : -1 - elements;
  }

  const char* function_;
  const Objective& objective_;
  matrix_view<const E> anchors_view_;
  candidate_segments<E> segments_;
  Bound bound_;
  packed_rows<T> anchors_, shared_, own_;
};

template <Viewable<2> Tensor>
auto const_rows(const Tensor& tensor) {
  return matrix_view<const element_t<const Tensor>>(mixcon::view(tensor));
}

template <class Objective, class Targets, class E>
auto make_evaluation(const char* function, const Objective& objective, const Targets& targets,
                     const matrix_view<const E>& anchors, const candidate_segments<E>& candidates) {
  using Bound = decltype(targets.bind(std::declval<const pair_space&>()));
  return evaluation<Objective, Bound, E>(function, objective, targets, anchors, candidates);
}

}  // namespace detail
}  // namespace mixcon
