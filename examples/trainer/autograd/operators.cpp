// SPDX-License-Identifier: BSD-3-Clause
#include "autograd/operators.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace mixcon_train {
inline namespace autograd {

namespace {

void require(bool holds, const std::string& sentence) {
  if (!holds) throw std::invalid_argument(sentence);
}
void require_rank(const char* name, const variable& x, int rank, const char* meaning) {
  require(x.extents().rank() == rank,
          std::string(name) + ": the input has shape " + to_string(x.extents()) + "; expected " + meaning);
}
void require_same(const char* name, const variable& a, const variable& b) {
  require(a.extents() == b.extents(), std::string(name) + ": the inputs have shapes " + to_string(a.extents()) +
                                          " and " + to_string(b.extents()) + "; expected the same");
}

/// The sums of the columns of a dense (N, F): (F).
tensor column_sums(const tensor& rows) {
  device& on = rows.on();
  tensor sums = filled(on, {rows.extents()[1]}, 0);
  with_numbers(on, [&](auto number) {
    const auto* from = numbers_of<decltype(number)>(rows);
    auto* to = numbers_of<decltype(number)>(sums);
    for (index_t i = 0; i < rows.extents()[0]; ++i)
      for (index_t k = 0; k < rows.extents()[1]; ++k) to[k] += from[i * rows.extents()[1] + k];
  });
  return sums;
}

/// Features (N, F) as images of one pixel, and back.
tensor as_images(const tensor& x) {
  return x.extents().rank() == 4 ? x : x.on().dense(x).reshaped({x.extents()[0], x.extents()[1], 1, 1});
}
tensor as_shaped(const tensor& x, const shape& extents) {
  return x.extents() == extents ? x : x.on().dense(x).reshaped(extents);
}

/// Copies `count` rows of a dense tensor, from row `first` on, to row `to` of another.
void copy_rows(const tensor& from, index_t first, const tensor& into, index_t to, index_t count) {
  with_numbers(from.on(), [&](auto number) {
    const index_t width = from.extents().row_size();
    const auto* source = numbers_of<decltype(number)>(from) + first * width;
    std::copy(source, source + count * width, numbers_of<decltype(number)>(into) + to * width);
  });
}
shape with_rows(shape extents, index_t rows) {
  extents[0] = rows;
  return extents;
}

}  // namespace

variable add(const variable& a, const variable& b) {
  require_same("add", a, b);
  return {a.on().sum(a.value(), b.value()), {a, b}, [](const tensor& g) { return std::vector<tensor>{g, g}; }};
}

variable scale(const variable& x, double factor) {
  return {x.on().scaled(x.value(), factor), {x}, [factor](const tensor& g) {
            return std::vector<tensor>{g.on().scaled(g, factor)};
          }};
}

variable linear(const variable& x, const variable& weights, const variable& bias) {
  require_rank("linear", x, 2, "(samples, features)");
  require(weights.extents().rank() == 2 && weights.extents()[1] == x.extents()[1],
          "linear: weights of " + to_string(weights.extents()) + " for inputs of " + to_string(x.extents()) +
              "; expected (outputs, features)");
  device& on = x.on();
  const tensor rows = on.dense(x.value()), filter = on.dense(weights.value());
  tensor out = on.product(rows, false, filter, true);
  if (bias) {
    require(bias.extents() == shape{weights.extents()[0]}, "linear: a bias of " + to_string(bias.extents()) + " for " +
                                                               std::to_string(weights.extents()[0]) +
                                                               " outputs; expected one each");
    with_numbers(on, [&](auto number) {
      auto* to = numbers_of<decltype(number)>(out);
      const auto* add = numbers_of<decltype(number)>(bias.value());
      const index_t width = out.extents()[1];
      for (index_t k = 0; k < out.extents().size(); ++k) to[k] += add[k % width];
    });
  }
  std::vector<variable> inputs{x, weights};
  if (bias) inputs.push_back(bias);
  const bool wants_x = x.wants_gradient(), has_bias = static_cast<bool>(bias);
  return {out, std::move(inputs), [rows, filter, wants_x, has_bias](const tensor& upstream) {
            device& device = upstream.on();
            const tensor g = device.dense(upstream);
            std::vector<tensor> by(2);
            if (wants_x) by[0] = device.product(g, false, filter, false);
            by[1] = device.product(g, true, rows, false);
            if (has_bias) by.push_back(column_sums(g));
            return by;
          }};
}

variable conv2d(const variable& x, const variable& weights, const convolution_rule& rule) {
  require_rank("conv2d", x, 4, "(samples, channels, rows, columns)");
  require(weights.extents().rank() == 4 && weights.extents()[1] == x.extents()[1],
          "conv2d: weights of " + to_string(weights.extents()) + " for inputs of " + to_string(x.extents()) +
              "; expected (outputs, channels, size, size)");
  const tensor from = x.value(), filter = weights.value();
  const bool wants_x = x.wants_gradient();
  return {x.on().convolution(from, filter, rule), {x, weights}, [from, filter, rule, wants_x](const tensor& g) {
            std::vector<tensor> by(2);
            if (wants_x) by[0] = g.on().convolution_by_x(g, from, filter, rule);
            by[1] = g.on().convolution_by_weights(g, from, filter, rule);
            return by;
          }};
}

variable batch_norm(const variable& x, const variable& scale, const variable& shift, running_statistics& running,
                    bool training, bool rectify) {
  require(x.extents().rank() == 2 || x.extents().rank() == 4,
          "batch_norm: the input has shape " + to_string(x.extents()) +
              "; expected (samples, features) or (samples, channels, rows, columns)");
  require(scale.extents() == shape{x.extents()[1]} && shift.extents() == scale.extents(),
          "batch_norm: scale " + to_string(scale.extents()) + " and shift " + to_string(shift.extents()) +
              " for inputs of " + to_string(x.extents()) + "; expected one a channel");
  device& on = x.on();
  const tensor from = as_images(x.value()), by_scale = scale.value(), by_shift = shift.value();
  const shape extents = x.extents();
  if (!training) {
    const tensor out = on.batch_norm_fixed(from, by_scale, by_shift, running.mean, running.variance, rectify);
    return {as_shaped(out, extents), {x, scale, shift}, [](const tensor&) -> std::vector<tensor> {
              throw std::invalid_argument(
                  "batch_norm: a gradient is asked for through running statistics; set the model to training, or "
                  "evaluate under without_gradients");
            }};
  }
  const index_t number = from.extents().size() / from.extents()[1];
  require(number > 1, "batch_norm: one number a channel, whose variance is 0; expected at least 2 samples in training");
  const norm_pass pass = on.batch_norm(from, by_scale, by_shift, rectify);
  with_numbers(on, [&](auto one) {
    using T = decltype(one);
    const T share = static_cast<T>(running.momentum), unbiased = static_cast<T>(number) / static_cast<T>(number - 1);
    T *mean = numbers_of<T>(running.mean), *variance = numbers_of<T>(running.variance);
    const T *batch_mean = numbers_of<T>(pass.mean), *batch_variance = numbers_of<T>(pass.variance);
    for (index_t c = 0; c < extents[1]; ++c) {
      mean[c] += share * (batch_mean[c] - mean[c]);
      variance[c] += share * (unbiased * batch_variance[c] - variance[c]);
    }
  });
  return {as_shaped(pass.out, extents),
          {x, scale, shift},
          [from, by_scale, by_shift, pass, rectify, extents](const tensor& upstream) {
            const norm_gradients by =
                upstream.on().batch_norm_gradients(as_images(upstream), from, by_scale, by_shift, pass, rectify);
            return std::vector<tensor>{as_shaped(by.x, extents), by.scale, by.shift};
          }};
}

variable relu(const variable& x) {
  const tensor out = x.on().relu(x.value());
  return {out, {x}, [out](const tensor& g) { return std::vector<tensor>{g.on().relu_gradient(g, out)}; }};
}

variable relu_of_sum(const variable& a, const variable& b) {
  require_same("relu_of_sum", a, b);
  const tensor out = a.on().relu_of_sum(a.value(), b.value());
  return {out, {a, b}, [out](const tensor& upstream) {
            const tensor g = upstream.on().relu_gradient(upstream, out);
            return std::vector<tensor>{g, g};
          }};
}

variable global_average_pool(const variable& x) {
  require_rank("global_average_pool", x, 4, "(samples, channels, rows, columns)");
  const tensor from = x.value();
  return {x.on().average_pool(from), {x}, [from](const tensor& g) {
            return std::vector<tensor>{g.on().average_pool_gradient(g.on().dense(g), from)};
          }};
}

variable max_pool(const variable& x, const pooling_rule& rule) {
  require_rank("max_pool", x, 4, "(samples, channels, rows, columns)");
  std::shared_ptr<storage> workspace;
  const tensor from = x.value(), out = x.on().max_pool(from, rule, workspace);
  return {out, {x}, [from, out, rule, workspace](const tensor& g) {
            return std::vector<tensor>{g.on().max_pool_gradient(g, from, out, rule, workspace)};
          }};
}

variable flatten(const variable& x) {
  const shape before = x.extents(), after{before[0], before.row_size()};
  return {as_shaped(x.value(), after), {x}, [before](const tensor& g) {
            return std::vector<tensor>{as_shaped(g, before)};
          }};
}

variable concatenate(const variable& above, const variable& below) {
  const index_t first = above.extents()[0], second = below.extents()[0];
  require(with_rows(above.extents(), 1) == with_rows(below.extents(), 1),
          "concatenate: the inputs have shapes " + to_string(above.extents()) + " and " + to_string(below.extents()) +
              "; expected the same but for the first extent");
  device& on = above.on();
  const tensor out = on.empty(with_rows(above.extents(), first + second));
  copy_rows(on.dense(above.value()), 0, out, 0, first);
  copy_rows(on.dense(below.value()), 0, out, first, second);
  return {out, {above, below}, [first, second](const tensor& upstream) {
            device& device = upstream.on();
            const tensor g = device.dense(upstream);
            std::vector<tensor> by{device.empty(with_rows(g.extents(), first)),
                                   device.empty(with_rows(g.extents(), second))};
            copy_rows(g, 0, by[0], 0, first);
            copy_rows(g, first, by[1], 0, second);
            return by;
          }};
}

variable slice(const variable& x, index_t first, index_t end) {
  require(0 <= first && first < end && end <= x.extents()[0], "slice: rows [" + std::to_string(first) + ", " +
                                                                  std::to_string(end) + ") of " +
                                                                  to_string(x.extents()) + "; expected a part of them");
  device& on = x.on();
  const shape extents = x.extents();
  const tensor out = on.empty(with_rows(extents, end - first));
  copy_rows(on.dense(x.value()), first, out, 0, end - first);
  return {out, {x}, [extents, first, end](const tensor& g) {
            const tensor by = filled(g.on(), extents, 0);
            copy_rows(g.on().dense(g), 0, by, first, end - first);
            return std::vector<tensor>{by};
          }};
}

variable unit_rows(const variable& x) {
  require_rank("unit_rows", x, 2, "(samples, features)");
  device& on = x.on();
  const tensor rows = on.dense(x.value()), unit = on.empty(x.extents()), lengths = on.empty({x.extents()[0]});
  with_numbers(on, [&](auto number) {
    using T = decltype(number);
    const index_t width = x.extents()[1];
    for (index_t i = 0; i < x.extents()[0]; ++i) {
      const T* from = numbers_of<T>(rows) + i * width;
      double squared = 0;
      for (index_t k = 0; k < width; ++k) squared += static_cast<double>(from[k]) * static_cast<double>(from[k]);
      const T length = static_cast<T>(std::max(std::sqrt(squared), 1e-12));
      numbers_of<T>(lengths)[i] = length;
      for (index_t k = 0; k < width; ++k) numbers_of<T>(unit)[i * width + k] = from[k] / length;
    }
  });
  return {unit, {x}, [unit, lengths](const tensor& upstream) {
            device& device = upstream.on();
            const tensor g = device.dense(upstream), by = device.empty(unit.extents());
            with_numbers(device, [&](auto number) {
              using T = decltype(number);
              const index_t width = unit.extents()[1];
              for (index_t i = 0; i < unit.extents()[0]; ++i) {
                const T *direction = numbers_of<T>(unit) + i * width, *arriving = numbers_of<T>(g) + i * width;
                const T length = numbers_of<T>(lengths)[i];
                T along = 0;
                for (index_t k = 0; k < width; ++k) along += direction[k] * arriving[k];
                for (index_t k = 0; k < width; ++k)
                  numbers_of<T>(by)[i * width + k] =
                      length > T(1e-12) ? (arriving[k] - direction[k] * along) / length : T(0);
              }
            });
            return std::vector<tensor>{by};
          }};
}

variable cross_entropy(const variable& logits, const mixcon::pair_targets& targets) {
  require_rank("cross_entropy", logits, 2, "(samples, classes)");
  const index_t samples = logits.extents()[0], classes = logits.extents()[1];
  require(targets.samples() == samples, "cross_entropy: targets of " + std::to_string(targets.samples()) +
                                            " samples for logits of " + to_string(logits.extents()));
  device& on = logits.on();
  const tensor rows = on.dense(logits.value()), by = on.empty(logits.extents());
  double loss = 0;
  with_numbers(on, [&](auto number) {
    using T = decltype(number);
    for (index_t i = 0; i < samples; ++i) {
      const auto at = static_cast<std::size_t>(i);
      const index_t own = targets.own[at], partner = targets.partner[at];
      require(own >= 0 && own < classes && partner >= 0 && partner < classes,
              "cross_entropy: sample " + std::to_string(i) + " has labels " + std::to_string(own) + " and " +
                  std::to_string(partner) + " of " + std::to_string(classes) + " classes");
      const T* x = numbers_of<T>(rows) + i * classes;
      T* slope = numbers_of<T>(by) + i * classes;
      const double top = static_cast<double>(*std::max_element(x, x + classes));
      double sum = 0;
      for (index_t k = 0; k < classes; ++k) sum += std::exp(static_cast<double>(x[k]) - top);
      const double partition = top + std::log(sum), lambda = targets.lambda[at];
      loss += lambda * (partition - static_cast<double>(x[own])) +
              (1 - lambda) * (partition - static_cast<double>(x[partner]));
      const double share = 1 / static_cast<double>(samples);
      for (index_t k = 0; k < classes; ++k)
        slope[k] = static_cast<T>(share * (std::exp(static_cast<double>(x[k]) - partition) - (k == own ? lambda : 0) -
                                           (k == partner ? 1 - lambda : 0)));
    }
  });
  return {filled(on, {1}, loss / static_cast<double>(samples)), {logits}, [by](const tensor& g) {
            double upstream = 0;
            copy_numbers(g, &upstream);
            return std::vector<tensor>{g.on().scaled(by, upstream)};
          }};
}
variable cross_entropy(const variable& logits, const std::vector<int>& labels) {
  mixcon::pair_targets targets;
  targets.own.assign(labels.begin(), labels.end());
  targets.partner = targets.own;
  targets.lambda.assign(labels.size(), 1.0);
  return cross_entropy(logits, targets);
}

}  // namespace autograd
}  // namespace mixcon_train
