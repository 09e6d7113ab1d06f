// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// How a plan is applied to views, once it is checked: who mixes which samples, on whose threads.

#include <mixcon/core/config.hpp>
#include <mixcon/core/overlap.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/core/tensor_view.hpp>
#include <mixcon/core/workspace.hpp>
#include <mixcon/mix/draw/partners.hpp>
#include <mixcon/mix/executor.hpp>
#include <mixcon/mix/memory/runs.hpp>
#include <mixcon/mix/plan.hpp>

#include <cstddef>
#include <type_traits>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

// What a kind of plan does to one sample is in its own header, as check_region, blend_sample, unblend_own and
// unblend_partner, found by the type of its region.
namespace mixcon::detail {

template <int Rank>
bool same_sample_shape(const axes<Rank>& a, const axes<Rank>& b) {
  for (int axis = 1; axis < Rank; ++axis)
    if (a[axis] != b[axis]) return false;
  return true;
}

template <class Region>
void check_plan(const mix_plan<Region>& plan, const char* function, index_t samples, index_t partners,
                bool in_columns = false) {
  const index_t planned = plan.samples();
  MIXCON_REQUIRE(planned >= 1, function, ": the plan has no partners; at least one sample is needed.");
  MIXCON_REQUIRE(planned == samples, function, ": the plan has ", planned, " partners for ", samples,
                 " samples; expected one a sample. ",
                 in_columns ? "Are samples in columns? Rows are samples: pass the transposed matrix."
                            : "Was the plan made for another batch?");
  for (index_t a = 1; a <= partner_lists(plan); ++a) {
    const std::vector<index_t>& list = partner_list(plan, a);
    MIXCON_REQUIRE(static_cast<index_t>(list.size()) == planned, function, ": list ", a, " of partners has ",
                   list.size(), " for ", planned, " samples; expected one a sample.");
    for (index_t i = 0; i < planned; ++i) {
      const index_t j = list[static_cast<std::size_t>(i)];
      MIXCON_REQUIRE(j >= 0 && j < partners, function, ": the partner of sample ", i, " is ", j, "; expected 0 to ",
                     partners - 1, ".");
    }
  }
  const index_t lambdas = static_cast<index_t>(plan.lambda.size());
  MIXCON_REQUIRE(lambdas == 1 || lambdas == planned, function, ": the plan has ", lambdas, " lambdas for ", planned,
                 " samples; expected one for the batch, or one a sample.");
  for (index_t i = 0; i < lambdas; ++i)
    MIXCON_REQUIRE(plan.lambda[static_cast<std::size_t>(i)] >= 0 && plan.lambda[static_cast<std::size_t>(i)] <= 1,
                   function, ": lambda ", i, " is ", plan.lambda[static_cast<std::size_t>(i)],
                   "; it is the share of the own label and must be in [0, 1].");
}

/// What a batch has to weigh for each thread that mixes it, where mixing takes about as long as copying: one that
/// sleeps needs some ten microseconds to join, and half of 2 MB are copied in that time.
inline constexpr index_t bytes_a_thread = index_t{1} << 20;

/// A region that says `static constexpr bool is_quick = true` is mixed about as fast as it is copied.
template <class Region>
concept QuickRegion = requires { requires Region::is_quick; };

/// How many workers of the executor are worth their while; numbers of one and two bytes are mixed as float, and count
/// so.
template <class Region, class Executor, class T, int Rank>
index_t useful_workers(const Executor& executor, const tensor_view<T, Rank>& written) {
  constexpr auto size = static_cast<index_t>(sizeof(T) < sizeof(float) ? sizeof(float) : sizeof(T));
  const index_t useful = QuickRegion<Region> ? written.size() * size / bytes_a_thread : written.extent(0);
  if (useful <= 1) return 1;
  const index_t workers = workers_of(executor, useful);
  return useful < workers ? useful : workers;
}

/// Calls run(begin, end) for parts of 0 .. count, each whole, by so many workers of the executor.
template <class Executor, class Run>
void for_each_part(Executor& executor, index_t workers, index_t count, Run&& run) {
  if (workers == 1) return run(index_t{0}, count);
  const index_t parts = 4 * workers < count ? 4 * workers : count;
  run_tasks(executor, parts, [&](index_t part) { run(part * count / parts, (part + 1) * count / parts); });
}

/// Calls visit(of) once, `of` leaving a batch as it is; where channels are mixed alike and samples are large, once for
/// every few channels, of(batch) being these: what one sample shows of its partner is then still near when the partner
/// is mixed itself.
template <class Region, class T, int Rank, class Visit>
void for_each_channels(const Region& region, const tensor_view<T, Rank>& mixed, Visit&& visit) {
  constexpr std::size_t wanted = std::size_t{192} << 10;  // bytes of a sample that are mixed at a time
  if constexpr (Rank == 4 && requires { region.mixes_channels_alike(); }) {
    const index_t channels = mixed.extent(1), plane = mixed.extent(2) * mixed.extent(3);
    const auto bytes = static_cast<std::size_t>(plane > 0 ? plane : 1) * sizeof(T);
    const index_t at_once = static_cast<index_t>((wanted + bytes - 1) / bytes);
    const auto part = [](const auto& batch, index_t first, index_t last) { return part_of(batch, 2, first, last); };
    if (region.mixes_channels_alike() && at_once < channels && is_packed(mixed) &&
        is_streamed(part(mixed, 0, at_once))) {
      for (index_t first = 0; first < channels; first += at_once) {
        const index_t last = first + at_once < channels ? first + at_once : channels;
        visit([&](const auto& batch) { return part(batch, first, last); });
      }
      return;
    }
  }
  visit([](const auto& batch) { return batch; });
}

/// What a kind of plan makes once for all samples, by `prepare_blend(plan, mixed)`, and gets with each.
struct nothing_prepared {};
template <class Region, class T, int Rank>
auto prepared_blend(const mix_plan<Region>& plan, const tensor_view<T, Rank>& mixed) {
  if constexpr (requires { prepare_blend(plan, mixed); })
    return prepare_blend(plan, mixed);
  else
    return nothing_prepared{};
}

template <class Executor, class Region, class T, int Rank>
void blend_on_host(Executor& executor, const mix_plan<Region>& plan, const tensor_view<const T, Rank>& sample,
                   const tensor_view<const T, Rank>& partners, const tensor_view<T, Rank>& mixed, workspace* memory) {
  const bool own_batch = partners.data() == sample.data() && partners.extent(0) == sample.extent(0);
  scratch<index_t> order;  // a batch that stays in the caches needs none
  if (own_batch && is_streamed(sample)) order = order_along_partners(plan.partner, memory);
  const auto prepared = prepared_blend(plan, mixed);
  for_each_part(executor, useful_workers<Region>(executor, mixed), sample.extent(0), [&](index_t begin, index_t end) {
    for_each_channels(plan.region, mixed, [&](const auto& of) {
      const auto from = of(sample), others = of(partners);
      const auto to = of(mixed);
      for (index_t k = begin; k < end; ++k) {
        const index_t i = order.empty() ? k : order[static_cast<std::size_t>(k)];
        if constexpr (std::is_same_v<decltype(prepared), const nothing_prepared>)
          blend_sample(plan, i, sample_of(from, i), others, sample_of(to, i));
        else
          blend_sample(plan, prepared, i, sample_of(from, i), others, sample_of(to, i));
      }
    });
  });
}

template <class Executor, class Region, class T, int Rank>
void unblend_on_host(Executor& executor, const mix_plan<Region>& plan, const tensor_view<const T, Rank>& upstream,
                     const tensor_view<T, Rank>& gradient, unblend_part part, workspace* memory) {
  mixed_with consumers(gradient.extent(0), memory);
  for (index_t a = 1; a <= partner_lists(plan) && part != unblend_part::own; ++a) consumers.add(partner_list(plan, a));
  for_each_part(executor, useful_workers<Region>(executor, gradient), gradient.extent(0),
                [&](index_t begin, index_t end) {
                  for (index_t j = begin; j < end; ++j) {
                    const auto to = sample_of(gradient, j);
                    if (part != unblend_part::partners) unblend_own(plan, j, sample_of(upstream, j), to);
                    for (std::size_t list = 0; list < consumers.lists(); ++list)
                      for (const index_t i : consumers.of(list, j)) {
                        if constexpr (HasMorePartners<Region>)
                          unblend_partner(plan, i, static_cast<index_t>(list) + 1, sample_of(upstream, i), to);
                        else
                          unblend_partner(plan, i, sample_of(upstream, i), to);
                      }
                  }
                });
}

/// Whether an executor mixes by itself.
template <class Executor, class Plan, class Input, class Output>
concept BringsBlend = requires(Executor& executor, const Plan& plan, const Input& input, const Output& output) {
  executor.blend(plan, input, input, output);
};
template <class Executor, class Plan, class Input, class Output>
concept BringsUnblend = requires(Executor& executor, const Plan& plan, const Input& input, const Output& output) {
  executor.unblend(plan, input, output, unblend_part::both);
};
/// Refuses what neither mixes nor runs tasks.
template <class Executor>
constexpr bool is_mixing_executor() {
  static_assert(
      MixingExecutor<Executor>,
      "mixcon: before the plan stands an executor, and this is none; pass tiled{}, serial{} or a thread_pool, "
      "or nothing, for the calling thread");
  return MixingExecutor<Executor>;
}

template <class Executor, class Region, class T, int Rank>
void blend_views(Executor& executor, const mix_plan<Region>& plan, const tensor_view<const T, Rank>& sample,
                 const tensor_view<const T, Rank>& partners, const tensor_view<T, Rank>& mixed, workspace* memory) {
  MIXCON_REQUIRE(mixed.extents() == sample.extents(), "blend: samples are ", sample.extents(), ", the mixed batch ",
                 mixed.extents(), "; expected the same shape.");
  MIXCON_REQUIRE(same_sample_shape(sample.extents(), partners.extents()), "blend: samples are ", sample.extents(),
                 ", the partner batch ", partners.extents(), "; expected the same shape after the first axis.");
  check_plan(plan, "blend", sample.extent(0), partners.extent(0),
             Rank == 2 && sample.extent(Rank - 1) == plan.samples());
  check_region(plan, "blend", sample.extents());
  MIXCON_REQUIRE(
      !overlap(sample, mixed) && !overlap(partners, mixed),
      "blend: the mixed batch overlaps its input, whose samples are still read as partners; mix into a batch of "
      "its own.");
  if constexpr (BringsBlend<Executor, mix_plan<Region>, tensor_view<const T, Rank>, tensor_view<T, Rank>>)
    executor.blend(plan, sample, partners, mixed);
  else if constexpr (is_mixing_executor<Executor>())
    blend_on_host(executor, plan, sample, partners, mixed, memory);
}
template <class Executor, class Region, class T, int Rank>
void unblend_views(Executor& executor, const mix_plan<Region>& plan, const tensor_view<const T, Rank>& upstream,
                   const tensor_view<T, Rank>& gradient, unblend_part part, workspace* memory) {
  MIXCON_REQUIRE(same_sample_shape(upstream.extents(), gradient.extents()), "unblend: upstream is ", upstream.extents(),
                 ", the gradient ", gradient.extents(), "; expected the same shape after the first axis.");
  MIXCON_REQUIRE(part == unblend_part::partners || gradient.extent(0) == upstream.extent(0), "unblend: upstream is ",
                 upstream.extents(), ", the gradient of the samples ", gradient.extents(),
                 "; expected the same shape.");
  check_plan(plan, "unblend", upstream.extent(0), part == unblend_part::own ? __INT64_MAX__ : gradient.extent(0));
  check_region(plan, "unblend", upstream.extents());
  MIXCON_REQUIRE(
      !overlap(upstream, gradient),
      "unblend: the gradient overlaps the upstream gradient, which is still read; add into a batch of its own.");
  if constexpr (BringsUnblend<Executor, mix_plan<Region>, tensor_view<const T, Rank>, tensor_view<T, Rank>>)
    executor.unblend(plan, upstream, gradient, part);
  else if constexpr (is_mixing_executor<Executor>())
    unblend_on_host(executor, plan, upstream, gradient, part, memory);
}

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
