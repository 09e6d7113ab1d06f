// SPDX-License-Identifier: BSD-3-Clause
// A kind of plan that the library does not know, in a name space of its own: the five functions are all it takes.
#include "mix/batches.hpp"
#include "support/catch.hpp"

#include <string>

namespace elsewhere {

using namespace mixcon;

/// The partner on every other column.
struct stripes {
  bool own_first = true;
  friend bool operator==(const stripes&, const stripes&) = default;
};
std::string to_string(const stripes& region) { return region.own_first ? "stripes" : "stripes of partners"; }

template <int Rank>
void check_region(const mix_plan<stripes>& /*plan*/, const char* function, const axes<Rank>& extents) {
  MIXCON_REQUIRE(extents[Rank - 1] >= 2, function, ": stripes need two columns");
}

template <class T, int Rank>
tensor_view<T, Rank> every_other(const tensor_view<T, Rank>& sample, index_t first) {
  axes<Rank> extents = sample.extents(), strides = sample.strides();
  extents[Rank - 1] = (extents[Rank - 1] + 1 - first) / 2;
  strides[Rank - 1] *= 2;
  return {sample.data() + first * sample.stride(Rank - 1), extents, strides};
}

template <class T, int Rank, int Inner>
void blend_sample(const mix_plan<stripes>& plan, index_t i, const tensor_view<const T, Inner>& own,
                  const tensor_view<const T, Rank>& partners, const tensor_view<T, Inner>& mixed) {
  const index_t mine = plan.region.own_first ? 0 : 1;
  mixcon::detail::copy_block(every_other(own, mine), every_other(mixed, mine));
  mixcon::detail::copy_block(every_other(mixcon::detail::sample_of(partners, plan.partner_of(i)), 1 - mine),
                             every_other(mixed, 1 - mine));
}
template <class T, int Inner>
void unblend_own(const mix_plan<stripes>& plan, index_t /*i*/, const tensor_view<const T, Inner>& upstream,
                 const tensor_view<T, Inner>& gradient) {
  const index_t mine = plan.region.own_first ? 0 : 1;
  mixcon::detail::add_block(1, every_other(upstream, mine), every_other(gradient, mine));
}
template <class T, int Inner>
void unblend_partner(const mix_plan<stripes>& plan, index_t /*i*/, const tensor_view<const T, Inner>& upstream,
                     const tensor_view<T, Inner>& gradient) {
  const index_t theirs = plan.region.own_first ? 1 : 0;
  mixcon::detail::add_block(1, every_other(upstream, theirs), every_other(gradient, theirs));
}

}  // namespace elsewhere

using namespace mixcon_test;

TEST_CASE("a kind of plan from another name space blends and unblends", "[mix]") {
  for (const bool own_first : {true, false}) {
    const mix_plan<elsewhere::stripes> plan{{2, 0, 2, 0}, {0.5}, {own_first}};
    const auto x = random_batch<double>(axes<3>{4, 5, 7}, 1), g = random_batch<double>(axes<3>{4, 5, 7}, 2);
    auto y = empty_batch<double>(axes<3>{4, 5, 7}), gradient = empty_batch<double>(axes<3>{4, 5, 7});
    blend(plan, x.of, y.of);
    unblend(plan, g.of, gradient.of);
    double forward = 0, backward = 0;
    for_each_place(x.of.extents(), [&](const axes<3>& place) {
      const bool own = (place[2] % 2 == 0) == own_first;
      CHECK(at(y.of, place) == x.of(own ? place[0] : plan.partner_of(place[0]), place[1], place[2]));
      forward += at(y.of, place) * at(g.of, place), backward += at(x.of, place) * at(gradient.of, place);
    });
    CHECK(forward == Approx(backward).epsilon(1e-13));
  }
  CHECK(to_string(mix_plan<elsewhere::stripes>{{0}, {1}, {}}) == "partner [0], lambda [1], stripes");
}

TEST_CASE("its own check speaks through blend", "[mix]") {
  const std::vector<float> one(3);
  std::vector<float> mixed(3);
  CHECK_THROWS_WITH(blend(mix_plan<elsewhere::stripes>{{0, 1, 2}, {1}, {}},
                          matrix_view<const float>(one.data(), {3, 1}), matrix_view<float>(mixed.data(), {3, 1})),
                    "blend: stripes need two columns");
}
