// SPDX-License-Identifier: BSD-3-Clause
// One public call on host rows by `serial`, in double, and on emulated device rows of E by tensor-core tiles; and how
// far the two are apart. Comes after gpu/emulator/emulator.hpp.
#pragma once

#include "gpu/emulator/kernel_run.hpp"
#include "gpu/stream/call.hpp"

namespace mixcon_test {

/// Rows of about unit length whose entries E holds exactly.
template <class E>
numbers_by_row rows_held_by(index_t count, index_t width, unsigned seed) {
  numbers_by_row made = exact_rows(count, width, seed);
  const double size = std::sqrt(3.0 / static_cast<double>(width));
  for (double& x : made.data) x = static_cast<double>(static_cast<float>(E(static_cast<float>(x * size))));
  return made;
}

/// What a call with gradients by rows and parameters comes to.
struct tile_answer {
  double value = 0;
  std::vector<double> anchors{}, candidates{}, parameters{0, 0, 0};
  friend bool operator==(const tile_answer& a, const tile_answer& b) {
    return a.value == b.value && a.anchors == b.anchors && a.candidates == b.candidates && a.parameters == b.parameters;
  }
};
template <class T>
mixcon::gradients<T> wanted_by(tile_answer& found, const mixcon::matrix_view<T>& anchors,
                               const mixcon::matrix_view<T>& candidates) {
  mixcon::gradients<T> wanted{.anchors = anchors, .candidates = {candidates}};
  wanted.temperature = &found.parameters[0], wanted.scale = &found.parameters[1], wanted.bias = &found.parameters[2];
  return wanted;
}

/// Without candidates, the anchors are the candidates.
template <class Objective, class Targets>
tile_answer tiles_expected(const Objective& objective, const Targets& targets, const numbers_by_row& anchors,
                           const numbers_by_row* candidates = nullptr) {
  const auto& others = candidates != nullptr ? *candidates : anchors;
  tile_answer found;
  found.anchors.resize(anchors.data.size()), found.candidates.resize(others.data.size());
  const auto wanted = wanted_by<double>(found, {found.anchors.data(), {anchors.count, anchors.width}},
                                        {found.candidates.data(), {others.count, others.width}});
  found.value =
      mixcon::value_and_grad(mixcon::serial{}, objective, targets, anchors.view(), others.view(), wanted).value;
  return found;
}
template <class E, mixcon::gpu::tier Tier = mixcon::gpu::tier::tiles, class Objective, class Targets>
tile_answer by_tiles(const Objective& objective, const Targets& targets, const numbers_by_row& anchors,
                     const numbers_by_row* candidates = nullptr) {
  const auto& others = candidates != nullptr ? *candidates : anchors;
  const auto rounded = [](const numbers_by_row& rows) {
    std::vector<E> made;
    for (double x : rows.data) made.push_back(E(x));
    return made;
  };
  const device_array<E> a(rounded(anchors)), c(rounded(others));
  device_array<float> by_a(anchors.data.size()), by_c(others.data.size());  // NaN at first
  const auto z = mixcon::gpu::device_matrix(a.data(), anchors.count, anchors.width);
  const auto other = candidates != nullptr ? mixcon::gpu::device_matrix(c.data(), others.count, others.width) : z;
  mixcon::gpu::basic_stream<Tier> on;
  on.entries_at_once = 4096;
  const mixcon::gpu::device_memory workspace(mixcon::gpu::workspace_bytes(on, objective, targets, z, other));
  on.workspace = workspace.data(), on.workspace_bytes = workspace.bytes();
  tile_answer found;
  const auto wanted = wanted_by<float>(found, {by_a.data(), {anchors.count, anchors.width}},
                                       {by_c.data(), {others.count, others.width}});
  found.value = static_cast<double>(mixcon::value_and_grad(on, objective, targets, z, other, wanted).value);
  const auto wide = [](const std::vector<float>& numbers) {
    return std::vector<double>(numbers.begin(), numbers.end());
  };
  found.anchors = wide(by_a.host()), found.candidates = wide(by_c.host());
  return found;
}

/// The same where the anchors are the candidates, with one gradient for both, which is in `anchors`; and how many
/// products of 16 x 8 x 16 it took.
template <class E, mixcon::gpu::tier Tier, class Objective, class Targets>
std::pair<tile_answer, std::uint64_t> at_once_by_tiles(const Objective& objective, const Targets& targets,
                                                       const numbers_by_row& rows) {
  std::vector<E> rounded;
  for (double x : rows.data) rounded.push_back(E(x));
  const device_array<E> there(rounded);
  device_array<float> gradient(rows.data.size());  // NaN at first
  const auto z = mixcon::gpu::device_matrix(there.data(), rows.count, rows.width);
  mixcon::gpu::basic_stream<Tier> on;
  on.entries_at_once = 4096;
  const mixcon::gpu::device_memory workspace(mixcon::gpu::workspace_bytes(on, objective, targets, z, z));
  on.workspace = workspace.data(), on.workspace_bytes = workspace.bytes();
  tile_answer found;
  mixcon::embedding_gradients<float> wanted{.embeddings = {gradient.data(), {rows.count, rows.width}}};
  wanted.temperature = &found.parameters[0], wanted.scale = &found.parameters[1], wanted.bias = &found.parameters[2];
  mixcon::gpu::emulated::the_counts() = {};
  found.value = static_cast<double>(mixcon::value_and_grad(on, objective, targets, z, wanted).value);
  const auto numbers = gradient.host();
  found.anchors.assign(numbers.begin(), numbers.end());
  return {found, static_cast<std::uint64_t>(mixcon::gpu::emulated::the_counts().products)};
}
/// The answer to a call with one gradient, of that to a call with two.
inline tile_answer with_one_gradient(tile_answer two) {
  for (std::size_t k = 0; k < two.anchors.size(); ++k) two.anchors[k] += two.candidates[k];
  two.candidates.clear();
  return two;
}

/// |found - expected| / |expected|, of all entries as one vector; of the size `least` at least.
inline double frobenius_apart(const std::vector<double>& found, const std::vector<double>& expected, double least) {
  double apart = 0, size = 0;
  for (std::size_t k = 0; k < expected.size(); ++k)
    apart += (found[k] - expected[k]) * (found[k] - expected[k]), size += expected[k] * expected[k];
  return found.size() == expected.size() ? std::sqrt(apart) / std::max(std::sqrt(size), least) : std::nan("");
}
/// What differs by more than value_bound or gradient_bound, in words.
inline std::string tile_disagreement(const tile_answer& found, const tile_answer& expected, double value_bound,
                                     double gradient_bound) {
  std::string text;
  const auto look = [&](const char* name, double by, double bound) {
    if (by <= bound) return;
    char part[64];
    std::snprintf(part, sizeof part, "%s by %.2g; ", name, by);
    text += part;
  };
  look("value", std::abs(found.value - expected.value) / std::max(std::abs(expected.value), 0.1), value_bound);
  look("anchors", frobenius_apart(found.anchors, expected.anchors, 1e-2), gradient_bound);
  look("candidates", frobenius_apart(found.candidates, expected.candidates, 1e-2), gradient_bound);
  look("parameters", frobenius_apart(found.parameters, expected.parameters, 1), value_bound);
  return text;
}

}  // namespace mixcon_test
