// SPDX-License-Identifier: BSD-3-Clause
#include "autograd/negatives_node.hpp"
#include "devices/numbers_kept.hpp"
#include "recipes/negative_choice.hpp"
#include "recipes/student.hpp"

#include <mixcon/losses/contrastive_distillation.hpp>

namespace mixcon_train {
inline namespace recipes {

namespace {

class crd_recipe final : public student_recipe {
 public:
  static constexpr const char *name = "crd",
                              *summary = "a student's embedding finds its teacher's in a bank, and the other way round",
                              *paper = "Tian et al. 2020, arXiv:1910.10699";
  static constexpr bool over_ranks = true;
  struct options : contrast_options {
    options() { ce_weight = 1, contrast_weight = 0.8, temperature = 0.07; }
  };
  static std::vector<preferred_value> paper_values() {
    return distillation_benchmark({{"ce-weight", "1"},
                                   {"contrast-weight", "0.8"},
                                   {"temperature", "0.07"},
                                   {"negatives", "16384"},
                                   {"bank-momentum", "0.5"}});
  }

  crd_recipe(const recipe_world& world, const options& chosen)
      : student_recipe(world, require_teacher(chosen, name), &chosen),
        chosen_(chosen),
        choice_(world, chosen.negatives),
        normalizers_(filled(world.on, {2}, 0)) {
    if (!world.trains()) return;
    of_student_ = std::make_unique<sample_table>(world.on, world.data.shape.samples, chosen.embedding);
    of_teacher_ = std::make_unique<sample_table>(world.on, world.data.shape.samples, chosen.embedding);
    register_part("student_bank", *of_student_), register_part("teacher_bank", *of_teacher_);
    register_state("normalizers", normalizers_);
  }

  /// Both banks begin with what the networks say, where the authors' code has random rows.
  void begin_epoch(const recipe_step& step) override {
    if (step.from.position.epoch > 0) return;
    const without_gradients guard;
    const auto rows = [&](const encoded& all) {
      return variable(tensor_of(on(), {all.backbone.samples(), all.backbone.width}, all.backbone.rows.data()));
    };
    of_student_->set(embedded(rows(seen_by_student(step))).value());
    of_teacher_->set(embedded_by_teacher(rows(seen_by_teacher())).value());
  }

  void after_step(index_t /*step*/, index_t /*steps*/) override {
    of_student_->move(samples_, newest_student_, chosen_.bank_momentum);
    of_teacher_->move(samples_, newest_teacher_, chosen_.bank_momentum);
  }

 protected:
  /// Of both directions. Positives are rows of the banks too, as in the authors' code.
  variable contrast(recipe_loss& made, const recipe_step& step, const variable& embeddings,
                    const variable& keys) override {
    samples_ = step.from.samples, newest_student_ = embeddings.value(), newest_teacher_ = keys.value();
    const named_samples named = named_by(choice_.choose(step));
    return direction(made, named, embeddings, *of_teacher_, 0) + direction(made, named, keys, *of_student_, 1);
  }

 private:
  variable direction(recipe_loss& made, const named_samples& named, const variable& anchors, const sample_table& bank,
                     index_t number) {
    const variable rows = listed_rows(*named.list, bank.rows(named.samples), bank.rows(samples_));
    const double samples = static_cast<double>(train().samples());
    if (normalizers_read_.of(normalizers_)[number] == 0) {  // of the first batch, kept from there on
      double normalizers[2];
      copy_numbers(normalizers_, normalizers);
      normalizers[number] = with_numbers(on(), [&](auto kind) {
        using T = decltype(kind);
        const numbers_read<T> a(anchors.value()), c(rows.value());
        const shape &of_a = anchors.extents(), &of_c = rows.extents();
        return mixcon::distillation_normalizer(mixcon::matrix_view<const T>{a.data(), {of_a[0], of_a[1]}},
                                               mixcon::tensor_view<const T, 3>{c.data(), {of_c[0], of_c[1], of_c[2]}},
                                               chosen_.temperature, samples);
      });
      normalizers_ = tensor_of(on(), {2}, normalizers);
    }
    const mixcon::contrastive_distillation loss{.temperature = chosen_.temperature,
                                                .negatives = static_cast<double>(chosen_.negatives),
                                                .samples = samples,
                                                .normalizer = normalizers_read_.of(normalizers_)[number]};
    return contrastive_loss(mixcon::objective{loss, mixcon::cosine{}}, mixcon::listed_targets{*named.list}, anchors,
                            {own(rows)}, &made.anchors_used);
  }

  options chosen_;
  uniform_choice choice_;
  std::unique_ptr<sample_table> of_student_{}, of_teacher_{};
  tensor normalizers_;
  numbers_kept normalizers_read_{};
  std::vector<index_t> samples_{};
  tensor newest_student_{}, newest_teacher_{};
};

}  // namespace

recipe_entry crd_entry() { return entry_of<crd_recipe>(); }

}  // namespace recipes
}  // namespace mixcon_train
