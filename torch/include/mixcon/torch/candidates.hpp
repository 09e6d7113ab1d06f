// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Candidates in segments as tensors: a batch and a queue, keys of each anchor's own.

#include <mixcon/contrast/similarity.hpp>
#include <mixcon/engine/candidates.hpp>
#include <mixcon/engine/gradients.hpp>
#include <mixcon/torch/node.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Candidates of one origin: rows (M, D) that every anchor sees, or, own, keys (N, D) or (N, k, D) of each anchor
/// alone.
struct torch_segment {
  at::Tensor tensor;
  bool is_own = false;         // as `own(...)` makes it
  std::optional<rows> form{};  // instead of what the similarity says, as `as_given(...)` and `as_unit(...)`
};

/// Candidates in segments, in their order: `torch_candidates{{{.tensor = keys, .is_own = true}, {.tensor = queue}}}`.
struct torch_candidates {
  std::vector<torch_segment> each;
};

namespace detail {

/// The segments of a call among its inputs, after the anchors, which are the first.
class placed_candidates {
 public:
  placed_candidates(torch_inputs& inputs, const torch_candidates& given) {
    bool anchors_are_taken = false;  // their gradient has the part of one segment at most, others have their own
    for (const torch_segment& segment : given.each) {
      require_host_tensor("torch_loss", name_of(given, segments_.size()).c_str(), segment.tensor);
      const bool are_anchors = !anchors_are_taken && !segment.is_own && segment.tensor.is_same(inputs.each.front());
      anchors_are_taken = anchors_are_taken || are_anchors;
      segments_.push_back({segment, name_of(given, segments_.size()), are_anchors ? 0 : inputs.add(segment.tensor)});
    }
  }

  template <class E>
  candidate_segments<E> views() const {
    candidate_segments<E> made;
    for (const placed& at : segments_)
      made.each.push_back({view_of_rank_3<const E>(at, at.given.tensor), at.given.is_own, at.given.form});
    return made;
  }
  /// Where the gradients go; none where no segment wants one.
  template <class T>
  short_list<gradient_segment<T>> gradients_in(at::TensorList by_inputs) const {
    short_list<gradient_segment<T>> made;
    bool any = false;
    for (const placed& at : segments_) any = any || by_inputs[at.place].defined();
    for (std::size_t s = 0; any && s < segments_.size(); ++s) {
      const at::Tensor& gradient = by_inputs[segments_[s].place];
      made.push_back(gradient.defined() ? gradient_segment<T>(view_of_rank_3<T>(segments_[s], gradient))
                                        : gradient_segment<T>());
    }
    return made;
  }

 private:
  struct placed {
    torch_segment given;
    std::string name;
    std::size_t place;
  };
  static std::string name_of(const torch_candidates& given, std::size_t segment) {
    return given.each.size() == 1 ? "candidates" : "segment " + std::to_string(segment) + " of the candidates";
  }
  template <class E>
  static tensor_view<E, 3> view_of_rank_3(const placed& at, const at::Tensor& x) {
    const char* const name = at.name.c_str();
    return at.given.is_own && x.dim() == 3 ? view_of_torch<E, 3>("torch_loss", name, x)
                                           : as_rank_3(view_of_torch<E, 2>("torch_loss", name, x));
  }

  std::vector<placed> segments_;
};

}  // namespace detail
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
