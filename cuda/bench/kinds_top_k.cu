// SPDX-License-Identifier: BSD-3-Clause
// The 16 keys most similar to each anchor.
#include "device_numbers.cuh"
#include "kinds.hpp"
#include "loss_calls.cuh"

#include <mixcon/gpu/negatives/top_k.cuh>

namespace mixcon_bench {

/// N anchors of width D against N keys. Its result are the scores: keys of equal scores may be any.
template <gpu::tier Tier, class E>
class top_k_call final : public measured_call {
  using T = mixcon::accumulate_t<E>;

 public:
  top_k_call(const call_sizes& sizes, bool, gpu::stream_handle on)
      : choose_{.k = sizes.rows < 16 ? sizes.rows : 16},
        a_(sizes.rows * sizes.width),
        c_(sizes.rows * sizes.width),
        room_(static_cast<index_t>(gpu::device_list<T>::bytes(sizes.rows, choose_.k))),
        list_(room_.data(), sizes.rows, choose_.k) {
    on_.queue = on;
    a_.fill(sizes.seed, scale_of_rows(sizes.width), on), c_.fill(sizes.seed + 1, scale_of_rows(sizes.width), on);
    anchors_ = gpu::device_matrix(a_.data(), sizes.rows, sizes.width);
    keys_ = gpu::device_matrix(c_.data(), sizes.rows, sizes.width);
    workspace_ = gpu::device_memory(gpu::workspace_bytes(on_, choose_, mixcon::dot_product{}, anchors_, keys_));
    on_.workspace = workspace_.data(), on_.workspace_bytes = workspace_.bytes();
  }
  void enqueue() override {
    require_enqueued(gpu::enqueue_top_k(on_, choose_, mixcon::dot_product{}, anchors_, keys_, list_, result_.data()));
  }
  void poison() override {
    room_.poison(on_.queue), result_.poison(on_.queue);
    poison_bytes(workspace_.data(), workspace_.bytes(), on_.queue);
  }
  double value() override {
    gpu::read(result_.host(on_.queue).front(), choose_.k, true);
    return 0;
  }
  std::vector<double> gradient() override {
    std::vector<T> scores(static_cast<std::size_t>(list_.anchors * list_.slots));
    gpu::require_ok("top_k", gpu::copy_to_host(scores.data(), list_.score, scores.size() * sizeof(T), on_.queue));
    gpu::require_ok("top_k", gpu::wait(on_.queue));
    return std::vector<double>(scores.begin(), scores.end());
  }
  std::size_t workspace_bytes() const override { return workspace_.bytes(); }

 private:
  mixcon::top_k choose_;
  device_numbers<E> a_, c_;
  device_numbers<std::uint8_t> room_;
  gpu::device_list<T> list_;
  device_numbers<gpu::search_outcome> result_{1};
  gpu::device_tensor<E, 2> anchors_{}, keys_{};
  gpu::device_memory workspace_{};
  gpu::basic_stream<Tier> on_{};
};

template <gpu::tier Tier, class E>
call_kind kind_of_top_k() {
  call_kind kind{.loss = "top_16", .tier = std::string(mixcon::enumerator_name(Tier)), .element = name_of_element<E>()};
  kind.work = [](const call_sizes& sizes, bool) { return work_of_pairs(sizes, false, false, 0, sizeof(E)); };
  kind.make = [](const call_sizes& sizes, bool with_gradient, gpu::stream_handle on) -> std::unique_ptr<measured_call> {
    return std::make_unique<top_k_call<Tier, E>>(sizes, with_gradient, on);
  };
  kind.gradient_bound = sizeof(E) == 8 ? 1e-12 : Tier == gpu::tier::pairs ? 1e-5 : 2e-5;
  kind.has_gradient = false;
  return kind;
}

std::vector<call_kind> top_k_kinds() {
  using enum gpu::tier;
  return {kind_of_top_k<pairs, double>(), kind_of_top_k<pairs, float>(), kind_of_top_k<tiles, mixcon::bfloat16>(),
          kind_of_top_k<tiles, float>()};
}

}  // namespace mixcon_bench
