// SPDX-License-Identifier: BSD-3-Clause
#include <mixcon/negatives/search/top_k.hpp>
#include <mixcon/negatives/synthetic/latent_mixup.hpp>
#include <mixcon/negatives/synthetic/mochi.hpp>

#include "support/catch.hpp"
#include "support/embeddings.hpp"

#include <mixcon/mixcon.hpp>

using namespace mixcon;
using namespace mixcon_test;

namespace {

constexpr index_t anchors = 4, width = 5, keys = 9;

struct sources {
  matrix<double> z = random_embeddings<double>(anchors, width, 1);
  matrix<double> positives = random_embeddings<double>(anchors, width, 2);
  matrix<double> others = random_embeddings<double>(keys, width, 3);
};
const std::vector<index_t> ids{10, 11, 12, 13};
const objective criterion{info_nce{.temperature = 0.3}, cosine{}};

double loss_of(const sources& at, const mixture_list& mixtures, mixing_path how) {
  const synthetic_negatives mixed(cosine{}, mixtures, at.z, at.positives, at.others, how);
  saved_for<decltype(criterion), matrix<double>> saved;
  return forward(serial{}, criterion, listed_targets{mixed.list}, at.z,
                 candidates(own(mixed.own_candidates.view()), at.others), saved)
      .value;
}
void check_gradient(sources at, matrix<double> sources::*which, const matrix<double>& gradient,
                    const mixture_list& mixtures, mixing_path how) {
  for (std::size_t i = 0; i < gradient.entries().size(); ++i) {
    double& x = (at.*which).entries()[i];
    const double before = x;
    x = before + 1e-5;
    const double above = loss_of(at, mixtures, how);
    x = before - 1e-5;
    const double below = loss_of(at, mixtures, how);
    x = before;
    CHECK(gradient.entries()[i] == Approx((above - below) / 2e-5).margin(1e-8));
  }
}

}  // namespace

TEST_CASE("Gradients reach all sources of synthetic negatives, along the chord and along the arc", "[negatives]") {
  const sources at;
  const auto list = top_k{.k = 6}(serial{}, cosine{}, at.z, at.others).list;
  for (const auto how : {mixing_path::chord, mixing_path::arc})
    for (const auto between :
         {latent_pair::negative_negative, latent_pair::anchor_negative, latent_pair::positive_negative}) {
      const auto mixtures = latent_mixup{.between = between}.mixtures(list, ids, philox_draws{.seed = 5});
      const synthetic_negatives mixed(cosine{}, mixtures, at.z, at.positives, at.others, how);
      matrix<double> by_z(anchors, width), by_positives(anchors, width), by_keys(keys, width);
      auto by_rows = mixed.own_candidates;
      value_and_grad(serial{}, criterion, listed_targets{mixed.list}, at.z,
                     candidates(own(mixed.own_candidates.view()), at.others),
                     {.anchors = by_z, .candidates = {by_rows.view(), by_keys}});
      mixed.add_to_sources(by_rows, {view<2>(by_z), view<2>(by_positives), view<2>(by_keys)});
      check_gradient(at, &sources::z, by_z, mixtures, how);
      check_gradient(at, &sources::positives, by_positives, mixtures, how);
      check_gradient(at, &sources::others, by_keys, mixtures, how);
    }
}

TEST_CASE("Synthetic negatives are unit rows; a share of 0 is the negative itself, opposite rows are empty",
          "[negatives]") {
  sources at;
  const auto list = top_k{.k = 2}(serial{}, cosine{}, at.z, at.others).list;
  for (const auto between : {latent_pair::negative_negative, latent_pair::anchor_negative}) {
    const latent_mixup plain{.between = between, .alpha = 0};
    const auto mixtures = plain.mixtures(list, ids, philox_draws{});
    const synthetic_negatives mixed(cosine{}, mixtures, at.z, at.positives, at.others);
    for (index_t a = 0; a < anchors; ++a)
      for (index_t s = 0; s < mixtures.each; ++s) {
        const mixture& m = mixtures(a, s);
        const index_t key = m.share == 1 ? m.first : m.second;
        double square = 0, dot = 0, other = 0;
        for (index_t x = 0; x < width; ++x) {
          const double h = mixed.own_candidates.row(a, 1 + s)[x];
          square += h * h, dot += h * at.others(key, x), other += at.others(key, x) * at.others(key, x);
        }
        CHECK(square == Approx(1));
        CHECK(dot == Approx(std::sqrt(other)));
      }
  }
  for (index_t x = 0; x < width; ++x) at.others(1, x) = -2 * at.others(0, x);
  mixture_list opposite(anchors, 2);
  opposite.put(0, 0, {0, 1, 0.5});
  opposite.put(0, 1, {0, 1, 0.4});
  const synthetic_negatives mixed(cosine{}, opposite, at.z, at.positives, at.others);
  CHECK(mixed.list.filled(0) == 1);
  CHECK(mixed.list.key_of(0, 0) == negative_list::none);
  CHECK(mixed.list.filled(1) == 0);
  CHECK_THROWS_WITH(synthetic_negatives(dot_product{}, opposite, at.z, at.positives, at.others, mixing_path::arc),
                    ContainsSubstring("expected a similarity of unit rows"));
}

TEST_CASE("MoCHi mixes each query's own hardest keys, and mixing in the query only hardens", "[negatives]") {
  const sources at;
  const mochi mixes{.hardest = 3, .mixed = 40, .query_mixed = 20};
  const auto hardest = top_k{.k = 3}(serial{}, cosine{}, at.z, at.others).list;
  const auto plan = mixes.plan(anchors, philox_draws{.seed = 3});
  const auto mixtures = mixes.mixtures(hardest, plan);
  const synthetic_negatives mixed(cosine{}, mixtures, at.z, at.positives, at.others);
  for (index_t a = 0; a < anchors; ++a) {
    auto listed = [&](index_t key) {
      return key == hardest.key_of(a, 0) || key == hardest.key_of(a, 1) || key == hardest.key_of(a, 2);
    };
    auto cosine_with = [&](auto&& row) {
      double dot = 0, zz = 0, square = 0;
      for (index_t x = 0; x < width; ++x) {
        const double other = row(x);
        dot += at.z(a, x) * other, zz += at.z(a, x) * at.z(a, x), square += other * other;
      }
      return dot / std::sqrt(zz * square);
    };
    for (index_t s = 0; s < 60; ++s) {
      const mixture& m = mixtures(a, s);
      CHECK(listed(m.second));
      CHECK(m.first != m.second);
      if (s < 40) {
        CHECK(listed(m.first));
      } else {
        CHECK((m.first == mixture::anchor && m.share >= 0 && m.share <= 0.5));
        CHECK(cosine_with([&](index_t x) { return mixed.own_candidates.row(a, 1 + s)[x]; }) >=
              cosine_with([&](index_t x) { return at.others(m.second, x); }) - 1e-12);
      }
    }
  }
  const mochi none{.hardest = 1, .mixed = 0, .query_mixed = 0};
  const auto nothing = none.mixtures(top_k{.k = 1}(serial{}, cosine{}, at.z, at.others).list, {});
  matrix<double> by_z(anchors, width);
  CHECK(loss_of(at, nothing, mixing_path::chord) == value_and_grad(serial{}, criterion, queue_targets{}, at.z,
                                                                   candidates(own(at.positives), at.others),
                                                                   {.anchors = by_z})
                                                        .value);
  CHECK_THROWS_WITH((mochi{.hardest = 1, .mixed = 2}.plan(anchors, philox_draws{})),
                    ContainsSubstring("list of 1 key"));
  CHECK_THROWS_WITH((mochi{.beta_most = 0.6}.plan(anchors, philox_draws{})), ContainsSubstring("beta_most is 0.6"));
}
