// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// `objective`: a loss together with a similarity, a temperature, a reduction, directions and what else the caller
// chooses by name.

#include <mixcon/contrast/each_view.hpp>
#include <mixcon/contrast/logits.hpp>
#include <mixcon/contrast/loss.hpp>
#include <mixcon/contrast/similarity.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// How the anchors' values become one number, for losses whose formula returns one number.
enum class reduction {
  mean,      // divided by the number of anchors (with no_positive::skip: of anchors that have what the loss needs), or
             // of positive pairs where the formula is for each positive; anchors of an ignored label are none
  sum,       // not divided
  weighted,  // sum of weight * value with the objective's `weights`; not divided
};

/// What becomes of an anchor that has no positive. SupContrast computes `zero`, pytorch-metric-learning `skip`.
enum class no_positive {
  zero,   // its value is 0 and it is counted in the mean
  skip,   // it is left out, of the mean too
  error,  // refused, with the index of the first such anchor
};

/// Which softmax: rows, columns, or a weighted sum of both (CLIP 0.5 and 0.5; Infinite Class Mixup's dual axis 1 and
/// 1). The columns' part is the same loss with anchors and candidates exchanged and the targets transposed.
struct directions {
  double rows = 1, columns = 0;  // weights, finite, not both 0
};

/// A contrastive objective: a loss over logits made from a similarity, with the policies that the caller chooses by
/// name. Refuses bad parameters when it is made and again when it is used.
template <class Loss, class Similarity = cosine, class Logits = plain_logits>
struct objective {
  static_assert(check_loss<Loss>());
  static_assert(
      !std::is_arithmetic_v<Similarity> && !std::is_arithmetic_v<Logits>,
      "mixcon: an objective is made of a loss, a similarity and a logit rule, as in objective{loss, cosine{}, "
      "plain_logits{}}; a number is a parameter of one of these, as in supcon(0.1)");

  Loss loss;
  Similarity similarity;
  Logits logits;
  double scale = 1;  // multiplies the similarities besides 1 / temperature: CLIP's learned scale
  reduction reduce = reduction::mean;
  vector_view<const double> weights{};  // (N), for reduction::weighted; must outlive the calls
  no_positive without_positive = no_positive::zero;
  directions direction{};
  bool check_finite = false;  // refuse NaN and infinities in the embeddings, naming row and column; and rows of a
                              // length outside [0.99, 1.01] where unit rows are assumed (rows::unit_as_given)
  static constexpr int field_count = 9;  // which a constructor hides from reflection

  explicit objective(const Loss& l = {}, const Similarity& s = {}, const Logits& x = {})
      : loss(l), similarity(s), logits(x) {
    (check)();
  }

  void(check)() const {
    check_parameters(loss);
    if constexpr (requires { (logits.check)(); }) (logits.check)();
    MIXCON_REQUIRE(scale > 0 && scale <= 1.7976931348623157e308, "objective: scale is ", scale,
                   "; expected a finite number > 0");
    MIXCON_REQUIRE(direction.rows - direction.rows == 0 && direction.columns - direction.columns == 0 &&
                       (direction.rows != 0 || direction.columns != 0),
                   "objective: direction is {", direction.rows, ", ", direction.columns,
                   "}; expected finite numbers, at least one of them not 0");
    MIXCON_REQUIRE(loss_traits<Loss>::one_number || reduce == reduction::mean,
                   "objective: this loss states its own divisors; its reduction must be mean");
    MIXCON_REQUIRE(loss_traits<Loss>::scope != each::batch || reduce != reduction::weighted,
                   "objective: this loss has one value for the batch; expected reduction mean or sum");
  }

  template <class F>
  void each_view(F&& f) {
    mixcon::each_view(loss, f), mixcon::each_view(logits, f), f(weights);
  }
  /// The factor that makes logits of similarities.
  double logit_scale() const { return scale / temperature_of(loss); }
  /// The same in T. Refuses one beyond T's largest number: all logits would be infinite.
  template <class T>
  T logit_scale_in() const {
    constexpr bool is_float = sizeof(T) == sizeof(float);
    constexpr double most = is_float ? 3.4028234663852886e38 : 1.7976931348623157e308;
    MIXCON_REQUIRE(logit_scale() <= most, "objective: similarities are multiplied by scale / temperature = ", scale,
                   " / ", temperature_of(loss), ", which is more than the largest ", is_float ? "float" : "double",
                   "; expected a larger temperature, usually 0.05 to 1, or a smaller scale, usually 1 to 100");
    return static_cast<T>(logit_scale());
  }
};
template <class Loss>
objective(Loss) -> objective<Loss>;
template <class Loss, class Similarity>
objective(Loss, Similarity) -> objective<Loss, Similarity>;
template <class Loss, class Similarity, class Logits>
objective(Loss, Similarity, Logits) -> objective<Loss, Similarity, Logits>;

/// The objective for rows that are unit rows already: both sides are taken as they are and not divided by their length
/// again. Nothing sees to it that they are, unless `check_finite` asks: then it refuses a length outside [0.99, 1.01].
/// Gradients are those by the rows as given, along their own direction too. A segment's `as_unit` and `as_given` stay.
template <class Loss, class Similarity, class Logits>
auto of_unit_rows_as_given(const objective<Loss, Similarity, Logits>& made) {
  constexpr auto form = rows::unit_as_given;
  if constexpr (std::is_same_v<Similarity, cosine>) {
    objective<Loss, dot_product, Logits> given{made.loss, dot_product{form, form}, made.logits};
    given.scale = made.scale, given.reduce = made.reduce, given.weights = made.weights;
    given.without_positive = made.without_positive, given.direction = made.direction;
    given.check_finite = made.check_finite;
    return given;
  } else {
    static_assert(
        requires(Similarity& s) { s.anchors = s.candidates = form; },
        "mixcon: of_unit_rows_as_given takes an objective whose similarity has a form of rows: cosine, "
        "dot_product, negative_distance, negative_squared_distance");
    auto given = made;
    given.similarity.anchors = given.similarity.candidates = form;
    return given;
  }
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
