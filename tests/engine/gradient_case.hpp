// SPDX-License-Identifier: BSD-3-Clause
// A random problem with everything that has a gradient, and the check of all of them by differences.
#pragma once

#include "support/differences.hpp"
#include "support/engines.hpp"

#include <mixcon/contrast/objective.hpp>
#include <mixcon/contrast/targets/bound.hpp>

namespace mixcon_test {

/// Targets written out as roles, of shared and of own candidates: a caller's own type, as the engines take it.
struct table_targets {
  matrix<mixcon::role<double>> shared, own;

  struct rule_type {
    const table_targets* table;
    template <class T>
    mixcon::role<T> at(index_t anchor, index_t candidate) const {
      return mixcon::detail::role_by_lane<T>([&](int k) { return table->shared(anchor, candidate + k); });
    }
    template <class T>
    mixcon::role<T> own(index_t anchor, index_t j) const {
      return mixcon::detail::role_by_lane<T>([&](int k) { return table->own(anchor, j + k); });
    }
  };
  struct bound {
    const table_targets* table;
    rule_type rule() const { return {table}; }
  };
  bound bind(const mixcon::pair_space&) const { return {this}; }
};

/// How the roles of a random table may be: losses differ in what they allow.
struct table_rules {
  bool hidden_positives = true;  // a positive of weight 0
  bool square = false;           // as many candidates as anchors, none of them own
};

struct gradient_case {
  index_t number, width;
  matrix<long double> anchors, first, second, own;  // (N, D), (M1, D), (M2, D), (N, D) or empty
  table_targets targets;
  double temperature, scale = 1, bias = 0;
  mixcon::directions direction{};
  mixcon::reduction reduce = mixcon::reduction::mean;
  mixcon::no_positive without_positive = mixcon::no_positive::zero;
  std::vector<double> weights;  // (N)

  gradient_case(random_numbers& draw, const table_rules& rules, double lowest_temperature = 0.1)
      : number(draw.between(1, 5)), width(draw.between(2, 4)) {
    const bool with_own = !rules.square && draw.chance(0.3);
    const index_t candidates = rules.square ? number + 1 : draw.between(2, 7);
    const index_t in_first = draw.between(1, candidates - 1);
    if (rules.square) number = candidates;
    anchors = random_embeddings<long double>(number, width, draw);
    first = random_embeddings<long double>(in_first, width, draw);
    second = random_embeddings<long double>(candidates - in_first, width, draw);
    targets.shared = random_roles(candidates, draw, rules);
    if (with_own) own = random_embeddings<long double>(number, width, draw), targets.own = random_roles(1, draw, rules);
    temperature = std::exp(draw.uniform(std::log(lowest_temperature), std::log(3.0)));
    if (draw.chance(0.5)) scale = draw.uniform(0.5, 2);
    if (draw.chance(0.5)) bias = draw.uniform(-1, 1);
    if (!with_own && draw.chance(0.4)) direction = {draw.chance(0.3) ? 0 : draw.uniform(-1, 1), draw.uniform(0.2, 1)};
    if (draw.chance(0.3)) without_positive = mixcon::no_positive::skip;
    for (index_t i = 0; i < number; ++i) weights.push_back(draw.chance(0.2) ? 0 : draw.uniform(0, 2));
    if (draw.chance(0.2)) reduce = mixcon::reduction::sum;
    if (draw.chance(0.2) && (direction.columns == 0 || rules.square)) reduce = mixcon::reduction::weighted;
  }

  index_t candidates_in_all() const { return first.rows() + second.rows(); }
  /// The step for differences: a fraction of what the logits' scale makes of it.
  double step() const { return 1e-3 * std::min(0.5, temperature); }

  template <class Loss, class Similarity>
  auto criterion(const Loss& loss, const Similarity& similarity) const {
    mixcon::objective made{loss, similarity, mixcon::plain_logits{bias}};
    made.scale = scale;
    made.direction = direction;
    made.reduce = reduce;
    made.without_positive = without_positive;
    made.weights = weights;
    return made;
  }

 private:
  matrix<mixcon::role<double>> random_roles(index_t candidates, random_numbers& draw, const table_rules& rules) const {
    matrix<mixcon::role<double>> roles(number, candidates, mixcon::negative_pair());
    const bool usual = draw.chance(0.5);  // weights of 1, targets of 1
    for (auto& role : roles.entries()) {
      const double weight = usual ? 1 : draw.uniform(0.2, 2);
      if (draw.chance(0.3))
        role = mixcon::positive_pair(usual ? 1 : draw.uniform(0.1, 2),
                                     rules.hidden_positives && draw.chance(0.1) ? 0 : weight);
      else
        role = draw.chance(0.2) ? mixcon::hidden_pair() : mixcon::negative_pair(weight);
    }
    for (index_t i = 0; i < number; ++i) roles(i, i % candidates).weight = 1;  // something is seen, in each direction
    for (index_t j = 0; j < candidates; ++j) roles(j % number, j).weight = 1;
    return roles;
  }
};

/// Every gradient of `loss` at `c`, by every engine, against differences of the plain engine in long double.
template <class Loss, class Similarity>
void check_gradients(Loss loss, const Similarity& similarity, gradient_case c, long double relative = 1e-6L) {
  using namespace mixcon;
  loss.temperature = c.temperature;
  const bool with_own = c.own.rows() > 0;
  const auto loss_here = [&] {
    loss.temperature = c.temperature;
    const auto criterion = c.criterion(loss, similarity);
    return with_own ? value_of(serial{}, criterion, c.targets, c.anchors, candidates(own(c.own), c.first, c.second))
                    : value_of(serial{}, criterion, c.targets, c.anchors, candidates(c.first, c.second));
  };
  const double h = c.step();
  const auto by_anchors = derivative_by(c.anchors, h, loss_here), by_first = derivative_by(c.first, h, loss_here),
             by_second = derivative_by(c.second, h, loss_here), by_own = derivative_by(c.own, h, loss_here);
  const long double by_temperature = derivative_by(c.temperature, h, loss_here),
                    by_scale = derivative_by(c.scale, h, loss_here), by_bias = derivative_by(c.bias, h, loss_here);
  matrix<long double> by_targets(c.number, c.candidates_in_all());
  for (index_t i = 0; i < c.number; ++i)
    for (index_t j = 0; j < by_targets.width(); ++j)
      if (c.targets.shared(i, j).positive)
        by_targets(i, j) = derivative_by(c.targets.shared(i, j).target, h, loss_here);
  loss.temperature = c.temperature;

  const auto a = converted<double>(c.anchors), f = converted<double>(c.first), s = converted<double>(c.second),
             o = converted<double>(c.own);
  for_each_engine<double>([&](const auto& executor, const char* engine) {
    INFO(engine << ": " << c.number << " anchors, temperature " << c.temperature << ", scale " << c.scale << ", bias "
                << c.bias << ", own " << with_own << ", directions " << c.direction.rows << ' ' << c.direction.columns
                << ", reduction " << static_cast<int>(c.reduce));
    auto da = zeros_like(a), df = zeros_like(f), ds = zeros_like(s), dm = zeros_like(o);
    matrix<double> dp(c.number, c.candidates_in_all());
    double dt = 0, dc = 0, db = 0;
    gradients<double> wanted{
        .anchors = da, .candidates = {df, ds}, .temperature = &dt, .scale = &dc, .bias = &db, .targets = dp};
    if (with_own) wanted.candidates = {dm, df, ds};
    const auto criterion = c.criterion(loss, similarity);
    const double value = with_own ? value_and_grad(executor, criterion, c.targets, a, candidates(own(o), f, s), wanted)
                                  : value_and_grad(executor, criterion, c.targets, a, candidates(f, s), wanted);
    CHECK(error_of(value, loss_here()) <= 1e-12L * std::max(10.0L, std::fabs(static_cast<long double>(value))));
    check_gradient("anchors'", da, by_anchors, relative);
    check_gradient("first candidates'", df, by_first, relative);
    check_gradient("second candidates'", ds, by_second, relative);
    check_gradient("own candidates'", dm, by_own, relative);
    check_gradient("temperature's", dt, by_temperature, relative);
    check_gradient("scale's", dc, by_scale, relative);
    check_gradient("bias's", db, by_bias, relative);
    for (index_t i = 0; i < c.number; ++i)  // only a positive's target is asked for
      for (index_t j = 0; j < dp.width(); ++j)
        if (!c.targets.shared(i, j).positive) dp(i, j) = 0;
    check_gradient("targets'", dp, by_targets, relative);
  });
}

/// Random problems of a loss with every similarity; `loss_for(case)` makes the loss.
template <class LossFor>
void check_gradients_with_every_similarity(std::uint64_t seed, const table_rules& rules, LossFor&& loss_for) {
  using namespace mixcon;
  random_numbers draw(seed);
  const auto side = [&] { return draw.chance(0.5) ? rows::unit : rows::as_given; };
  for (int i = 0; i < 60; ++i) {
    INFO("case " << i);
    gradient_case c(draw, rules);
    check_gradients(loss_for(c), cosine{}, c);
    c = gradient_case(draw, rules);
    check_gradients(loss_for(c), dot_product{side(), side()}, c);
    c = gradient_case(draw, rules);
    check_gradients(loss_for(c), negative_squared_distance{side(), side()}, c);
    c = gradient_case(draw, rules);
    check_gradients(loss_for(c), negative_distance{side(), side()}, c);
  }
  for (int i = 0; i < 20; ++i) {
    INFO("small temperature, case " << i);
    gradient_case c(draw, rules);
    c.temperature = 0.01;
    check_gradients(loss_for(c), cosine{}, c, 1e-5L);
  }
}

}  // namespace mixcon_test
