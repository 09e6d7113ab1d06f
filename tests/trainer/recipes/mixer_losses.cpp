// SPDX-License-Identifier: BSD-3-Clause
// The losses that mixers learn by, against plain loops in double; SAMix-I against its table of views.
#include "autograd/operators.hpp"
#include "recipes/eta_loss.hpp"
#include "recipes/mixed_key_loss.hpp"
#include "trainer/recipes/small_step.hpp"

#include <algorithm>

using namespace mixcon_train_tests;

namespace {

constexpr std::size_t classes = 5, rows = 6, depth = 4, past = 7;

std::vector<double> normal_numbers(std::size_t count, std::uint64_t seed) {
  std::vector<double> made;
  for (std::size_t k = 0; k < count; ++k)
    made.push_back(mixcon::philox_draws{.seed = seed}.normal("x", static_cast<index_t>(k)));
  return made;
}
std::vector<double> unit(std::vector<double> numbers) {
  for (std::size_t i = 0; i < numbers.size(); i += depth) {
    double length = 0;
    for (std::size_t k = 0; k < depth; ++k) length += numbers[i + k] * numbers[i + k];
    for (std::size_t k = 0; k < depth; ++k) numbers[i + k] /= std::sqrt(length);
  }
  return numbers;
}
double product(const std::vector<double>& a, std::size_t i, const std::vector<double>& b, std::size_t j) {
  double sum = 0;
  for (std::size_t k = 0; k < depth; ++k) sum += a[i * depth + k] * b[j * depth + k];
  return sum;
}

/// log of the sum of e^score over classes but one.
double log_sum(const double* scores, std::size_t without = classes) {
  double sum = 0;
  for (std::size_t c = 0; c < classes; ++c) sum += c == without ? 0 : std::exp(scores[c]);
  return std::log(sum);
}

double expected_eta(const std::string& mode, double eta, const double* z, std::size_t a, std::size_t b, double lambda) {
  if (mode == "none") return log_sum(z) - lambda * z[a] - (1 - lambda) * z[b];
  if (mode == "bce") {
    double sum = 0;
    for (std::size_t c = 0; c < classes; ++c) {
      const double target = (c == a ? lambda : 0) + (c == b ? 1 - lambda : 0);
      sum += (target == 0 ? eta : 1) * (std::log1p(std::exp(z[c])) - target * z[c]);
    }
    return sum;
  }
  if (a == b) return log_sum(z) - z[a];
  const double pair = std::log(std::exp(z[a]) + std::exp(z[b]));
  return lambda * (pair - z[a]) + (1 - lambda) * (pair - z[b]) +
         eta * (lambda * (log_sum(z, b) - z[a]) + (1 - lambda) * (log_sum(z, a) - z[b]));
}

double expected_keys(const std::string& kind, const std::vector<double>& z, const std::vector<double>& own,
                     const std::vector<double>& partner, const std::vector<double>& queue, double lambda, double t) {
  double sum = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    const double a = product(z, i, own, i) / t, b = product(z, i, partner, i) / t;
    double negatives = 0;
    for (std::size_t j = 0; j < past; ++j) negatives += std::exp(product(z, i, queue, j) / t);
    const double of_own = std::log(std::exp(a) + (kind == "bce" ? std::exp(b) : negatives)) - a;
    const double of_partner = std::log(std::exp(b) + (kind == "bce" ? std::exp(a) : negatives)) - b;
    sum += lambda * of_own + (1 - lambda) * of_partner;
  }
  return sum / rows;
}

}  // namespace

TEST_CASE("a mixer's loss weighs what lies outside of the two classes by eta", "[examples]") {
  reference_device on;
  const std::string mode = GENERATE("none", "decoupled", "bce");
  const auto equal = GENERATE(0, 2, 6);  // how many samples have a partner of their own class
  const double eta = 0.3, lambda = 0.7;
  mixcon::pair_targets targets;
  for (index_t i = 0; i < static_cast<index_t>(rows); ++i) {
    targets.own.push_back(i % 5), targets.partner.push_back(i < equal ? i % 5 : (i + 2) % 5);
    targets.lambda.push_back(lambda);
  }
  const std::vector<double> z = normal_numbers(rows * classes, 3);
  const variable scores(tensor_of(on, {rows, classes}, z.data()), true);
  const eta_options chosen{.eta_mode = mode, .eta = eta};
  double expected = 0;
  for (std::size_t i = 0; i < rows; ++i)
    expected += expected_eta(mode, eta, z.data() + i * classes, static_cast<std::size_t>(targets.own[i]),
                             static_cast<std::size_t>(targets.partner[i]), lambda) /
                rows;
  CHECK(eta_loss(chosen, scores, targets).number() == Approx(expected).epsilon(mode == "bce" ? 1e-6 : 1e-12));

  // the gradient, by differences
  backward(eta_loss(chosen, scores, targets));
  const std::vector<double> slope = numbers_in(scores.gradient());
  for (std::size_t k = 0; k < z.size(); k += 7) {
    std::vector<double> above = z, below = z;
    above[k] += 1e-5, below[k] -= 1e-5;
    const auto at = [&](const std::vector<double>& where) {
      return eta_loss(chosen, variable(tensor_of(on, {rows, classes}, where.data())), targets).number();
    };
    CHECK(slope[k] == Approx((at(above) - at(below)) / 2e-5).margin(1e-7));
  }

  // scores that know nothing
  const std::vector<double> zeros(rows * classes, 0.0);
  if (equal == 0)
    CHECK(eta_loss(chosen, variable(tensor_of(on, {rows, classes}, zeros.data())), targets).number() ==
          Approx(chance_of(chosen, classes)));
}

TEST_CASE("mixtures are compared with both of their keys", "[examples]") {
  reference_device on;
  const std::string kind = GENERATE("infonce", "bce");
  const std::vector<double> z = normal_numbers(rows * depth, 4), own = unit(normal_numbers(rows * depth, 5)),
                            partner = unit(normal_numbers(rows * depth, 6)),
                            queue = unit(normal_numbers(past * depth, 7));
  const auto of = [&](const std::vector<double>& numbers) {
    return variable(tensor_of(on, {static_cast<index_t>(numbers.size() / depth), depth}, numbers.data()));
  };
  const mixture_keys keys{of(own), of(partner), of(queue), 0.3, 0.2};
  CHECK(mixed_key_loss(kind, of(z), keys).number() ==
        Approx(expected_keys(kind, unit(z), own, partner, queue, 0.3, 0.2)).epsilon(1e-10));

  const auto draws = GENERATE(mixcon::philox_draws{.seed = 1}, mixcon::philox_draws{.seed = 2},
                              mixcon::philox_draws{.seed = 3}, mixcon::philox_draws{.seed = 4});
  const double beyond = draws.uniform("extrapolates", 0, 0, 1) < 0.5 ? 1 : 0;
  std::vector<double> moved_own = own, moved_partner = partner;
  for (std::size_t k = 0; k < own.size(); ++k) {
    const double t = beyond + draws.beta("share", static_cast<index_t>(k), 2, 2);
    moved_own[k] = t * own[k] + (1 - t) * partner[k], moved_partner[k] = t * partner[k] + (1 - t) * own[k];
  }
  const double of_moved = expected_keys(kind, unit(z), unit(moved_own), unit(moved_partner), queue, 0.3, 0.2);
  CHECK(mixed_key_loss(kind, of(z), extended(keys, draws)).number() == Approx(of_moved).epsilon(1e-10));
  CHECK(mixed_key_loss(kind, of(z), keys, 0.25, draws).number() ==
        Approx(expected_keys(kind, unit(z), own, partner, queue, 0.3, 0.2) + 0.25 * of_moved).epsilon(1e-10));
}

TEST_CASE("half of the auxiliary keys move away from each other", "[examples]") {
  int beyond = 0;
  for (std::uint64_t step = 0; step < 200; ++step)
    beyond += mixcon::philox_draws{.seed = 1, .step = step}.uniform("extrapolates", 0, 0, 1) < 0.5 ? 1 : 0;
  CHECK(std::abs(beyond - 100) < 30);
  const mixed_key_options options;
  CHECK(options.auxiliary_at(0, 40) == 0.5);
  CHECK(options.auxiliary_at(20, 40) == Approx(0.25));
}

TEST_CASE("SAMix-I matches own images and partners with keys of the views that its table says", "[examples]") {
  const bool other_partner = GENERATE(false, true), other_positive = GENERATE(false, true);
  // masks are the constant lambda but for lambdas within 0.01 of one half
  small_step step("samix-i", {{"lambda-margin", "0.49"},
                              {"mixer-weight", "0"},
                              {"mask-weight", "0"},
                              {"auxiliary", "0"},
                              {"temperature", "0.2"},
                              {"partner-view", other_partner ? "other" : "same"},
                              {"positive-view", other_positive ? "other" : "same"}});
  const mixcon::philox_draws draws = step.draws.within("encoder");
  const double lambda = draws.beta("lambda", 0, 2, 2);
  std::vector<index_t> partner(samples);
  draws.permutation("partner", {partner.data(), {samples}});
  std::vector<float> mixed = step.first(), others = other_partner ? step.second() : step.first();
  for (std::size_t k = 0; k < mixed.size(); ++k) {
    const std::size_t j = static_cast<std::size_t>(partner[k / pixels]) * pixels + k % pixels;
    mixed[k] =
        static_cast<float>(lambda * static_cast<double>(mixed[k]) + (1 - lambda) * static_cast<double>(others[j]));
  }
  // keys are by a copy of the network, which is the same yet
  const std::vector<double> z = step.embedded(step.first()), k2 = step.embedded(step.second()),
                            of_mixed = step.embedded(mixed), queue = step.state("queue");
  const std::vector<double>& k1 = z;
  const auto nce = [&](const std::vector<double>& query, std::size_t i, const std::vector<double>& key, std::size_t j) {
    const double positive = cosine(query, i, key, j) / 0.2;
    double sum = std::exp(positive);
    for (std::size_t q = 0; q < queue.size() / width; ++q) sum += std::exp(cosine(query, i, queue, q) / 0.2);
    return std::log(sum) - positive;
  };
  // gen and ssl of the table: own, partner; no no: k1 k1; yes no: k1 k2; no yes: k2 k2; yes yes: k2 k1
  const std::vector<double>& own_keys = other_positive ? k2 : k1;
  const std::vector<double>& partner_keys = !other_positive ? (other_partner ? k2 : k1) : (other_partner ? k1 : k2);
  double expected = 0;
  for (std::size_t i = 0; i < samples; ++i)
    expected += (nce(z, i, k2, i) + lambda * nce(of_mixed, i, own_keys, i) +
                 (1 - lambda) * nce(of_mixed, i, partner_keys, static_cast<std::size_t>(partner[i]))) /
                samples;
  const recipe_loss made = step.loss();
  CHECK(made.loss.number() == Approx(expected).epsilon(1e-5));
  CHECK(made.anchors_used == samples);
  CHECK(made.chance == Approx(2 * std::log(41.0)));

  step.made->after_step(0, 40);
  const std::vector<double> entered = step.state("queue");
  for (std::size_t i = 0; i < samples; ++i) CHECK(cosine(entered, i, k2, i) == Approx(1).epsilon(1e-9));
}
