// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/student.hpp"

#include "autograd/distillation_loss.hpp"
#include "autograd/operators.hpp"
#include "autograd/over_ranks.hpp"
#include "data/epoch_order.hpp"

#include <mixcon/core/require.hpp>
#include <mixcon/losses/knowledge_distillation.hpp>

#include <algorithm>
#include <utility>

namespace mixcon_train {
inline namespace recipes {

namespace {

bool has_scores(const student_options& chosen) { return chosen.ce_weight > 0 || chosen.kd_weight > 0; }

void check_weights(const student_options& chosen, double contrast_weight) {
  MIXCON_REQUIRE(has_scores(chosen) || contrast_weight > 0,
                 "--ce-weight, --kd-weight: both are 0, and no contrast counts; expected one weight above 0.");
  MIXCON_REQUIRE(chosen.kd_weight == 0 || !chosen.teacher.empty(), "--kd-weight: ", chosen.kd_weight,
                 ", and no --teacher to distil from; expected the folder of a run, or the weight 0.");
}

std::unique_ptr<mlp> linear_map(device& on, index_t from, index_t to, std::uint64_t seed) {
  return std::make_unique<mlp>(on, std::vector<index_t>{from, to}, seed);
}

void add_to(variable& sum, double weight, const variable& term) {
  const variable weighted = weight == 1 ? term : weight * term;
  sum = sum ? sum + weighted : weighted;
}

}  // namespace

void student_options::declare(option_list& to) {
  to.add("teacher", teacher, "folder of the run that is distilled");
  to.add("ce-weight", ce_weight, {0, 1e6}, "of the cross entropy of labels");
  to.add("kd-weight", kd_weight, {0, 1e6}, "of distillation from the teacher's scores", "0.9 (Hinton)");
  to.add("kd-temperature", kd_temperature, {1e-3, 1e3}, "that softens both networks' scores", "4");
  if (kd_weight == 0) to.idle("kd-temperature", "--kd-weight 0 distils from no scores");
}

void contrast_options::declare(option_list& to) {
  student_options::declare(to);
  to.add("contrast-weight", contrast_weight, {0, 1e6}, "of the contrastive term", "CRD 0.8");
  to.add("temperature", temperature, {1e-3, 1e3}, "of the contrastive term; smaller is sharper", "CRD 0.07");
  to.add("embedding", embedding, {2, 65536}, "width of an embedding", "CRD 128");
  to.add("negatives", negatives, {1, 1e6}, "negatives that are drawn for each anchor", "CRD 16384");
  to.add("bank-momentum", bank_momentum, {0, 0.999999}, "share that a row of the bank keeps when its sample comes by",
         "CRD 0.5");
}

const student_options& require_teacher(const student_options& chosen, const char* recipe) {
  MIXCON_REQUIRE(!chosen.teacher.empty(), "--teacher: ", recipe,
                 " learns from another run; expected its folder, such as --teacher runs/ce-digits-001.");
  return chosen;
}

std::vector<preferred_value> distillation_benchmark(std::vector<preferred_value> values) {
  const std::vector<preferred_value> training{{"batch", "64"},       {"epochs", "240"},
                                              {"lr", "0.05"},        {"weight-decay", "5e-4"},
                                              {"schedule", "steps"}, {"milestones", "0.625,0.75,0.875"},
                                              {"factor", "0.1"}};
  values.insert(values.begin(), training.begin(), training.end());
  return values;
}

student_recipe::student_recipe(const recipe_world& world, const student_options& chosen,
                               const contrast_options* contrasts)
    : on_(world.on),
      chosen_(chosen),
      contrast_weight_(contrasts == nullptr ? 0 : contrasts->contrast_weight),
      has_two_views_(contrasts != nullptr && contrasts->contrast_weight > 0 && chosen.teacher.empty()),
      train_(world.train),
      statistics_(world.data.statistics) {
  check_weights(chosen, contrast_weight_);
  net_ = has_scores(chosen) ? classifier_of(world) : embedder_of(world, {.embedding = contrasts->embedding});
  register_part("network", *net_);
  if (!world.trains()) return;
  if (!chosen.teacher.empty()) {
    teacher_ = world.run("--teacher", chosen.teacher);
    MIXCON_REQUIRE(chosen.kd_weight == 0 || teacher_->judged().classifies(), "--kd-weight: the run ", chosen.teacher,
                   " (", teacher_->recipe_name, ") gives no class scores; expected a teacher with a classifier, or 0.");
  }
  if (contrast_weight_ == 0) return;
  if (net_->classifies()) {
    to_embedding_ = linear_map(on_, net_->feature_width(), contrasts->embedding, world.seed + 2);
    register_part("to_embedding", *to_embedding_);
  }
  if (!teacher_) return;
  const index_t width = teacher_->judged().feature_width();
  teacher_to_embedding_ = linear_map(on_, width, contrasts->embedding, world.seed + 3);
  register_part("teacher_to_embedding", *teacher_to_embedding_);
}

variable student_recipe::contrast(recipe_loss& /*made*/, const recipe_step& /*step*/, const variable& /*embeddings*/,
                                  const variable& /*keys*/) {
  return {};
}

variable student_recipe::embedded(const variable& features) {
  return unit_rows(to_embedding_ ? to_embedding_->forward(features) : net_->head(features));
}
variable student_recipe::embedded_by_teacher(const variable& features) {
  return unit_rows(teacher_to_embedding_->forward(features));
}

encoded student_recipe::seen_by_student(const recipe_step& step) {
  if (step.step > 0) {
    net_->set_training(false);
    encoded all = encode(*net_, on_, *train_, statistics_);
    net_->set_training(true);
    return all;
  }
  // its running statistics are of nothing yet: by those of batches, in an order that mixes classes
  std::vector<index_t> order(train_->labels.size());
  draw_epoch_order(step.draws.seed, 0, order);
  const encoded shuffled = encode(*net_, on_, *train_, statistics_, order);
  encoded all = shuffled;
  for (std::size_t k = 0; k < order.size(); ++k)
    for (const auto& [from, to] :
         {std::pair{&shuffled.backbone, &all.backbone}, std::pair{&shuffled.head, &all.head}}) {
      to->labels[static_cast<std::size_t>(order[k])] = from->labels[k];
      std::copy_n(from->row(static_cast<index_t>(k)), from->width, to->row(order[k]));
    }
  return all;
}
encoded student_recipe::seen_by_teacher() {
  return encode(teacher_->judged(), on_, *train_, teacher_->data.statistics);
}

variable student_recipe::score_terms(const recipe_step& step, const variable& features, const variable& taught) {
  variable sum;
  if (!net_->classifies()) return sum;
  const variable scores = net_->head(features);
  const mixcon::vector_view<const int> own = step.own_labels();
  kept_list<int> labels;
  for (int view = 0; view < (has_two_views_ ? 2 : 1); ++view)
    for (index_t i = 0; i < own.extent(0); ++i) labels.push_back(own[i]);
  if (chosen_.ce_weight > 0) add_to(sum, chosen_.ce_weight, cross_entropy(scores, mixcon::integer_view(labels)));
  if (chosen_.kd_weight > 0) {
    const variable of_first = has_two_views_ ? slice(scores, 0, step.own_samples()) : scores;
    const variable softened = constant(teacher_->judged().head(taught));
    const mixcon::knowledge_distillation distillation{.temperature = chosen_.kd_temperature};
    add_to(sum, chosen_.kd_weight,
           mean_over_ranks(on_, [&] { return distillation_loss(distillation, of_first, softened); }));
  }
  return sum;
}

recipe_loss student_recipe::loss(const recipe_step& step) {
  const index_t samples = step.own_samples(), views = has_two_views_ ? 2 : 1;
  const variable x = own_input_of(on_, step.from.images, step.shape, views, step.share);
  const variable features = net_->features(x);
  variable taught;
  if (teacher_) {
    const without_gradients guard;
    taught = constant(teacher_->judged().features(teacher_->as_it_saw(x)));
  }
  recipe_loss made{
      .embeddings = features, .views = views, .anchors = step.shape.samples, .anchors_used = step.shape.samples};
  made.loss = score_terms(step, features, taught);
  if (contrast_weight_ > 0) {
    const variable z = embedded(features);
    const variable keys = teacher_ ? embedded_by_teacher(taught) : slice(z, samples, 2 * samples);
    if (!net_->classifies()) made.embeddings = z;
    // every rank has the same banks, and compares the whole batch
    const variable anchors = rows_of_all_ranks(teacher_ ? z : slice(z, 0, samples)), all = rows_of_all_ranks(keys);
    add_to(made.loss, contrast_weight_, mean_over_ranks(on_, [&] { return contrast(made, step, anchors, all); }));
  }
  return made;
}

}  // namespace recipes
}  // namespace mixcon_train
