// SPDX-License-Identifier: BSD-3-Clause
// The module mixcon._mixing: plans and policies for the package's Python code, which checks what users hand in.

#include "mixing/policies.hpp"

#include <mixcon/mix/labels/pair_targets.hpp>
#include <mixcon/mix/plan_json.hpp>

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/operators.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/variant.h>
#include <nanobind/stl/vector.h>

namespace nb = nanobind;

namespace mixcon_python {

namespace {

using integers = nb::ndarray<const std::int64_t, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using maps = nb::ndarray<const double, nb::ndim<3>, nb::c_contig, nb::device::cpu>;
using feature_maps = nb::ndarray<const double, nb::ndim<4>, nb::c_contig, nb::device::cpu>;

mixed_element element_of(const nb::dlpack::dtype& type) {
  const auto is = [&](nb::dlpack::dtype_code code, int bits) {
    return type.code == static_cast<std::uint8_t>(code) && type.bits == bits && type.lanes == 1;
  };
  using code = nb::dlpack::dtype_code;
  if (is(code::Float, 32)) return mixed_element::float32;
  if (is(code::Float, 64)) return mixed_element::float64;
  if (is(code::Bfloat, 16)) return mixed_element::bfloat16;
  if (is(code::Float, 16)) return mixed_element::float16;
  if (is(code::UInt, 8)) return mixed_element::uint8;
  if (is(code::Int, 8)) return mixed_element::int8;
  if (is(code::Int, 16)) return mixed_element::int16;
  throw nb::type_error(
      "mixcon: samples are of another type; expected float32, float64, bfloat16, float16, uint8, int8 or int16");
}

template <class Array>
any_batch batch_of(const Array& array) {
  if (array.ndim() < 1 || array.ndim() > 4)
    throw nb::value_error("mixcon: samples must have 1 to 4 axes, as (N, D) or (N, C, H, W)");
  any_batch batch{const_cast<void*>(static_cast<const void*>(array.data())), element_of(array.dtype()),
                  static_cast<int>(array.ndim())};
  for (std::size_t axis = 0; axis < array.ndim(); ++axis)
    batch.shape[axis] = static_cast<index_t>(array.shape(axis)), batch.strides[axis] = array.stride(axis);
  return batch;
}

void require_alike(const any_batch& a, const any_batch& b, const char* names) {
  MIXCON_REQUIRE(a.of == b.of && a.rank == b.rank, names,
                 " are of different types or numbers of axes; expected the same");
}

using read_array = nb::ndarray<nb::ro, nb::device::cpu>;
using written_array = nb::ndarray<nb::device::cpu>;

void blend_arrays(const any_plan& plan, const read_array& samples, const std::optional<read_array>& partners,
                  const written_array& mixed, int threads) {
  mixing_call call{batch_of(samples), {}, batch_of(mixed), threads};
  if (partners) call.partners = batch_of(*partners);
  require_alike(call.samples, call.mixed, "mixcon: the samples and the mixed batch");
  if (partners) require_alike(call.samples, call.partners, "mixcon: the samples and the partners");
  const nb::gil_scoped_release others_may_run;
  std::visit([&](const auto& of) { mix(of, call); }, plan);
}

void unblend_arrays(const any_plan& plan, const read_array& upstream, const written_array& to_samples,
                    const std::optional<written_array>& to_partners, const std::optional<read_array>& samples,
                    const std::optional<read_array>& partners, int threads) {
  unmixing_call call{batch_of(upstream), batch_of(to_samples), {}, {}, {}, threads};
  if (to_partners) call.to_partners = batch_of(*to_partners);
  if (samples) call.samples = batch_of(*samples);
  if (partners) call.partners = batch_of(*partners);
  require_alike(call.upstream, call.to_samples, "mixcon: the upstream gradient and the gradient");
  const bool reads_samples = std::holds_alternative<mix_plan<slerp>>(plan);
  MIXCON_REQUIRE(!reads_samples || (samples && (!to_partners || partners)),
                 "mixcon: the gradient along great circles needs the samples too");
  const nb::gil_scoped_release others_may_run;
  std::visit([&](const auto& of) { unmix(of, call); }, plan);
}

vector_view<const index_t> labels_in(const integers& array) {
  return {array.data(), {static_cast<index_t>(array.shape(0))}};
}

/// The labels of the mixed batch: own and the partner's, and the share of the own one.
pair_targets pairs_of(const any_plan& plan, const integers& labels, const std::optional<integers>& partner_labels,
                      std::optional<std::int64_t> ignored) {
  const ignored_label none = ignored ? ignored_label{*ignored} : ignored_label{};
  const auto own = labels_in(labels);
  return std::visit(
      [&](const auto& of) {
        return partner_labels ? pair_targets_of(of, own, labels_in(*partner_labels), none)
                              : pair_targets_of(of, own, none);
      },
      plan);
}

template <class T>
void write_targets(const any_plan& plan, const integers& labels, const std::optional<integers>& partner_labels,
                   std::optional<std::int64_t> ignored, double smoothing,
                   const nb::ndarray<T, nb::ndim<2>, nb::c_contig, nb::device::cpu>& soft) {
  const matrix_view<T> rows{soft.data(), {static_cast<index_t>(soft.shape(0)), static_cast<index_t>(soft.shape(1))}};
  soft_targets(pairs_of(plan, labels, partner_labels, ignored), rows, smoothing);
}

/// The plan that a text of JSON holds, of whatever kind.
any_plan read_plan(const std::string& text) {
  const std::string kind = kind_of_json(text);
  std::optional<any_plan> found;
  const auto read = [&]<class Region>(std::type_identity<mix_plan<Region>>) {
    if (kind == Region::kind) found = plan_from_json<Region>(text);
  };
  [&]<class... Plans>(std::type_identity<std::variant<Plans...>>) {
    (read(std::type_identity<Plans>{}), ...);
  }(std::type_identity<any_plan>{});
  MIXCON_REQUIRE(found.has_value(), "Plan.from_json: the text is of kind \"", kind, "\"; expected a plan of mixcon");
  return *found;
}

tensor_view<const double, 3> view_of_maps(const maps& array) {
  return {array.data(),
          {static_cast<index_t>(array.shape(0)), static_cast<index_t>(array.shape(1)),
           static_cast<index_t>(array.shape(2))}};
}

drawing drawing_of(const std::vector<index_t>& shape, std::uint64_t seed, std::uint64_t step,
                   const std::string& within) {
  MIXCON_REQUIRE(!shape.empty() && shape.size() <= 4,
                 "mixcon: samples must have 1 to 4 axes, as (N, D) or (N, C, H, W)");
  drawing given{static_cast<int>(shape.size()), {}, seed, step, within};
  std::copy(shape.begin(), shape.end(), given.shape);
  return given;
}

any_plan draw(const std::string& policy, const given_parameters& parameters, const std::vector<index_t>& shape,
              std::uint64_t seed, std::uint64_t step, const std::string& within, const std::optional<integers>& labels,
              const std::optional<maps>& of_maps, const std::optional<feature_maps>& features) {
  drawing given = drawing_of(shape, seed, step, within);
  if (labels) given.labels.emplace(labels->data(), labels->data() + labels->shape(0));
  if (of_maps) given.maps = view_of_maps(*of_maps);
  if (features) {
    axes<4> extents;
    for (int axis = 0; axis < 4; ++axis)
      extents[axis] = static_cast<index_t>(features->shape(static_cast<std::size_t>(axis)));
    given.features = tensor_view<const double, 4>{features->data(), extents};
  }
  const nb::gil_scoped_release others_may_run;
  return plan_of(policy, parameters, given);
}

nb::dict described(const parameter_info& parameter) {
  const char* const kinds[] = {"real", "integer", "truth", "choice"};
  nb::dict one;
  one["name"] = parameter.name, one["kind"] = kinds[static_cast<int>(parameter.kind)];
  one["usual"] = nb::cast(parameter.usual), one["choices"] = nb::cast(parameter.choices);
  one["meaning"] = parameter.meaning, one["follows_alpha"] = parameter.follows_alpha;
  return one;
}
nb::dict described(const policy_info& policy) {
  const char* const shapes[] = {"policy", "policy_of_values", "policy_of_pairs", "kind_of_plan", "label_rule"};
  const char* const seen[] = {"", "labels", "saliency", "features", "samples", "samples and saliency"};
  nb::dict one;
  one["name"] = policy.name, one["summary"] = policy.summary, one["header"] = policy.header;
  one["shape"] = shapes[static_cast<int>(policy.shape)], one["looks_at"] = seen[static_cast<int>(policy.at)];
  one["fills_partners"] = policy.fills_partners, one["draws_layers"] = policy.draws_layers;
  nb::list parameters;
  for (const parameter_info& parameter : policy.parameters) parameters.append(described(parameter));
  one["parameters"] = parameters;
  return one;
}

nb::list all_described() {
  nb::list all;
  for (const policy_info& policy : policies()) all.append(described(policy));
  return all;
}

}  // namespace

/// A plan as Python holds it: a class of its own, since nanobind turns variants into their members.
struct held_plan {
  any_plan plan;
  friend bool operator==(const held_plan&, const held_plan&) = default;
};

NB_MODULE(_mixing, module) {
  using namespace nb::literals;
  nb::set_leak_warnings(false);  // torch frees no Python node of a graph that is alive when Python ends
  module.doc() = "mixcon's policies and plans; use the package mixcon.";
  const auto each = [](const held_plan& held, auto&& call) { return std::visit(call, held.plan); };
  nb::class_<held_plan>(module, "Plan", "What a policy decided for one batch.")
      .def_prop_ro(
          "kind",
          [=](const held_plan& p) { return each(p, []<class R>(const mix_plan<R>&) { return std::string(R::kind); }); })
      .def_prop_ro("partner", [=](const held_plan& p) { return each(p, [](const auto& of) { return of.partner; }); })
      .def_prop_ro("lam", [=](const held_plan& p) { return each(p, [](const auto& of) { return of.lambda; }); })
      .def("with_lam",
           [](held_plan p, const std::vector<double>& lambdas) {
             std::visit([&](auto& of) { of.lambda = lambdas; }, p.plan);
             return p;
           })
      .def("on_sphere",
           [](const held_plan& p, bool rescale) {
             const auto* lerp = std::get_if<mix_plan<interpolated>>(&p.plan);
             MIXCON_REQUIRE(lerp != nullptr, "Plan.on_sphere: expected a plan that mixes by lambda alone, as Mixup's");
             return held_plan{on_sphere(*lerp, rescale)};
           })
      .def("to_json", [=](const held_plan& p) { return each(p, [](const auto& of) { return to_json(of); }); })
      .def_static("from_json", [](const std::string& text) { return held_plan{read_plan(text)}; })
      .def("__str__", [=](const held_plan& p) { return each(p, [](const auto& of) { return to_string(of); }); })
      .def(nb::self == nb::self)
      .def(
          "blend",
          [](const held_plan& p, const read_array& samples, const std::optional<read_array>& partners,
             const written_array& mixed, int threads) { blend_arrays(p.plan, samples, partners, mixed, threads); },
          "samples"_a, "partners"_a.none(), "mixed"_a, "threads"_a)
      .def(
          "unblend",
          [](const held_plan& p, const read_array& upstream, const written_array& to_samples,
             const std::optional<written_array>& to_partners, const std::optional<read_array>& samples,
             const std::optional<read_array>& partners,
             int threads) { unblend_arrays(p.plan, upstream, to_samples, to_partners, samples, partners, threads); },
          "upstream"_a, "to_samples"_a, "to_partners"_a.none(), "samples"_a.none(), "partners"_a.none(), "threads"_a)
      .def(
          "pairs",
          [](const held_plan& p, const integers& labels, const std::optional<integers>& partner_labels,
             std::optional<std::int64_t> ignored) {
            const pair_targets pairs = pairs_of(p.plan, labels, partner_labels, ignored);
            std::vector<double> own, partner;
            for (index_t i = 0; i < pairs.samples(); ++i)
              own.push_back(pairs.own_share(i)), partner.push_back(pairs.partner_share(i));
            return std::tuple(pairs.own, pairs.partner, own, partner);
          },
          "labels"_a, "partner_labels"_a.none(), "ignored"_a.none())
      .def(
          "soft32",
          [](const held_plan& p, const integers& labels, const std::optional<integers>& partner_labels,
             std::optional<std::int64_t> ignored, double smoothing,
             const nb::ndarray<float, nb::ndim<2>, nb::c_contig, nb::device::cpu>& soft) {
            write_targets(p.plan, labels, partner_labels, ignored, smoothing, soft);
          },
          "labels"_a, "partner_labels"_a.none(), "ignored"_a.none(), "smoothing"_a, "soft"_a)
      .def(
          "soft64",
          [](const held_plan& p, const integers& labels, const std::optional<integers>& partner_labels,
             std::optional<std::int64_t> ignored, double smoothing,
             const nb::ndarray<double, nb::ndim<2>, nb::c_contig, nb::device::cpu>& soft) {
            write_targets(p.plan, labels, partner_labels, ignored, smoothing, soft);
          },
          "labels"_a, "partner_labels"_a.none(), "ignored"_a.none(), "smoothing"_a, "soft"_a);
  module.def("policies", &all_described);
  module.def(
      "draw",
      [](const std::string& policy, const given_parameters& parameters, const std::vector<index_t>& shape,
         std::uint64_t seed, std::uint64_t step, const std::string& within, const std::optional<integers>& labels,
         const std::optional<maps>& saliency, const std::optional<feature_maps>& features) {
        return held_plan{draw(policy, parameters, shape, seed, step, within, labels, saliency, features)};
      },
      "policy"_a, "parameters"_a, "shape"_a, "seed"_a, "step"_a, "within"_a, "labels"_a.none(), "saliency"_a.none(),
      "features"_a.none());
  module.def("fill_partners",
             [](const std::string& policy, std::uint64_t seed, std::uint64_t step, const std::string& within,
                const nb::ndarray<double, nb::ndim<2>, nb::c_contig, nb::device::cpu>& rows) {
               const auto n = static_cast<index_t>(rows.shape(0)), d = static_cast<index_t>(rows.shape(1));
               fill_partners(policy, drawing_of({n, d}, seed, step, within), {rows.data(), {n, d}});
             });
  module.def("layer", [](const std::string& policy, const given_parameters& parameters, std::uint64_t seed,
                         std::uint64_t step, const std::string& within) {
    return layer_of(policy, parameters, drawing_of({1}, seed, step, within));
  });
  module.def("shares",
             [](const std::string& policy, const given_parameters& parameters, const std::vector<index_t>& shape,
                std::uint64_t seed, std::uint64_t step, const std::string& within) {
               MIXCON_REQUIRE(shape.size() == 2, policy, ": features have ", shape.size(), " axes; expected (N, D)");
               return shares_of(policy, parameters, drawing_of(shape, seed, step, within));
             });
  module.def("lambdas_by", [](const std::string& rule, const given_parameters& parameters, const held_plan& plan,
                              const maps& attention, index_t rows, index_t columns) {
    return lambdas_by(rule, parameters, plan.plan, view_of_maps(attention), rows, columns);
  });
}

}  // namespace mixcon_python
