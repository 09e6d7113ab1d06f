// SPDX-License-Identifier: BSD-3-Clause
// One call with a bias per candidate by moments, compared with `serial` in double, the gradient by the biases too.
// Comes after gpu/emulator/emulator.hpp.
#pragma once

#include "gpu/moments/moment_call.hpp"

#include <cmath>

namespace mixcon_test {

/// Biases of some spread, those from `first` to `last` - 1 -infinity: of candidates that are nobody's positives, whose
/// losses would be infinite.
inline std::vector<double> made_biases(index_t count, index_t first = 0, index_t last = 0) {
  std::vector<double> bias;
  for (index_t k = 0; k < count; ++k)
    bias.push_back(k >= first && k < last ? -HUGE_VAL : 0.25 * static_cast<double>(k % 7) - 0.5);
  return bias;
}
/// An objective with these biases, in both directions; where some are -infinity rows are anchors only, since a column
/// that nobody sees would have an infinite loss.
template <class Loss>
auto biased_objective(const Loss& loss, const std::vector<double>& bias) {
  mixcon::objective criterion{loss, mixcon::cosine{}, mixcon::candidate_bias{bias}};
  bool hides = false;
  for (const double one : bias) hides = hides || std::isinf(one);
  criterion.direction = {0.75, hides ? 0.0 : 0.5}, criterion.without_positive = mixcon::no_positive::skip;
  return criterion;
}

/// A call's value and all of its gradients; those by rows are in one place if `at_once`.
template <class T>
struct biased_answer {
  double value = 0;
  std::vector<T> anchors, candidates, bias;
  std::vector<double> parameters = std::vector<double>(3);

  mixcon::gradients<T> wanted(T* by_anchors, T* by_candidates, T* by_bias, const mixcon::axes<2>& a,
                              const mixcon::axes<2>& c) {
    mixcon::gradients<T> all{.anchors = {by_anchors, a}, .candidates = {mixcon::matrix_view<T>{by_candidates, c}}};
    if (by_bias != nullptr) all.candidate_bias = {by_bias, {c[0]}};
    all.temperature = &parameters[0], all.scale = &parameters[1];
    return all;
  }
};

/// Without candidates, the anchors are these; then the gradients by rows are also asked for in one place.
/// Errors may be up to `bound`, as in gpu/tiles.
template <class Loss, class Targets>
void check_biased(const char* title, const Loss& loss, const Targets& targets, const std::vector<double>& bias,
                  const numbers_by_row& anchors, const numbers_by_row* candidates = nullptr, double bound = 2e-5) {
  namespace gpu = mixcon::gpu;
  INFO(title);
  const auto criterion = biased_objective(loss, bias);
  using types = gpu::call_types<std::remove_cvref_t<decltype(criterion)>, Targets, mixcon::detail::arguments<float>>;
  static_assert(gpu::fits_moments<typename types::Rows> && gpu::fits_moments<typename types::Columns>);
  const auto& others = candidates != nullptr ? *candidates : anchors;
  const mixcon::axes<2> a{anchors.count, anchors.width}, c{others.count, others.width};
  biased_answer<double> expected;
  expected.anchors.resize(anchors.data.size()), expected.candidates.resize(others.data.size());
  expected.bias.resize(bias.size());
  expected.value =
      value_and_grad(mixcon::serial{}, criterion, targets, anchors.view(), others.view(),
                     expected.wanted(expected.anchors.data(), expected.candidates.data(), expected.bias.data(), a, c))
          .value;
  const auto floats = [](const std::vector<double>& from) { return std::vector<float>(from.begin(), from.end()); };
  const auto wide = [](const std::vector<float>& from) { return std::vector<double>(from.begin(), from.end()); };
  const device_array<float> z(floats(anchors.data)), k(floats(others.data));
  const auto rows = gpu::device_matrix(z.data(), a[0], a[1]);
  const auto shared = candidates != nullptr ? gpu::device_matrix(k.data(), c[0], c[1]) : rows;
  gpu::tile_stream on;
  on.entries_at_once = 4096;
  const gpu::device_memory workspace(gpu::workspace_bytes(on, criterion, targets, rows, shared));
  on.workspace = workspace.data(), on.workspace_bytes = workspace.bytes();
  // without the gradient by biases, two directions share their passes
  for (const auto& [at_once, by_biases] : {std::pair{false, true}, {false, false}, {true, true}}) {
    if (at_once && candidates != nullptr) break;
    device_array<float> by_rows(anchors.data.size()), by_others(others.data.size()), by_bias(bias.size());
    biased_answer<float> found;
    gpu::emulated::the_counts() = {};
    found.value =
        static_cast<double>(value_and_grad(on, criterion, targets, rows, shared,
                                           found.wanted(by_rows.data(), at_once ? by_rows.data() : by_others.data(),
                                                        by_biases ? by_bias.data() : nullptr, a, c))
                                .value);
    CHECK(gpu::emulated::the_counts().products > 0);
    CHECK(std::abs(found.value - expected.value) <= bound * std::max(std::abs(expected.value), 0.1));
    std::vector<double> both = expected.anchors;
    for (std::size_t i = 0; at_once && i < both.size(); ++i) both[i] += expected.candidates[i];
    CHECK(frobenius_apart(wide(by_rows.host()), both, 1e-2) < bound);
    if (!at_once) CHECK(frobenius_apart(wide(by_others.host()), expected.candidates, 1e-2) < bound);
    if (by_biases) CHECK(frobenius_apart(wide(by_bias.host()), expected.bias, 1e-2) < bound);
    CHECK(frobenius_apart(found.parameters, expected.parameters, 1) < bound);
  }
}

}  // namespace mixcon_test
