// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Included by one source file for each instruction set, which is compiled with its flags. Everything here is in an
// unnamed namespace: no other file may get a function that is compiled for a processor it does not run on.
#include "devices/activation_loops.hpp"
#include "devices/activation_vectors.hpp"

#include <cstdint>
#include <limits>

namespace mixcon_train {
inline namespace devices {
namespace {

template <class T>
const T* numbers(const void* x) {
  return static_cast<const T*>(x);
}
float floor_of(bool rectify) { return rectify ? 0.0F : -std::numeric_limits<float>::infinity(); }

/// The affine map of W channels.
template <class V>
struct affine_of {
  typename V::number mean, factor, shift;
  affine_of(const channel_affine& y, std::size_t channel)
      : mean(V::load(y.mean + channel)), factor(V::load(y.factor + channel)), shift(V::load(y.shift + channel)) {}
  typename V::number operator()(typename V::number x) const { return (x - mean) * factor + shift; }
};

/// Calls visit(channel, image, first, stride) for W channels of all pixels of an image: pixel p lies at first + p *
/// stride.
template <std::size_t W, class Visit>
void each_image(const activation_extents& e, Visit&& visit) {
  for (std::size_t image = 0; image < e.images; ++image)
    for (std::size_t block = 0; block < e.blocks; ++block)
      for (std::size_t lane = 0; lane < e.lanes; lane += W)
        visit(block * e.lanes + lane, image, (image * e.blocks + block) * e.pixels * e.lanes + lane, e.lanes);
}
/// sum over pixels of add(position, total), by four totals that do not wait for each other.
template <class V, std::size_t Sums, class Add>
void over_pixels(std::size_t first, std::size_t stride, std::size_t pixels, typename V::number (&totals)[Sums],
                 Add&& add) {
  typename V::number some[4][Sums] = {};
  std::size_t p = 0;
  for (; p + 4 <= pixels; p += 4)
    for (std::size_t k = 0; k < 4; ++k) add(first + (p + k) * stride, some[k]);
  for (; p < pixels; ++p) add(first + p * stride, some[0]);
  for (std::size_t s = 0; s < Sums; ++s) totals[s] += (some[0][s] + some[1][s]) + (some[2][s] + some[3][s]);
}

template <class Lanes, class T>
struct loops_of {
  using V = vectors<Lanes>;
  static constexpr std::size_t W = Lanes::width;
  using number = typename V::number;

  // Differences from the first image's mean, so that squares do not cancel.
  static void moments(const activation_extents& e, const void* from, float* mean, float* squares) {
    const T* x = numbers<T>(from);
    const std::size_t apart = e.blocks * e.pixels * e.lanes;
    const float count = static_cast<float>(e.images * e.pixels);
    activation_extents first = e;
    first.images = 1;
    each_image<W>(first, [&](std::size_t channel, std::size_t, std::size_t at, std::size_t stride) {
      number middle[1] = {};
      over_pixels<V>(at, stride, e.pixels, middle, [&](std::size_t k, number(&sum)[1]) { sum[0] += V::load(x + k); });
      const number pivot = middle[0] / static_cast<float>(e.pixels);
      number sums[2] = {};
      for (std::size_t image = 0; image < e.images; ++image)
        over_pixels<V>(at + image * apart, stride, e.pixels, sums, [&](std::size_t k, number(&sum)[2]) {
          const number off = V::load(x + k) - pivot;
          sum[0] += off, sum[1] += off * off;
        });
      V::store(pivot + sums[0] / count, mean + channel);
      V::store(V::at_least(sums[1] - sums[0] * (sums[0] / count), number{}), squares + channel);
    });
  }

  static void normalise(const activation_extents& e, const void* from, const channel_affine& by_y, const void* other,
                        const channel_affine* by_z, bool rectify, void* to) {
    const T *x = numbers<T>(from), *b = numbers<T>(other);
    T* out = static_cast<T*>(to);
    const number floor = V::all(floor_of(rectify));
    each_image<W>(e, [&](std::size_t channel, std::size_t, std::size_t at, std::size_t stride) {
      const affine_of<V> y(by_y, channel);
      const std::size_t end = at + e.pixels * stride;
      if (b == nullptr)
        for (std::size_t k = at; k < end; k += stride) V::store(V::at_least(y(V::load(x + k)), floor), out + k);
      else if (by_z == nullptr)
        for (std::size_t k = at; k < end; k += stride)
          V::store(V::at_least(y(V::load(x + k)) + V::load(b + k), floor), out + k);
      else {
        const affine_of<V> z(*by_z, channel);
        for (std::size_t k = at; k < end; k += stride)
          V::store(V::at_least(y(V::load(x + k)) + z(V::load(b + k)), floor), out + k);
      }
    });
  }

  static number arrived(const arriving_gradient& g, std::size_t k) {
    number sum = V::load(numbers<T>(g.u) + k);
    if (g.v != nullptr) sum += V::load(numbers<T>(g.v) + k);
    return g.mask == nullptr ? sum : V::where_above(V::load(numbers<T>(g.mask) + k), sum);
  }

  static void gradient_sums(const activation_extents& e, const arriving_gradient& g, const void* from,
                            const channel_affine& by_y, bool rectify, void* kept, float* sums, float* products) {
    const T *x = numbers<T>(from), *u = numbers<T>(g.u);
    T* keep = static_cast<T*>(kept);
    const std::size_t apart = e.blocks * e.pixels * e.lanes;
    activation_extents first = e;
    first.images = 1;
    each_image<W>(first, [&](std::size_t channel, std::size_t, std::size_t at, std::size_t stride) {
      const affine_of<V> y(by_y, channel);
      number totals[2] = {};
      for (std::size_t image = 0; image < e.images; ++image) {
        const std::size_t begin = at + image * apart;
        if (keep != nullptr) {
          const auto gather = [&](auto arrives) {
            over_pixels<V>(begin, stride, e.pixels, totals, [&](std::size_t k, number(&sum)[2]) {
              const number here = V::load(x + k);
              number slope = V::store(arrives(k), keep + k);
              if (rectify) slope = V::where_above(y(here), slope);
              sum[0] += slope, sum[1] += slope * (here - y.mean);
            });
          };
          const T *v = numbers<T>(g.v), *mask = numbers<T>(g.mask);
          if (v == nullptr)
            gather([&](std::size_t k) { return V::where_above(V::load(mask + k), V::load(u + k)); });
          else
            gather([&](std::size_t k) { return V::where_above(V::load(mask + k), V::load(u + k) + V::load(v + k)); });
        } else if (rectify)
          over_pixels<V>(begin, stride, e.pixels, totals, [&](std::size_t k, number(&sum)[2]) {
            const number here = V::load(x + k), slope = V::where_above(y(here), V::load(u + k));
            sum[0] += slope, sum[1] += slope * (here - y.mean);
          });
        else
          over_pixels<V>(begin, stride, e.pixels, totals, [&](std::size_t k, number(&sum)[2]) {
            const number slope = V::load(u + k);
            sum[0] += slope, sum[1] += slope * (V::load(x + k) - y.mean);
          });
      }
      V::store(totals[0], sums + channel), V::store(totals[1], products + channel);
    });
  }

  static void norm_gradient(const activation_extents& e, const void* arriving, const void* from,
                            const channel_affine& by_y, bool rectify, const float* averages, const float* slopes,
                            void* to) {
    const T *x = numbers<T>(from), *g = numbers<T>(arriving);
    T* out = static_cast<T*>(to);
    each_image<W>(e, [&](std::size_t channel, std::size_t, std::size_t at, std::size_t stride) {
      const affine_of<V> y(by_y, channel);
      const number middle = -y.factor * V::load(averages + channel), slope = -y.factor * V::load(slopes + channel);
      const std::size_t end = at + e.pixels * stride;
      if (rectify)
        for (std::size_t k = at; k < end; k += stride) {
          const number here = V::load(x + k), gradient = V::where_above(y(here), V::load(g + k));
          V::store(y.factor * gradient + middle + slope * (here - y.mean), out + k);
        }
      else
        for (std::size_t k = at; k < end; k += stride)
          V::store(y.factor * V::load(g + k) + middle + slope * (V::load(x + k) - y.mean), out + k);
    });
  }

  static void sum(std::size_t size, const void* from, const void* other, bool rectify, void* to) {
    const T *x = numbers<T>(from), *b = numbers<T>(other);
    T* out = static_cast<T*>(to);
    const number floor = V::all(floor_of(rectify));
    for (std::size_t k = 0; k + W <= size; k += W) {
      const number sum = b == nullptr ? V::load(x + k) : V::load(x + k) + V::load(b + k);
      V::store(V::at_least(sum, floor), out + k);
    }
    if constexpr (W > 1)
      if (const std::size_t done = size / W * W; done < size)
        loops_of<one_lane, T>::sum(size - done, x + done, b == nullptr ? b : b + done, rectify, out + done);
  }
  static void gather(std::size_t size, const arriving_gradient& g, void* to) {
    T* out = static_cast<T*>(to);
    const std::size_t end = size / W * W;
    for (std::size_t k = 0; k < end; k += W) V::store(arrived(g, k), out + k);
    if constexpr (W > 1)
      for (std::size_t k = end; k < size; ++k) vectors<one_lane>::store(loops_of<one_lane, T>::arrived(g, k), out + k);
  }

  static void pixel_means(const activation_extents& e, const void* from, float* means) {
    const T* x = numbers<T>(from);
    each_image<W>(e, [&](std::size_t channel, std::size_t image, std::size_t at, std::size_t stride) {
      number total[1] = {};
      over_pixels<V>(at, stride, e.pixels, total, [&](std::size_t k, number(&sum)[1]) { sum[0] += V::load(x + k); });
      V::store(total[0] / static_cast<float>(e.pixels), means + image * e.channels() + channel);
    });
  }
  static void spread(const activation_extents& e, const float* values, float factor, void* to) {
    T* out = static_cast<T*>(to);
    each_image<W>(e, [&](std::size_t channel, std::size_t image, std::size_t at, std::size_t stride) {
      const number value = V::load(values + image * e.channels() + channel) * factor;
      for (std::size_t p = 0; p < e.pixels; ++p) V::store(value, out + at + p * stride);
    });
  }
};

/// Sixteen lanes at once where the layout has them, else eight, else one.
template <class T>
constexpr activation_loops table() {
  return {.moments =
              [](const activation_extents& e, auto... rest) {
                if (e.lanes % 16 == 0) return loops_of<sixteen_lanes, T>::moments(e, rest...);
                if (e.lanes % 8 == 0) return loops_of<eight_lanes, T>::moments(e, rest...);
                return loops_of<one_lane, T>::moments(e, rest...);
              },
          .normalise =
              [](const activation_extents& e, const void* x, const channel_affine& y, auto... rest) {
                if (e.lanes % 16 == 0) return loops_of<sixteen_lanes, T>::normalise(e, x, y, rest...);
                if (e.lanes % 8 == 0) return loops_of<eight_lanes, T>::normalise(e, x, y, rest...);
                return loops_of<one_lane, T>::normalise(e, x, y, rest...);
              },
          .gradient_sums =
              [](const activation_extents& e, const arriving_gradient& g, const void* x, const channel_affine& y,
                 auto... rest) {
                if (e.lanes % 16 == 0) return loops_of<sixteen_lanes, T>::gradient_sums(e, g, x, y, rest...);
                if (e.lanes % 8 == 0) return loops_of<eight_lanes, T>::gradient_sums(e, g, x, y, rest...);
                return loops_of<one_lane, T>::gradient_sums(e, g, x, y, rest...);
              },
          .norm_gradient =
              [](const activation_extents& e, const void* g, const void* x, const channel_affine& y, auto... rest) {
                if (e.lanes % 16 == 0) return loops_of<sixteen_lanes, T>::norm_gradient(e, g, x, y, rest...);
                if (e.lanes % 8 == 0) return loops_of<eight_lanes, T>::norm_gradient(e, g, x, y, rest...);
                return loops_of<one_lane, T>::norm_gradient(e, g, x, y, rest...);
              },
          .sum = loops_of<sixteen_lanes, T>::sum,
          .gather = loops_of<sixteen_lanes, T>::gather,
          .pixel_means =
              [](const activation_extents& e, auto... rest) {
                if (e.lanes % 16 == 0) return loops_of<sixteen_lanes, T>::pixel_means(e, rest...);
                if (e.lanes % 8 == 0) return loops_of<eight_lanes, T>::pixel_means(e, rest...);
                return loops_of<one_lane, T>::pixel_means(e, rest...);
              },
          .spread =
              [](const activation_extents& e, auto... rest) {
                if (e.lanes % 16 == 0) return loops_of<sixteen_lanes, T>::spread(e, rest...);
                if (e.lanes % 8 == 0) return loops_of<eight_lanes, T>::spread(e, rest...);
                return loops_of<one_lane, T>::spread(e, rest...);
              }};
}

}  // namespace
}  // namespace devices
}  // namespace mixcon_train
