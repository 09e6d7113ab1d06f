// SPDX-License-Identifier: BSD-3-Clause
// Whether one way to train is better than another: the same seeds for both, and differences in pairs.
#pragma once

#include <mixcon/core/config.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mixcon_train {
inline namespace evaluation {

using mixcon::index_t;

/// An accuracy, as a share, at a time of a run in seconds.
struct timed_score {
  double seconds = 0, accuracy = 0;
};

/// What became of a run. `history` holds what was measured on the way, by rising time; it may be empty.
struct run_result {
  std::uint64_t seed = 0;
  double accuracy = 0;  ///< at the end, by the measure that is compared; a share in [0, 1]
  double seconds = 0;   ///< how long it trained
  std::vector<timed_score> history{};
  std::optional<double> calibration{};  ///< expected calibration error, where the accuracy is a classifier's
};

/// The runs of one way to train. Runs of two arms with the same seed share split, first weights, order and views.
struct arm_result {
  std::string name{};
  std::vector<run_result> runs{};
};

enum class verdict { supported, refuted_here, equivalent, undecided };
/// "supported", "refuted here", "equivalent", "undecided".
const char* name_of(verdict v);

/// An arm minus the reference, in points (hundredths), over the seeds that both have.
struct paired_difference {
  std::vector<double> values{};  ///< one a pair, by rising seed
  double mean = 0;
  std::optional<double> low{}, high{};  ///< of the t interval; none with fewer than two pairs
  double p = 1;                         ///< of a mean this far from 0 where there is no difference, two-sided
  double adjusted_p = 1;                ///< the same after Holm's correction over the arms
  verdict says = verdict::undecided;
};

struct arm_summary {
  std::string name{};
  index_t runs = 0;
  double mean = 0, deviation = 0;       ///< of the accuracy over runs, a share; deviation by runs - 1, 0 with one run
  double seconds = 0;                   ///< mean over runs
  std::optional<double> calibration{};  ///< mean over runs, where all have it
  std::optional<double> equal_time{};   ///< mean accuracy when the fastest arm of each seed had ended
  std::optional<paired_difference> against{};  ///< the reference has none
  std::optional<paired_difference> at_equal_time{};
};

struct comparison {
  std::string reference{};
  std::vector<arm_summary> arms{};  ///< in the order of what was given
};

struct comparison_options {
  double confidence = 0.95;  ///< of the interval; 1 minus this is the level of Holm's correction
  double equivalence = 0.3;  ///< points; an interval inside of +- this many says that it makes no difference
};

/// Compares every arm with the one called `reference`. A difference is *supported* when the lower end of its interval
/// is above 0, *refuted here* when the upper end is below 0 (either of them only when Holm's correction over all arms
/// leaves p at or below 1 - confidence; with one arm that says the same), *equivalent* when both ends lie within
/// +- equivalence, and *undecided* otherwise.
/// At equal time: for each seed, what each arm had reached by its history when the first arm with this seed had ended;
/// runs without a history, such as those of raw pixels, take no part.
/// Refuses a reference that is not there, no runs, a seed or a name that comes twice, and accuracies outside of [0, 1].
/// Holm 1979, Scandinavian Journal of Statistics 6, 65-70.
comparison compared(const std::vector<arm_result>& arms, const std::string& reference,
                    const comparison_options& options = {});

/// p after Holm's correction, in the order given.
std::vector<double> holm_adjusted(const std::vector<double>& p);

/// The last accuracy that was measured at or before a time; none when there is none.
std::optional<double> accuracy_at(const std::vector<timed_score>& history, double seconds);

}  // namespace evaluation
}  // namespace mixcon_train
