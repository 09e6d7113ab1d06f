// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Which sample mixes with which: identity, permutations, derangements, reversed and shifted batches.

#include <mixcon/core/config.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/core/tensor_traits.hpp>
#include <mixcon/mix/draw/draws.hpp>
#include <mixcon/mix/draw/partners.hpp>

#include <cstddef>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

/// Who mixes with whom. A pairing is called with the number of samples, or with what it looks at (labels in
/// pairing_by_class.hpp, features or distances in pairing_by_distance.hpp), and the draws; it returns the partners (N).
/// Most have `draw` too, which writes them into a list of before: of as many, nothing is allocated.
namespace mixcon::pairing {

namespace detail {

inline void require_samples(const char* who, index_t samples, index_t least = 1) {
  MIXCON_REQUIRE(samples >= least, "pairing::", who, ": the batch has ", samples, " samples; at least ", least,
                 least == 1 ? " is needed." : " are needed, or nobody has a partner. Is the last batch too small?");
}

template <Draws D>
void draw_permutation(const D& draws, field f, std::vector<index_t>& partner) {
  draws.permutation(f, view(partner));
}

/// The partners by a pairing that draws into a list.
template <class Pairing, class D>
std::vector<index_t> drawn(const Pairing& pairing, index_t samples, const D& draws) {
  std::vector<index_t> partner;
  pairing.draw(samples, draws, partner);
  return partner;
}

}  // namespace detail

/// Everybody keeps to oneself: no mixing.
inline std::vector<index_t> identity(index_t samples) { return mixcon::detail::counted(samples); }

/// Every permutation equally likely. Some samples may mix with themselves: one a batch, on average.
struct random_permutation {
  template <Draws D>
  std::vector<index_t> operator()(index_t samples, const D& draws) const {
    return detail::drawn(*this, samples, draws);
  }
  template <Draws D>
  void draw(index_t samples, const D& draws, std::vector<index_t>& partner) const {
    detail::require_samples("random_permutation", samples);
    partner.resize(static_cast<std::size_t>(samples));
    detail::draw_permutation(draws, "partner", partner);
  }
};

/// What a derangement does after `max_tries` permutations with a fixed point.
enum class failed_derangement {
  shift,  ///< partner i + s, s random in 1 .. N - 1: nobody mixes with himself
  keep    ///< one permutation more, whatever it is
};

/// A permutation in which nobody mixes with himself, all equally likely: drawn until one has no fixed point (e times on
/// average). Refuses one sample.
struct derangement {
  index_t max_tries = 64;  // all fail about once in 10^13 batches
  failed_derangement on_failure = failed_derangement::shift;

  struct drawn {
    std::vector<index_t> partner;
    index_t tries;  ///< permutations drawn: after a failure max_tries + 1, of which the last was not looked at
  };
  template <Draws D>
  drawn draw(index_t samples, const D& draws) const {
    drawn made{};
    made.tries = draw(samples, draws, made.partner);
    return made;
  }
  /// The same into a list of before; answers the tries.
  template <Draws D>
  index_t draw(index_t samples, const D& draws, std::vector<index_t>& partner) const {
    const bool keeps = on_failure == failed_derangement::keep;
    detail::require_samples("derangement", samples, keeps ? 1 : 2);
    MIXCON_REQUIRE(max_tries >= 0, "pairing::derangement: max_tries is ", max_tries, "; it must be >= 0.");
    partner.resize(static_cast<std::size_t>(samples));
    for (index_t k = 0; k < max_tries; ++k) {
      detail::draw_permutation(draws, field("partner").on_try(k), partner);
      if (!has_fixed_point(partner)) return k + 1;
    }
    if (keeps) {
      detail::draw_permutation(draws, field("partner").on_try(max_tries), partner);
    } else {
      const index_t by = draws.integer("partner_shift", 0, 1, samples);
      for (index_t i = 0; i < samples; ++i) partner[static_cast<std::size_t>(i)] = (i + by) % samples;
    }
    return max_tries + 1;
  }
  template <Draws D>
  std::vector<index_t> operator()(index_t samples, const D& draws) const {
    return draw(samples, draws).partner;
  }

 private:
  static bool has_fixed_point(const std::vector<index_t>& partner) {
    for (std::size_t i = 0; i < partner.size(); ++i)
      if (partner[i] == static_cast<index_t>(i)) return true;
    return false;
  }
};

/// N - 1 - i: pairs that are mutual. The middle one of an odd batch mixes with itself.
struct reverse {
  template <class D>
  std::vector<index_t> operator()(index_t samples, const D& draws) const {
    return detail::drawn(*this, samples, draws);
  }
  template <class D>
  void draw(index_t samples, const D& /*draws*/, std::vector<index_t>& partner) const {
    detail::require_samples("reverse", samples);
    mixcon::detail::count_up(samples, partner);
    for (index_t& i : partner) i = samples - 1 - i;
  }
};

/// (i + by) mod N, for any integer `by`.
struct shift {
  index_t by = 1;  ///< any integer
  template <class D>
  std::vector<index_t> operator()(index_t samples, const D& draws) const {
    return detail::drawn(*this, samples, draws);
  }
  template <class D>
  void draw(index_t samples, const D& /*draws*/, std::vector<index_t>& partner) const {
    detail::require_samples("shift", samples);
    mixcon::detail::count_up(samples, partner);
    const index_t forward = (by % samples + samples) % samples;
    for (index_t& i : partner) i = (i + forward) % samples;
  }
};

/// (i - by) mod N, for any integer `by`: the batch rolled along its first axis.
struct roll {
  index_t by = 1;  ///< any integer
  template <class D>
  std::vector<index_t> operator()(index_t samples, const D& draws) const {
    return detail::drawn(*this, samples, draws);
  }
  template <class D>
  void draw(index_t samples, const D& draws, std::vector<index_t>& partner) const {
    detail::require_samples("roll", samples);
    shift{.by = -(by % samples)}.draw(samples, draws, partner);
  }
};

/// A random member of a bank or queue of that size for every sample. Blend it with the bank as the partner batch.
struct from_bank {
  index_t size = 0;  ///< >= 1
  template <Draws D>
  std::vector<index_t> operator()(index_t samples, const D& draws) const {
    return detail::drawn(*this, samples, draws);
  }
  template <Draws D>
  void draw(index_t samples, const D& draws, std::vector<index_t>& partner) const {
    detail::require_samples("from_bank", samples);
    MIXCON_REQUIRE(size >= 1, "pairing::from_bank: the bank has ", size, " members; at least one is needed.");
    mixcon::detail::count_up(samples, partner);
    for (index_t& i : partner) i = draws.integer("partner", i, 0, size);
  }
};

}  // namespace mixcon::pairing

namespace mixcon::detail {

inline void require_batch(const char* policy, index_t samples) {
  MIXCON_REQUIRE(samples >= 1, policy, ": the batch has ", samples, " samples; at least one is needed.");
}

inline void require_partners(const char* policy, index_t samples, const std::vector<index_t>& partner) {
  MIXCON_REQUIRE(static_cast<index_t>(partner.size()) == samples, policy, ": the batch has ", samples,
                 " samples, what the pairing looks at has ", partner.size(),
                 "; expected one label, or one row, a sample.");
}

/// The partners of `samples` samples into a list, by a pairing that looks at what the caller hands on: labels,
/// features, distances.
template <class Pairing, Draws D, class... LookedAt>
void draw_partners(const char* policy, const Pairing& pairing, index_t samples, const D& draws,
                   std::vector<index_t>& partner, const LookedAt&... looked_at) {
  require_batch(policy, samples);
  constexpr bool looks_at_these =
      sizeof...(LookedAt) == 0 ? requires { pairing(samples, draws); } : requires { pairing(looked_at..., draws); };
  static_assert(looks_at_these,
                "mixcon: this pairing looks at something else than plan was given after the draws; same_class and "
                "different_class look at labels (N), nearest ones at features (N, D), of types whose adapter is "
                "included, and random_permutation and its like at nothing");
  if constexpr (looks_at_these) {
    const auto draw = [&](const auto&... seen) {
      if constexpr (requires { pairing.draw(seen..., draws, partner); })
        pairing.draw(seen..., draws, partner);
      else
        partner = pairing(seen..., draws);
    };
    if constexpr (sizeof...(LookedAt) == 0) {
      draw(samples);
    } else {
      draw(looked_at...);
      require_partners(policy, samples, partner);
    }
  }
}
/// The same in a list of their own.
template <class Pairing, Draws D, class... LookedAt>
std::vector<index_t> partners_by(const char* policy, const Pairing& pairing, index_t samples, const D& draws,
                                 const LookedAt&... looked_at) {
  std::vector<index_t> partner;
  draw_partners(policy, pairing, samples, draws, partner, looked_at...);
  return partner;
}

/// The partners of a policy that is switched off.
inline std::vector<index_t> unmixed(const char* policy, index_t samples) {
  require_batch(policy, samples);
  return counted(samples);
}
/// Partners and lambda of a policy that is switched off, into a plan of before.
template <class Plan>
void plan_unmixed(const char* policy, index_t samples, Plan& plan) {
  require_batch(policy, samples);
  count_up(samples, plan.partner);
  plan.lambda.assign(1, 1.0);
}

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
