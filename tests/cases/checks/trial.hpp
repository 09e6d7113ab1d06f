// SPDX-License-Identifier: BSD-3-Clause
// One set of random arguments, from the reasonable to the absurd, and what becomes of it.
#pragma once

#include "cases/loss_case.hpp"
#include "support/agreement.hpp"

#include <cmath>
#include <sstream>
#include <stdexcept>
#include <string>

namespace mixcon_test {

/// Temperatures from 0.001 to 1000, rows from tiny to huge where the loss takes any, entries of 0, rows that coincide.
inline loss_arguments draw_absurd(const loss_case& loss, random_numbers& draw) {
  const case_sizes sizes{draw.between(loss.least_samples, loss.least_samples + 3), draw.between(1, 4), 2};
  loss_arguments given = loss.draw(sizes, draw);
  if (loss.temperature >= 0)
    given.parameters[static_cast<std::size_t>(loss.temperature)] =
        std::exp(draw.uniform(std::log(1e-3), std::log(1e3)));
  if (loss.is_for_unit_rows) return given;
  const double far = loss.scales ? 30 : 8;
  const double size = std::exp(draw.uniform(-far, far));
  for (auto& m : given.rows) {
    for (double& x : m.entries()) x *= draw.chance(0.1) ? 0 : size;
    if (m.rows() > 1 && draw.chance(0.2))
      for (index_t k = 0; k < m.width(); ++k) m(1, k) = m(0, k);
  }
  return given;
}

enum class outcome { finite, refused, not_finite };

template <class T>
outcome try_loss(const loss_case& loss, const any_engine& by, const loss_arguments& given) {
  try {
    const loss_answer<T> found = answer_of<T>(loss, by, given);
    bool finite = std::isfinite(found.value);
    for (const auto& m : found.by_rows) finite = finite && all_finite(m);
    for (const double x : found.by_parameters) finite = finite && std::isfinite(x);
    return finite ? outcome::finite : outcome::not_finite;
  } catch (const std::invalid_argument&) {
    return outcome::refused;
  }
}

inline std::string described(const loss_arguments& given) {
  std::ostringstream text;
  text.precision(17);
  for (const auto& m : given.rows) text << m << '\n';
  text << "parameters";
  for (const double p : given.parameters) text << ' ' << p;
  text << "\nlabels";
  for (const int label : given.labels) text << ' ' << label;
  text << "\nconstants";
  for (const double c : given.constants) text << ' ' << c;
  return text.str();
}

}  // namespace mixcon_test
