// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/mixed_key_loss.hpp"

#include "autograd/cross_entropy.hpp"
#include "autograd/elementwise.hpp"
#include "autograd/loss_node.hpp"
#include "autograd/normalisation.hpp"
#include "autograd/rows.hpp"
#include "autograd/sums.hpp"
#include "recipes/lent_targets.hpp"

#include <mixcon/contrast/targets/segments.hpp>
#include <mixcon/losses/moco.hpp>

#include <cmath>
#include <numbers>
#include <vector>

namespace mixcon_train {
inline namespace recipes {

namespace {

variable nce(const variable& z, const variable& keys, const mixture_keys& all) {
  return contrastive_loss(mixcon::moco(all.temperature), mixcon::queue_targets{}, z, {own(keys), all.past});
}

/// Cosine of each row of z with its key: (N, 1).
variable cosines(const variable& z, const variable& keys) {
  return sum_to(multiply(unit_rows(z), keys), {z.extents()[0], 1});
}

}  // namespace

void mixed_key_options::declare(option_list& to) {
  to.add("mix-loss", mix_loss, {"infonce", "bce"},
         "of mixtures: each key among past ones (global), or one key against the other (local)", "infonce");
  to.add("auxiliary", auxiliary, {0, 1e3},
         "weight at first of the same loss with keys moved towards or away from each other; falls to 0", "0.5");
  to.add("partner-view", partner_view, {"same", "other"}, "of which view partners are; own images are of the first",
         "other");
  to.add("positive-view", positive_view, {"same", "other"}, "the key of an image is of its own view, or of the other",
         "other");
}

double mixed_key_options::auxiliary_at(index_t step, index_t steps) const {
  const double done = static_cast<double>(step) / static_cast<double>(steps);
  return auxiliary * (std::cos(std::numbers::pi * done) + 1) / 2;
}

variable mixed_key_loss(const std::string& kind, const variable& z, const mixture_keys& keys) {
  if (kind == "infonce")
    return add(scale(nce(z, keys.own, keys), keys.lambda), scale(nce(z, keys.partner, keys), 1 - keys.lambda));
  const auto samples = static_cast<std::size_t>(z.extents()[0]);
  const lent<mixcon::pair_targets> shares = no_targets();
  shares->own.assign(samples, 0), shares->partner.assign(samples, 1), shares->lambda.assign(samples, keys.lambda);
  const variable both = concatenate_channels(cosines(z, keys.own), cosines(z, keys.partner));
  return cross_entropy(scale(both, 1 / keys.temperature), *shares);
}

variable mixed_key_loss(const std::string& kind, const variable& z, const mixture_keys& keys, double weight,
                        const mixcon::philox_draws& draws) {
  const variable plain = mixed_key_loss(kind, z, keys);
  return weight == 0 ? plain : add(plain, scale(mixed_key_loss(kind, z, extended(keys, draws)), weight));
}

double chance_of(const std::string& kind, index_t past) {
  return kind == "infonce" ? std::log(static_cast<double>(1 + past)) : std::numbers::ln2;
}

mixture_keys extended(const mixture_keys& keys, const mixcon::philox_draws& draws) {
  const shape extents = keys.own.extents();
  const double beyond = draws.uniform("extrapolates", 0, 0, 1) < 0.5 ? 1 : 0;
  kept_list<double> shares;
  for (index_t k = 0; k < extents.size(); ++k) shares.push_back(beyond + draws.beta("share", k, 2, 2));
  const variable t(tensor_of(keys.own.on(), extents, shares.data()));
  const variable moved = multiply(t, subtract(keys.own, keys.partner));
  mixture_keys made = keys;
  made.own = constant(unit_rows(add(keys.partner, moved)));
  made.partner = constant(unit_rows(subtract(keys.own, moved)));
  return made;
}

}  // namespace recipes
}  // namespace mixcon_train
