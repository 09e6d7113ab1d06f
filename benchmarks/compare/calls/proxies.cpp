// SPDX-License-Identifier: BSD-3-Clause
#include "call.hpp"

#include <mixcon/losses/normface.hpp>
#include <mixcon/losses/proxy_nca.hpp>

namespace {

template <class Objective>
double value_of_proxies(const mixcon_compare::call& given, const Objective& objective) {
  return mixcon_compare::value_of([&] {
    const mixcon::class_targets targets{.labels = given.integers(given.labels, given.extents[0][0])};
    return mixcon_compare::value_of_pairs(given, objective, targets, given.matrix(1),
                                          {.anchors = given.gradient(0), .candidates = {given.gradient(1)}});
  });
}

}  // namespace

/// Embeddings (N, D) and proxies (K, D); classes of the embeddings. Constants: the temperature.
extern "C" double call_normface(const mixcon_compare::call* given) {
  return value_of_proxies(*given, mixcon::normface(given->constants[0]));
}
/// The same. Constants: the scale of squared distances.
extern "C" double call_proxy_nca(const mixcon_compare::call* given) {
  return value_of_proxies(*given, mixcon::proxy_nca(given->constants[0]));
}
