// SPDX-License-Identifier: BSD-3-Clause
// usage: peers_ranks [ROWS [WIDTH [REPEATS]]]
//
// InfoNCE of ROWS rows in one process on 2 threads, beside 2 ranks on a thread each; and what a block of anchors and
// candidates takes on one thread, for plans (ring_seconds). Prints the least processor and elapsed seconds of REPEATS.
#include <mixcon/engine/tiled.hpp>
#include <mixcon/losses/info_nce.hpp>
#include <mixcon/ranks/ranks.hpp>
#include <mixcon/ranks/thread_ranks.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

using namespace mixcon;

namespace {

struct seconds {
  double processor = 1e30, elapsed = 1e30;
};
/// The least of several runs.
template <class Work>
seconds least(int repeats, Work&& work) {
  using clock = std::chrono::steady_clock;
  seconds best;
  for (int k = 0; k < repeats; ++k) {
    const auto begin = clock::now();
    const std::clock_t used = std::clock();
    work();
    const std::chrono::duration<double> passed = clock::now() - begin;
    best.processor = std::min(best.processor, static_cast<double>(std::clock() - used) / CLOCKS_PER_SEC);
    best.elapsed = std::min(best.elapsed, passed.count());
  }
  return best;
}
void print(const char* what, const seconds& s) {
  std::printf("%-44s %8.4f s of processors, %8.4f s elapsed\n", what, s.processor, s.elapsed);
}

}  // namespace

int main(int argc, char** argv) {
  const index_t rows = argc > 1 ? std::atol(argv[1]) : 8192, width = argc > 2 ? std::atol(argv[2]) : 128;
  const int repeats = argc > 3 ? std::atoi(argv[3]) : 5;
  std::vector<float> z(static_cast<std::size_t>(rows * width)), by_z(z.size());
  std::uint64_t bits = 1;
  for (float& x : z)
    x = static_cast<float>((bits = bits * 6364136223846793005u + 1442695040888963407u) >> 40) - 8388608;
  const objective criterion{info_nce{.temperature = 0.1}, cosine{}};
  const auto part = [&](std::vector<float>& of, index_t first, index_t count) {
    return matrix_view<float>{of.data() + first * width, {count, width}};
  };

  thread_pool two(2);
  print("one process, 2 threads", least(repeats, [&] {
          value_and_grad(tiled{.pool = &two}, criterion, view_targets{.samples = rows / 2}, part(z, 0, rows),
                         part(by_z, 0, rows));
        }));
  for (const auto form : {exchange_form::ring, exchange_form::gathered})
    print(form == exchange_form::ring ? "2 ranks of 1 thread, ring" : "2 ranks of 1 thread, gathered",
          least(repeats, [&] {
            thread_ranks(2).run([&](const thread_rank& me) {
              const index_t mine = rows / 2;
              value_and_grad(ranks{me, tiled{.threads = 1}, form}, criterion, view_targets{.samples = mine / 2},
                             part(z, me.rank() * mine, mine), part(by_z, me.rank() * mine, mine));
            });
          }));

  // a block of two ranks: other rows as candidates
  const index_t block = rows / 2;
  const auto anchors = part(z, 0, block), candidates = part(z, block, block);
  saved_for<decltype(criterion), matrix_view<float>> saved;
  const tiled one{.threads = 1};
  print("a block of N / 2 x N / 2, forward, 1 thread",
        least(repeats, [&] { forward(one, criterion, diagonal_targets{}, anchors, candidates, saved); }));
  print("a block of N / 2 x N / 2, backward, 1 thread", least(repeats, [&] {
          backward(one, criterion, diagonal_targets{}, anchors, candidates, saved, 1,
                   {.anchors = part(by_z, 0, block), .candidates = {part(by_z, block, block)}});
        }));
}
