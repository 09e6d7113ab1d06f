// SPDX-License-Identifier: BSD-3-Clause
// What the checks of losses files share. The kinds of losses_NAME.json stand in losses_NAME.cpp, which registers them.
// Compiled twice: for the engines of the host, and with MIXCON_GOLDEN_EMULATED for the emulated GPU.
#pragma once

#if defined(MIXCON_GOLDEN_EMULATED)
#include "golden/emulated_engine.hpp"
#else
#include "golden/host_engine.hpp"
#endif

#include "golden/golden.hpp"
#include "golden/loss_cases.hpp"
#include "golden/loss_inputs.hpp"
#include "golden/loss_tolerance.hpp"

#include <mixcon/mixcon.hpp>

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace mixcon_golden {

inline namespace MIXCON_GOLDEN_ENGINE {

template <class T>
using loss_check = void (*)(golden_case&, const named_engine&);
/// The checks of every kind in rows of T, by name.
template <class T>
std::map<std::string, loss_check<T>>& loss_checks() {
  static std::map<std::string, loss_check<T>> by_kind;
  return by_kind;
}
/// Makes a kind known, when it stands at namespace scope:
/// `const known_loss nt_xent{"nt_xent", check_nt_xent<double>, check_nt_xent<float>};`
struct known_loss {
  known_loss(const char* kind, loss_check<double> in_double, loss_check<float> in_float) {
    loss_checks<double>()[kind] = in_double;
    loss_checks<float>()[kind] = in_float;
  }
};

}  // namespace MIXCON_GOLDEN_ENGINE

template <class T>
void expect_loss(golden_case& of, T value, const tolerance& within) {
  if (!of.lists("loss")) of.fail("outputs.loss is missing");
  of.expect("loss", static_cast<double>(value), within.value);
}
template <class T>
void expect_gradient(golden_case& of, const std::string& output, const std::vector<T>& gradient,
                     const tolerance& within) {
  of.expect(output, gradient, within.gradient, in_units_of::the_largest);
}

/// A gradient each of whose numbers is a sum of terms, `absolute` their magnitudes: in float within their rounding.
template <class T>
void expect_sums(golden_case& of, const std::string& output, const std::vector<T>& got,
                 const std::vector<double>& absolute, const tolerance& within) {
  if (within.gradient == tolerance{}.gradient || !of.lists(output)) return expect_gradient(of, output, got, within);
  const std::vector<double> expected = of.output(output).data;
  if (expected.size() != got.size() || absolute.size() != got.size()) return of.fail(output);
  for (std::size_t k = 0; k < got.size(); ++k) {
    const double apart = std::abs(static_cast<double>(got[k]) - expected[k]);
    const double scale = std::max(std::abs(expected[k]), absolute[k]);  // 0 for a class that the batch does not have
    if (!(apart <= within.gradient * scale)) of.fail(output, apart / scale);
  }
}

template <class T>
std::vector<index_t> read_labels(golden_case& of, const stacked_views<T>& z) {
  std::vector<index_t> labels = of.inputs.indices("labels");
  if (static_cast<index_t>(labels.size()) != z.samples) throw std::runtime_error("inputs.labels has an odd length");
  return labels;
}

}  // namespace mixcon_golden
