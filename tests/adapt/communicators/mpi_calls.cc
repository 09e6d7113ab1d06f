// SPDX-License-Identifier: BSD-3-Clause
// usage: mpirun -np W mpi_calls compare|differ|throw|die|absent
//
// What check_mpi.py runs: calls over the processes of MPI, right ones and such as must end.
#include "support/agreement.hpp"
#include "support/embeddings.hpp"

#include <mixcon/adapt/communicators/mpi.hpp>
#include <mixcon/engine/executor.hpp>
#include <mixcon/losses/clip.hpp>
#include <mixcon/losses/info_nce.hpp>
#include <mixcon/losses/lifted_structure.hpp>
#include <mixcon/ranks/ranks.hpp>

#include <csignal>
#include <cstdio>
#include <string>

using namespace mixcon;
using namespace mixcon_test;

namespace {

constexpr index_t number = 41, width = 7;

/// Rows [first, last) of rank r: uneven, and none on the second of more than two.
index_t first_of(index_t rank, index_t ranks) {
  if (rank == ranks) return number;
  const index_t even = number * rank / ranks;
  return ranks > 2 && rank == 2 ? first_of(1, ranks) : even + rank % 2;
}

bool is_near(const char* what, long double got, long double expected, long double bound) {
  if (got - expected <= bound && expected - got <= bound) return true;
  std::printf("%s: %.17Lg, expected %.17Lg within %.3Lg\n", what, got, expected, bound);
  return false;
}

template <class Objective, class Targets, class MyTargets>
bool agrees(const char* name, const mpi_ranks& world, const Objective& criterion, const Targets& targets,
            const MyTargets& mine, exchange_form form) {
  random_numbers draw(3);
  const auto z = random_embeddings<double>(number, width, draw), k = random_embeddings<double>(number, width, draw);
  auto by_z = zeros_like(z), by_k = zeros_like(k);
  const double whole = value_and_grad(serial{}, criterion, targets, z, k, {.anchors = by_z, .candidates = {by_k}});
  const index_t first = first_of(world.rank(), world.size()), last = first_of(world.rank() + 1, world.size());
  const auto my_z = rows_of(z, first, last - first), my_k = rows_of(k, first, last - first);
  auto got_z = zeros_like(my_z), got_k = got_z;
  const double value = value_and_grad(ranks{world, tiled{.threads = 1}, form}, criterion, mine, my_z, my_k,
                                      {.anchors = got_z, .candidates = {got_k}});
  const long double off = std::max(largest_difference(got_z, rows_of(by_z, first, last - first)),
                                   largest_difference(got_k, rows_of(by_k, first, last - first)));
  return is_near(name, value, whole, 1e-12L * std::max(1.0L, static_cast<long double>(whole))) &&
         is_near(name, off, 0, 1e-12L);
}

bool compare(const mpi_ranks& world) {
  std::vector<int> labels;
  for (index_t i = 0; i < number; ++i) labels.push_back(static_cast<int>(i * 5 % 9));
  const index_t first = first_of(world.rank(), world.size()), last = first_of(world.rank() + 1, world.size());
  const std::vector<int> mine(labels.begin() + first, labels.begin() + last);
  bool all = true;
  for (const auto form : {exchange_form::ring, exchange_form::gathered}) {
    const objective softmax{info_nce{.temperature = 0.07}, cosine{}};
    const objective lifted{lifted_structure{}, negative_distance{}};
    all =
        agrees("info_nce", world, softmax, label_targets{.labels = labels}, label_targets{.labels = mine}, form) && all;
    all = agrees("lifted_structure", world, lifted, label_targets{.labels = labels}, label_targets{.labels = mine},
                 form) &&
          all;
    all = agrees("clip", world, clip(), diagonal_targets{}, diagonal_targets{}, form) && all;
  }
  return all;
}

/// An engine that fails in the middle of a call.
struct failing : serial {
  bool fails = false;
  template <class Problem>
  void gather(const Problem& p, typename Problem::row_states& states) const {
    if (fails) throw std::runtime_error("out of rows");
    serial::gather(p, states);
  }
};

/// One call of rank r; what it throws.
std::string call(const mpi_ranks& world, double temperature, bool fails) {
  random_numbers draw(4);
  const auto z = random_embeddings<double>(6, width, draw);
  auto by_z = zeros_like(z);
  const std::vector<int> labels{0, 1, 0, 1, 2, 2};
  const objective criterion{info_nce{.temperature = temperature}, cosine{}};
  try {
    failing engine;
    engine.fails = fails;
    value_and_grad(ranks{world, engine}, criterion, label_targets{.labels = labels}, z, by_z);
  } catch (const std::exception& thrown) {
    return thrown.what();
  }
  return "nothing";
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "compare";
  if (what == "uninitialised") {
    try {
      const mpi_ranks world;
    } catch (const std::invalid_argument& refused) {
      std::puts(refused.what());
    }
    return 0;
  }
  MPI_Init(&argc, &argv);
  bool right = true;
  {
    const mpi_ranks world(MPI_COMM_WORLD, what == "absent" ? 1 : 0);
    const bool is_other = world.rank() == 1;
    if (what == "compare") right = compare(world);
    if (what == "differ") std::puts(call(world, is_other ? 0.1 : 0.07, false).c_str());
    if (what == "throw") std::puts(call(world, 0.07, is_other).c_str());
    if (what == "absent" && !is_other) std::puts(call(world, 0.07, false).c_str());
    if (what == "die") {
      if (is_other) std::raise(SIGKILL);
      call(world, 0.07, false);
    }
    if (what == "throw" || what == "absent") {  // such ranks cannot be used again: end at once
      std::fflush(stdout);
      MPI_Barrier(MPI_COMM_WORLD);
    }
  }
  MPI_Finalize();
  return right ? 0 : 1;
}
