// SPDX-License-Identifier: BSD-3-Clause
// The plainest kernels that compute a loss and its gradient from the library's own pieces: statistics, similarities,
// targets and formulas. They show that these run on a device, and are no engine: one warp a row, no shared memory, no
// word between threads. Only standard CUDA words here, so that the same source also runs emulated (emulated.hpp).
#pragma once

#include <mixcon/engine/call/one_row.hpp>

namespace mixcon_test {

using mixcon::index_t;

/// Threads of a warp: each gathers a part of its row.
constexpr unsigned warp_size = 32;

/// One pair of a row, and what leads from its logit back to the anchor.
template <class T>
struct row_pair {
  mixcon::logit_pair<T> pair;
  mixcon::similarity_slopes<T> slopes;
  T scale;  // d logit / d similarity
};

/// What the kernels are asked, as a plain value that a launch carries: the rules of a pair as the engines have them,
/// and rows. All views are of device memory. Candidate c of an anchor is one of its `own` for c < k, and a shared one
/// after that.
template <class Rules>
struct row_problem : Rules {
  using T = typename Rules::number;
  using Loss = typename Rules::loss_type;
  using state = typename Rules::template state<T>;
  static constexpr int term_count = mixcon::term_count<Loss>;

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
    const T alike = this->similarity.value(dot, aa, cc);
    const T factor = shared < 0 ? T(1) : this->logits.template factor<T>(a, shared);
    return {shared < 0 ? this->own_pair(a, c, alike) : this->shared_pair(a, shared, alike),
            this->similarity.slopes(dot, aa, cc), this->scale * factor};
  }
};

/// A factor for each term of a formula: 1 / (sum of its divisors).
template <class T, int Terms>
struct term_factors {
  T of[static_cast<unsigned>(Terms)];
};

// grid: rows / 4;  block: 4 warps, one row each;  writes part (N, 32): what each thread saw
template <class Problem>
__global__ void gather_rows(Problem problem, typename Problem::state* part) {
  const index_t lane = threadIdx.x % warp_size;
  const index_t a = static_cast<index_t>(blockIdx.x) * (blockDim.x / warp_size) + threadIdx.x / warp_size;
  if (a >= problem.rows()) return;
  typename Problem::state seen{};
  for (index_t c = lane; c < problem.pairs(); c += warp_size) {
    const auto pair = problem.at(a, c).pair;
    seen.make_room(problem.statistics, pair);
    seen.observe(problem.statistics, pair);
  }
  part[a * warp_size + lane] = seen;
}

// one thread a row;  reads part (N, 32);  writes reading (N), and each term's value and divisor (N, terms)
template <class Problem>
__global__ void read_rows(Problem problem, const typename Problem::state* part, typename Problem::readings* reading,
                          typename Problem::T* value, typename Problem::T* divisor) {
  const index_t a = static_cast<index_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (a >= problem.rows()) return;
  using T = typename Problem::T;
  typename Problem::state row = part[a * warp_size];
  for (index_t lane = 1; lane < warp_size; ++lane) row.merge(problem.statistics, part[a * warp_size + lane]);
  reading[a] = row.read(problem.statistics, a);
  const auto use = mixcon::detail::use_of_row<typename Problem::Loss>({}, row.seen, 1.0);
  const auto total = mixcon::detail::total_of_formula<T, Problem::term_count>(
      mixcon::detail::formula_of_row(problem, reading[a]), use.counts ? T(1) : T(0));
  for (int n = 0; n < Problem::term_count; ++n) {
    value[a * Problem::term_count + n] = static_cast<T>(total.value[n]);
    divisor[a * Problem::term_count + n] = static_cast<T>(total.divisor[n]);
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
  const auto answer = mixcon::detail::formula_of_row(problem, reading[a]);
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
  const T* slopes = adjoint + a * (Problem::count + 1);
  by_logit[i] = problem.template logit_gradient<T>(reading[a], slopes, pair);
  by_target[i] = problem.template target_gradient<T>(reading[a], slopes, pair);
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
