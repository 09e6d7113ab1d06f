// SPDX-License-Identifier: BSD-3-Clause
#include "golden/loss_labelled.hpp"

namespace mixcon_golden {
namespace {

template <class T>
void check_per_pair(golden_case& of, const named_engine& by) {
  const mixcon::nt_xent_per_pair loss{.temperature = of.params.number("temperature")};
  with_similarity(of, [&](auto similarity) { check_labelled<T>(of, by, mixcon::objective{loss, similarity}); });
}

const known_loss per_pair{"nt_xent_per_pair", check_per_pair<double>, check_per_pair<float>};

}  // namespace
}  // namespace mixcon_golden
