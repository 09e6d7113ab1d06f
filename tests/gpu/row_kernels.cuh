// SPDX-License-Identifier: BSD-3-Clause
// The plainest kernels that compute a loss and its gradient from the library's own pieces: statistics, similarities,
// targets and formulas. They show that these run on a device, and are no engine: one warp a row, no shared memory, no
// word between threads. Only standard CUDA words here, so that the same source also runs emulated (emulated.hpp).
#pragma once

#include <mixcon/contrast/logits.hpp>
#include <mixcon/contrast/loss.hpp>
#include <mixcon/contrast/similarity.hpp>

namespace mixcon_test {

using mixcon::index_t;

/// Threads of a warp: each gathers a part of its row.
constexpr unsigned warp_size = 32;

template <class Statistics, class T>
struct row_values;
template <class... S, class T>
struct row_values<mixcon::pack<S...>, T> {
  using states = mixcon::pack<typename S::template state<T>...>;
  using readings = mixcon::pack<typename S::template reading<T>...>;
};

/// One pair of a row, and what leads from its logit back to the anchor.
template <class T>
struct row_pair {
  mixcon::logit_pair<T> pair;
  mixcon::similarity_slopes<T> slopes;
  T scale;  // d logit / d similarity
};

/// What the kernels are asked, as a plain value that a launch carries. All views are of device memory. Candidate c of
/// an anchor is one of its `own` for c < k, and a shared one after that.
template <class Number, class LossType, class Similarity, class Logits, class Rule>
struct row_problem {
  using T = Number;
  using Loss = LossType;
  using statistics_type = typename mixcon::loss_traits<Loss>::statistics;
  using states = typename row_values<statistics_type, T>::states;
  using readings = typename row_values<statistics_type, T>::readings;
  static constexpr int count = statistics_type::size;
  static constexpr int term_count = mixcon::term_count<Loss>;

  Loss loss;
  statistics_type statistics;  // made on the host: `statistics()` is no device function
  Similarity similarity;
  Logits logits;
  Rule rule;
  T scale;
  mixcon::matrix_view<const T> anchors, candidates;  // (N, D), (M, D), of the form that the similarity asks for
  mixcon::tensor_view<const T, 3> own;               // (N, k, D)

  MIXCON_HD index_t rows() const { return anchors.extent(0); }
  MIXCON_HD index_t pairs() const { return own.extent(1) + candidates.extent(0); }
  MIXCON_HD T candidate(index_t a, index_t c, index_t k) const {
    const index_t owned = own.extent(1);
    return c < owned ? own(a, c, k) : candidates(c - owned, k);
  }

  MIXCON_HD row_pair<T> at(index_t a, index_t c) const {
    T dot = 0, aa = 0, cc = 0;
    for (index_t k = 0; k < anchors.extent(1); ++k) {
      const T x = anchors(a, k), y = candidate(a, c, k);
      dot += x * y, aa += x * x, cc += y * y;
    }
    const index_t shared = c - own.extent(1);
    const T factor = shared < 0 ? T(1) : logits.template factor<T>(a, shared);
    const T offset = logits.template offset<T>(a, shared < 0 ? 0 : shared);
    const T x = similarity.value(dot, aa, cc) * (scale * factor) + offset;
    const mixcon::role<T> role = role_of(a, c);
    return {{x, role.weight, role.target, role.positive, c}, similarity.slopes(dot, aa, cc), scale * factor};
  }

  MIXCON_HD void observe(states& seen, const mixcon::logit_pair<T>& pair) const {
    mixcon::for_each_position<count>([&](auto position) {
      constexpr int k = decltype(position)::value;
      const auto& statistic = get<k>(statistics);
      if constexpr (requires { statistic.make_room(get<k>(seen), statistic.height(pair)); })
        statistic.make_room(get<k>(seen), statistic.height(pair));
      statistic.observe(get<k>(seen), pair);
    });
  }
  MIXCON_HD void merge(states& into, const states& other) const {
    mixcon::for_each_position<count>([&](auto position) {
      constexpr int k = decltype(position)::value;
      get<k>(statistics).merge(get<k>(into), get<k>(other));
    });
  }
  /// The formula at an anchor, with its derivatives.
  MIXCON_HD auto formula(const readings& reading) const {
    T values[static_cast<unsigned>(count)];
    mixcon::for_each_position<count>([&](auto position) {
      constexpr int k = decltype(position)::value;
      values[k] = get<k>(reading).value;
    });
    return mixcon::evaluate_formula<Loss, T>(loss, values, scale);
  }

 private:
  MIXCON_HD mixcon::role<T> role_of(index_t a, index_t c) const {
    const index_t owned = own.extent(1);
    if constexpr (requires { rule.template own<T>(a, c); }) {
      if (c < owned) return rule.template own<T>(a, c);
    }
    return rule.template at<T>(a, c - owned);
  }
};

/// A factor for each term of a formula: 1 / (sum of its divisors).
template <class T, int Terms>
struct term_factors {
  T of[static_cast<unsigned>(Terms)];
};

// grid: rows / 4;  block: 4 warps, one row each;  writes part (N, 32): what each thread saw
template <class Problem>
__global__ void gather_rows(Problem problem, typename Problem::states* part) {
  const index_t lane = threadIdx.x % warp_size;
  const index_t a = static_cast<index_t>(blockIdx.x) * (blockDim.x / warp_size) + threadIdx.x / warp_size;
  if (a >= problem.rows()) return;
  typename Problem::states seen{};
  for (index_t c = lane; c < problem.pairs(); c += warp_size) problem.observe(seen, problem.at(a, c).pair);
  part[a * warp_size + lane] = seen;
}

// one thread a row;  reads part (N, 32);  writes reading (N), and each term's value and divisor (N, terms)
template <class Problem>
__global__ void read_rows(Problem problem, const typename Problem::states* part, typename Problem::readings* reading,
                          typename Problem::T* value, typename Problem::T* divisor) {
  const index_t a = static_cast<index_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (a >= problem.rows()) return;
  typename Problem::states row = part[a * warp_size];
  for (index_t lane = 1; lane < warp_size; ++lane) problem.merge(row, part[a * warp_size + lane]);
  mixcon::for_each_position<Problem::count>([&](auto position) {
    constexpr int k = decltype(position)::value;
    get<k>(reading[a]) = mixcon::read(get<k>(problem.statistics), get<k>(row), a);
  });
  const auto answer = problem.formula(reading[a]);
  for (int n = 0; n < Problem::term_count; ++n) {
    value[a * Problem::term_count + n] = answer.of[n].value.value;
    divisor[a * Problem::term_count + n] = answer.of[n].divisor;
  }
}

// one thread a row;  writes statistic (N, count): their values;  adjoint (N, count + 1): d loss / d statistic and,
// last, / d logit scale
template <class Problem>
__global__ void differentiate_rows(Problem problem, const typename Problem::readings* reading,
                                   term_factors<typename Problem::T, Problem::term_count> factors,
                                   typename Problem::T* statistic, typename Problem::T* adjoint) {
  const index_t a = static_cast<index_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (a >= problem.rows()) return;
  mixcon::for_each_position<Problem::count>([&](auto position) {
    constexpr int k = decltype(position)::value;
    statistic[a * Problem::count + k] = get<k>(reading[a]).value;
  });
  const auto answer = problem.formula(reading[a]);
  for (int k = 0; k <= Problem::count; ++k) {
    typename Problem::T sum = 0;
    for (int n = 0; n < Problem::term_count; ++n) sum += factors.of[n] * answer.of[n].value.partial[k];
    adjoint[a * (Problem::count + 1) + k] = sum;
  }
}

// one thread a pair;  writes by_logit, by_target (N, k + M): d loss / d logit and d loss / d target
template <class Problem>
__global__ void weigh_pairs(Problem problem, const typename Problem::readings* reading,
                            const typename Problem::T* adjoint, typename Problem::T* by_logit,
                            typename Problem::T* by_target) {
  using T = typename Problem::T;
  const index_t i = static_cast<index_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i >= problem.rows() * problem.pairs()) return;
  const index_t a = i / problem.pairs();
  const mixcon::logit_pair<T> pair = problem.at(a, i % problem.pairs()).pair;
  T logit_sum = 0, target_sum = 0;
  mixcon::for_each_position<Problem::count>([&](auto position) {
    constexpr int k = decltype(position)::value;
    const T factor = adjoint[a * (Problem::count + 1) + k];
    logit_sum += factor * get<k>(problem.statistics).slope(get<k>(reading[a]), pair);
    target_sum += factor * get<k>(problem.statistics).target_slope(get<k>(reading[a]), pair);
  });
  by_logit[i] = logit_sum;
  by_target[i] = target_sum;
}

// one thread an entry;  reads by_logit (N, k + M);  writes gradient (N, D): by the anchors as they are packed
template <class Problem>
__global__ void push_anchors(Problem problem, const typename Problem::T* by_logit, typename Problem::T* gradient) {
  using T = typename Problem::T;
  const index_t width = problem.anchors.extent(1);
  const index_t i = static_cast<index_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i >= problem.rows() * width) return;
  const index_t a = i / width, k = i % width;
  T sum = 0;
  for (index_t c = 0; c < problem.pairs(); ++c) {
    const row_pair<T> at = problem.at(a, c);
    const T towards = at.slopes.other * problem.candidate(a, c, k) + at.slopes.own * problem.anchors(a, k);
    sum += by_logit[a * problem.pairs() + c] * at.scale * towards;
  }
  gradient[i] = sum;
}

/// What an evaluation of a formula leaves: for each term its value, its divisor and its slopes.
template <class Loss>
constexpr int formula_results = mixcon::term_count<Loss> * (mixcon::loss_traits<Loss>::inputs + 3);

/// The formula at numbers, the last of which is the logit scale.
template <class Loss, class T>
MIXCON_HD void write_formula(const Loss& loss, const T* numbers, T* results) {
  constexpr int inputs = mixcon::loss_traits<Loss>::inputs;
  const auto answer = mixcon::evaluate_formula<Loss, T>(loss, numbers, numbers[inputs]);
  for (int n = 0; n < mixcon::term_count<Loss>; ++n) {
    *results++ = answer.of[n].value.value;
    *results++ = answer.of[n].divisor;
    for (int k = 0; k <= inputs; ++k) *results++ = answer.of[n].value.partial[k];
  }
}

// one thread an evaluation;  reads numbers (count, inputs + 1);  writes results (count, formula_results)
template <class Loss, class T>
__global__ void evaluate_formulas(Loss loss, const T* numbers, index_t count, T* results) {
  const index_t i = static_cast<index_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i >= count) return;
  write_formula<Loss, T>(loss, numbers + i * (mixcon::loss_traits<Loss>::inputs + 1),
                         results + i * formula_results<Loss>);
}

}  // namespace mixcon_test
