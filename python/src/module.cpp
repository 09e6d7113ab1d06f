// SPDX-License-Identifier: BSD-3-Clause
#include "held_targets.hpp"
#include "settings.hpp"

#include <mixcon/core/number/instruction_sets.hpp>
#include <mixcon/losses/weighted_decoupled.hpp>

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

nb::tuple evaluate(const loss_settings& loss, const held_targets* targets, nb::tuple arrays, nb::handle gradients,
                   const std::vector<std::string>& names, int threads, bool wants_parameters, double temperature,
                   double scale, double bias, int own_segment, const std::vector<std::string>& forms,
                   nb::handle by_targets, bool stop_gradient, bool of_logits, bool wants_bias) {
  request call;
  any_settings values;
  call.settings = &loss.values();
  if (!(std::isnan(temperature) && std::isnan(scale) && std::isnan(bias))) {
    values = loss.values();
    replace(values.scale, scale), replace(values.bias, bias), replace_temperature(loss, values, temperature);
    call.settings = &values;
  }
  const any_targets none;
  call.targets = targets != nullptr ? &targets->targets : &none;
  call.threads = threads, call.pool = pool_of(threads);
  call.wants_parameters = wants_parameters, call.wants_bias = wants_bias, call.own_segment = own_segment;
  call.forms = forms_given(forms), call.stop_gradient = stop_gradient;

  std::vector<held_array> held;
  held.reserve(2 * nb::len(arrays) + 1);
  const bool takes_bias = loss.of().shape == loss_shape::labelled;
  for (std::size_t k = 0; k < nb::len(arrays); ++k) {
    const bool is_vector = takes_bias && k == 2, may_be_own = static_cast<int>(k) - 1 == own_segment;
    const array_name name = name_of_array(loss, names, k);
    held.push_back(rows_given(name, arrays[k], is_vector ? 1 : 2, is_vector ? 1 : may_be_own ? 3 : 2));
    call.arrays.push_back(held.back().array);
    if (call.arrays.back().of != call.arrays[0].of)
      throw nb::type_error((name + " is not of the type of the other arrays; expected one type for all").c_str());
  }
  for (std::size_t k = 0; k < call.arrays.size(); ++k) {
    const bool wanted = !gradients.is_none() && !gradients[k].is_none();
    if (wanted)
      held.push_back(gradient_given("the gradient of " + name_of_array(loss, names, k), gradients[k], call.arrays[k]));
    call.gradients.push_back(wanted ? held.back().array : any_array{});
  }
  if (!by_targets.is_none()) {
    any_array like = call.arrays[0];
    like.rank = 2;
    like.shape = {like.shape[0], of_logits ? like.shape[1] : call.arrays.back().shape[0], 0};
    held.push_back(gradient_given("the gradient of the targets", by_targets, like));
    call.by_targets = held.back().array;
  }
  const runner run = of_logits ? runner_of_logits() : loss.run();
  answer found;
  {
    const nb::gil_scoped_release others_may_run;
    found = run(call);
  }
  return nb::make_tuple(found.value, found.anchors_used, found.by_temperature, found.by_scale, found.by_bias);
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
             "of_logits"_a = false, "wants_bias"_a = false);
  module.def("losses", &names_of_losses);
  module.def(
      "describe", [](const std::string& name) { return described(loss_named(name)); }, "name"_a);
  module.def("option_names", [] { return option_names(); });
  module.def("meaning_of_option", &meaning_of_option, "name"_a);
  module.def("nearest_name", &nearest_name, "to"_a, "among"_a);
  module.def("decoupled_weights", &weights_of_pairs, "z"_a, "sigma"_a = 0.5);
}

}  // namespace mixcon_python
