// SPDX-License-Identifier: BSD-3-Clause
// Gradients of info_nce over each kind of targets, by rows and temperature.
#include "support/differences.hpp"
#include "support/engines.hpp"

#include <mixcon/contrast/targets.hpp>
#include <mixcon/losses/info_nce.hpp>

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// Checks the gradients by anchors, one or two candidate parts and the temperature; `make(a, first, second)` says how
/// the parts become candidates.
template <class Targets, class Make>
void check(const Targets& targets, index_t anchors, index_t first, index_t second, std::uint64_t seed, Make&& make) {
  random_numbers draw(seed);
  const index_t width = 3;
  auto a = random_embeddings<long double>(anchors, width, draw), f = random_embeddings<long double>(first, width, draw),
       s = random_embeddings<long double>(second, width, draw);
  double temperature = draw.uniform(0.2, 1);
  const auto criterion = [&] { return objective{info_nce{.temperature = temperature}, cosine{}}; };
  const auto loss = [&] { return value_of(serial{}, criterion(), targets, a, make(f, s)); };
  const auto by_anchors = derivative_by(a, 1e-4, loss), by_first = derivative_by(f, 1e-4, loss),
             by_second = derivative_by(s, 1e-4, loss);
  const long double by_temperature = derivative_by(temperature, 1e-4, loss);
  for_each_engine<double>([&](const auto& executor, const char* engine) {
    INFO(engine);
    const auto x = converted<double>(a), y = converted<double>(f), z = converted<double>(s);
    auto dx = zeros_like(x), dy = zeros_like(y), dz = zeros_like(z);
    double dt = 0;
    gradients<double> wanted{.anchors = dx, .candidates = {dy}, .temperature = &dt};
    if (second > 0) wanted.candidates.push_back(dz);
    value_and_grad(executor, criterion(), targets, x, make(y, z), wanted);
    check_gradient("anchors'", dx, by_anchors);
    check_gradient("first candidates'", dy, by_first);
    check_gradient("second candidates'", dz, by_second);
    check_gradient("temperature's", dt, by_temperature);
  });
}

const auto one_part = [](const auto& first, const auto&) -> const auto& { return first; };
const auto two_parts = [](const auto& first, const auto& second) { return candidates(first, second); };
const auto own_part = [](const auto& first, const auto& second) { return candidates(own(first), second); };

}  // namespace

TEST_CASE("gradients over view_targets are derivatives", "[engine]") {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    check(view_targets{.samples = 3}, 6, 6, 0, seed, one_part);
    check(view_targets{.samples = 2, .views = 3, .order = view_order::sample_major}, 6, 6, 0, seed, one_part);
    check(view_targets{.samples = 3}, 3, 6, 0, seed, one_part);
  }
}

TEST_CASE("gradients over label_targets are derivatives", "[engine]") {
  const std::vector<int> labels{4, 7, 4, 1}, other{7, 4, 4, 9, 1};
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    check(label_targets{.labels = labels}, 4, 4, 0, seed, one_part);
    check(label_targets{.labels = labels, .views = 2}, 8, 8, 0, seed, one_part);
    check(label_targets{.labels = labels, .candidate_labels = other}, 4, 5, 0, seed, one_part);
    check(label_targets{.labels = labels, .views = 2, .others = visibility::hidden}, 8, 8, 0, seed, one_part);
  }
}

TEST_CASE("gradients over mask_targets and matrix_targets are derivatives", "[engine]") {
  random_numbers draw(301);
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    matrix<double> mask(3, 3), target(3, 5), weight(3, 5);
    for (double& m : mask.entries()) m = draw.chance(0.5) ? draw.uniform(0, 2) : 0;
    for (double& p : target.entries()) p = draw.chance(0.4) ? draw.uniform(0, 2) : 0;
    for (double& w : weight.entries()) w = draw.uniform(0.1, 2);
    check(mask_targets(mask, 2), 6, 6, 0, seed, one_part);
    check(matrix_targets(target, weight), 3, 5, 0, seed, one_part);
  }
}

TEST_CASE("gradients over segments are derivatives, by each segment", "[engine]") {
  const std::vector<int> labels{4, 7, 4, 1};
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    check(segments(label_targets{.labels = labels}, every_negative{}), 4, 4, 3, seed, two_parts);
    check(diagonal_targets{}, 4, 4, 3, seed, two_parts);
  }
}

TEST_CASE("gradients over queue_targets are derivatives, by own keys and queue", "[engine]") {
  for (std::uint64_t seed = 0; seed < 10; ++seed) check(queue_targets{}, 4, 4, 6, seed, own_part);
}

TEST_CASE("gradients over targets of a function are derivatives", "[engine]") {
  const auto targets = targets_of([](index_t a, index_t c) {
    if (a == c) return hidden_pair();
    return (a + c) % 3 == 0 ? positive_pair(0.5) : negative_pair(0.25 * static_cast<double>(1 + a + c));
  });
  for (std::uint64_t seed = 0; seed < 10; ++seed) check(targets, 5, 7, 0, seed, one_part);
}
