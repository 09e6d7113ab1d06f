// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// `given_logits`: calls on logits that exist already, such as a classifier's outputs, instead of rows.

#include <mixcon/engine/call/operands.hpp>

#include <type_traits>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

namespace detail {
template <class Other>
concept NoLogits = !is_part_of_call<std::remove_cvref_t<Other>> &&
                   !(std::is_lvalue_reference_v<Other> && Viewable<std::remove_reference_t<Other>, 2>);
}

/// Logits that exist already, (N, M): a classifier's outputs for N samples and M classes, a teacher's, a matrix of
/// similarities. Takes the place of anchors and candidates in `forward`, `backward` and `value_and_grad`: the entries
/// are what a similarity would have given, so the objective's temperature, scale and logits' bias apply to them (with
/// `info_nce{.temperature = 1}` they are taken as they are) and its similarity is not used. An entry of
/// -infinity hides its pair, or makes the loss infinite where the pair is a positive. The view must outlive the calls.
template <class E>
struct given_logits {
  matrix_view<const E> values;
  bool is_on_device = false;  // what the tensor's type says: an executor of that device takes them
  template <Viewable<2> Tensor>
  explicit given_logits(Tensor& logits)
      : values(detail::require_data("given_logits", "the logits", detail::ask_traits<2>(logits))),
        is_on_device(detail::is_on_device<Tensor>) {}
  template <class Other>
  requires detail::NoLogits<Other>
  explicit given_logits(Other&&) {  // NOLINT(bugprone-forwarding-reference-overload)
    static_assert(std::is_void_v<Other>,
                  "mixcon: given_logits takes a matrix (N, M) of a type whose adapter is included, in a variable; flat "
                  "memory becomes a matrix by as_matrix(memory, rows, columns)");
  }
};
template <Viewable<2> Tensor>
given_logits(Tensor&) -> given_logits<element_t<Tensor>>;
template <class Other>
requires detail::NoLogits<Other>
given_logits(Other&&) -> given_logits<float>;

namespace detail {

template <class E>
inline constexpr bool is_part_of_call<given_logits<E>> = true;

/// A similarity that is looked up and not computed.
template <class E>
struct looked_up {
  static constexpr bool linear = true, is_given = true;
  matrix_view<const E> values;
  template <class F>
  void each_view(F&& f) {
    f(values);
  }
  template <class U>
  MIXCON_HD U at(index_t anchor, index_t candidate) const {
    return entries_on<U>(values, anchor, candidate);
  }
  bool side_by_side() const { return values.stride(1) == 1; }
};

/// One public call on given logits, and what is checked about it.
template <class E>
struct logits_arguments {
  using T = accumulate_t<E>;
  const char* function;
  matrix_view<const E> values;

  pair_space space() const { return {values.extent(0), values.extent(1), 0, {values.extent(1)}}; }

  template <class Objective>
  void check_shapes(const Objective& objective) const {
    (objective.check)();
    MIXCON_REQUIRE(values.extent(0) > 0 && values.extent(1) > 0, function, ": given_logits are ", values.extents(),
                   "; expected at least one row and one column");
    check_objective(function, objective, space());
    for (index_t a = 0; objective.check_finite && a < values.extent(0); ++a)
      for (index_t c = 0; c < values.extent(1); ++c) {
        const T x = static_cast<T>(values(a, c));
        MIXCON_REQUIRE(x - x == T(0), function, ": given_logits (", a, ", ", c, ") is ", x,
                       "; expected finite numbers. Has training diverged?");
      }
  }
  void check_gradients(const gradients<T>& wanted) const {
    MIXCON_REQUIRE(!wanted.anchors && wanted.candidates.empty(), function,
                   ": gradients by anchors or candidates are asked for, but the logits are given; ask for .logits");
    check_gradient_shape(function, "logits", wanted.logits, values.extents());
    check_pair_gradients(function, wanted, space());
    auto refuse_input = [&](const char* name, const auto& output) {
      MIXCON_REQUIRE(!overlap(output, as_rank_3(values)), function, ": the gradient by the ", name,
                     " shares memory with the logits; hand in a buffer of its own");
    };
    refuse_input("logits", as_rank_3(wanted.logits));
    refuse_input("candidates' bias", wanted.candidate_bias);
    refuse_input("pairs' scale", as_rank_3(wanted.pair_scale));
    refuse_input("pairs' bias", as_rank_3(wanted.pair_bias));
    refuse_input("targets", as_rank_3(wanted.targets));
  }

  template <class Objective>
  bool mirrors(const Objective&) const {
    return false;
  }
  template <class Objective>
  looked_up<E> similarity(const Objective&) const {
    return {values};
  }
  template <class Objective>
  looked_up<E> transposed_similarity(const Objective&) const {
    return {{values.data(), {values.extent(1), values.extent(0)}, {values.stride(1), values.stride(0)}}};
  }
};

/// The rows of a call that has none: as many as there are anchors and candidates, of width 0.
template <class E>
class no_operands {
 public:
  using T = accumulate_t<E>;
  template <class Objective>
  no_operands(const logits_arguments<E>& from, const Objective&, workspace* memory)
      : memory_(memory), anchors_(from.values.extent(0), 0, memory), shared_(from.values.extent(1), 0, memory) {}

  const packed_rows<T>& anchors() const { return anchors_; }
  const packed_rows<T>& shared() const { return shared_; }
  const packed_rows<T>& own() const { return own_; }

  void unpack(gradient_rows<T>&, gradient_rows<T>&, gradient_rows<T>&, const gradients<T>&) const {}
  packed_gradients<T> buffers(const gradients<T>& wanted, bool columns, bool) const {
    packed_gradients<T> to;
    to.prepare(wanted, columns, (columns ? shared_ : anchors_).count(), memory_);
    return to;
  }

 private:
  workspace* memory_;
  packed_rows<T> anchors_, shared_, own_;
};

template <class E>
struct operands_of_call<logits_arguments<E>> {
  using type = no_operands<E>;
};

}  // namespace detail
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
