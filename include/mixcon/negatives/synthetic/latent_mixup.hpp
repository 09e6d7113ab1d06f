// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Latent mixup: makes pseudo-negatives between embeddings.

#include <mixcon/core/integer_view.hpp>
#include <mixcon/mix/draw/draws.hpp>
#include <mixcon/negatives/synthetic/mixed_negatives.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Which two rows a pseudo-negative lies between.
enum class latent_pair { negative_negative, anchor_negative, positive_negative };

/// Latent mixup: pseudo-negatives between embeddings,
///   negative_negative: unit(l a + (1 - l) b), two negatives of the anchor;   l ~ Beta(alpha, alpha)
///   anchor_negative:   unit(l z + (1 - l) a), the anchor and a negative;     l ~ lambda_most Beta(alpha, alpha)
///   positive_negative: unit(l p + (1 - l) a), its positive and a negative;   the same
/// With a lambda of at most 1/2 the pseudo-negative stays nearer to the true negative. mixcon's reading of O'Neill &
/// Bollegala 2021, arXiv:2102.06603, which says "interpolated between contrastive latent representations" and no more.
///
///   const mixture_list mixtures = latent_mixup{}.mixtures(list, ids, draws);
///   const synthetic_negatives mixed(cosine{}, mixtures, z, positives, keys);
///
/// The base negatives stay candidates (`keys` as a shared segment), or leave them out to replace them.
struct latent_mixup {
  latent_pair between = latent_pair::negative_negative;
  double alpha = 1;          // of the Beta distribution, >= 0; 0: lambda is an end of its range, plain negatives
  double lambda_most = 0.5;  // in [0, 1/2]; for the two kinds with an anchor or positive
  bool fold = false;         // negative_negative: the larger share to the first

  /// A mixture for each pair of slots of a list (2p slots, p mixtures; negative_negative), or for each slot. Slots that
  /// are empty give none. `anchor_id` (N) are global ids, which name the draws.
  template <Draws D>
  mixture_list mixtures(const negative_list& negatives, const integer_view& anchor_id, const D& draws) const {
    mixture_list all;
    mixtures_again(all, negatives, anchor_id, draws);
    return all;
  }
  /// The same into mixtures of before: nothing is allocated for as many.
  template <Draws D>
  void mixtures_again(mixture_list& all, const negative_list& negatives, const integer_view& anchor_id,
                      const D& draws) const {
    const bool pairs = between == latent_pair::negative_negative;
    MIXCON_REQUIRE(alpha >= 0 && alpha - alpha == 0, "latent_mixup: alpha is ", alpha,
                   "; expected a finite number >= 0");
    MIXCON_REQUIRE(lambda_most >= 0 && lambda_most <= 0.5, "latent_mixup: lambda_most is ", lambda_most,
                   "; expected 0 to 1/2, since a larger share would pass the negative");
    MIXCON_REQUIRE(!pairs || negatives.slots % 2 == 0, "latent_mixup: ", negatives.slots,
                   " slots; expected an even number, two for each mixture");
    MIXCON_REQUIRE(anchor_id.size() == negatives.anchors, "latent_mixup: ", anchor_id.size(), " anchor ids for ",
                   negatives.anchors, " anchors; expected one each");
    const D own = draws.within("latent_mixup");
    all.empty_all(negatives.anchors, pairs ? negatives.slots / 2 : negatives.slots);
    for (index_t a = 0; a < all.anchors; ++a)
      for (index_t s = 0; s < all.each; ++s) {
        const double drawn = share(own, s, anchor_id[a]);
        if (pairs) {
          const index_t first = negatives.key_of(a, 2 * s), second = negatives.key_of(a, 2 * s + 1);
          all.put(a, s, {first, second, fold && drawn < 0.5 ? 1 - drawn : drawn});
        } else {
          const index_t first = between == latent_pair::anchor_negative ? mixture::anchor : mixture::positive;
          all.put(a, s, {first, negatives.key_of(a, s), lambda_most * drawn});
        }
      }
  }

 private:
  template <class D>
  double share(const D& own, index_t s, index_t id) const {
    if (alpha == 0 && between != latent_pair::negative_negative) return 0;  // the true negative
    if (alpha == 0) return own.uniform(field("end").on_try(s), id, 0, 1) < 0.5 ? 0 : 1;
    return own.beta(field("lambda").on_try(s), id, alpha, alpha);
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
