// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// `blend` applies a plan to a batch, `unblend` is its adjoint: one pair of functions for every kind of plan.

#include <mixcon/core/config.hpp>
#include <mixcon/core/overlap.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/core/tensor_traits.hpp>
#include <mixcon/core/thread_pool.hpp>
#include <mixcon/mix/draw/partners.hpp>
#include <mixcon/mix/memory/runs.hpp>
#include <mixcon/mix/plan.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

// The door through which every plan is applied. What a kind of plan does to one sample is in its own header, as
// check_region, blend_sample, unblend_own and unblend_partner, found by the type of its region.
namespace mixcon {

namespace detail {

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

/// How many threads of the pool are worth their while; numbers of one and two bytes are mixed as float, and count so.
template <class Region, class T, int Rank>
index_t useful_threads(const thread_pool* pool, const tensor_view<T, Rank>& written) {
  const index_t threads = pool == nullptr ? 1 : pool->threads();
  if constexpr (!QuickRegion<Region>) return threads;
  constexpr auto size = static_cast<index_t>(sizeof(T) < sizeof(float) ? sizeof(float) : sizeof(T));
  const index_t useful = written.size() * size / bytes_a_thread;
  return useful < 1 ? 1 : useful < threads ? useful : threads;
}

/// Calls run(begin, end) for parts of 0 .. count, each whole, on so many threads of the pool.
template <class Run>
void for_each_part(thread_pool* pool, index_t threads, index_t count, Run&& run) {
  if (pool == nullptr || threads == 1) return run(index_t{0}, count);
  const index_t parts = 4 * threads < count ? 4 * threads : count;
  pool->parallel_for(parts, [&](index_t part) { run(part * count / parts, (part + 1) * count / parts); });
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

template <class Region, class T, int Rank>
void blend_views(thread_pool* pool, const mix_plan<Region>& plan, const tensor_view<const T, Rank>& sample,
                 const tensor_view<const T, Rank>& partners, const tensor_view<T, Rank>& mixed) {
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
  const bool own_batch = partners.data() == sample.data() && partners.extent(0) == sample.extent(0);
  const std::vector<index_t> order = own_batch ? order_along_partners(plan.partner) : counted(sample.extent(0));
  const auto prepared = prepared_blend(plan, mixed);
  for_each_part(pool, useful_threads<Region>(pool, mixed), sample.extent(0), [&](index_t begin, index_t end) {
    for_each_channels(plan.region, mixed, [&](const auto& of) {
      const auto from = of(sample), others = of(partners);
      const auto to = of(mixed);
      for (index_t k = begin; k < end; ++k) {
        const index_t i = order[static_cast<std::size_t>(k)];
        if constexpr (std::is_same_v<decltype(prepared), const nothing_prepared>)
          blend_sample(plan, i, sample_of(from, i), others, sample_of(to, i));
        else
          blend_sample(plan, prepared, i, sample_of(from, i), others, sample_of(to, i));
      }
    });
  });
}

/// Which part of the adjoint is added.
enum class gradient_of { own, partners, both };

template <class Region, class T, int Rank>
void unblend_views(thread_pool* pool, const mix_plan<Region>& plan, const tensor_view<const T, Rank>& upstream,
                   const tensor_view<T, Rank>& gradient, gradient_of part) {
  MIXCON_REQUIRE(same_sample_shape(upstream.extents(), gradient.extents()), "unblend: upstream is ", upstream.extents(),
                 ", the gradient ", gradient.extents(), "; expected the same shape after the first axis.");
  MIXCON_REQUIRE(part == gradient_of::partners || gradient.extent(0) == upstream.extent(0), "unblend: upstream is ",
                 upstream.extents(), ", the gradient of the samples ", gradient.extents(),
                 "; expected the same shape.");
  check_plan(plan, "unblend", upstream.extent(0), part == gradient_of::own ? __INT64_MAX__ : gradient.extent(0));
  check_region(plan, "unblend", upstream.extents());
  MIXCON_REQUIRE(
      !overlap(upstream, gradient),
      "unblend: the gradient overlaps the upstream gradient, which is still read; add into a batch of its own.");
  std::vector<mixed_with> consumers;
  for (index_t a = 1; a <= partner_lists(plan) && part != gradient_of::own; ++a)
    consumers.emplace_back(partner_list(plan, a), gradient.extent(0));
  for_each_part(pool, useful_threads<Region>(pool, gradient), gradient.extent(0), [&](index_t begin, index_t end) {
    for (index_t j = begin; j < end; ++j) {
      const auto to = sample_of(gradient, j);
      if (part != gradient_of::partners) unblend_own(plan, j, sample_of(upstream, j), to);
      for (std::size_t list = 0; list < consumers.size(); ++list)
        for (const index_t i : consumers[list][j]) {
          if constexpr (HasMorePartners<Region>)
            unblend_partner(plan, i, static_cast<index_t>(list) + 1, sample_of(upstream, i), to);
          else
            unblend_partner(plan, i, sample_of(upstream, i), to);
        }
    }
  });
}

template <class Input, class Output>
constexpr bool types_fit() {
  using from = std::remove_const_t<typename Input::element>;
  static_assert(!std::is_const_v<typename Output::element>,
                "mixcon: the last argument is written to, and this one is const");
  static_assert(std::is_same_v<from, std::remove_const_t<typename Output::element>>,
                "mixcon: input and output have the same element type; convert one of them first");
  static_assert(Input::rank == Output::rank, "mixcon: input and output have the same number of axes");
  return !std::is_const_v<typename Output::element> && Input::rank == Output::rank &&
         std::is_same_v<from, std::remove_const_t<typename Output::element>>;
}

template <class T, int Rank>
tensor_view<const T, Rank> read_only(const tensor_view<T, Rank>& tensor) {
  return tensor;
}

template <class... Tensors>
concept Batches = (HasLastingView<Tensors> && ...);
/// Says at compile time why the first of these that cannot be viewed is refused.
template <class First, class... More>
void refuse_batches() {
  if constexpr (Batches<First>)
    refuse_batches<More...>();
  else
    static_cast<void>(sizeof(no_view<First, 0>));
}
/// The view of a tensor of any rank.
template <class Tensor>
auto batch_of(const char* function, const char* name, Tensor&& tensor) {
  return require_data(function, name, traits_of<Tensor>::view(tensor));
}

template <class Region, class Sample, class Partners, class Mixed>
void blend_by(thread_pool* pool, const mix_plan<Region>& plan, const Sample& sample, const Partners& partners,
              Mixed&& mixed) {
  if constexpr (Batches<const Sample&, const Partners&, Mixed>) {
    const auto from = read_only(batch_of("blend", "the samples", sample));
    const auto others = read_only(batch_of("blend", "the partners' batch", partners));
    const auto to = batch_of("blend", "the mixed batch", mixed);
    if constexpr (types_fit<decltype(from), decltype(to)>() && types_fit<decltype(others), decltype(to)>())
      blend_views(pool, plan, from, others, to);
  } else {
    refuse_batches<const Sample&, const Partners&, Mixed>();
  }
}

template <class Region, class Upstream, class Gradient>
void unblend_by(thread_pool* pool, const mix_plan<Region>& plan, const Upstream& upstream, Gradient&& gradient) {
  if constexpr (Batches<const Upstream&, Gradient>) {
    const auto from = read_only(batch_of("unblend", "the upstream gradient", upstream));
    const auto to = batch_of("unblend", "the gradient", gradient);
    if constexpr (types_fit<decltype(from), decltype(to)>()) unblend_views(pool, plan, from, to, gradient_of::both);
  } else {
    refuse_batches<const Upstream&, Gradient>();
  }
}
template <class Region, class Upstream, class Gradient, class PartnerGradient>
void unblend_by(thread_pool* pool, const mix_plan<Region>& plan, const Upstream& upstream, Gradient&& gradient,
                PartnerGradient&& partner_gradient) {
  if constexpr (Batches<const Upstream&, Gradient, PartnerGradient>) {
    const auto from = read_only(batch_of("unblend", "the upstream gradient", upstream));
    const auto to = batch_of("unblend", "the gradient", gradient);
    const auto to_partners = batch_of("unblend", "the partners' gradient", partner_gradient);
    if constexpr (types_fit<decltype(from), decltype(to)>() && types_fit<decltype(from), decltype(to_partners)>()) {
      MIXCON_REQUIRE(
          !overlap(to, to_partners),
          "unblend: the two gradients overlap; where samples and partners are one batch, pass one gradient.");
      if (to) unblend_views(pool, plan, from, to, gradient_of::own);
      if (to_partners) unblend_views(pool, plan, from, to_partners, gradient_of::partners);
    }
  } else {
    refuse_batches<const Upstream&, Gradient, PartnerGradient>();
  }
}

}  // namespace detail

/// Applies a plan: mixed(i) is made of sample i and sample partner[i] as the region says. Samples (N, ...) of rank 1 to
/// 4 and any strides, mixed likewise; the mixed batch overlaps no input. Same result for the same plan on every
/// backend, up to rounding. The plan is checked: partners in range, lambda in [0, 1], boxes within the image.
///
/// A plan may be applied to several tensors one after another: both views of a batch, its segmentation masks. Samples
/// are shared out to the threads of a pool where it is the first argument: `blend(thread_pool::shared(), plan, x, y)`,
/// with the same result.
template <class Region, class Sample, class Mixed>
void blend(const mix_plan<Region>& plan, const Sample& sample, Mixed&& mixed) {
  detail::blend_by(nullptr, plan, sample, sample, std::forward<Mixed>(mixed));
}
template <class Region, class Sample, class Mixed>
void blend(thread_pool& pool, const mix_plan<Region>& plan, const Sample& sample, Mixed&& mixed) {
  detail::blend_by(&pool, plan, sample, sample, std::forward<Mixed>(mixed));
}
/// The same with partners from elsewhere: another view of the batch, or a queue of M samples; partner[i] counts in it.
template <class Region, class Sample, class Partners, class Mixed>
void blend(const mix_plan<Region>& plan, const Sample& sample, const Partners& partners, Mixed&& mixed) {
  detail::blend_by(nullptr, plan, sample, partners, std::forward<Mixed>(mixed));
}
template <class Region, class Sample, class Partners, class Mixed>
void blend(thread_pool& pool, const mix_plan<Region>& plan, const Sample& sample, const Partners& partners,
           Mixed&& mixed) {
  detail::blend_by(&pool, plan, sample, partners, std::forward<Mixed>(mixed));
}

/// The adjoint of `blend`: adds to the gradient with respect to the samples what the gradient with respect to the mixed
/// batch implies, from each sample's own share and from those it was the partner of. Both (N, ...). Contributions come
/// in a fixed order, so the result is reproducible bit for bit, repeated partners or not, on any number of threads.
template <class Region, class Upstream, class Gradient>
void unblend(const mix_plan<Region>& plan, const Upstream& upstream, Gradient&& gradient) {
  detail::unblend_by(nullptr, plan, upstream, std::forward<Gradient>(gradient));
}
template <class Region, class Upstream, class Gradient>
void unblend(thread_pool& pool, const mix_plan<Region>& plan, const Upstream& upstream, Gradient&& gradient) {
  detail::unblend_by(&pool, plan, upstream, std::forward<Gradient>(gradient));
}
/// The same where the partners came from elsewhere: the gradients of the samples (N, ...) and of that batch (M, ...).
template <class Region, class Upstream, class Gradient, class PartnerGradient>
void unblend(const mix_plan<Region>& plan, const Upstream& upstream, Gradient&& gradient,
             PartnerGradient&& partner_gradient) {
  detail::unblend_by(nullptr, plan, upstream, std::forward<Gradient>(gradient),
                     std::forward<PartnerGradient>(partner_gradient));
}
template <class Region, class Upstream, class Gradient, class PartnerGradient>
void unblend(thread_pool& pool, const mix_plan<Region>& plan, const Upstream& upstream, Gradient&& gradient,
             PartnerGradient&& partner_gradient) {
  detail::unblend_by(&pool, plan, upstream, std::forward<Gradient>(gradient),
                     std::forward<PartnerGradient>(partner_gradient));
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
