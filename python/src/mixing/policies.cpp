// SPDX-License-Identifier: BSD-3-Clause
#include "mixing/policies.hpp"

#include "mixing/parameters.hpp"

namespace mixcon_python {

namespace {

using mask_maps = tensor_view<const double, 3>;
using feature_maps = tensor_view<const double, 4>;

template <class Found>
concept IsPlan = requires(const Found& found) { found.partner_of(index_t{}); };

/// Whether a policy draws a plan for such a batch, looking at these.
template <class Mix, class Batch, class... LookedAt>
concept PlansBy = requires(const Mix& mix, const Batch& batch, const philox_draws& draws, const LookedAt&... seen) {
  { mix.plan(batch, draws, seen...) } -> IsPlan;
};

// What only some have.
template <class Mix>
concept FillsPartners =
    requires(const matrix_view<double>& rows, const philox_draws& draws) { Mix::fill_noise(rows, draws); };
template <class Mix>
concept DrawsLayers = requires(const Mix& mix, const philox_draws& draws) { mix.layer(draws); };
template <class Mix>
concept DrawsShares = requires(const Mix& mix, const philox_draws& draws) { mix.shares(index_t{}, index_t{}, draws); };

template <class Mix>
constexpr looks looks_of() {
  using labels = std::vector<index_t>;
  if constexpr (shape_of_mix<Mix> == mix_shape::policy_of_values)
    return PlansBy<Mix, feature_maps> ? looks::at_samples : looks::at_samples_and_maps;
  else if constexpr (PlansBy<Mix, image_shape>)
    return looks::at_nothing;
  else if constexpr (PlansBy<Mix, image_shape, labels>)
    return looks::at_labels;
  else if constexpr (PlansBy<Mix, image_shape, mask_maps>)
    return looks::at_maps;
  else
    return looks::at_features;
}
template <class Mix>
inline constexpr bool draws_plans =
    shape_of_mix<Mix> == mix_shape::policy || shape_of_mix<Mix> == mix_shape::policy_of_values;

/// The plan for a batch of that rank, where the policy has one: images, signals, or samples of any kind.
template <class Mix, class... LookedAt>
any_plan plan_for(const std::string& name, const Mix& mix, const drawing& given, const philox_draws& draws,
                  const LookedAt&... seen) {
  const index_t* const n = given.shape;
  const bool narrow = false;
  if constexpr (PlansBy<Mix, image_shape, LookedAt...>)
    if (given.rank == 4) return mix.plan(image_shape{n[0], n[1], n[2], n[3], narrow}, draws, seen...);
  if constexpr (PlansBy<Mix, signal_shape, LookedAt...>)
    if (given.rank == 3) return mix.plan(signal_shape{n[0], n[1], n[2]}, draws, seen...);
  if constexpr (PlansBy<Mix, index_t, LookedAt...>)
    if (given.rank < 4) return mix.plan(n[0], draws, seen...);
  if constexpr (PlansBy<Mix, image_shape, LookedAt...>)
    if (given.rank == 3) return mix.plan(image_shape{n[0], 1, n[1], n[2], narrow}, draws, seen...);
  MIXCON_REQUIRE(false, name, ": the samples have ", given.rank, " axes; expected images (N, C, H, W)");
  return {};
}

template <class T>
const T& looked_at(const std::string& policy, const char* what, const std::optional<T>& given) {
  MIXCON_REQUIRE(given.has_value(), policy, ": ", what, " are missing, which this policy looks at");
  return *given;
}

philox_draws draws_of(const drawing& given) {
  const philox_draws draws{given.seed, given.step};
  return given.within.empty() ? draws : draws.within(given.within.c_str());
}

template <class Mix>
any_plan drawn(const std::string& name, const Mix& mix, const drawing& given) {
  const philox_draws draws = draws_of(given);
  constexpr looks at = looks_of<Mix>();
  if constexpr (at == looks::at_nothing)
    return plan_for(name, mix, given, draws);
  else if constexpr (at == looks::at_labels)
    return plan_for(name, mix, given, draws, looked_at(name, "labels", given.labels));
  else if constexpr (at == looks::at_maps)
    return plan_for(name, mix, given, draws, looked_at(name, "saliency maps", given.maps));
  else if constexpr (at == looks::at_features)
    return plan_for(name, mix, given, draws, looked_at(name, "features", given.features));
  else if constexpr (at == looks::at_samples_and_maps)
    return mix.plan(looked_at(name, "images", given.features), draws, looked_at(name, "saliency maps", given.maps));
  else
    return mix.plan(looked_at(name, "features", given.features), draws);
}

/// The name of an entry; of a second one of that name, with the kind of its plan.
template <class Mix>
std::string name_of_entry(const std::vector<policy_info>& before, std::string_view name) {
  std::string full(name);
  for (const policy_info& other : before)
    if (other.name == name) {
      if constexpr (draws_plans<Mix> && looks_of<Mix>() == looks::at_labels) {
        using plan = decltype(std::declval<const Mix&>().plan(image_shape{}, philox_draws{}, std::vector<index_t>{}));
        full.append("_").append(decltype(plan::region)::kind);
      }
    }
  return full;
}

std::vector<policy_info> all_described() {
  std::vector<policy_info> all;
  all_mixes::for_each([&](const auto& listed) {
    using type = typename std::remove_cvref_t<decltype(listed)>::type;
    policy_info info;
    info.name = name_of_entry<type>(all, listed.name);
    info.summary = std::string(listed.summary());
    info.header = std::string("mixcon/mixes/").append(listed.name).append(".hpp");
    info.shape = listed.shape;
    if constexpr (draws_plans<type>) info.at = looks_of<type>();
    info.fills_partners = FillsPartners<type>, info.draws_layers = DrawsLayers<type>;
    info.parameters = parameters_of(listed.made);
    all.push_back((std::move)(info));
  });
  return all;
}

}  // namespace

const std::vector<policy_info>& policies() {
  static const std::vector<policy_info> all = all_described();
  return all;
}

namespace {

/// Calls call(mix) with the policy of that name, if it is one of those that `call` takes.
template <class Call>
void with_policy(const std::string& policy, const given_parameters& parameters, Call&& call) {
  std::size_t at = 0;
  bool found = false;
  all_mixes::for_each([&](const auto& listed) {
    const bool asked = policies()[at++].name == policy;
    if constexpr (requires { call(listed.made); })
      if (asked) call(with_parameters(listed.made, parameters)), found = true;
  });
  MIXCON_REQUIRE(found, "mixcon: no policy that does this is called ", policy);
}

}  // namespace

any_plan plan_of(const std::string& policy, const given_parameters& parameters, const drawing& given) {
  std::optional<any_plan> found;
  with_policy(
      policy,
      parameters, [&]<class Mix>(const Mix& mix) requires draws_plans<Mix> { found = drawn(policy, mix, given); });
  return *found;
}

void fill_partners(const std::string& policy, const drawing& given, const matrix_view<double>& rows) {
  with_policy(policy, {}, [&]<FillsPartners Mix>(const Mix&) { Mix::fill_noise(rows, draws_of(given)); });
}

index_t layer_of(const std::string& policy, const given_parameters& parameters, const drawing& given) {
  index_t layer = 0;
  with_policy(policy, parameters, [&]<DrawsLayers Mix>(const Mix& mix) { layer = mix.layer(draws_of(given)); });
  return layer;
}

std::vector<double> shares_of(const std::string& policy, const given_parameters& parameters, const drawing& given) {
  std::vector<double> shares;
  with_policy(policy, parameters, [&]<DrawsShares Mix>(const Mix& mix) {
    shares = mix.shares(given.shape[0], given.shape[1], draws_of(given));
  });
  return shares;
}

std::vector<double> lambdas_by(const std::string& rule, const given_parameters& parameters, const any_plan& plan,
                               const tensor_view<const double, 3>& maps, index_t rows, index_t columns) {
  std::vector<double> lambdas;
  with_policy(
      rule, parameters, [&]<class Mix>(const Mix& by) requires(shape_of_mix<Mix> == mix_shape::label_rule) {
        std::visit(
            [&]<class Region>(const mix_plan<Region>& of) {
              if constexpr (std::is_same_v<Region, masked> || std::is_same_v<Region, pasted_boxes>) {
                const std::vector<index_t> labels(of.partner.size());
                lambdas = by.targets(of, labels, maps, rows, columns).lambda;
              } else {
                MIXCON_REQUIRE(false, rule, ": the plan is of kind \"", Region::kind, "\"; expected boxes or masks");
              }
            },
            plan);
      });
  return lambdas;
}

}  // namespace mixcon_python
