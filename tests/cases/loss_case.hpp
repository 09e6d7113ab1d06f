// SPDX-License-Identifier: BSD-3-Clause
// The case table: one row a public loss. What a row says drives the checks of values, gradients, properties, extremes,
// threads and refusals, and the benchmark; README.md tells how to write one.
#pragma once

#include "support/agreement.hpp"
#include "support/any_engine.hpp"
#include "support/embeddings.hpp"

#include <mixcon/mixcon.hpp>

#include <algorithm>
#include <string>
#include <type_traits>
#include <vector>

namespace mixcon_test {

using table = matrix<long double>;

/// How large the arguments are to be: samples, width of a row, classes that labels are drawn from.
struct case_sizes {
  index_t samples = 5, width = 3, classes = 3;
};

/// The arguments of one call. What is differentiable stands in `rows` and `parameters`.
struct loss_arguments {
  std::vector<matrix<double>> rows;  // embeddings, classifiers, proxies, logits, soft targets: what has a gradient
  std::vector<double> parameters;    // numbers that have a gradient: temperature, scale, bias
  std::vector<int> labels;
  std::vector<index_t> partner;
  std::vector<double> constants;  // numbers without a gradient: lambda, weights
};

/// What a loss answers: its value and the gradient by each of `rows` and `parameters`, in their order.
template <class T>
struct loss_answer {
  T value{};
  std::vector<matrix<T>> by_rows;
  std::vector<double> by_parameters;
};

/// The reference's answer, and the largest |logit| that it saw: float's rounding grows with it.
struct reference_answer {
  long double value = 0, largest_logit = 1;
  reference_answer() = default;
  reference_answer(long double v, long double logit = 1) : value(v), largest_logit(logit) {}
};

/// An argument that a loss must refuse, and words that its sentence must have.
struct refused_argument {
  std::string name;
  void (*spoil)(loss_arguments&);
  std::string says;
};

/// A row of the table with its types erased: the drivers are compiled once.
struct loss_case {
  std::string name;
  int temperature = 0;               // which of the parameters is a temperature; -1: none
  bool has_kinks = false;            // not differentiable where a hinge, a maximum or a choice changes
  bool rotates = true;               // an orthogonal map of all rows leaves the value
  bool permutes = true;              // the samples' order does not matter
  bool scales = false;               // the length of a row does not matter: the loss normalises
  bool is_for_unit_rows = false;     // expects rows of about unit length: no others are tried
  index_t least_samples = 2;         // fewer are refused, or have no loss
  index_t benchmark_samples = 4096;  // fewer for losses of higher order
  double slack = 1;                  // how many times the usual rounding the formula amplifies; say why in the row

  loss_arguments (*draw)(const case_sizes&, random_numbers&) = nullptr;
  void (*make_usual)(loss_arguments&) = nullptr;  // sets options as a benchmark has them; null: there is nothing to set
  loss_answer<double> (*in_double)(const any_engine&, const loss_arguments&,
                                   const std::vector<matrix<double>>&) = nullptr;
  loss_answer<float> (*in_float)(const any_engine&, const loss_arguments&, const std::vector<matrix<float>>&) = nullptr;
  reference_answer (*reference)(const loss_arguments&, const std::vector<table>& rows,
                                const std::vector<table>& constant) = nullptr;
  std::vector<refused_argument> refusals;
};

/// All rows, in the order of the alphabet.
std::vector<loss_case>& loss_cases();

/// Adds a row to the table, when it stands at namespace scope: `const known_case<nt_xent_case> row;`
template <class Row>
struct known_case {
  known_case() {
    loss_case c;
    c.name = Row::name;
    if constexpr (requires { Row::temperature; }) c.temperature = Row::temperature;
    if constexpr (requires { Row::has_kinks; }) c.has_kinks = Row::has_kinks;
    if constexpr (requires { Row::rotates; }) c.rotates = Row::rotates;
    if constexpr (requires { Row::permutes; }) c.permutes = Row::permutes;
    if constexpr (requires { Row::scales; }) c.scales = Row::scales;
    if constexpr (requires { Row::is_for_unit_rows; }) c.is_for_unit_rows = Row::is_for_unit_rows;
    if constexpr (requires { Row::least_samples; }) c.least_samples = Row::least_samples;
    if constexpr (requires { Row::benchmark_samples; }) c.benchmark_samples = Row::benchmark_samples;
    if constexpr (requires { Row::slack; }) c.slack = Row::slack;
    c.draw = Row::draw;
    if constexpr (requires(loss_arguments& given) { Row::usual(given); }) c.make_usual = Row::usual;
    c.in_double = Row::template answer<double>;
    c.in_float = Row::template answer<float>;
    c.reference = Row::reference;
    c.refusals = Row::refusals();
    auto& all = loss_cases();
    all.insert(std::upper_bound(all.begin(), all.end(), c,
                                [](const loss_case& a, const loss_case& b) { return a.name < b.name; }),
               c);
  }
};

/// The rows of the arguments in another type.
template <class T>
std::vector<matrix<T>> rows_in(const loss_arguments& given) {
  std::vector<matrix<T>> rows;
  for (const auto& m : given.rows) rows.push_back(converted<T>(m));
  return rows;
}
template <class T>
loss_answer<T> answer_of(const loss_case& loss, const any_engine& by, const loss_arguments& given) {
  if constexpr (std::is_same_v<T, double>)
    return loss.in_double(by, given, given.rows);
  else
    return loss.in_float(by, given, rows_in<float>(given));
}

/// An answer with room for every gradient.
template <class T>
loss_answer<T> room_for(const loss_arguments& given, const std::vector<matrix<T>>& rows) {
  loss_answer<T> answer;
  for (const auto& m : rows) answer.by_rows.push_back(zeros_like(m));
  answer.by_parameters.resize(given.parameters.size());
  return answer;
}

/// Two views, z1 and z2, and a temperature of 0.2 to 1: what most losses of pairs take.
inline loss_arguments draw_two_views(const case_sizes& sizes, random_numbers& draw) {
  loss_arguments given;
  for (int view = 0; view < 2; ++view)
    given.rows.push_back(random_embeddings<double>(sizes.samples, sizes.width, draw));
  given.parameters = {draw.uniform(0.2, 1)};
  return given;
}
/// Embeddings z, their labels, and a temperature of 0.2 to 1.
inline loss_arguments draw_labelled(const case_sizes& sizes, random_numbers& draw) {
  loss_arguments given;
  given.rows.push_back(random_embeddings<double>(sizes.samples, sizes.width, draw));
  given.labels = random_labels(sizes.samples, sizes.classes, draw);
  given.parameters = {draw.uniform(0.2, 1)};
  return given;
}

}  // namespace mixcon_test
