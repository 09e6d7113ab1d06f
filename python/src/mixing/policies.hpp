// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Every policy of `all_mixes`, by name, with parameters that are known at run time only.

#include "any_plan.hpp"

#include <mixcon/mixes/all_mixes.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace mixcon_python {

/// A parameter's value: a number, or the name of an enumerator.
using parameter = std::variant<double, std::string>;

enum class parameter_kind { real, integer, truth, choice };

/// A parameter of a policy. Parameters of its parts, as the alpha of its lambda, are its own; where two would have one
/// name, both have their part's before it.
struct parameter_info {
  std::string name;
  parameter_kind kind = parameter_kind::real;
  parameter usual{};
  std::vector<std::string> choices;
  std::string meaning;
  bool follows_alpha = false;  ///< the same as alpha, unless it is given
};

/// What a policy's plan looks at besides its draws.
enum class looks { at_nothing, at_labels, at_maps, at_features, at_samples, at_samples_and_maps };

/// An entry of `all_mixes`, described.
struct policy_info {
  std::string name, summary, header;
  mix_shape shape = mix_shape::policy;
  looks at = looks::at_nothing;
  bool fills_partners = false, draws_layers = false;
  std::vector<parameter_info> parameters;
};

/// What a plan is drawn for: a batch of these extents, seed and step, and what policies look at.
struct drawing {
  int rank = 4;
  index_t shape[4]{};
  std::uint64_t seed = 0, step = 0;
  std::string within{};  ///< a name space of draws, for a second use in a step; empty: none
  std::optional<std::vector<index_t>> labels{};
  std::optional<tensor_view<const double, 3>> maps{};      ///< (N, h, w): saliency, attention
  std::optional<tensor_view<const double, 4>> features{};  ///< (N, C, h, w): features, or the samples themselves
};

using given_parameters = std::vector<std::pair<std::string, parameter>>;

const std::vector<policy_info>& policies();
/// The plan of a policy, or why there is none (std::invalid_argument).
any_plan plan_of(const std::string& policy, const given_parameters& parameters, const drawing& given);
/// Fills rows (N, D) with the partners of a policy that brings its own: noise.
void fill_partners(const std::string& policy, const drawing& given, const matrix_view<double>& rows);
/// The layer in front of which a policy mixes at this step.
index_t layer_of(const std::string& policy, const given_parameters& parameters, const drawing& given);
/// The shares (N, D) that a policy draws for the features of pairs.
std::vector<double> shares_of(const std::string& policy, const given_parameters& parameters, const drawing& given);
/// The lambdas (N) that a label rule gives a plan, from maps (N, h, w) of images of rows x columns.
std::vector<double> lambdas_by(const std::string& rule, const given_parameters& parameters, const any_plan& plan,
                               const tensor_view<const double, 3>& maps, index_t rows, index_t columns);

}  // namespace mixcon_python
