// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The processes of a torch.distributed group, whose bytes Python sends for us: the module does not link torch.

#include "arrays.hpp"

namespace mixcon_python {

/// A transport by an object of Python (mixcon/_ranks.py), which has `rank`, `size`, `start`, `wait`, `all_gather`,
/// `leave` and `note`. Called with or without the interpreter's lock, which it takes for as long as Python runs.
class torch_ranks final : public transport {
 public:
  explicit torch_ranks(nb::object by);
  torch_ranks(const torch_ranks&) = delete;
  torch_ranks& operator=(const torch_ranks&) = delete;
  ~torch_ranks() override;

  index_t rank() const override { return rank_; }
  index_t size() const override { return size_; }
  std::unique_ptr<message> start_exchange(index_t to, const void* sent, std::size_t sent_bytes, index_t from,
                                          void* received, std::size_t received_bytes) const override;
  void all_gather(const void* mine, std::size_t bytes, void* all) const override;
  void leave(const char* why) const override;

  /// What processes settle before a call: all refuse what one refuses (`refusal`, empty where it does not), all say the
  /// same of the call, and all compute gradients where one wants any. Tells Python how many rows there are in all, and
  /// returns the anchors.
  index_t settle(const std::string& loss, const std::string& refusal, const std::string& said, request& call) const;

 private:
  nb::object by_;
  index_t rank_, size_;
};

/// What every process must say alike of a call, in addition to what the library compares.
std::string description_of(const std::string& loss, const any_targets& targets, const request& call);

}  // namespace mixcon_python
