// SPDX-License-Identifier: BSD-3-Clause
#include "evaluation/comparison.hpp"

#include "evaluation/student_t.hpp"

#include <mixcon/core/require.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <set>

namespace mixcon_train {
inline namespace evaluation {

namespace {

using by_seed = std::map<std::uint64_t, double>;

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// By N - 1; 0 of one value.
double deviation_of(const std::vector<double>& values) {
  if (values.size() < 2) return 0;
  double sum = 0;
  for (const double value : values) sum += (value - mean_of(values)) * (value - mean_of(values));
  return std::sqrt(sum / static_cast<double>(values.size() - 1));
}

void check_arms(const std::vector<arm_result>& arms, const std::string& reference) {
  std::set<std::string> names;
  for (const arm_result& arm : arms) {
    MIXCON_REQUIRE(names.insert(arm.name).second, "compared: two arms are called ", arm.name,
                   "; expected different names.");
    MIXCON_REQUIRE(!arm.runs.empty(), "compared: the arm ", arm.name, " has no runs; expected at least one.");
    std::set<std::uint64_t> seeds;
    for (const run_result& run : arm.runs) {
      MIXCON_REQUIRE(seeds.insert(run.seed).second, "compared: the arm ", arm.name, " has two runs with seed ",
                     run.seed, "; expected one of each.");
      MIXCON_REQUIRE(run.accuracy >= 0 && run.accuracy <= 1, "compared: the accuracy of ", arm.name, " with seed ",
                     run.seed, " is ", run.accuracy, "; expected a share in [0, 1].");
    }
  }
  MIXCON_REQUIRE(names.count(reference) > 0, "compared: no arm is called ", reference,
                 "; expected the name of one of them as the reference.");
}

/// None where they share no seed.
std::optional<paired_difference> difference_of(const by_seed& arm, const by_seed& reference,
                                               const comparison_options& options) {
  paired_difference found;
  for (const auto& [seed, accuracy] : arm)
    if (const auto other = reference.find(seed); other != reference.end())
      found.values.push_back(100 * (accuracy - other->second));
  if (found.values.empty()) return std::nullopt;
  found.mean = mean_of(found.values);
  if (found.values.size() < 2) return found;
  const index_t freedom = static_cast<index_t>(found.values.size()) - 1;
  const double error = deviation_of(found.values) / std::sqrt(static_cast<double>(found.values.size()));
  const double reach = student_t_bound(options.confidence, freedom) * error;
  found.low = found.mean - reach, found.high = found.mean + reach;
  found.p = error > 0 ? student_t_two_sided(found.mean / error, freedom) : found.mean == 0 ? 1 : 0;
  return found;
}

verdict verdict_of(const paired_difference& d, const comparison_options& options) {
  if (!d.low) return verdict::undecided;
  const bool told_apart = d.adjusted_p <= 1 - options.confidence + 1e-12;
  if (*d.low > 0 && told_apart) return verdict::supported;
  if (*d.high < 0 && told_apart) return verdict::refuted_here;
  if (*d.low >= -options.equivalence && *d.high <= options.equivalence) return verdict::equivalent;
  return verdict::undecided;
}

/// Corrects and judges the differences of all arms that have one.
void judge(const std::vector<paired_difference*>& all, const comparison_options& options) {
  std::vector<double> p;
  for (const paired_difference* one : all) p.push_back(one->p);
  const std::vector<double> adjusted = holm_adjusted(p);
  for (std::size_t k = 0; k < all.size(); ++k) {
    all[k]->adjusted_p = adjusted[k];
    all[k]->says = verdict_of(*all[k], options);
  }
}

/// When the first arm with each seed had ended, of those with a history: what trains nothing, such as raw pixels, has
/// none.
by_seed first_ends(const std::vector<arm_result>& arms) {
  by_seed ends;
  for (const arm_result& arm : arms)
    for (const run_result& run : arm.runs) {
      if (run.history.empty()) continue;
      const auto at = ends.try_emplace(run.seed, run.seconds).first;
      at->second = std::min(at->second, run.seconds);
    }
  return ends;
}

}  // namespace

const char* name_of(verdict v) {
  switch (v) {
    case verdict::supported:
      return "supported";
    case verdict::refuted_here:
      return "refuted here";
    case verdict::equivalent:
      return "equivalent";
    default:
      return "undecided";
  }
}

std::vector<double> holm_adjusted(const std::vector<double>& p) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p[a] < p[b]; });
  std::vector<double> adjusted(p.size());
  double least = 0;  // none is smaller than that of a smaller p
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    least = std::max(least, std::min(1.0, static_cast<double>(p.size() - rank) * p[order[rank]]));
    adjusted[order[rank]] = least;
  }
  return adjusted;
}

std::optional<double> accuracy_at(const std::vector<timed_score>& history, double seconds) {
  std::optional<double> found;
  double latest = -std::numeric_limits<double>::infinity();
  for (const timed_score& one : history)
    if (one.seconds <= seconds && one.seconds >= latest) found = one.accuracy, latest = one.seconds;
  return found;
}

comparison compared(const std::vector<arm_result>& arms, const std::string& reference,
                    const comparison_options& options) {
  check_arms(arms, reference);
  const by_seed ends = first_ends(arms);
  std::map<std::string, by_seed> at_end, at_equal_time;
  comparison made{.reference = reference};
  for (const arm_result& arm : arms) {
    std::vector<double> accuracies, seconds, early, calibrations;
    for (const run_result& run : arm.runs) {
      accuracies.push_back(run.accuracy), seconds.push_back(run.seconds);
      at_end[arm.name][run.seed] = run.accuracy;
      if (run.calibration) calibrations.push_back(*run.calibration);
      const auto end = ends.find(run.seed);
      if (end == ends.end()) continue;
      if (const auto then = accuracy_at(run.history, end->second)) {
        early.push_back(*then);
        at_equal_time[arm.name][run.seed] = *then;
      }
    }
    made.arms.push_back({.name = arm.name,
                         .runs = static_cast<index_t>(arm.runs.size()),
                         .mean = mean_of(accuracies),
                         .deviation = deviation_of(accuracies),
                         .seconds = mean_of(seconds)});
    if (calibrations.size() == arm.runs.size()) made.arms.back().calibration = mean_of(calibrations);
    if (!early.empty()) made.arms.back().equal_time = mean_of(early);
  }
  std::vector<paired_difference*> finals, earlies;
  for (arm_summary& arm : made.arms) {
    if (arm.name == reference) continue;
    arm.against = difference_of(at_end[arm.name], at_end[reference], options);
    arm.at_equal_time = difference_of(at_equal_time[arm.name], at_equal_time[reference], options);
    if (arm.against) finals.push_back(&*arm.against);
    if (arm.at_equal_time) earlies.push_back(&*arm.at_equal_time);
  }
  judge(finals, options);
  judge(earlies, options);
  return made;
}

}  // namespace evaluation
}  // namespace mixcon_train
