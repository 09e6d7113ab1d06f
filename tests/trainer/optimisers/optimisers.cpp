// SPDX-License-Identifier: BSD-3-Clause
// Optimisers against their formulas, step by step in double; schedules.
#include "devices/reference_device.hpp"
#include "optimisers/adamw.hpp"
#include "optimisers/lars.hpp"
#include "optimisers/optimiser_options.hpp"
#include "optimisers/schedule.hpp"
#include "optimisers/sgd.hpp"
#include "support/catch.hpp"

#include <cmath>
#include <functional>
#include <memory>

using namespace mixcon_train;

namespace {

using numbers = std::vector<double>;

numbers numbers_in(const tensor& x) {
  numbers read(static_cast<std::size_t>(x.extents().size()));
  copy_numbers(x, read.data());
  return read;
}
double length_of(const numbers& x) {
  double squares = 0;
  for (const double v : x) squares += v * v;
  return std::sqrt(squares);
}

/// Two parameters, of which the second does not decay, and a gradient that depends on them and on the step.
struct problem {
  reference_device on;
  std::vector<parameter> parameters;
  std::vector<numbers> expected{{1, -2, 0.5}, {0.3, 0.7, -1}};
  int step = 0;

  problem() {
    for (std::size_t k = 0; k < 2; ++k)
      parameters.push_back(
          {k == 0 ? "weight" : "bias", variable(tensor_of(on, {3}, expected[k].data()), true), k == 0});
  }
  numbers gradient(std::size_t k) const {
    numbers g = expected[k];
    for (std::size_t j = 0; j < 3; ++j) g[j] = std::sin(3 * g[j] + step + static_cast<double>(j));
    return g;
  }
  void leave_gradients() const {
    for (std::size_t k = 0; k < 2; ++k) {
      const tensor g = tensor_of(on_device(), {3}, gradient(k).data());
      const variable& w = parameters[k].value;
      backward(variable(filled(on_device(), {1}, 0), w, [g](const tensor&) { return g; }));
    }
  }
  device& on_device() const { return parameters[0].value.on(); }
};

/// Four steps of an optimiser beside those of `moved(w, g, decays)`, which returns the new weight of parameter k.
void check_steps(optimiser& tested, problem& of, double decay,
                 const std::function<numbers(std::size_t, const numbers&, const numbers&, double)>& moved) {
  for (of.step = 1; of.step <= 4; ++of.step) {
    of.leave_gradients();
    tested.step(0.1);
    for (std::size_t k = 0; k < 2; ++k) {
      of.expected[k] = moved(k, of.expected[k], of.gradient(k), k == 0 ? decay : 0);
      const numbers found = numbers_in(of.parameters[k].value.value());
      for (std::size_t j = 0; j < 3; ++j) CHECK(found[j] == Approx(of.expected[k][j]).epsilon(1e-12));
      CHECK(!of.parameters[k].value.gradient());
    }
  }
}

}  // namespace

TEST_CASE("descent with momentum follows its formula, with Nesterov's rule too", "[optimisers]") {
  for (const bool nesterov : {false, true}) {
    problem of;
    sgd tested(of.parameters, 0.9, 0.01, nesterov);
    std::vector<numbers> v(2, numbers(3));
    check_steps(tested, of, 0.01, [&](std::size_t k, const numbers& w, const numbers& g, double decay) {
      numbers to = w;
      for (std::size_t j = 0; j < 3; ++j) {
        const double d = g[j] + decay * w[j];
        v[k][j] = 0.9 * v[k][j] + d;
        to[j] -= 0.1 * (nesterov ? d + 0.9 * v[k][j] : v[k][j]);
      }
      return to;
    });
  }
}

TEST_CASE("AdamW follows its formula, with corrected moments and a decay of its own", "[optimisers]") {
  problem of;
  adamw tested(of.parameters, 0.05);
  std::vector<numbers> m(2, numbers(3)), s(2, numbers(3));
  check_steps(tested, of, 0.05, [&](std::size_t k, const numbers& w, const numbers& g, double decay) {
    numbers to = w;
    for (std::size_t j = 0; j < 3; ++j) {
      m[k][j] = 0.9 * m[k][j] + 0.1 * g[j];
      s[k][j] = 0.999 * s[k][j] + 0.001 * g[j] * g[j];
      const double mean = m[k][j] / (1 - std::pow(0.9, of.step)), square = s[k][j] / (1 - std::pow(0.999, of.step));
      to[j] -= 0.1 * (mean / (std::sqrt(square) + 1e-8) + decay * w[j]);
    }
    return to;
  });
}

TEST_CASE("LARS measures each layer's step by its weights, and leaves biases alone", "[optimisers]") {
  problem of;
  lars tested(of.parameters, 0.9, 0.02, 0.05);
  std::vector<numbers> v(2, numbers(3));
  check_steps(tested, of, 0.02, [&](std::size_t k, const numbers& w, const numbers& g, double decay) {
    const double trust = k == 1 ? 1 : 0.05 * length_of(w) / (length_of(g) + decay * length_of(w));
    numbers to = w;
    for (std::size_t j = 0; j < 3; ++j) {
      v[k][j] = 0.9 * v[k][j] + 0.1 * trust * (g[j] + decay * w[j]);
      to[j] -= v[k][j];
    }
    return to;
  });
}

TEST_CASE("an optimiser whose state was set goes on as the one it was taken from", "[optimisers]") {
  for (const char* name : {"sgd", "adamw", "lars"}) {
    const optimiser_options chosen{.optimiser = name};
    problem of, again;
    const auto first = new_optimiser(chosen, of.parameters), second = new_optimiser(chosen, again.parameters);
    const auto step = [](problem& at, optimiser& by) {
      ++at.step;
      at.leave_gradients();
      by.step(0.1);
    };
    step(of, *first), step(of, *first);
    again.step = of.step;
    for (std::size_t k = 0; k < 2; ++k) again.parameters[k].value.set(of.parameters[k].value.value());
    const auto from = first->state(), to = second->state();
    REQUIRE(from.size() == to.size());
    REQUIRE(!from.empty());
    for (std::size_t k = 0; k < from.size(); ++k) {
      CHECK(from[k].name == to[k].name);
      *to[k].value = *from[k].value;
    }
    for (std::size_t k = 0; k < first->counts().size(); ++k) *second->counts()[k].value = *first->counts()[k].value;
    step(of, *first), step(again, *second);
    for (std::size_t k = 0; k < 2; ++k)
      CHECK(numbers_in(of.parameters[k].value.value()) == numbers_in(again.parameters[k].value.value()));
  }
  problem of;
  CHECK(new_optimiser({}, of.parameters)->state()[1].name == "momentum.bias");
  CHECK_THROWS_WITH(new_optimiser({.optimiser = "adam"}, of.parameters),
                    "new_optimiser: there is no adam; expected sgd, adamw or lars");
}

TEST_CASE("a parameter without a gradient stays where it is", "[optimisers]") {
  for (const char* name : {"sgd", "adamw", "lars"}) {
    problem of;
    const auto tested = new_optimiser({.optimiser = name, .weight_decay = 0.1}, of.parameters);
    of.parameters[0].value.want_gradient(false);
    const variable& free = of.parameters[1].value;
    backward(variable(filled(of.on, {1}, 0), free, [](const tensor& g) { return filled(g.on(), {3}, 1); }));
    tested->step(0.1);
    CHECK(numbers_in(of.parameters[0].value.value()) == of.expected[0]);
    CHECK(numbers_in(free.value()) != of.expected[1]);
  }
}

TEST_CASE("schedules warm up, fall to a floor, and multiply at milestones", "[optimisers]") {
  const schedule cosine{.peak = 1, .steps = 100, .warm_up = 10, .floor = 0.2};
  CHECK(cosine.at(0) == Approx(0.1));
  CHECK(cosine.at(10) == Approx(1));
  CHECK(cosine.at(55) == Approx(0.6));
  CHECK(cosine.at(99) == Approx(0.2 + 0.8 * (1 + std::cos(std::acos(-1.0) * 89 / 90)) / 2));
  const schedule steps{.peak = 1,
                       .steps = 200,
                       .form = schedule::shape::steps,
                       .milestones = {0.25, 0.5, 0.75},
                       .factor = 0.2,
                       .floor = 0.01};
  CHECK(steps.at(49) == Approx(1));
  CHECK(steps.at(50) == Approx(0.2));
  CHECK(steps.at(149) == Approx(0.04));
  CHECK(steps.at(150) == Approx(0.01));  // not 0.008
  const schedule constant{.peak = 0.3, .steps = 10, .form = schedule::shape::constant};
  CHECK(constant.at(9) == Approx(0.3));
  CHECK_THROWS_WITH((schedule{.peak = 0.1, .steps = 10, .floor = 0.2}.at(0)),
                    "schedule: a floor of 0.2 under a peak of 0.1; expected at least 0 and no more than the peak.");
}
