// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What a backward pass reads and adds up besides rows: what forward saved, times upstream; and sums over all pairs.

#include <mixcon/core/number/ordered_sum.hpp>
#include <mixcon/engine/call/packed_gradients.hpp>
#include <mixcon/engine/saved.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// What a direction saved, times upstream.
template <class Loss, class T>
struct scaled_saved {
  scratch<T> adjoint, share;
  saved_view<Loss, T> view;
  double by_scale;
  scaled_saved(const saved_rows<Loss, T>& saved, double upstream, workspace* memory)
      : adjoint(memory), share(memory), view(saved.view()), by_scale(saved.scale_adjoint * upstream) {
    if (upstream == 1) return;
    for (T x : saved.adjoint) adjoint.push_back(x * static_cast<T>(upstream));
    for (T x : saved.share) share.push_back(x * static_cast<T>(upstream));
    view.adjoint = adjoint.data(), view.share = share.data();
  }
};

/// The gradients by numbers that all pairs share.
struct gradient_sums {
  ordered_sum<double> by_scale, by_bias;
  template <class T>
  void add(const packed_gradients<T>& to, double own_part) {
    for (T x : to.scale) by_scale.add(static_cast<double>(x));
    for (T x : to.bias) by_bias.add(static_cast<double>(x));
    by_scale.add(own_part);
  }
};

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
