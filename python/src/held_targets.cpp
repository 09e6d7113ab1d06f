// SPDX-License-Identifier: BSD-3-Clause
#include "held_targets.hpp"

namespace mixcon_python {

namespace {

view_order order_given(const std::string& order) {
  if (order == "view_major") return view_order::view_major;
  if (order == "sample_major") return view_order::sample_major;
  std::string sentence = "targets: order is ";
  throw nb::value_error(sentence.append(order).append("; expected view_major or sample_major").c_str());
}

ignored_label ignored_given(nb::handle label) {
  return label.is_none() ? ignored_label{} : ignored_label(nb::cast<std::int64_t>(label));
}

held_targets of_kind(any_targets::kind kind) {
  held_targets made;
  made.targets.of = kind;
  return made;
}

held_targets views(index_t samples, index_t number, const std::string& order) {
  held_targets made = of_kind(any_targets::kind::views);
  made.targets.samples = samples, made.targets.views = number, made.targets.order = order_given(order);
  return made;
}

held_targets labels(nb::handle given, index_t number, const std::string& order, nb::handle candidate_labels,
                    bool hides_others, nb::handle ignored, bool keeps_ignored) {
  held_targets made = of_kind(any_targets::kind::labels);
  any_targets& to = made.targets;
  to.labels = integers_given("targets.Labels: labels", given, made.kept);
  to.views = number, to.order = order_given(order);
  if (!candidate_labels.is_none())
    to.candidate_labels = integers_given("targets.Labels: candidate_labels", candidate_labels, made.kept);
  to.others = hides_others ? visibility::hidden : visibility::visible;
  to.ignored = ignored_given(ignored);
  to.ignored_anchors = keeps_ignored ? ignored_anchor::keep : ignored_anchor::skip;
  return made;
}

held_targets classes(nb::handle given, bool of_candidates, nb::handle ignored, bool keeps_ignored) {
  held_targets made = of_kind(of_candidates ? any_targets::kind::members : any_targets::kind::prototypes);
  made.targets.labels = integers_given("targets.Classes: labels", given, made.kept);
  made.targets.ignored = ignored_given(ignored);
  made.targets.ignored_anchors = keeps_ignored ? ignored_anchor::keep : ignored_anchor::skip;
  return made;
}

held_targets mixed(const held_targets& base, nb::handle lambda, nb::handle partner) {
  if (base.targets.of == any_targets::kind::table || base.targets.of == any_targets::kind::images_and_mixtures)
    throw nb::value_error(
        "targets.Mixed: the targets that are mixed are a table or mixed already; expected integers "
        "of anchors and candidates, as Diagonal() or Labels(labels)");
  held_targets made = base;
  made.targets.lambda = numbers_given("targets.Mixed: lam", lambda, made.kept);
  made.targets.partner = integers_given("targets.Mixed: partner", partner, made.kept);
  made.targets.is_mixed = true;
  return made;
}

held_targets pairs(nb::handle given, nb::handle of_partners, nb::handle lambda) {
  held_targets made = of_kind(any_targets::kind::labels);
  made.targets.labels = integers_given("labels", given, made.kept);
  made.targets.candidate_labels = integers_given("labels_of_partners", of_partners, made.kept);
  made.targets.lambda = numbers_given("lam", lambda, made.kept);
  return made;
}

held_targets images_and_mixtures(nb::handle given, nb::handle lambda, nb::handle ignored) {
  held_targets made = of_kind(any_targets::kind::images_and_mixtures);
  made.targets.labels = integers_given("targets.ImagesAndMixtures: labels", given, made.kept);
  made.targets.lambda = numbers_given("targets.ImagesAndMixtures: lam", lambda, made.kept);
  made.targets.ignored = ignored_given(ignored);
  return made;
}

held_targets table(nb::handle shares, nb::handle weights, bool any_sign) {
  held_targets made = of_kind(any_targets::kind::table);
  made.targets.table = table_given("targets.Table: shares", shares, made.kept);
  if (!weights.is_none()) made.targets.weight = table_given("targets.Table: weights", weights, made.kept);
  made.targets.signs = any_sign ? target_signs::any : target_signs::not_negative;
  return made;
}

held_targets own(const std::string& role) {
  held_targets made = of_kind(any_targets::kind::negatives);
  made.targets.own_candidates = role == "first"          ? own_role::first
                                : role == "first_of_two" ? own_role::first_of_two
                                                         : own_role::positives;
  made.needs_own = true;
  return made;
}

}  // namespace

void define_targets(nb::module_& module) {
  using namespace nb::literals;
  nb::class_<held_targets>(module, "Targets", "Which pairs are positives, negatives or hidden.")
      .def_ro("needs_own", &held_targets::needs_own, "Whether anchors need candidates of their own.");
  module.def("views", &views, "samples"_a, "views"_a = 2, "order"_a = "view_major");
  module.def("labels", &labels, "labels"_a, "views"_a = 1, "order"_a = "view_major",
             "candidate_labels"_a.none() = nb::none(), "hides_others"_a = false, "ignored"_a.none() = nb::none(),
             "keeps_ignored"_a = false);
  module.def("classes", &classes, "labels"_a, "of_candidates"_a = false, "ignored"_a.none() = nb::none(),
             "keeps_ignored"_a = false);
  module.def("diagonal", [] { return of_kind(any_targets::kind::diagonal); });
  module.def("others", [] { return of_kind(any_targets::kind::others); });
  module.def("negatives", [] { return of_kind(any_targets::kind::negatives); });
  module.def("own", &own, "role"_a);
  module.def("mixed", &mixed, "base"_a, "lam"_a, "partner"_a);
  module.def("pairs", &pairs, "labels"_a, "labels_of_partners"_a, "lam"_a);
  module.def("images_and_mixtures", &images_and_mixtures, "labels"_a, "lam"_a, "ignored"_a.none() = nb::none());
  module.def("table", &table, "shares"_a, "weights"_a.none() = nb::none(), "any_sign"_a = false);
}

}  // namespace mixcon_python
