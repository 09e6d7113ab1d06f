// SPDX-License-Identifier: BSD-3-Clause
// Mixing a batch, in GB/s of batch read and written once (2 x its bytes), whatever the traffic really is: the numbers
// compare with memcpy's directly. Rows named `loop` are what one writes without a library.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include <mixcon/core/thread_pool.hpp>
#include <mixcon/mixes/all_mixes.hpp>

namespace {

using namespace mixcon;

/// Images of 224 x 224 or 56 x 56 with three channels: 154 MB or 2.4 MB of float.
image_shape shape_of(const benchmark::State& run) {
  return run.range(0) == 154 ? image_shape{256, 3, 224, 224} : image_shape{64, 3, 56, 56};
}

/// The plan of a policy, with what it looks at: labels, saliency or features.
template <class Mix>
auto plan_of(const Mix& mix, const image_shape& shape, const philox_draws& draws) {
  if constexpr (requires { mix.plan(shape, draws); }) {
    return mix.plan(shape, draws);
  } else {
    std::vector<int> labels;
    for (index_t i = 0; i < shape.samples; ++i) labels.push_back(static_cast<int>(i % 10));
    std::vector<float> numbers(static_cast<std::size_t>(shape.samples * shape.rows * shape.columns));
    for (std::size_t k = 0; k < numbers.size(); ++k) numbers[k] = static_cast<float>(k * k % 251) / 251;
    const tensor_view<const float, 3> saliency(numbers.data(), {shape.samples, shape.rows, shape.columns});
    const tensor_view<const float, 4> features(numbers.data(), {shape.samples, 1, 14, 14});
    if constexpr (requires { mix.plan(shape, draws, labels); })
      return mix.plan(shape, draws, labels);
    else if constexpr (requires { mix.plan(shape, draws, saliency); })
      return mix.plan(shape, draws, saliency);
    else
      return mix.plan(shape, draws, features);
  }
}

template <class T>
struct batches {
  explicit batches(const image_shape& shape, bool channels_last = false)
      : extents{shape.samples, shape.channels, shape.rows, shape.columns}, strides(row_major(extents)) {
    if (channels_last) strides = {strides[0], 1, shape.columns * shape.channels, shape.channels};
    input.resize(static_cast<std::size_t>(shape.samples * strides[0]));
    output.resize(input.size());
    for (std::size_t k = 0; k < input.size(); ++k) input[k] = static_cast<T>(static_cast<float>(k % 251));
  }
  tensor_view<const T, 4> from() const { return {input.data(), extents, strides}; }
  tensor_view<T, 4> to() { return {output.data(), extents, strides}; }

  axes<4> extents, strides;
  std::vector<T> input, output;
};

template <class T>
void report(benchmark::State& run, const batches<T>& batch) {
  const double bytes = 2.0 * static_cast<double>(batch.input.size() * sizeof(T));
  run.counters["GB/s"] = benchmark::Counter(bytes * 1e-9, benchmark::Counter::kIsIterationInvariantRate);
}

template <class T>
void copy(benchmark::State& run) {
  batches<T> batch(shape_of(run));
  for (auto _ : run) {
    std::memcpy(batch.output.data(), batch.input.data(), batch.input.size() * sizeof(T));
    benchmark::ClobberMemory();
  }
  report(run, batch);
}

template <class T>
void loop_mixup(benchmark::State& run) {
  batches<T> batch(shape_of(run));
  const auto plan = mixup<>{}.plan(shape_of(run), philox_draws{.seed = 1});
  const float keep = static_cast<float>(plan.lambda[0]);
  const index_t size = batch.strides[0];
  for (auto _ : run) {
    for (index_t i = 0; i < plan.samples(); ++i) {
      const T* own = batch.input.data() + i * size;
      const T* partner = batch.input.data() + plan.partner_of(i) * size;
      T* mixed = batch.output.data() + i * size;
      for (index_t k = 0; k < size; ++k)
        mixed[k] = static_cast<T>(keep * static_cast<float>(own[k]) + (1 - keep) * static_cast<float>(partner[k]));
    }
    benchmark::ClobberMemory();
  }
  report(run, batch);
}

void loop_cutmix(benchmark::State& run) {
  const image_shape shape = shape_of(run);
  batches<float> batch(shape);
  const auto plan = cutmix<>{.lambda = {.alpha = 8}}.plan(shape, philox_draws{.seed = 1});
  const auto from = batch.from();
  const auto to = batch.to();
  for (auto _ : run) {
    for (index_t i = 0; i < shape.samples; ++i)
      for (index_t c = 0; c < shape.channels; ++c)
        for (index_t y = 0; y < shape.rows; ++y)
          for (index_t x = 0; x < shape.columns; ++x) {
            const box& b = plan.region.of(i);
            const bool inside = y >= b.top && y < b.bottom && x >= b.left && x < b.right;
            to(i, c, y, x) = from(inside ? plan.partner_of(i) : i, c, y, x);
          }
    benchmark::ClobberMemory();
  }
  report(run, batch);
}

template <class T, class Mix>
void mix_with(benchmark::State& run, const Mix& mix, bool channels_last, bool backward, int threads = 1) {
  const image_shape shape = shape_of(run);
  batches<T> batch(shape, channels_last);
  const auto plan = plan_of(mix, shape, {.seed = 1});
  for (auto _ : run) {
    if constexpr (std::is_floating_point_v<T>) {
      if (backward) unblend(plan, batch.from(), batch.to());
    }
    if (!backward && threads == 1) blend(plan, batch.from(), batch.to());
    if (!backward && threads != 1) blend(thread_pool::shared(), plan, batch.from(), batch.to());
    benchmark::ClobberMemory();
  }
  report(run, batch);
}

template <class Mix>
void draw_with(benchmark::State& run, const Mix& mix) {
  const image_shape shape = shape_of(run);
  philox_draws draws{.seed = 1};
  for (auto _ : run) {
    ++draws.step;
    benchmark::DoNotOptimize(plan_of(mix, shape, draws));
  }
  run.counters["plans/s"] = benchmark::Counter(1, benchmark::Counter::kIsIterationInvariantRate);
}

/// A policy that looks at the samples themselves; at maps of 8 x 8 where it matches tokens.
template <class Mix>
void mix_values(benchmark::State& run, const Mix& mix) {
  image_shape shape = shape_of(run);
  shape.rows = shape.columns = run.range(0) == 154 ? 32 : 8;
  batches<float> batch(shape);
  const std::vector<float> salient(static_cast<std::size_t>(shape.samples * shape.rows * shape.columns), 1.0F);
  const tensor_view<const float, 3> saliency(salient.data(), {shape.samples, shape.rows, shape.columns});
  for (auto _ : run) {
    if constexpr (
        requires { mix.plan(batch.from(), philox_draws{}, saliency); } && requires { mix.moves_blocks; })
      blend(mix.plan(batch.from(), philox_draws{.seed = 1}, saliency), batch.from(), batch.to());
    else
      blend(mix.plan(batch.from(), philox_draws{.seed = 1}), batch.from(), batch.to());
    benchmark::ClobberMemory();
  }
  report(run, batch);
}

/// The batch as rows: features of pairs, or embeddings.
struct rows_of_batch {
  explicit rows_of_batch(const benchmark::State& run) : batch(shape_of(run)) {
    extents = {batch.extents[0], batch.strides[0]};
  }
  matrix_view<const float> from() const { return {batch.input.data(), extents}; }
  matrix_view<float> to() { return {batch.output.data(), extents}; }

  batches<float> batch;
  axes<2> extents;
};
void mix_as(benchmark::State& run, const positive_features& mix) {
  rows_of_batch rows(run);
  const auto shares = mix.shares(rows.extents[0], rows.extents[1], philox_draws{.seed = 1});
  for (auto _ : run) {
    mix.blend(shares, rows.from(), rows.from(), rows.to());
    benchmark::ClobberMemory();
  }
  report(run, rows.batch);
}
void mix_as(benchmark::State& run, const slerp& kind) {
  rows_of_batch rows(run);
  const auto drawn = mixup<>{}.plan(rows.extents[0], philox_draws{.seed = 1});
  const mix_plan<slerp> plan{drawn.partner, drawn.lambda, kind};
  for (auto _ : run) {
    blend(plan, rows.from(), rows.to());
    benchmark::ClobberMemory();
  }
  report(run, rows.batch);
}
void mix_as(benchmark::State& run, const multi_mask&) {
  const image_shape shape = shape_of(run);
  batches<float> batch(shape);
  const auto drawn = mixup<>{}.plan(shape, philox_draws{.seed = 1});
  const std::vector<double> half(static_cast<std::size_t>(shape.rows * shape.columns), 0.5);
  const mask shared{{1, 1, shape.rows, shape.columns}, half};
  const mix_plan<multi_mask> plan{drawn.partner, drawn.lambda, {{}, {shared, shared}}};
  for (auto _ : run) {
    blend(plan, batch.from(), batch.to());
    benchmark::ClobberMemory();
  }
  report(run, batch);
}
void mix_as(benchmark::State& run, const transmix& rule) {
  const image_shape shape = shape_of(run);
  const auto plan = cutmix<>{}.plan(shape, philox_draws{.seed = 1});
  const std::vector<int> labels(static_cast<std::size_t>(shape.samples));
  const std::vector<float> attended(static_cast<std::size_t>(shape.samples * 14 * 14), 1.0F);
  const tensor_view<const float, 3> attention(attended.data(), {shape.samples, 14, 14});
  for (auto _ : run) benchmark::DoNotOptimize(rule.targets(plan, labels, attention, shape.rows, shape.columns));
  run.counters["plans/s"] = benchmark::Counter(1, benchmark::Counter::kIsIterationInvariantRate);
}

template <class F>
void add(const std::string& name, F&& f) {
  benchmark::RegisterBenchmark(name.c_str(), std::forward<F>(f))->ArgName("MB")->Arg(2)->Arg(154)->UseRealTime();
}
template <class Mix>
void add_mix(const std::string& name, const listed_mix<Mix>& listed) {
  Mix mix = listed.made;
  if constexpr (requires { mix.chains; }) mix.chains = 1;  // its copies are the batch itself here
  if constexpr (listed_mix<Mix>::shape == mix_shape::policy) {
    add(name + "/blend/float", [mix](benchmark::State& run) { mix_with<float>(run, mix, false, false); });
    add(name + "/blend/float/channels_last", [mix](benchmark::State& run) { mix_with<float>(run, mix, true, false); });
    add(name + "/blend/float/all_threads",
        [mix](benchmark::State& run) { mix_with<float>(run, mix, false, false, 0); });
    add(name + "/blend/bytes", [mix](benchmark::State& run) { mix_with<std::uint8_t>(run, mix, false, false); });
    add(name + "/unblend/float", [mix](benchmark::State& run) { mix_with<float>(run, mix, false, true); });
    add(name + "/plan", [mix](benchmark::State& run) { draw_with(run, mix); });
  } else if constexpr (listed_mix<Mix>::shape == mix_shape::policy_of_values) {
    add(name + "/plan_and_blend/float", [mix](benchmark::State& run) { mix_values(run, mix); });
  } else {
    add(name + "/float", [mix](benchmark::State& run) { mix_as(run, mix); });
  }
}

const bool registered = [] {
  add("memcpy/float", copy<float>);
  add("mixup/float/loop", loop_mixup<float>);
  add("mixup/bytes/loop", loop_mixup<std::uint8_t>);
  add("cutmix/float/loop", loop_cutmix);
  add("mixup/half", [](benchmark::State& run) { mix_with<half>(run, mixup<>{}, false, false); });
  add("cutmix/half", [](benchmark::State& run) { mix_with<half>(run, cutmix<>{}, false, false); });
  add("fmix/half", [](benchmark::State& run) { mix_with<half>(run, fmix<>{}, false, false); });
  index_t number = 0;  // policies of one name differ in the kind of plan
  all_mixes::for_each(
      [&](const auto& listed) { add_mix(std::to_string(++number) + '.' + std::string(listed.name), listed); });
  return true;
}();

}  // namespace
