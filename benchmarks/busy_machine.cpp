// SPDX-License-Identifier: BSD-3-Clause
// One run of training steps during which other work begins: processes that count for ever. Prints images per second
// before, in each part of the steps after, and their ratio. The number of threads is chosen as in a run of the trainer.
#include "devices/onednn_device.hpp"
#include "nn/layers.hpp"
#include "nn/resnet.hpp"
#include "optimisers/sgd.hpp"
#include "run/thread_chooser.hpp"

#include <mixcon/mix/draw/draws.hpp>

#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

using namespace mixcon_train;

namespace {

/// A process that keeps a processor busy; `pinned` to the last one.
pid_t busy_loop(bool pinned) {
  const pid_t child = fork();
  if (child != 0) return child;
  if (pinned) {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<std::size_t>(sysconf(_SC_NPROCESSORS_ONLN) - 1), &one);
    sched_setaffinity(0, sizeof one, &one);
  }
  for (volatile unsigned long count = 0;;) count = count + 1;
}

struct job {
  int depth;
  index_t channels, side, batch;
};

void measure(onednn_device& on, const job& of, bool chooses, int loops, bool pinned, int quiet_steps, int part) {
  resnet network(on, {.depth = of.depth, .channels = of.channels});
  linear_layer classifier(on, network.features(), 10, weight_draws(1));
  std::vector<parameter> trained = network.parameters();
  for (const parameter& p : classifier.parameters()) trained.push_back(p);
  sgd optimiser(trained, 0.9, 1e-4);
  const shape extents{of.batch, of.channels, of.side, of.side};
  std::vector<float> images;
  for (index_t k = 0; k < extents.size(); ++k)
    images.push_back(static_cast<float>(mixcon::philox_draws{.seed = 1}.normal("images", k)));
  std::vector<int> labels;
  for (index_t i = 0; i < of.batch; ++i) labels.push_back(static_cast<int>(i % 10));

  using clock = std::chrono::steady_clock;
  const auto seconds_since = [](clock::time_point start) {
    return std::chrono::duration<double>(clock::now() - start).count();
  };
  thread_chooser chooser(on.threads());
  const auto step = [&] {
    const auto start = clock::now();
    if (chooses) on.set_threads(chooser.threads());
    const variable input(tensor_of(on, extents, images.data()));
    backward(cross_entropy(classifier.forward(network.forward(input)), labels));
    optimiser.step(0.01);
    chooser.step(seconds_since(start));
    if (const double by = chooser.fell_by(); by > 0) std::printf("a fall by %.1f was noticed\n", by);
  };
  const auto steps = [&](int count) {
    const auto start = clock::now();
    for (int k = 0; k < count; ++k) step();
    return static_cast<double>(count * of.batch) / seconds_since(start);
  };

  steps(quiet_steps / 2);
  const double quiet = steps(quiet_steps - quiet_steps / 2);
  std::printf("quiet: %.0f images/s, %d threads\n", quiet, on.threads());
  std::vector<pid_t> others;
  for (int k = 0; k < loops; ++k) others.push_back(busy_loop(pinned));
  for (int k = 1; k <= 4; ++k) {
    const double now = steps(part);
    std::printf("busy, steps to %d: %.0f images/s, ratio %.2f, %d threads\n", k * part, now, now / quiet, on.threads());
    std::fflush(stdout);
  }
  for (const pid_t each : others) kill(each, SIGKILL), waitpid(each, nullptr, 0);
  const double after = steps(4 * part);
  std::printf("alone again: ratio %.2f, %d threads\n", after / quiet, on.threads());
}

}  // namespace

int main(int count, char** words) {
  if (count != 11) {
    std::cerr << "usage: busy_machine DEPTH CHANNELS SIDE BATCH fp32|bf16 THREADS LOOPS pinned|free QUIET_STEPS PART\n"
                 "THREADS: so many at most, or a number with ! for exactly so many; PART: steps of each line\n";
    return 2;
  }
  const std::string threads = words[6];
  onednn_device on(words[5] == std::string("bf16") ? precision::bf16 : precision::fp32, std::atoi(words[6]));
  measure(on, {std::atoi(words[1]), std::atoll(words[2]), std::atoll(words[3]), std::atoll(words[4])},
          threads.back() != '!', std::atoi(words[7]), words[8] == std::string("pinned"), std::atoi(words[9]),
          std::atoi(words[10]));
}
