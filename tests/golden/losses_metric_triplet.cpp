// SPDX-License-Identifier: BSD-3-Clause
// The kinds of losses_metric.json that look at triplets, or at both rows of a pair.
#include "golden/loss_checks.hpp"

#include <algorithm>

namespace mixcon_golden {
namespace {

using namespace mixcon;

/// Distances of rows, as they are or made unit rows; nothing but Euclidean ones is known.
negative_distance read_distance(golden_case& of) {
  const std::string name = of.params.word("distance", "euclidean");
  if (name != "euclidean") throw std::runtime_error("unknown distance " + name);
  const rows form = of.params.flag("normalize", true) ? rows::unit : rows::as_given;
  return {form, form};
}

/// A loss over labelled rows. In float as for kinds without logits.
template <class T, class Objective>
void check_rows(golden_case& of, const named_engine& by, const Objective& criterion, const matrix<T>& z,
                const label_targets& targets) {
  matrix<T> gradient = zeros_like(z);
  const T value = value_and_grad(by, criterion, targets, z.view(), gradient.view());
  const tolerance within = std::is_same_v<T, double> ? tolerance{} : tolerance{1e-4, 1e-4};
  expect_loss(of, value, within);
  expect_gradient(of, "grad_z", gradient.numbers, within);
}

std::vector<triplet> read_triplets(golden_case& of) {
  const array listed = of.output("triplets");
  std::vector<triplet> all;
  for (std::size_t i = 0; i + 2 < listed.data.size(); i += 3)
    all.push_back({static_cast<index_t>(listed.data[i]), static_cast<index_t>(listed.data[i + 1]),
                   static_cast<index_t>(listed.data[i + 2])});
  return all;
}
/// Mined triplets are compared in double alone; their order does not matter.
template <class T>
void expect_triplets(golden_case& of, std::vector<triplet> found) {
  if (!of.lists("triplets")) return;
  std::vector<triplet> expected = read_triplets(of);
  const auto before = [](const triplet& a, const triplet& b) {
    return std::vector{a.anchor, a.positive, a.negative} < std::vector{b.anchor, b.positive, b.negative};
  };
  std::sort(expected.begin(), expected.end(), before);
  std::sort(found.begin(), found.end(), before);
  if (std::is_same_v<T, double> && found != expected) of.fail("triplets");
}

template <class T>
void check_batch_hard(golden_case& of, const named_engine& by, const matrix<T>& z, const label_targets& targets) {
  const batch_hard_triplet loss{.margin = of.params.number("margin"), .soft = of.params.flag("smooth", false)};
  of.params.number("mining_margin", 0);  // of no use where the hardest are taken
  const objective criterion{loss, read_distance(of)};
  check_rows(of, by, criterion, z, targets);
  saved_statistics<std::remove_const_t<decltype(criterion)>, T> saved;
  forward(reading_engine(by), criterion, targets, z.view(), saved);
  std::vector<triplet> found;
  for (index_t a = 0; a < z.rows; ++a) {
    const auto at = static_cast<std::size_t>(a);
    const auto& reading = saved.rows.reading[at];
    if (saved.rows.used[at]) found.push_back({a, get<0>(reading).where, get<1>(reading).where});
  }
  expect_triplets<T>(of, found);
}

template <class T>
void check_triplet(golden_case& of, const named_engine& by) {
  const matrix<T> z = read_matrix<T>(of, "z");
  const std::vector<index_t> labels = of.inputs.indices("labels");
  const label_targets targets{.labels = labels};
  const std::string reduction = of.params.word("reduction", "mean_nonzero"), mining = of.params.word("mining", "all");
  if (reduction != "mean_nonzero") throw std::runtime_error("unknown reduction " + reduction);
  if (mining == "batch_hard") return check_batch_hard(of, by, z, targets);
  triplet_margin loss{.margin = of.params.number("margin"), .soft = of.params.flag("smooth", false)};
  if (mining == "hard")
    loss.mined = triplets::hard;
  else if (mining == "semihard")
    loss.mined = triplets::semi_hard;
  else if (mining != "all")
    throw std::runtime_error("unknown mining " + mining);
  if (of.params.has("mining_margin")) loss.mining_margin = of.params.number("mining_margin");
  const objective criterion{loss, read_distance(of)};
  check_rows(of, by, criterion, z, targets);
  expect_triplets<T>(of, mined_triplets(criterion, targets, z.view()));
}

template <class T>
void check_lifted(golden_case& of, const named_engine& by) {
  const matrix<T> z = read_matrix<T>(of, "z");
  const std::vector<index_t> labels = of.inputs.indices("labels");
  const lifted_structure loss{.positive_margin = of.params.number("pos_margin"),
                              .negative_margin = of.params.number("neg_margin")};
  check_rows(of, by, objective{loss, read_distance(of)}, z, {.labels = labels});
}

const known_loss triplet_kind{"triplet", check_triplet<double>, check_triplet<float>};
const known_loss lifted{"lifted_structure", check_lifted<double>, check_lifted<float>};

}  // namespace
}  // namespace mixcon_golden
