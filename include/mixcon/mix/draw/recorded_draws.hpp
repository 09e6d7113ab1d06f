// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Draws from stored numbers instead of random ones, to replay another program or to test.

#include <mixcon/mix/draw/draws.hpp>

#include <string>
#include <utility>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Answers from stored numbers: what another program drew, or what a test wants to have been drawn.
///
///   recorded_draws draws;
///   draws.record("lambda", {0.25});           // one number for the batch, or one a sample
///   draws.record("partner", {2, 0, 1});       // a permutation
///   draws.record(field("box_row").on_try(3), {5});
///
/// A number is returned as it was recorded, and refused when the question does not allow it (out of range, or nothing
/// recorded under that name and try).
class recorded_draws {
 public:
  void record(field f, std::vector<double> numbers) {
    records_.push_back({f.name(), f.repeated(), (std::move)(numbers)});
  }

  double uniform(field f, index_t sample, double low, double high) const {
    const double drawn = number(f, sample);
    MIXCON_REQUIRE(drawn >= low && drawn < high, "recorded_draws: \"", f.name(), "\" is ", drawn, " for sample ",
                   sample, "; the policy asks for a number in [", low, ", ", high, "). Do shape and parameters match?");
    return drawn;
  }
  index_t integer(field f, index_t sample, index_t low, index_t high) const {
    const double drawn = number(f, sample);
    const bool fits = drawn >= static_cast<double>(low) && drawn < static_cast<double>(high);
    MIXCON_REQUIRE(fits && drawn == static_cast<double>(static_cast<index_t>(drawn)), "recorded_draws: \"", f.name(),
                   "\" is ", drawn, " for sample ", sample, "; the policy asks for an integer in [", low, ", ", high,
                   "). Do shape and parameters match?");
    return static_cast<index_t>(drawn);
  }
  double normal(field f, index_t sample) const { return number(f, sample); }
  double beta(field f, index_t sample, double /*a*/, double /*b*/) const { return uniform_closed(f, sample); }
  void dirichlet(field f, index_t sample, vector_view<const double> concentration, vector_view<double> weights) const {
    const index_t width = concentration.extent(0);
    for (index_t k = 0; k < width; ++k) weights[k] = uniform_closed(f, sample * width + k);
  }
  void permutation(field f, vector_view<index_t> order) const {
    const index_t n = order.extent(0);
    std::vector<char> taken(static_cast<std::size_t>(n), 0);
    for (index_t i = 0; i < n; ++i) {
      order[i] = integer(f, i, 0, n);
      char& again = taken[static_cast<std::size_t>(order[i])];
      MIXCON_REQUIRE(again == 0, "recorded_draws: \"", f.name(), "\" names ", order[i],
                     " twice; a permutation has every number once.");
      again = 1;
    }
  }
  const recorded_draws& within(field /*policy*/) const { return *this; }

 private:
  struct kept {
    std::string name;
    index_t repeated;
    std::vector<double> numbers;
  };

  double uniform_closed(field f, index_t place) const {
    const double drawn = number(f, place);
    MIXCON_REQUIRE(drawn >= 0 && drawn <= 1, "recorded_draws: \"", f.name(), "\" is ", drawn, " at place ", place,
                   "; the policy asks for a number in [0, 1].");
    return drawn;
  }
  double number(field f, index_t place) const {
    for (const kept& entry : records_) {
      if (entry.name != f.name() || entry.repeated != f.repeated()) continue;
      MIXCON_REQUIRE(place < static_cast<index_t>(entry.numbers.size()), "recorded_draws: \"", f.name(), "\" has ",
                     entry.numbers.size(), " numbers, the policy asks for number ", place,
                     ". Was it recorded for a smaller batch, or another granularity?");
      return entry.numbers[static_cast<std::size_t>(place)];
    }
    MIXCON_REQUIRE(false, "recorded_draws: nothing is recorded for \"", f.name(), "\", try ", f.repeated(),
                   "; record it, or check the name.");
    return 0;
  }

  std::vector<kept> records_;
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
