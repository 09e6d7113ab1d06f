// SPDX-License-Identifier: BSD-3-Clause
// Targets of every kind behind one type: what is compiled for each targets compiles once for all of them. Asked through
// a pointer into the host's memory, which emulated kernels share.
#pragma once

#include <mixcon/contrast/targets/bound.hpp>
#include <mixcon/contrast/targets/ignored.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace mixcon_test {

using mixcon::index_t;

/// What bound targets are asked.
class bound_pairs {
 public:
  virtual ~bound_pairs() = default;
  virtual mixcon::role<double> at(index_t anchor, index_t candidate) const = 0;
  virtual mixcon::role<double> own(index_t anchor, index_t j) const = 0;
  virtual bool skips_anchor(index_t anchor) const = 0;
  virtual bool skips_candidate(index_t candidate) const = 0;
};
template <class Bound>
class bound_pairs_of : public bound_pairs {
 public:
  explicit bound_pairs_of(Bound bound) : bound_(std::move(bound)), rule_(bound_.rule()) {}
  mixcon::role<double> at(index_t a, index_t c) const override { return rule_.template at<double>(a, c); }
  mixcon::role<double> own(index_t a, index_t j) const override {
    if constexpr (requires { rule_.template own<double>(a, j); }) return rule_.template own<double>(a, j);
    return {};
  }
  bool skips_anchor(index_t a) const override { return mixcon::detail::skips_anchor(bound_, a); }
  bool skips_candidate(index_t c) const override { return mixcon::detail::skips_candidate(bound_, c); }

 private:
  Bound bound_;
  decltype(std::declval<const Bound&>().rule()) rule_;
};

struct any_rule {
  const bound_pairs* of = nullptr;
  bool is_turned = false;  // anchors and candidates have changed places
  any_rule transposed() const { return {of, !is_turned}; }
  template <class T>
  mixcon::role<T> at(index_t anchor, index_t candidate) const {
    return in<T>(is_turned ? of->at(candidate, anchor) : of->at(anchor, candidate));
  }
  template <class T>
  mixcon::role<T> own(index_t anchor, index_t j) const {
    return in<T>(of->own(anchor, j));
  }

 private:
  template <class T>
  static mixcon::role<T> in(const mixcon::role<double>& r) {
    return {r.positive, static_cast<T>(r.weight), static_cast<T>(r.target)};
  }
};

struct any_targets {
  std::string title;
  std::function<std::shared_ptr<bound_pairs>(const mixcon::pair_space&)> make;

  template <class Targets>
  static any_targets of(std::string title, Targets targets) {
    return {std::move(title), [targets](const mixcon::pair_space& pairs) -> std::shared_ptr<bound_pairs> {
              mixcon::pair_space kept = pairs;
              kept.memory = nullptr;  // outlives the call
              auto bound = targets.bind(kept);
              return std::make_shared<bound_pairs_of<decltype(bound)>>(std::move(bound));
            }};
  }
  struct bound {
    std::shared_ptr<bound_pairs> held;
    any_rule rule() const { return {held.get()}; }
    bool skips_anchor(index_t a) const { return held->skips_anchor(a); }
    bool skips_candidate(index_t c) const { return held->skips_candidate(c); }
  };
  bound bind(const mixcon::pair_space& pairs) const { return {make(pairs)}; }
};

}  // namespace mixcon_test
