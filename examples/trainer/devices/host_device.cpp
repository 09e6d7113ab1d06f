// SPDX-License-Identifier: BSD-3-Clause
#include "devices/host_device.hpp"

#include "devices/broadcast.hpp"
#include "devices/host_numbers.hpp"
#include "devices/kept_memory.hpp"

#include <mixcon/core/number/lanes.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace mixcon_train {
inline namespace devices {

namespace {

std::size_t bytes_of(const device& on, const shape& extents) {
  return static_cast<std::size_t>(extents.size()) * (on.numbers() == number_type::f32 ? sizeof(float) : sizeof(double));
}

/// out[k] = f(numbers of the others at k).
template <class F, class... Tensors>
tensor each_number(device& on, const shape& extents, F&& f, const Tensors&... from) {
  return computed(
      on, extents,
      [&](auto* to, const auto*... numbers) {
        for (index_t k = 0; k < extents.size(); ++k) to[k] = f(numbers[k]...);
      },
      from...);
}

/// The same for a function of vectors of numbers; the last ones stand in vectors that are filled up with zeros.
template <class F, class... Tensors>
tensor by_lanes(device& on, const shape& extents, F&& f, const Tensors&... from) {
  return computed(
      on, extents,
      [&](auto* to, const auto*... numbers) {
        using number = mixcon::native_lanes<std::remove_pointer_t<decltype(to)>>;
        constexpr auto width = static_cast<index_t>(sizeof(number) / sizeof *to);
        const auto some = [&](index_t k, std::size_t bytes) {
          const auto read = [&](const auto* x) {
            number v(0);
            std::memcpy(&v.v, x + k, bytes);
            return v;
          };
          const number v = f(read(numbers)...);
          std::memcpy(to + k, &v.v, bytes);
        };
        index_t k = 0;
        for (; k + width <= extents.size(); k += width) some(k, sizeof(number));
        some(k, static_cast<std::size_t>(extents.size() - k) * sizeof *to);
      },
      from...);
}

/// e^x - 1 for x <= 0: near 0 its series, whose rest is below float's last digit.
template <int W>
mixcon::lanes<float, W> expm1_of(mixcon::lanes<float, W> x) {
  using number = mixcon::lanes<float, W>;
  number series(1.0F);
  for (const float k : {5.0F, 4.0F, 3.0F, 2.0F}) series = number(1.0F) + x * number(1 / k) * series;
  return choose(x < number(-0.1F), mixcon::exp_of(x) - number(1.0F), x * series);
}
template <int W>
mixcon::lanes<double, W> expm1_of(mixcon::lanes<double, W> x) {
  return mixcon::lanes<double, W>::each([&](int k) { return std::expm1(x[k]); });
}

}  // namespace

void host_device::read(const tensor& x, void* numbers) {
  std::memcpy(numbers, data(dense(x)), bytes_of(*this, x.extents()));
}
tensor host_device::write(const shape& extents, const void* numbers) {
  tensor made = empty(extents);
  std::memcpy(data(made), numbers, bytes_of(*this, extents));
  return made;
}

tensor host_device::affine(const tensor& x, double factor, double offset) {
  return each_number(
      *this, x.extents(),
      [&](auto number) {
        using T = decltype(number);
        return static_cast<T>(factor) * number + static_cast<T>(offset);
      },
      x);
}

tensor host_device::apply(unary f, const tensor& x) {
  const auto each = [&](auto&& function) { return each_number(*this, x.extents(), function, x); };
  const auto each_vector = [&](auto&& function) { return by_lanes(*this, x.extents(), function, x); };
  using std::abs, std::exp, std::log;
  switch (f) {
    case unary::absolute:
      return each([](auto v) { return abs(v); });
    case unary::square:
      return each([](auto v) { return v * v; });
    case unary::sigmoid:  // of -|x|, whose exponential cannot overflow
      return each_vector([](auto v) {
        const decltype(v) zero(0), one(1), small = mixcon::exp_of(choose(v < zero, v, -v));
        return choose(v < zero, small, one) / (one + small);
      });
    case unary::elu:
      return each_vector([](auto v) {
        const decltype(v) zero(0);
        return choose(v > zero, v, expm1_of(choose(v > zero, zero, v)));
      });
    case unary::exponential:
      return each([](auto v) { return exp(v); });
    case unary::logarithm:
      return each([](auto v) { return log(v); });
  }
  return {};
}
tensor host_device::apply_gradient(unary f, const tensor& upstream, const tensor& x, const tensor& out) {
  const auto by_x = [&](auto&& slope) { return each_number(*this, x.extents(), slope, upstream, x); };
  const auto by_out = [&](auto&& slope) { return each_number(*this, x.extents(), slope, upstream, out); };
  const auto vectors_by_out = [&](auto&& slope) { return by_lanes(*this, x.extents(), slope, upstream, out); };
  switch (f) {
    case unary::absolute:
      return by_x([](auto g, auto v) { return v > 0 ? g : v < 0 ? -g : 0 * g; });
    case unary::square:
      return by_x([](auto g, auto v) { return 2 * v * g; });
    case unary::sigmoid:
      return vectors_by_out([](auto g, auto y) { return g * y * (decltype(y)(1) - y); });
    case unary::elu:
      return vectors_by_out([](auto g, auto y) {
        const decltype(y) zero(0), one(1);
        return choose(y > zero, g, g * (y + one));
      });
    case unary::exponential:
      return by_out([](auto g, auto y) { return g * y; });
    case unary::logarithm:
      return by_x([](auto g, auto v) { return g / v; });
  }
  return {};
}

tensor host_device::apply(binary f, const tensor& a, const tensor& b) {
  const shape extents = broadcast("apply", a.extents(), b.extents());
  const auto each = [&](auto&& function) {
    return computed(
        *this, extents,
        [&](auto* to, const auto* left, const auto* right) {
          for_each_place(extents, a.extents(), b.extents(),
                         [&](index_t k, index_t i, index_t j) { to[k] = function(left[i], right[j]); });
        },
        a, b);
  };
  switch (f) {
    case binary::sum:
      return each([](auto x, auto y) { return x + y; });
    case binary::difference:
      return each([](auto x, auto y) { return x - y; });
    case binary::product:
      return each([](auto x, auto y) { return x * y; });
  }
  return {};
}

tensor host_device::summed(const tensor& x, const shape& extents) {
  if (x.extents() == extents) return x;
  return computed(
      *this, extents,
      [&](auto* to, const auto* from) {
        kept_list<double> sums(static_cast<std::size_t>(extents.size()));
        for_each_place(x.extents(), extents, extents, [&](index_t k, index_t i, index_t) {
          sums[static_cast<std::size_t>(i)] += static_cast<double>(from[k]);
        });
        for (std::size_t k = 0; k < sums.size(); ++k) to[k] = static_cast<std::remove_pointer_t<decltype(to)>>(sums[k]);
      },
      x);
}
tensor host_device::repeated(const tensor& x, const shape& extents) {
  if (x.extents() == extents) return x;
  return computed(
      *this, extents,
      [&](auto* to, const auto* from) {
        for_each_place(extents, x.extents(), x.extents(), [&](index_t k, index_t i, index_t) { to[k] = from[i]; });
      },
      x);
}

tensor host_device::moved(const tensor& from, const tensor& to, double share) {
  return each_number(
      *this, from.extents(),
      [share](auto before, auto after) { return before + static_cast<decltype(before)>(share) * (after - before); },
      from, to);
}

descended host_device::descend(const tensor& weights, const tensor& gradient, const tensor& velocity,
                               const descent_rule& rule) {
  return with_numbers(*this, [&](auto number) {
    using T = decltype(number);
    const numbers_read<T> w(weights), g(gradient), v(velocity);
    numbers_made<T> w_out(*this, weights.extents()), v_out(*this, weights.extents());
    const T rate = static_cast<T>(rule.rate), momentum = static_cast<T>(rule.momentum),
            share = static_cast<T>(rule.share), decay = static_cast<T>(rule.share * rule.decay);
    T *to = w_out.data(), *kept = v_out.data();
    for (index_t k = 0; k < weights.extents().size(); ++k) {
      kept[k] = momentum * v[k] + share * g[k] + decay * w[k];
      to[k] = w[k] - rate * (rule.nesterov ? share * g[k] + decay * w[k] + momentum * kept[k] : kept[k]);
    }
    return descended{w_out.made(), v_out.made()};
  });
}

adapted host_device::adapt(const tensor& weights, const tensor& gradient, const tensor& mean, const tensor& square,
                           const adam_rule& rule) {
  return with_numbers(*this, [&](auto number) {
    using T = decltype(number);
    const numbers_read<T> w(weights), g(gradient), m(mean), s(square);
    numbers_made<T> w_out(*this, weights.extents()), m_out(*this, weights.extents()), s_out(*this, weights.extents());
    const T first = static_cast<T>(rule.first), second = static_cast<T>(rule.second), rate = static_cast<T>(rule.rate),
            decay = static_cast<T>(rule.decay), epsilon = static_cast<T>(rule.epsilon),
            of_mean = static_cast<T>(1 / (1 - std::pow(rule.first, rule.step))),
            of_square = static_cast<T>(1 / (1 - std::pow(rule.second, rule.step)));
    for (index_t k = 0; k < weights.extents().size(); ++k) {
      m_out[k] = first * m[k] + (1 - first) * g[k];
      s_out[k] = second * s[k] + (1 - second) * g[k] * g[k];
      w_out[k] = w[k] - rate * (of_mean * m_out[k] / (std::sqrt(of_square * s_out[k]) + epsilon) + decay * w[k]);
    }
    return adapted{w_out.made(), m_out.made(), s_out.made()};
  });
}

tensor host_device::batched_product(const tensor& a, bool transpose_a, const tensor& b, bool transpose_b) {
  const shape &left = a.extents(), &right = b.extents();
  const index_t rows = left[transpose_a ? 2 : 1], inner = left[transpose_a ? 1 : 2],
                columns = right[transpose_b ? 1 : 2];
  return computed(
      *this, {left[0], rows, columns},
      [&](auto* to, const auto* x, const auto* y) {
        for (index_t n = 0; n < left[0]; ++n, x += rows * inner, y += inner * columns, to += rows * columns) {
          for (index_t k = 0; k < rows * columns; ++k) to[k] = 0;
          for (index_t i = 0; i < rows; ++i)
            for (index_t k = 0; k < inner; ++k) {
              const auto factor = transpose_a ? x[k * rows + i] : x[i * inner + k];
              for (index_t j = 0; j < columns; ++j)
                to[i * columns + j] += factor * (transpose_b ? y[j * inner + k] : y[k * columns + j]);
            }
        }
      },
      a, b);
}

}  // namespace devices
}  // namespace mixcon_train
