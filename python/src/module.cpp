// SPDX-License-Identifier: BSD-3-Clause
#include "held_targets.hpp"
#include "settings.hpp"
#include "torch_ranks.hpp"

#include <mixcon/core/number/instruction_sets.hpp>
#include <mixcon/losses/weighted_decoupled.hpp>
#include <mixcon/ranks/estimate.hpp>

#include <nanobind/stl/optional.h>
#include <nanobind/stl/vector.h>

#include <cmath>

namespace mixcon_python {

namespace {

/// Sets a parameter of this call alone, where it is given: a learned scale.
void replace(double& parameter, double by) {
  if (!std::isnan(by)) parameter = by;
}

void replace_temperature(const loss_settings& loss, any_settings& values, double by) {
  const auto& fields = loss.of().fields;
  for (std::size_t k = 0; k < fields.size(); ++k)
    if (fields[k].name == "temperature") replace(values.fields[k].number, by);
}

std::vector<rows> forms_given(const std::vector<std::string>& names) {
  std::vector<rows> forms;
  for (const std::string& name : names)
    forms.push_back(name == "unit" ? rows::unit : name == "unit_as_given" ? rows::unit_as_given : rows::as_given);
  return forms;
}

array_name name_of_array(const loss_settings& loss, const std::vector<std::string>& names, std::size_t k) {
  array_name name = loss.of().name;
  return name.append(": ").append(k < names.size() ? names[k] : "an array");
}

/// What Python hands in for a call, with the arrays that it refers to.
struct held_request {
  request call{};
  any_settings values{};  // where they differ from the loss's, in this call alone
  std::vector<held_array> held{};
  std::vector<double> weights{};
};

/// Takes arrays, and gradients of their shapes, into a call.
void take_arrays(held_request& to, const loss_settings& loss, nb::tuple arrays, nb::handle gradients,
                 const std::vector<std::string>& names) {
  request& call = to.call;
  to.held.reserve(2 * nb::len(arrays) + 1);
  const bool takes_bias = loss.of().shape == loss_shape::labelled;
  for (std::size_t k = 0; k < nb::len(arrays); ++k) {
    const bool is_vector = takes_bias && k == 2, may_be_own = k > 0 && static_cast<int>(k) - 1 == call.own_segment;
    const array_name name = name_of_array(loss, names, k);
    to.held.push_back(rows_given(name, arrays[k], is_vector ? 1 : 2, is_vector ? 1 : may_be_own ? 3 : 2));
    call.arrays.push_back(to.held.back().array);
    if (call.arrays.back().of != call.arrays[0].of)
      throw nb::type_error((name + " is not of the type of the other arrays; expected one type for all").c_str());
  }
  for (std::size_t k = 0; k < call.arrays.size(); ++k) {
    const bool wanted = !gradients.is_none() && !gradients[k].is_none();
    if (wanted)
      to.held.push_back(
          gradient_given("the gradient of " + name_of_array(loss, names, k), gradients[k], call.arrays[k]));
    call.gradients.push_back(wanted ? to.held.back().array : any_array{});
  }
}

/// The gradient by a table of shares: of its shape.
void take_gradient_of_targets(held_request& to, nb::handle by_targets) {
  if (by_targets.is_none()) return;
  any_array like = to.call.arrays.at(0);
  like.rank = 2;
  like.shape = {to.call.targets->table.extent(0), to.call.targets->table.extent(1), 0};
  to.held.push_back(gradient_given("the gradient of the targets", by_targets, like));
  to.call.by_targets = to.held.back().array;
}

/// Weights that divide by a process's own samples divide by those of all.
void share_weights(held_request& to, const loss_settings& loss, index_t all_anchors) {
  if (to.call.settings != &to.values) to.values = loss.values();
  const double part = static_cast<double>(to.call.arrays[0].shape[0]) / static_cast<double>(all_anchors);
  for (index_t a = 0; a < to.values.weights.extent(0); ++a) to.weights.push_back(to.values.weights[a] * part);
  to.values.weights = view(to.weights);
  to.call.settings = &to.values;
}

/// Settles the call with the other processes of `by`, which all make it, or none.
template <class Prepare>
void settle_together(const torch_ranks& by, const loss_settings& loss, held_request& to, bool mean_weights,
                     Prepare&& prepare) {
  std::string refusal, said;
  try {
    prepare();
    said = description_of(loss.of().name, *to.call.targets, to.call);
  } catch (const std::exception& failed) {
    refusal = failed.what();
  }
  const index_t anchors = by.settle(loss.of().name, refusal, said, to.call);
  to.call.ranks = &by;
  if (mean_weights) share_weights(to, loss, anchors);
}

nb::tuple evaluate(const loss_settings& loss, const held_targets* targets, nb::tuple arrays, nb::handle gradients,
                   const std::vector<std::string>& names, int threads, bool wants_parameters, double temperature,
                   double scale, double bias, int own_segment, const std::vector<std::string>& forms,
                   nb::handle by_targets, bool stop_gradient, bool of_logits, nb::handle ranks, bool gathers_all,
                   bool mean_weights, bool wants_bias) {
  held_request to;
  request& call = to.call;
  const any_targets none;
  call.settings = &loss.values();
  call.targets = targets != nullptr ? &targets->targets : &none;
  const auto prepare = [&] {
    if (!(std::isnan(temperature) && std::isnan(scale) && std::isnan(bias))) {
      to.values = loss.values();
      replace(to.values.scale, scale), replace(to.values.bias, bias);
      replace_temperature(loss, to.values, temperature);
      call.settings = &to.values;
    }
    call.threads = threads, call.pool = pool_of(threads);
    call.wants_parameters = wants_parameters, call.wants_bias = wants_bias, call.own_segment = own_segment;
    call.forms = forms_given(forms), call.stop_gradient = stop_gradient, call.gathers_all = gathers_all;
    take_arrays(to, loss, arrays, gradients, names);
    take_gradient_of_targets(to, by_targets);
    if (!ranks.is_none() && (of_logits || !loss.of().is_divided))
      throw nb::value_error(
          (loss.of().name + ": this loss cannot be divided among processes; call it in each, or gather rows first")
              .c_str());
  };
  std::optional<torch_ranks> processes;
  if (ranks.is_none()) {
    prepare();
  } else {
    processes.emplace(nb::borrow(ranks));
    settle_together(*processes, loss, to, mean_weights, prepare);
  }
  const runner run = of_logits ? runner_of_logits() : loss.run();
  answer found;
  {
    const nb::gil_scoped_release others_may_run;
    found = run(call);
  }
  return nb::make_tuple(found.value, found.anchors_used, found.by_temperature, found.by_scale, found.by_bias);
}

/// Refuses a call that this process could not prepare, in all processes.
void refuse_over_ranks(nb::object ranks, const std::string& loss, const std::string& why) {
  request none;
  torch_ranks(ranks).settle(loss, why.empty() ? "the call failed" : why, "", none);
}

nb::dict ranks_estimate(index_t all_rows, index_t width, index_t processes, index_t bytes, bool gathered) {
  const planned_ranks plan{all_rows, width, processes, bytes, gathered ? exchange_form::gathered : exchange_form::ring};
  nb::dict found;
  found["memory"] = memory_estimate(plan), found["traffic"] = traffic_estimate(plan);
  return found;
}

nb::list described_fields(const loss_info& loss) {
  nb::list fields;
  const char* const kinds[] = {"number", "truth", "choice", "numbers", "integers", "other"};
  for (const field_info& field : loss.fields) {
    nb::dict one;
    one["name"] = field.name, one["kind"] = kinds[static_cast<int>(field.kind)], one["meaning"] = field.meaning;
    one["choices"] = field.choices;
    fields.append(one);
  }
  return fields;
}

nb::dict described(const loss_info& loss) {
  const char* const shapes[] = {"formula", "objective", "paired", "labelled"};
  nb::dict all;
  all["name"] = loss.name, all["header"] = loss.header, all["type"] = loss.type, all["summary"] = loss.summary;
  all["shape"] = shapes[static_cast<int>(loss.shape)];
  all["is_divided"] = loss.is_divided;
  all["fields"] = described_fields(loss);
  return all;
}

nb::list names_of_losses() {
  nb::list names;
  for (const loss_info& loss : losses()) names.append(loss.name);
  return names;
}

std::string version() {
  std::string text = std::to_string(MIXCON_VERSION_MAJOR);
  text.append(".").append(std::to_string(MIXCON_VERSION_MINOR));
  return text.append(".").append(std::to_string(MIXCON_VERSION_PATCH));
}

/// The widest instruction set that the losses use.
const char* set_in_use() {
#ifdef MIXCON_ONE_INSTRUCTION_SET
  return "as_compiled";
#else
  const char* const names[] = {"as_compiled", "avx2", "avx512"};
  return names[static_cast<int>(instruction_set_in_use())];
#endif
}

nb::list weights_of_pairs(nb::handle embeddings, double sigma) {
  const held_array z = rows_given("decoupled_weights: z", embeddings, 2, 2);
  std::vector<double> weights;
  request call;
  call.arrays = {z.array};
  for_element(call, [&]<class T>(const request& c) {
    const auto rows_of = view_of<const T, 2>(c.arrays[0]);
    weights = decoupled_weights(rows_of, sigma);
    return answer{};
  });
  nb::list all;
  for (const double weight : weights) all.append(weight);
  return all;
}

}  // namespace

NB_MODULE(_core, module) {
  using namespace nb::literals;
  const double unset = std::nan("");
  nb::set_leak_warnings(false);  // torch frees no Python node of a graph that is alive when Python ends
  module.doc() = "mixcon's losses on arrays; use the package mixcon.";
  nb::class_<loss_settings>(module, "Settings", "A loss and its parameters.")
      .def(nb::init<const std::string&, nb::dict>(), "name"_a, "parameters"_a)
      .def_prop_ro("name", [](const loss_settings& s) { return s.of().name; })
      .def_prop_ro("parameters", &loss_settings::parameters);
  module.def("version", &version);
  module.def("instruction_set", &set_in_use);
  define_targets(module);
  module.def("evaluate", &evaluate, "settings"_a, "targets"_a.none(), "arrays"_a, "gradients"_a.none() = nb::none(),
             "names"_a = std::vector<std::string>{}, "threads"_a = 0, "wants_parameters"_a = false,
             "temperature"_a = unset, "scale"_a = unset, "bias"_a = unset, "own_segment"_a = -1,
             "forms"_a = std::vector<std::string>{}, "by_targets"_a.none() = nb::none(), "stop_gradient"_a = false,
             "of_logits"_a = false, "ranks"_a.none() = nb::none(), "gathers_all"_a = false, "mean_weights"_a = false,
             "wants_bias"_a = false);
  module.def("refuse_over_ranks", &refuse_over_ranks, "ranks"_a, "loss"_a, "why"_a);
  module.def("ranks_estimate", &ranks_estimate, "rows"_a, "width"_a, "ranks"_a, "bytes"_a, "gathered"_a);
  module.def("losses", &names_of_losses);
  module.def(
      "describe", [](const std::string& name) { return described(loss_named(name)); }, "name"_a);
  module.def("option_names", [] { return option_names(); });
  module.def("meaning_of_option", &meaning_of_option, "name"_a);
  module.def("nearest_name", &nearest_name, "to"_a, "among"_a);
  module.def("decoupled_weights", &weights_of_pairs, "z"_a, "sigma"_a = 0.5);
}

}  // namespace mixcon_python
