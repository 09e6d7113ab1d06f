// SPDX-License-Identifier: BSD-3-Clause
#include "devices/reference_device.hpp"

#include "ranks/sums.hpp"

#include <cmath>
#include <vector>

namespace mixcon_train {
inline namespace devices {

namespace {

template <class T>
struct number_list : storage {
  kept_list<T> numbers;
};

/// Places in a tensor of rank 4.
struct places {
  explicit places(const tensor& x) : extents(x.extents()) {}
  std::size_t operator()(index_t n, index_t c, index_t y, index_t x) const {
    return static_cast<std::size_t>(((n * extents[1] + c) * extents[2] + y) * extents[3] + x);
  }
  shape extents;
};

/// Calls f(place in x, place in weights, place in out) for every product of a convolution; `out` has the extents of its
/// result.
template <class F>
void for_each_product(const tensor& x, const tensor& weights, const tensor& out, const convolution_rule& rule, F&& f) {
  const places from(x), filter(weights), to(out);
  const shape &o = out.extents(), &w = weights.extents(), &i = x.extents();
  for (index_t n = 0; n < o[0]; ++n)
    for (index_t k = 0; k < o[1]; ++k)
      for (index_t r = 0; r < o[2]; ++r)
        for (index_t s = 0; s < o[3]; ++s)
          for (index_t c = 0; c < w[1]; ++c)
            for (index_t a = 0; a < w[2]; ++a)
              for (index_t b = 0; b < w[3]; ++b) {
                const index_t y = r * rule.stride + a - rule.padding, z = s * rule.stride + b - rule.padding;
                if (y >= 0 && y < i[2] && z >= 0 && z < i[3]) f(from(n, c, y, z), filter(k, c, a, b), to(n, k, r, s));
              }
}

/// Calls f(channel, place) for every number of x (N, C, H, W).
template <class F>
void for_each_number(const tensor& x, F&& f) {
  const shape& e = x.extents();
  const index_t plane = e[2] * e[3];
  for (index_t n = 0; n < e[0]; ++n)
    for (index_t c = 0; c < e[1]; ++c)
      for (index_t k = 0; k < plane; ++k)
        f(static_cast<std::size_t>(c), static_cast<std::size_t>((n * e[1] + c) * plane + k));
}

index_t after(index_t extent, index_t size, index_t stride, index_t padding) {
  return (extent + 2 * padding - size) / stride + 1;
}

}  // namespace

template <class T>
kept_list<T>& plain_device<T>::of(const tensor& x) {
  return static_cast<number_list<T>&>(x.kept()).numbers;
}
template <class T>
tensor plain_device<T>::empty(const shape& extents) {
  auto made = make_kept<number_list<T>>();
  made->numbers.resize(static_cast<std::size_t>(extents.size()));
  ++allocations_;
  return {*this, extents, std::move(made)};
}
template <class T>
void* plain_device<T>::data(const tensor& dense) {
  return of(dense).data();
}

template <class T>
tensor plain_device<T>::sum(const tensor& a, const tensor& b) {
  tensor out = empty(a.extents());
  for (std::size_t k = 0; k < of(out).size(); ++k) of(out)[k] = of(a)[k] + of(b)[k];
  return out;
}
template <class T>
tensor plain_device<T>::scaled(const tensor& x, double factor) {
  tensor out = empty(x.extents());
  for (std::size_t k = 0; k < of(out).size(); ++k) of(out)[k] = static_cast<T>(factor) * of(x)[k];
  return out;
}

template <class T>
tensor plain_device<T>::convolution(const tensor& x, const tensor& weights, const convolution_rule& rule) {
  const shape &i = x.extents(), &w = weights.extents();
  tensor out =
      empty({i[0], w[0], after(i[2], w[2], rule.stride, rule.padding), after(i[3], w[3], rule.stride, rule.padding)});
  for_each_product(x, weights, out, rule, [&](std::size_t from, std::size_t filter, std::size_t to) {
    of(out)[to] += of(x)[from] * of(weights)[filter];
  });
  return out;
}
template <class T>
tensor plain_device<T>::convolution_by_x(const tensor& upstream, const tensor& x, const tensor& weights,
                                         const convolution_rule& rule) {
  tensor by = empty(x.extents());
  for_each_product(x, weights, upstream, rule, [&](std::size_t from, std::size_t filter, std::size_t to) {
    of(by)[from] += of(upstream)[to] * of(weights)[filter];
  });
  return by;
}
template <class T>
tensor plain_device<T>::convolution_by_weights(const tensor& upstream, const tensor& x, const tensor& weights,
                                               const convolution_rule& rule) {
  tensor by = empty(weights.extents());
  for_each_product(x, weights, upstream, rule, [&](std::size_t from, std::size_t filter, std::size_t to) {
    of(by)[filter] += of(upstream)[to] * of(x)[from];
  });
  return by;
}

template <class T>
norm_pass plain_device<T>::batch_norm(const tensor& x, const tensor& scale, const tensor& shift, bool rectify) {
  const shape channels{x.extents()[1]};
  norm_pass pass{{}, empty(channels), empty(channels), nullptr};
  const T number = static_cast<T>(x.extents().size() / x.extents()[1]);
  for_each_number(x, [&](std::size_t c, std::size_t k) { of(pass.mean)[c] += of(x)[k] / number; });
  for_each_number(x, [&](std::size_t c, std::size_t k) {
    const T from_mean = of(x)[k] - of(pass.mean)[c];
    of(pass.variance)[c] += from_mean * from_mean / number;
  });
  if (const rank_group* const ranks = sharing_statistics()) {
    std::vector<moments> each;
    for (std::size_t c = 0; c < of(pass.mean).size(); ++c)
      each.push_back({static_cast<double>(number), static_cast<double>(of(pass.mean)[c]),
                      static_cast<double>(of(pass.variance)[c] * number)});
    join_over(*ranks, each);
    for (std::size_t c = 0; c < each.size(); ++c) {
      of(pass.mean)[c] = static_cast<T>(each[c].mean);
      of(pass.variance)[c] = static_cast<T>(each[c].squares / each[c].count);
    }
  }
  pass.out = batch_norm_fixed(x, scale, shift, pass.mean, pass.variance, rectify);
  return pass;
}
template <class T>
tensor plain_device<T>::batch_norm_fixed(const tensor& x, const tensor& scale, const tensor& shift, const tensor& mean,
                                         const tensor& variance, bool rectify) {
  tensor out = empty(x.extents());
  for_each_number(x, [&](std::size_t c, std::size_t k) {
    const T unit = (of(x)[k] - of(mean)[c]) / std::sqrt(of(variance)[c] + static_cast<T>(norm_epsilon));
    const T y = of(scale)[c] * unit + of(shift)[c];
    of(out)[k] = rectify && y < 0 ? 0 : y;
  });
  return out;
}
template <class T>
norm_gradients plain_device<T>::batch_norm_gradients(const tensor& upstream, const tensor& x, const tensor& scale,
                                                     const tensor& shift, const norm_pass& pass, bool rectify) {
  norm_gradients by{empty(x.extents()), empty(scale.extents()), empty(shift.extents())};
  const rank_group* const ranks = sharing_statistics();
  const T number = static_cast<T>(size_of(ranks) * x.extents().size() / x.extents()[1]);
  const auto unit = [&](std::size_t c, std::size_t k) {
    return (of(x)[k] - of(pass.mean)[c]) / std::sqrt(of(pass.variance)[c] + static_cast<T>(norm_epsilon));
  };
  const auto arriving = [&](std::size_t k) { return rectify && of(pass.out)[k] <= 0 ? 0 : of(upstream)[k]; };
  for_each_number(x, [&](std::size_t c, std::size_t k) {
    of(by.shift)[c] += arriving(k);
    of(by.scale)[c] += arriving(k) * unit(c, k);
  });
  std::vector<double> sums;  // over the samples of all ranks: of what arrives, and of its products with unit numbers
  for (const tensor& each : {by.shift, by.scale})
    for (const T sum : of(each)) sums.push_back(static_cast<double>(sum));
  if (ranks != nullptr) add_over(*ranks, sums);
  const auto channels = static_cast<std::size_t>(x.extents()[1]);
  for_each_number(x, [&](std::size_t c, std::size_t k) {
    const T centred =
        arriving(k) - (static_cast<T>(sums[c]) + unit(c, k) * static_cast<T>(sums[channels + c])) / number;
    of(by.x)[k] = of(scale)[c] / std::sqrt(of(pass.variance)[c] + static_cast<T>(norm_epsilon)) * centred;
  });
  return by;
}

template <class T>
tensor plain_device<T>::relu(const tensor& x) {
  tensor out = empty(x.extents());
  for (std::size_t k = 0; k < of(out).size(); ++k) of(out)[k] = of(x)[k] < 0 ? 0 : of(x)[k];
  return out;
}
template <class T>
tensor plain_device<T>::relu_of_sum(const tensor& a, const tensor& b) {
  return relu(sum(a, b));
}
template <class T>
tensor plain_device<T>::relu_gradient(const tensor& upstream, const tensor& out) {
  tensor by = empty(out.extents());
  for (std::size_t k = 0; k < of(by).size(); ++k) of(by)[k] = of(out)[k] > 0 ? of(upstream)[k] : 0;
  return by;
}

template <class T>
tensor plain_device<T>::average_pool(const tensor& x) {
  const shape& e = x.extents();
  tensor out = empty({e[0], e[1]});
  const auto plane = static_cast<std::size_t>(e[2] * e[3]);
  for (std::size_t k = 0; k < of(x).size(); ++k) of(out)[k / plane] += of(x)[k] / static_cast<T>(plane);
  return out;
}
template <class T>
tensor plain_device<T>::average_pool_gradient(const tensor& upstream, const tensor& x) {
  tensor by = empty(x.extents());
  const auto plane = static_cast<std::size_t>(x.extents()[2] * x.extents()[3]);
  for (std::size_t k = 0; k < of(by).size(); ++k) of(by)[k] = of(upstream)[k / plane] / static_cast<T>(plane);
  return by;
}

namespace {
/// The place of the largest number under each window, the first where several are.
struct winners : storage {
  kept_list<std::size_t> place;
};
}  // namespace

template <class T>
tensor plain_device<T>::max_pool(const tensor& x, const pooling_rule& rule, std::shared_ptr<storage>& workspace) {
  const shape& e = x.extents();
  tensor out = empty({e[0], e[1], after(e[2], rule.size, rule.stride, rule.padding),
                      after(e[3], rule.size, rule.stride, rule.padding)});
  auto won = make_kept<winners>();
  const places from(x), to(out);
  won->place.resize(of(out).size());
  for (index_t n = 0; n < e[0]; ++n)
    for (index_t c = 0; c < e[1]; ++c)
      for (index_t r = 0; r < out.extents()[2]; ++r)
        for (index_t s = 0; s < out.extents()[3]; ++s) {
          bool first = true;
          std::size_t best = 0;
          for (index_t a = 0; a < rule.size; ++a)
            for (index_t b = 0; b < rule.size; ++b) {
              const index_t y = r * rule.stride + a - rule.padding, z = s * rule.stride + b - rule.padding;
              if (y < 0 || y >= e[2] || z < 0 || z >= e[3]) continue;
              if (first || of(x)[from(n, c, y, z)] > of(x)[best]) best = from(n, c, y, z);
              first = false;
            }
          won->place[to(n, c, r, s)] = best;
          of(out)[to(n, c, r, s)] = of(x)[best];
        }
  workspace = std::move(won);
  return out;
}
template <class T>
tensor plain_device<T>::max_pool_gradient(const tensor& upstream, const tensor& x, const tensor&, const pooling_rule&,
                                          const std::shared_ptr<storage>& workspace) {
  tensor by = empty(x.extents());
  const auto& place = static_cast<const winners&>(*workspace).place;
  for (std::size_t k = 0; k < place.size(); ++k) of(by)[place[k]] += of(upstream)[k];
  return by;
}

template <class T>
tensor plain_device<T>::product(const tensor& a, bool transpose_a, const tensor& b, bool transpose_b) {
  const shape &left = a.extents(), &right = b.extents();
  const index_t rows = left[transpose_a ? 1 : 0], inner = left[transpose_a ? 0 : 1],
                columns = right[transpose_b ? 0 : 1];
  tensor out = empty({rows, columns});
  const auto at = [](const tensor& m, bool transposed, index_t i, index_t j) {
    return of(m)[static_cast<std::size_t>(transposed ? j * m.extents()[1] + i : i * m.extents()[1] + j)];
  };
  for (index_t i = 0; i < rows; ++i)
    for (index_t k = 0; k < inner; ++k)
      for (index_t j = 0; j < columns; ++j)
        of(out)[static_cast<std::size_t>(i * columns + j)] += at(a, transpose_a, i, k) * at(b, transpose_b, k, j);
  return out;
}

template class plain_device<float>;
template class plain_device<double>;

}  // namespace devices
}  // namespace mixcon_train
