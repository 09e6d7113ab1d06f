// SPDX-License-Identifier: BSD-3-Clause
// One public call, with every gradient, on the host by `serial` and on emulated device rows by gpu::stream; and how far
// the two are apart. Comes after gpu/emulator/emulator.hpp.
#pragma once

#include "gpu/stream/inputs.hpp"

#include <mixcon/gpu/host_products.hpp>
#include <mixcon/gpu/stream.cuh>

#include <mixcon/engine/serial.hpp>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <list>
#include <string>

namespace mixcon_test {

/// What a call comes to, in double.
struct call_answer {
  double value = 0;
  index_t anchors_used = 0;
  std::vector<double> anchors, candidates, own, candidate_bias, pair_scale, pair_bias, targets;
  double temperature = 0, scale = 0, bias = 0;
  std::string refused;
};

/// Where a call's tensors lie: vectors of the host.
template <class T>
class host_side {
 public:
  using executor = mixcon::serial;
  executor on() const { return {}; }
  T* place(const std::vector<double>& numbers) {
    kept_.emplace_back(numbers.begin(), numbers.end());
    return kept_.back().data();
  }
  std::vector<double> fetch(const T* from, std::size_t count) const { return {from, from + count}; }
  template <int Rank>
  static auto tensor(T* data, const mixcon::axes<Rank>& extents) {
    return mixcon::tensor_view<T, Rank>(data, extents);
  }

 private:
  std::list<std::vector<T>> kept_;
};
/// Or emulated device memory.
template <class T, mixcon::gpu::tier Tier = mixcon::gpu::tier::pairs>
class device_side {
 public:
  explicit device_side(index_t entries_at_once = 150) {
    on_.entries_at_once = entries_at_once;
    on_.products = &products_;
  }
  mixcon::gpu::basic_stream<Tier>& on() { return on_; }
  /// How many matrix products its calls have enqueued.
  index_t products() const { return products_.enqueued; }
  void give_workspace(std::size_t bytes) {
    memory_.emplace_back(bytes);
    on_.workspace = memory_.back().data(), on_.workspace_bytes = bytes;
  }
  T* place(const std::vector<double>& numbers) {
    const std::vector<T> rounded(numbers.begin(), numbers.end());
    memory_.emplace_back(rounded.size() * sizeof(T));
    if (rounded.empty()) return nullptr;
    static_cast<void>(
        mixcon::gpu::copy_to_device(memory_.back().data(), rounded.data(), rounded.size() * sizeof(T), {}));
    return static_cast<T*>(memory_.back().data());
  }
  std::vector<double> fetch(const T* from, std::size_t count) const { return {from, from + count}; }
  template <int Rank>
  static auto tensor(T* data, const mixcon::axes<Rank>& extents) {
    return mixcon::gpu::device_tensor<T, Rank>(data, extents);
  }

 private:
  mixcon::gpu::host_products products_;
  mixcon::gpu::basic_stream<Tier> on_;
  std::list<mixcon::gpu::device_memory> memory_;
};

/// The rows of a call, placed.
template <class T>
struct placed_rows_of_call {
  T *anchors, *own;
  mixcon::candidate_segments<T> candidates;

  template <class Side>
  placed_rows_of_call(Side& side, const call_rows& rows)
      : anchors(side.place(rows.anchors.data)), own(rows.own.count > 0 ? side.place(rows.own.data) : nullptr) {
    const index_t n = rows.anchors.count, width = rows.anchors.width;
    if (own != nullptr) candidates.each.push_back({{own, {n, rows.own_count(), width}}, true});
    if (rows.mirrors()) candidates.each.push_back({{anchors, {n, index_t{1}, width}, {width, index_t{0}, index_t{1}}}});
    for (const auto& segment : rows.segments) {
      T* const data = segment.data == rows.anchors.data ? anchors : side.place(segment.data);
      candidates.each.push_back({{data, {segment.count, index_t{1}, width}, {width, index_t{0}, index_t{1}}}});
    }
  }
};
/// Buffers for every gradient, filled with NaN.
template <class T>
struct outputs_of_call {
  mixcon::gradients<T> wanted{};
  T *anchors, *shared, *own;
  template <class Side>
  static T* fresh(Side& side, index_t count) {
    return side.place(std::vector<double>(static_cast<std::size_t>(count), std::nan("")));
  }
  template <class Side>
  outputs_of_call(Side& side, const call_rows& rows, bool by_pair)
      : anchors(fresh(side, rows.anchors.count * rows.anchors.width)),
        shared(fresh(side, rows.shared_count() * rows.anchors.width)),
        own(fresh(side, rows.anchors.count * rows.own_count() * rows.anchors.width)) {
    const index_t n = rows.anchors.count, width = rows.anchors.width, m = rows.shared_count();
    wanted.anchors = {anchors, {n, width}};
    if (rows.own_count() > 0) wanted.candidates.push_back(mixcon::tensor_view<T, 3>(own, {n, rows.own_count(), width}));
    if (rows.mirrors()) wanted.candidates.push_back(mixcon::matrix_view<T>(shared, {n, width}));
    index_t next = 0;
    for (const auto& segment : rows.segments) {
      wanted.candidates.push_back(mixcon::matrix_view<T>(shared + next * width, {segment.count, width}));
      next += segment.count;
    }
    wanted.candidate_bias = {fresh(side, m), {m}};
    if (!by_pair) return;
    wanted.pair_scale = {fresh(side, n * m), {n, m}}, wanted.pair_bias = {fresh(side, n * m), {n, m}};
    wanted.targets = {fresh(side, n * m), {n, m}};
  }
  template <class Side>
  void read(const Side& side, const call_rows& rows, call_answer& found) const {
    const auto n = static_cast<std::size_t>(rows.anchors.count), m = static_cast<std::size_t>(rows.shared_count());
    const auto width = static_cast<std::size_t>(rows.anchors.width);
    found.anchors = side.fetch(anchors, n * width), found.candidates = side.fetch(shared, m * width);
    if (own != nullptr) found.own = side.fetch(own, n * static_cast<std::size_t>(rows.own_count()) * width);
    found.candidate_bias = side.fetch(wanted.candidate_bias.data(), m);
    if (!wanted.targets) return;
    found.pair_scale = side.fetch(wanted.pair_scale.data(), n * m);
    found.pair_bias = side.fetch(wanted.pair_bias.data(), n * m);
    found.targets = side.fetch(wanted.targets.data(), n * m);
  }
};

/// The call on a side: every gradient, or the sentence of its refusal.
template <class T, class Side, class Objective, class Targets>
call_answer answer_of(Side& side, const Objective& objective, const Targets& targets, const call_rows& rows) {
  call_answer found;
  try {
    const placed_rows_of_call<T> given(side, rows);
    outputs_of_call<T> to(side, rows, mixcon::loss_traits<decltype(objective.loss)>::scope != mixcon::each::triplet);
    to.wanted.temperature = &found.temperature, to.wanted.scale = &found.scale, to.wanted.bias = &found.bias;
    const auto anchors = Side::tensor(given.anchors, mixcon::axes<2>{rows.anchors.count, rows.anchors.width});
    if constexpr (requires { side.give_workspace(0); })
      side.give_workspace(mixcon::gpu::workspace_bytes(side.on(), objective, targets, anchors, given.candidates));
    const auto result = value_and_grad(side.on(), objective, targets, anchors, given.candidates, to.wanted);
    found.value = static_cast<double>(result.value), found.anchors_used = result.anchors_used;
    to.read(side, rows, found);
  } catch (const std::invalid_argument& refusal) {
    found.refused = refusal.what();
  }
  return found;
}
template <class Objective, class Targets>
call_answer by_serial(const Objective& objective, const Targets& targets, const call_rows& rows) {
  host_side<double> side;
  return answer_of<double>(side, objective, targets, rows);
}
template <class T, mixcon::gpu::tier Tier = mixcon::gpu::tier::pairs, class Objective, class Targets>
call_answer by_stream(const Objective& objective, const Targets& targets, const call_rows& rows,
                      index_t entries_at_once = 150) {
  device_side<T, Tier> side(entries_at_once);
  return answer_of<T>(side, objective, targets, rows);
}

/// The largest difference, in units of the largest expected number, at least `least`; NaN where one side is.
inline double apart(const std::vector<double>& found, const std::vector<double>& expected, double least = 1e-30) {
  if (found.size() != expected.size()) return std::nan("");
  double top = least, worst = 0;
  for (double x : expected)
    if (std::abs(x) > top && !std::isinf(x)) top = std::abs(x);
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (found[i] == expected[i] || (std::isnan(found[i]) && std::isnan(expected[i]))) continue;
    const double by = std::abs(found[i] - expected[i]) / top;
    if (!(by <= worst)) worst = by;
  }
  return worst;
}
/// A refusal without the name of the function that refused: the size of a workspace is asked for first.
inline std::string without_function(const std::string& sentence) { return sentence.substr(sentence.find(": ") + 1); }
/// What differs by more than a bound, in words; empty where all agrees. Sums over all pairs, which cancel, are measured
/// in units of what they are made of.
inline std::string disagreement(const call_answer& found, const call_answer& expected, double bound) {
  std::string text;
  const auto look = [&](const char* name, double by) {
    if (by <= bound) return;
    char part[64];
    std::snprintf(part, sizeof part, "%s by %.2g; ", name, by);
    text += part;
  };
  double terms = 1, terms_of_column = 1e-3;
  const std::size_t columns = expected.candidate_bias.size();
  for (std::size_t c = 0; c < columns; ++c) {
    double sum = 0;
    for (std::size_t k = c; k < expected.pair_bias.size(); k += columns) sum += std::abs(expected.pair_bias[k]);
    terms += sum, terms_of_column = std::max(terms_of_column, sum);
  }
  if (without_function(found.refused) != without_function(expected.refused))
    return "refused: " + found.refused + " | expected: " + expected.refused;
  if (!expected.refused.empty()) return text;
  if (found.anchors_used != expected.anchors_used) text += "anchors_used; ";
  look("value", apart({found.value}, {expected.value}, 1e-3));
  look("anchors", apart(found.anchors, expected.anchors, 1e-6));
  look("candidates", apart(found.candidates, expected.candidates, 1e-6));
  look("own", apart(found.own, expected.own, 1e-6));
  look("candidate_bias", apart(found.candidate_bias, expected.candidate_bias, terms_of_column));
  look("pair_scale", apart(found.pair_scale, expected.pair_scale));
  look("pair_bias", apart(found.pair_bias, expected.pair_bias));
  look("targets", apart(found.targets, expected.targets));
  look("temperature", apart({found.temperature}, {expected.temperature}, terms));
  look("scale", apart({found.scale}, {expected.scale}, terms));
  look("bias", apart({found.bias}, {expected.bias}, terms));
  return text;
}

constexpr double float_bound = 1e-5, double_bound = 1e-12;

}  // namespace mixcon_test
