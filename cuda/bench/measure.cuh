// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Times of what is enqueued on a stream, by events; calls captured in a graph. Needs a GPU, and is never emulated.

#include <mixcon/gpu/memory.cuh>

#include <algorithm>
#include <exception>
#include <string>
#include <vector>

namespace mixcon_bench {

namespace gpu = mixcon::gpu;

inline void require_cuda(cudaError_t code, const char* what) {
  MIXCON_REQUIRE(code == cudaSuccess, what, ": ", cudaGetErrorString(code));
}

/// A stream that a graph can capture, which the default stream is not.
class own_stream {
 public:
  own_stream() { require_cuda(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "cudaStreamCreate"); }
  own_stream(const own_stream&) = delete;
  own_stream& operator=(const own_stream&) = delete;
  ~own_stream() { static_cast<void>(cudaStreamDestroy(stream_)); }
  cudaStream_t get() const { return stream_; }
  void wait() const { require_cuda(cudaStreamSynchronize(stream_), "cudaStreamSynchronize"); }

 private:
  cudaStream_t stream_{};
};

/// Pairs of events, one for each run.
class event_pairs {
 public:
  explicit event_pairs(int count) : events_(2 * static_cast<std::size_t>(count)) {
    for (cudaEvent_t& event : events_) require_cuda(cudaEventCreate(&event), "cudaEventCreate");
  }
  event_pairs(const event_pairs&) = delete;
  event_pairs& operator=(const event_pairs&) = delete;
  ~event_pairs() {
    for (cudaEvent_t event : events_) static_cast<void>(cudaEventDestroy(event));
  }
  void begin(int run, cudaStream_t on) { record(2 * static_cast<std::size_t>(run), on); }
  void end(int run, cudaStream_t on) { record(2 * static_cast<std::size_t>(run) + 1, on); }
  /// In seconds; the stream must have been waited for.
  double seconds(int run) const {
    float milliseconds = 0;
    const std::size_t first = 2 * static_cast<std::size_t>(run);
    require_cuda(cudaEventElapsedTime(&milliseconds, events_[first], events_[first + 1]), "cudaEventElapsedTime");
    return static_cast<double>(milliseconds) * 1e-3;
  }

 private:
  void record(std::size_t k, cudaStream_t on) { require_cuda(cudaEventRecord(events_[k], on), "cudaEventRecord"); }
  std::vector<cudaEvent_t> events_;
};

/// Overwrites more memory than the second-level cache holds, so that each run reads its inputs from memory.
class cache_flush {
 public:
  cache_flush() : memory_(std::size_t{256} << 20U) {}
  void enqueue(cudaStream_t on) const {
    gpu::require_ok("flush", gpu::fill_bytes(memory_.data(), 0, memory_.bytes(), on));
  }

 private:
  gpu::device_memory memory_;
};

struct timing {
  double median_s = 0, fastest_s = 0, slowest_s = 0;
  int runs = 0;
};

/// Times `enqueue()`, which enqueues on the stream: a run to warm up, one to see how long it takes, then as many as fit
/// in `seconds`, 5 to 50 of them. The cache is emptied before each run, outside of the time.
template <class Enqueue>
timing time_runs(Enqueue&& enqueue, cudaStream_t on, const cache_flush& cache, double seconds) {
  const auto times_of = [&](int runs) {
    event_pairs events(runs);
    for (int run = 0; run < runs; ++run) {
      cache.enqueue(on);
      events.begin(run, on);
      enqueue();
      events.end(run, on);
    }
    require_cuda(cudaStreamSynchronize(on), "the measured kernels");
    std::vector<double> times;
    for (int run = 0; run < runs; ++run) times.push_back(events.seconds(run));
    std::sort(times.begin(), times.end());
    return times;
  };
  times_of(1);
  const double one = times_of(1).front();
  const int runs = static_cast<int>(std::clamp(seconds / std::max(one, 1e-6), 5.0, 50.0));
  const std::vector<double> times = times_of(runs);
  return {times[times.size() / 2], times.front(), times.back(), runs};
}

/// What `enqueue()` puts on a stream, captured once.
class captured_graph {
 public:
  captured_graph() = default;
  captured_graph(const captured_graph&) = delete;
  captured_graph& operator=(const captured_graph&) = delete;
  ~captured_graph() {
    if (ready_ != nullptr) static_cast<void>(cudaGraphExecDestroy(ready_));
    if (graph_ != nullptr) static_cast<void>(cudaGraphDestroy(graph_));
  }
  /// Empty, or why there is no graph.
  template <class Enqueue>
  std::string capture(Enqueue&& enqueue, cudaStream_t on) {
    std::string why;
    if (const auto code = cudaStreamBeginCapture(on, cudaStreamCaptureModeRelaxed); code != cudaSuccess)
      return cudaGetErrorString(code);
    try {
      enqueue();
    } catch (const std::exception& refused) {
      why = refused.what();
    }
    const auto ended = cudaStreamEndCapture(on, &graph_);
    if (why.empty() && ended != cudaSuccess) why = cudaGetErrorString(ended);
    if (why.empty())
      if (const auto code = cudaGraphInstantiate(&ready_, graph_, 0); code != cudaSuccess)
        why = cudaGetErrorString(code);
    if (!why.empty()) static_cast<void>(cudaGetLastError());
    return why;
  }
  /// How many kernels, fills and copies it holds.
  int nodes() const {
    std::size_t count = 0;
    require_cuda(cudaGraphGetNodes(graph_, nullptr, &count), "cudaGraphGetNodes");
    return static_cast<int>(count);
  }
  void launch(cudaStream_t on) const { require_cuda(cudaGraphLaunch(ready_, on), "cudaGraphLaunch"); }

 private:
  cudaGraph_t graph_{};
  cudaGraphExec_t ready_{};
};

}  // namespace mixcon_bench
