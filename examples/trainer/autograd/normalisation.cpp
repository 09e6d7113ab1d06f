// SPDX-License-Identifier: BSD-3-Clause
#include "autograd/normalisation.hpp"

#include "autograd/checks.hpp"
#include "autograd/rows.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace mixcon_train {
inline namespace autograd {

namespace {

/// Features (N, F) as images of one pixel.
tensor as_images(const tensor& x) {
  return x.extents().rank() == 4 ? x : detail::as_shaped(x, {x.extents()[0], x.extents()[1], 1, 1});
}

/// By statistics that are given, which the gradient takes for constants.
variable fixed_norm(const tensor& from, const variable& x, const variable& scale, const variable& shift,
                    const running_statistics& running, bool rectify) {
  const tensor factors = scale.value(), mean = running.mean, variance = running.variance;
  const tensor out = x.on().batch_norm_fixed(from, factors, shift.value(), mean, variance, rectify);
  const shape extents = x.extents();
  return {detail::as_shaped(out, extents), {x, scale, shift}, [=](const tensor& upstream, const wanted_inputs& wanted) {
            device& on = upstream.on();
            const shape channels = factors.extents(), one_each{1, channels[0], 1, 1};
            tensor g = as_images(upstream);
            if (rectify) g = on.relu_gradient(g, out);
            const tensor none = filled(on, channels, 0);
            tensor_list by(3);
            if (wanted[0])
              by[0] = detail::as_shaped(on.batch_norm_fixed(g, factors, none, none, variance, false), extents);
            if (wanted[1]) {
              const tensor unit = on.batch_norm_fixed(from, filled(on, channels, 1), none, mean, variance, false);
              by[1] = detail::as_shaped(on.summed(on.apply(binary::product, g, unit), one_each), channels);
            }
            if (wanted[2]) by[2] = detail::as_shaped(on.summed(g, one_each), channels);
            return by;
          }};
}

/// By the statistics of the batch, which the running ones follow. Of those of all ranks, where they are shared.
variable norm_of_batch(const variable& x, const variable& scale, const variable& shift, running_statistics& running,
                       bool rectify) {
  device& on = x.on();
  const tensor from = as_images(x.value()), by_scale = scale.value(), by_shift = shift.value();
  const shape extents = x.extents();
  const index_t number = size_of(on.sharing_statistics()) * (from.extents().size() / from.extents()[1]);
  MIXCON_REQUIRE(number > 1,
                 "batch_norm: one number a channel, whose variance is 0; expected at least 2 samples in training");
  const norm_pass pass = on.batch_norm(from, by_scale, by_shift, rectify);
  const double unbiased = static_cast<double>(number) / static_cast<double>(number - 1);
  running.mean = on.moved(running.mean, pass.mean, running.momentum);
  running.variance = on.moved(running.variance, on.scaled(pass.variance, unbiased), running.momentum);
  return {detail::as_shaped(pass.out, extents),
          {x, scale, shift},
          [from, by_scale, by_shift, pass, rectify, extents](const tensor& upstream, const wanted_inputs&) {
            const norm_gradients by =
                upstream.on().batch_norm_gradients(as_images(upstream), from, by_scale, by_shift, pass, rectify);
            return tensor_list{detail::as_shaped(by.x, extents), by.scale, by.shift};
          }};
}

/// Each group of samples by its own statistics; the running ones follow their mean over groups.
variable norm_of_groups(const variable& x, const variable& scale, const variable& shift, running_statistics& running,
                        bool rectify) {
  device& on = x.on();
  const index_t rows = x.extents()[0], samples = on.split().samples, groups = on.split().groups;
  MIXCON_REQUIRE(samples > 0 && samples % groups == 0 && rows % samples == 0, "batch_norm: ", groups, " groups of ",
                 samples, " samples for ", rows, " rows; expected groups of equal size, and whole batches of samples");
  const index_t each = samples / groups;
  std::vector<index_t> back(static_cast<std::size_t>(rows));
  const running_statistics before = running;
  variable all;
  index_t done = 0;
  for (index_t group = 0; group < groups; ++group) {
    std::vector<index_t> of_group;
    for (index_t block = 0; block < rows; block += samples)
      for (index_t i = group * each; i < (group + 1) * each; ++i) {
        of_group.push_back(block + i);
        back[static_cast<std::size_t>(block + i)] = done++;
      }
    running_statistics moved = before;
    const variable normalised = norm_of_batch(gather_rows(x, of_group), scale, shift, moved, rectify);
    all = group == 0 ? normalised : concatenate(all, normalised);
    running.mean = group == 0 ? moved.mean : on.sum(running.mean, moved.mean);
    running.variance = group == 0 ? moved.variance : on.sum(running.variance, moved.variance);
  }
  running.mean = on.scaled(running.mean, 1 / static_cast<double>(groups));
  running.variance = on.scaled(running.variance, 1 / static_cast<double>(groups));
  return gather_rows(all, back);
}

}  // namespace

variable batch_norm(const variable& x, const variable& scale, const variable& shift, running_statistics& running,
                    bool training, bool rectify) {
  MIXCON_REQUIRE(x.extents().rank() == 2 || x.extents().rank() == 4, "batch_norm: the input has shape ",
                 to_string(x.extents()), "; expected (samples, features) or (samples, channels, rows, columns)");
  MIXCON_REQUIRE(scale.extents() == shape{x.extents()[1]} && shift.extents() == scale.extents(), "batch_norm: scale ",
                 to_string(scale.extents()), " and shift ", to_string(shift.extents()), " for inputs of ",
                 to_string(x.extents()), "; expected one a channel");
  if (!training) return fixed_norm(as_images(x.value()), x, scale, shift, running, rectify);
  return x.on().split().groups > 1 ? norm_of_groups(x, scale, shift, running, rectify)
                                   : norm_of_batch(x, scale, shift, running, rectify);
}

variable unit_rows(const variable& x) {
  detail::require_rank("unit_rows", x, 2, "(samples, features)");
  const index_t samples = x.extents()[0], width = x.extents()[1];
  device& on = x.on();
  if (operator_kernels* const kernels = on.operators()) {
    const tensor of_rows = kernels->row_lengths(x.value()), rows = kernels->unit_rows(x.value(), of_rows);
    return {rows, x, [=](const tensor& g) { return kernels->unit_rows_gradient(g, rows, of_rows); }};
  }
  const tensor lengths = computed(
      on, {samples},
      [=](auto* to, const auto* from) {
        for (index_t i = 0; i < samples; ++i, from += width) {
          double squared = 0;
          for (index_t k = 0; k < width; ++k) squared += static_cast<double>(from[k]) * static_cast<double>(from[k]);
          to[i] = static_cast<std::remove_pointer_t<decltype(to)>>(std::max(std::sqrt(squared), 1e-12));
        }
      },
      x.value());
  const tensor unit = computed(
      on, x.extents(),
      [=](auto* to, const auto* from, const auto* length) {
        for (index_t k = 0; k < samples * width; ++k) to[k] = from[k] / length[k / width];
      },
      x.value(), lengths);
  return {unit, x, [=](const tensor& upstream) {
            return computed(
                upstream.on(), unit.extents(),
                [=](auto* to, const auto* g, const auto* direction, const auto* length) {
                  using T = std::remove_pointer_t<decltype(to)>;
                  for (index_t i = 0; i < samples; ++i, to += width, g += width, direction += width) {
                    T along = 0;
                    for (index_t k = 0; k < width; ++k) along += direction[k] * g[k];
                    for (index_t k = 0; k < width; ++k)
                      to[k] = length[i] > T(1e-12) ? (g[k] - direction[k] * along) / length[i] : T(0);
                  }
                },
                upstream, unit, lengths);
          }};
}

}  // namespace autograd
}  // namespace mixcon_train
