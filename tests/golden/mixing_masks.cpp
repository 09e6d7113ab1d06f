// SPDX-License-Identifier: BSD-3-Clause
#include "golden/mixing_checks.hpp"

namespace mixcon_golden {
namespace {

void expect_mask(golden_case& of, const array& listed, const mask& drawn, double tolerance = in_double) {
  const mask expected = mask_of(listed);
  if (expected.extents != drawn.extents) of.fail("plan.mask has other extents");
  of.expect_equal("plan.mask", array{{}, expected.values}, drawn.values, tolerance);
}

template <class T>
void check_resizemix(golden_case& of) {
  const image_shape shape = image_shape_of(of.inputs.real("x"));
  const std::string mode = of.params.word("mode", "nearest");
  if (mode != "nearest" && mode != "bilinear") unknown("mode " + mode);
  std::vector<double> scope{0.1, 0.8};
  if (of.params.has("scope")) scope = of.params.real("scope").data;
  fields plan = of.inputs.inside("plan");
  require_kind(plan, "resize_box");
  mix_plan<resized_boxes> planned{plan.indices("perm"), {}, {read_boxes(plan.real("box")), {}}};
  planned.region.how = mode == "nearest" ? interpolation::nearest : interpolation::bilinear;
  for (const box& b : planned.region.boxes) planned.lambda.push_back(1 - share(b, shape));
  const double tau = plan.number("tau", 0);
  of.also(plan);
  check_apply<T, 3>(of, planned, mode == "nearest");
  if (!of.inputs.has("draws")) return;
  fields recorded = of.inputs.inside("draws");
  recorded_draws draws;
  record_partners(draws, &recorded, planned.partner);
  if (!record(draws, recorded, "tau", "lambda")) draws.record("lambda", {tau});
  record(draws, recorded, "cy", "box_row"), record(draws, recorded, "cx", "box_column");
  of.also(recorded);
  // A tau that was given is clipped to the scope, ends included.
  const resizemix<truncated<fixed_lambda>> policy{
      .tau = {{.value = tau}, scope.at(0), scope.at(1), 1}, .pairing = {}, .how = planned.region.how};
  expect_plan(of, policy.plan(shape, draws), planned);
}

template <class T>
void check_smoothmix(golden_case& of) {
  const image_shape shape = image_shape_of(of.inputs.real("x"));
  fields plan = of.inputs.inside("plan");
  require_kind(plan, "mask");
  mix_plan<masked> planned{plan.indices("perm"), {}, {mask_of(plan.real("mask"))}};
  for (index_t i = 0; i < planned.region.shares.extents[0]; ++i)
    planned.lambda.push_back(planned.region.shares.mean(i));
  check_apply<T, 3>(of, planned, false);
  if (of.lists("lam_reference")) of.expect("lam_reference", 1 - planned.lambda[0], in_double);
  if (of.inputs.has("draws")) {
    fields recorded = of.inputs.inside("draws");
    recorded_draws draws;
    record_partners(draws, &recorded, planned.partner);
    record(draws, recorded, "randint_w", "spot_column"), record(draws, recorded, "randint_h", "spot_row");
    record(draws, recorded, "u_sigma", "spot_size");
    of.also(recorded);
    const auto drawn = smoothmix<>{}.plan(shape, draws);
    expect_mask(of, plan.real("mask"), drawn.region.shares);
    of.expect_equal("plan.lam", array{{}, planned.lambda}, drawn.lambda, in_double);
    of.expect("sigma", smoothmix<>::sigma_of(shape, draws, 0), in_double);
  }
  of.also(plan);
}

uniform_range range_of(golden_case& of, const char* name) {
  const std::vector<double> ends = of.params.real(name).data;
  return {ends.front(), ends.back()};
}

template <class T>
void check_gridmix(golden_case& of) {
  const image_shape shape = image_shape_of(of.inputs.real("x"));
  fields plan = of.inputs.inside("plan");
  require_kind(plan, "mask");
  mix_plan<masked> planned{plan.indices("perm"), {}, {mask_of(plan.real("mask"))}};
  for (index_t i = 0; i < planned.region.shares.extents[0]; ++i)
    planned.lambda.push_back(planned.region.shares.mean(i));
  check_apply<T, 3>(of, planned, true);
  const std::vector<index_t> holes = [&] {
    const json& listed = of.params.raw("n_holes");
    return listed.is_array() ? listed.get<std::vector<index_t>>() : std::vector<index_t>{listed.get<index_t>()};
  }();
  gridmix<> policy{.least_holes = holes.front(), .most_holes = holes.back()};
  if (of.params.has("cut_area_ratio")) policy.cut_area = range_of(of, "cut_area_ratio");
  if (of.params.has("cut_aspect_ratio")) policy.cut_aspect = range_of(of, "cut_aspect_ratio");
  if (of.params.has("hole_aspect_ratio")) policy.hole_aspect = range_of(of, "hole_aspect_ratio");
  if (of.inputs.has("draws")) {
    fields recorded = of.inputs.inside("draws");
    recorded_draws draws;
    record_partners(draws, &recorded, planned.partner);
    record(draws, recorded, "lam", "lambda"), record(draws, recorded, "n_holes", "holes");
    record(draws, recorded, "hole_aspect", "hole_aspect"), record(draws, recorded, "cut_area", "cut_area");
    record(draws, recorded, "cut_aspect", "cut_aspect");
    record(draws, recorded, "ux", "cut_left"), record(draws, recorded, "uy", "cut_top");
    of.also(recorded);
    const auto drawn = policy.plan(shape, draws);
    expect_mask(of, plan.real("mask"), drawn.region.shares, 0);
    of.expect_equal("plan.lam", array{{}, planned.lambda}, drawn.lambda, in_double);
  }
  of.also(plan);
}

template <class T>
void check_fmix(golden_case& of) {
  const array x = of.inputs.real("x");
  const image_shape shape =
      x.shape.size() == 4 ? image_shape_of(x) : image_shape{x.rows(), 1, 1, x.shape.back()};  // signals
  fields plan = of.inputs.inside("plan");
  require_kind(plan, "mask");
  fields recorded = of.inputs.inside("draws");
  mix_plan<masked> planned{plan.indices("perm"), recorded.real("lam").data, {mask_of(plan.real("mask"))}};
  const double soft = of.params.number("max_soft", 0);
  check_apply<T, 3>(of, planned, soft == 0);
  of.expect("mask_mean", planned.region.shares.mean(0), in_double);
  recorded_draws draws;
  record_partners(draws, &recorded, planned.partner);
  record(draws, recorded, "lam", "lambda"), record(draws, recorded, "noise", "noise");
  const bool up = recorded.raw("ceil").get<bool>();
  if (plan.flag("ceil", up) != up) of.fail("plan.ceil");
  draws.record("round_up", {up ? 0.75 : 0.25});
  of.also(recorded);
  const fmix<> policy{.decay = of.params.number("decay", 3), .max_soft = soft, .spectrum = fmix_spectrum::two_rows};
  if (plan.has("grey")) of.expect_equal("plan.grey", plan.real("grey"), policy.grey(shape, draws, 0), in_double);
  const auto drawn = policy.plan(shape, draws);
  expect_mask(of, plan.real("mask"), drawn.region.shares);
  of.expect_equal("plan.lam", array{{}, planned.lambda}, drawn.lambda, in_double);
  of.also(plan);
}

void check_grey(golden_case& of) {
  fields recorded = of.inputs.inside("draws");
  recorded_draws draws;
  record(draws, recorded, "noise", "noise");
  of.also(recorded);
  const fmix<> policy{.decay = of.params.number("decay", 3)};
  of.expect("grey", policy.grey(image_shape{1, 1, of.params.count("h"), of.params.count("w")}, draws, 0), in_double);
}

template <class T>
void check_saliencymix(golden_case& of) {
  const image_shape shape = image_shape_of(of.inputs.real("x"));
  fields plan = of.inputs.inside("plan");
  require_kind(plan, "box");
  mix_plan<pasted_boxes> planned{plan.indices("perm"), {}, {.boxes = read_boxes(plan.real("box"))}};
  for (const box& b : planned.region.boxes) planned.lambda.push_back(1 - share(b, shape));
  of.also(plan);
  check_apply<T, 3>(of, planned, true);
  fields recorded = of.inputs.inside("draws");
  recorded_draws draws;
  record_partners(draws, &recorded, planned.partner);
  record(draws, recorded, "lam", "lambda");
  of.also(recorded);
  const array saliency = of.inputs.real("saliency");  // of the first partner alone, or of all
  const bool one = saliency.shape.size() == 2;
  const tensor_view<const double, 3> maps(saliency.data.data(), {shape.samples, shape.rows, shape.columns},
                                          {one ? 0 : shape.rows * shape.columns, shape.columns, 1});
  const saliencymix<> policy{};
  expect_plan(of, policy.plan(shape, draws, maps), planned);
  const auto peak = policy.peak(maps, planned.partner_of(0));
  of.expect("peak", std::vector<index_t>{peak.row, peak.column}, 0);
}

template <class T>
void check_attentivemix(golden_case& of) {
  const image_shape shape = image_shape_of(of.inputs.real("x"));
  fields plan = of.inputs.inside("plan");
  require_kind(plan, "mask");
  const array features = of.inputs.real("features");
  if (features.shape.size() != 4 || features.shape[2] != of.params.count("grid")) of.fail("inputs.features");
  const json& listed = of.params.raw("top_k");
  const attentivemix<> policy{.top_k = listed.is_null() ? 0 : listed.get<index_t>()};
  fields recorded = of.inputs.inside("draws");
  recorded_draws draws;
  record_partners(draws, &recorded, plan.indices("perm"));
  if (!recorded.raw("lam").is_null()) record(draws, recorded, "lam", "lambda");
  of.also(recorded);
  const auto drawn = policy.plan(shape, draws, features.template view<4>());
  expect_mask(of, plan.real("mask"), drawn.region.shares, 0);
  const double cells = static_cast<double>(features.shape[2] * features.shape[3]);
  of.expect("top_k_used", std::round(drawn.lambda[0] * cells), 0);
  mix_plan<masked> planned = drawn;
  planned.region.shares = mask_of(plan.real("mask"));
  of.also(plan);
  check_apply<T, 3>(of, planned, true);
}

const known_mixing resizemix_kind{"resizemix", check_resizemix<double>, check_resizemix<float>};
const known_mixing smoothmix_kind{"smoothmix", check_smoothmix<double>, check_smoothmix<float>};
const known_mixing gridmix_kind{"gridmix", check_gridmix<double>, check_gridmix<float>};
const known_mixing fmix_kind{"fmix", check_fmix<double>, check_fmix<float>};
const known_mixing grey_kind{"fmix.grey_full", check_grey};
const known_mixing saliencymix_kind{"saliencymix", check_saliencymix<double>, check_saliencymix<float>};
const known_mixing attentivemix_kind{"attentivemix", check_attentivemix<double>, check_attentivemix<float>};

}  // namespace
}  // namespace mixcon_golden
