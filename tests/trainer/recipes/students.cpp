// SPDX-License-Identifier: BSD-3-Clause
// Distillation: losses by their formulas, a teacher that stays what it is, and the runs that are refused.
#include "autograd/operators.hpp"
#include "devices/onednn_device.hpp"
#include "files/file_error.hpp"
#include "optimisers/sgd.hpp"
#include "trainer/recipes/student_step.hpp"

#include <algorithm>
#include <filesystem>

using namespace mixcon_train_tests;

namespace {

/// log softmax(row i / temperature) of 10 scores.
numbers log_softmax_of(const numbers& scores, std::size_t i, double temperature) {
  numbers row;
  double sum = 0;
  for (std::size_t c = 0; c < 10; ++c) row.push_back(scores[i * 10 + c] / temperature), sum += std::exp(row.back());
  for (double& x : row) x -= std::log(sum);
  return row;
}

double cross_entropy_of(const numbers& scores, const std::vector<int>& labels) {
  double sum = 0;
  for (std::size_t i = 0; i < labels.size(); ++i)
    sum -= log_softmax_of(scores, i, 1)[static_cast<std::size_t>(labels[i])];
  return sum / static_cast<double>(labels.size());
}

double divergence_of(const numbers& student, const numbers& teacher, double temperature) {
  double sum = 0;
  for (std::size_t i = 0; i < samples; ++i) {
    const numbers s = log_softmax_of(student, i, temperature), t = log_softmax_of(teacher, i, temperature);
    for (std::size_t c = 0; c < 10; ++c) sum += std::exp(t[c]) * (t[c] - s[c]) / samples;
  }
  return sum * temperature * temperature;
}

/// CRD in one direction, eq. 10 of the paper: anchors, the bank, the sample of each anchor and its drawn negatives.
double crd_of(const numbers& anchors, const numbers& bank, const batch& of, const mixcon::negative_list& list) {
  const auto at = [&](std::size_t i, index_t sample) {
    return std::exp(dot(anchors, i, bank, static_cast<std::size_t>(sample)) / 0.07);
  };
  const auto negatives = static_cast<std::size_t>(list.slots);
  double normalizer = 0, sum = 0;
  for (std::size_t i = 0; i < samples; ++i) {
    normalizer += at(i, of.samples[i]);
    for (std::size_t s = 0; s < negatives; ++s) normalizer += at(i, list.key[i * negatives + s]);
  }
  normalizer *= 160.0 / static_cast<double>(samples * (1 + negatives));
  const double noise = static_cast<double>(negatives) / 160;
  const auto is_true = [&](double x) { return x / normalizer / (x / normalizer + noise); };
  for (std::size_t i = 0; i < samples; ++i) {
    sum -= std::log(is_true(at(i, of.samples[i])));
    for (std::size_t s = 0; s < negatives; ++s) sum -= std::log(1 - is_true(at(i, list.key[i * negatives + s])));
  }
  return sum / samples;
}

/// A student whose teacher the test can look at.
class open_student final : public student_recipe {
 public:
  open_student(const recipe_world& world, const student_options& chosen) : student_recipe(world, chosen) {}
  const frozen_run& its_teacher() const { return *teacher(); }
};

numbers all_numbers(const module& of) {
  numbers all;
  const auto take = [&](const tensor& x) {
    const numbers each = numbers_in(x);
    all.insert(all.end(), each.begin(), each.end());
  };
  for (const parameter& each : of.parameters()) take(each.value.value());
  for (const state_tensor& each : of.state()) take(*each.value);
  return all;
}

}  // namespace

TEST_CASE("Hinton's distillation is labels and softened scores, by their formulas", "[examples]") {
  student_step step("kd", {{"teacher", teacher_folder()}, {"ce-weight", "0.3"}, {"kd-temperature", "3"}});
  const recipe_loss made = step.loss();
  const double expected = 0.3 * cross_entropy_of(step.student_scores(), step.from.labels) +
                          0.9 * divergence_of(step.student_scores(), step.teacher_scores(), 3);
  CHECK(made.loss.number() == Approx(expected).epsilon(1e-4));
  CHECK(made.anchors == samples);
  CHECK(step.made->wants().encoded == 1);
}

TEST_CASE("contrastive distillation is labels and both directions over two banks, by their formulas", "[examples]") {
  student_step step("crd", {{"teacher", teacher_folder()}, {"negatives", "24"}, {"kd-weight", "0.5"}});
  const recipe_loss made = step.loss();
  const recipe_world world{step.on, facts_of(digits()), 0, {}, 0, &digits()};
  const mixcon::negative_list list = *uniform_choice(world, 24).choose(step.step());
  for (index_t i = 0; i < samples; ++i)
    for (index_t s = 0; s < 24; ++s)
      CHECK(digits().label(list.key_of(i, s)) != step.from.labels[static_cast<std::size_t>(i)]);
  const numbers of_student = step.mapped(step.student_features(), "to_embedding");
  const numbers of_teacher = step.mapped(step.teacher_features(), "teacher_to_embedding");
  const numbers student_bank = step.state("student_bank.rows"), teacher_bank = step.state("teacher_bank.rows");
  const double expected =
      cross_entropy_of(step.student_scores(), step.from.labels) +
      0.5 * divergence_of(step.student_scores(), step.teacher_scores(), 4) +
      0.8 * (crd_of(of_student, teacher_bank, step.from, list) + crd_of(of_teacher, student_bank, step.from, list));
  CHECK(made.loss.number() == Approx(expected).epsilon(1e-4));

  step.made->after_step(0, 40);  // rows of the batch move half way, those of others stay
  const numbers moved = step.state("student_bank.rows");
  for (std::size_t i = 0; i < samples; ++i) {
    const auto row = static_cast<std::size_t>(step.from.samples[i]) * width;
    numbers mean;
    double square = 0;
    for (std::size_t k = 0; k < width; ++k) {
      mean.push_back(0.5 * student_bank[row + k] + 0.5 * of_student[i * width + k]);
      square += mean.back() * mean.back();
    }
    for (std::size_t k = 0; k < width; ++k) CHECK(moved[row + k] == Approx(mean[k] / std::sqrt(square)).margin(1e-5));
  }
  index_t same = 0;
  for (std::size_t i = 0; i < 160; ++i)
    same += std::equal(&moved[i * width], &moved[i * width] + width, &student_bank[i * width]) ? 1 : 0;
  CHECK(same == 160 - samples);
}

TEST_CASE("a teacher gets no gradient, and keeps its weights and statistics to the last bit", "[examples]") {
  student_step step("kd", {{"teacher", teacher_folder()}});
  recipe_world world{step.on, facts_of(digits())};
  world.train = &digits();
  world.open_run = [&](const std::string& flag, const std::string& folder) { return open_run(flag, folder, step.on); };
  world.new_encoder = [&](std::uint64_t seed) {
    return encoder_called("resnet8").make(step.on, "resnet8", step.chosen.of_encoder, digits().shape, seed);
  };
  student_options chosen;
  chosen.teacher = teacher_folder(), chosen.ce_weight = 0.1, chosen.kd_weight = 0.9;
  open_student student(world, chosen);
  const numbers before = all_numbers(*student.its_teacher().made), student_before = all_numbers(student);
  const auto by = new_optimiser({}, student.parameters());
  for (int k = 0; k < 3; ++k) {
    backward(student.loss(step.step()).loss);
    by->step(0.05);
  }
  CHECK(all_numbers(*student.its_teacher().made) == before);
  CHECK(all_numbers(student) != student_before);
  for (const parameter& each : student.its_teacher().made->parameters()) CHECK_FALSE(each.value.gradient());
  for (const parameter& each : student.parameters()) CHECK(each.name.starts_with("network."));
}

TEST_CASE("a run notices that its teacher was exchanged, and follows one that was moved", "[examples]") {
  const quick_teacher first(digits(), {{"data", "digits"}, {"width", "4"}, {"batch", "16"}, {"steps", "3"}});
  const quick_teacher other(digits(), {{"data", "digits"}, {"width", "4"}, {"batch", "16"}, {"steps", "4"}});
  training_run run(student_run("kd", {{"teacher", first.folder()}}), digits());
  for (int k = 0; k < 3; ++k) run.step();
  checkpoint kept = run.state();
  CHECK(kept.used_runs.size() == 1);
  for (const stored_tensor& each : kept.tensors) CHECK(each.name.find("teacher") == std::string::npos);
  const mixcon_test::scratch_folder elsewhere;
  std::filesystem::copy(first.folder() + "/checkpoint.safetensors", elsewhere / "checkpoint.safetensors");
  const auto go_on_with = [&](const std::string& folder) {
    kept.chosen = student_run("kd", {{"teacher", folder}});
    training_run resumed(kept, digits(), "the file");
    resumed.step();
    return hash_of(resumed.state().tensors);
  };
  const std::string why = refusal_of([&] { go_on_with(other.folder()); });
  CHECK(why.find("the file: it was trained with the run 0123456789abcdef-01234567 step 3 ") == 0);
  CHECK(why.find("Name that run by --teacher.") != std::string::npos);
  run.step();
  CHECK(go_on_with(elsewhere.path()) == hash_of(run.state().tensors));
}

TEST_CASE("a student is judged without its teacher, and can be a teacher itself", "[examples]") {
  for (const std::string recipe : {"kd", "crd", "scns-class", "scns-sample", "latent-mixup"}) {
    auto teacher = std::make_unique<quick_teacher>(
        digits(), options_given{{"data", "digits"}, {"width", "4"}, {"batch", "16"}, {"steps", "2"}});
    const options_given more{{"data", "digits"}, {"recipe", recipe}, {"width", "4"},
                             {"batch", "16"},    {"steps", "2"},     {"teacher", teacher->folder()},
                             {"average", "0.5"}};
    const quick_teacher student(digits(), more);
    teacher.reset();
    const checkpoint kept = load_checkpoint(student.folder());
    const loaded_run judged = load_run(kept, part_of(read_digits().test, 0, 40), "the file");
    CHECK(judged.judged().feature_width() == 16);
    onednn_device on(precision::fp32, 1);
    CHECK(open_run("--teacher", student.folder(), on).recipe_name == recipe);
  }
}

TEST_CASE("what cannot be distilled is refused in one sentence, before anything is written", "[examples]") {
  const auto refused = [](const std::string& recipe, const options_given& more) {
    return refusal_of([&] { training_run(student_run(recipe, more), digits()); });
  };
  for (const std::string recipe : {"kd", "crd"})
    CHECK(refused(recipe, {}) == "--teacher: " + recipe +
                                     " learns from another run; expected its folder, such as --teacher "
                                     "runs/ce-digits-001.");
  CHECK(refused("kd", {{"teacher", "nowhere"}}) == "--teacher: there is no run nowhere. Is the path right?");
  CHECK(refused("scns-class", {{"kd-weight", "1"}}).find("no --teacher to distil from") != std::string::npos);
  CHECK(refused("scns-class", {{"contrast-weight", "0"}}).find("expected one weight above 0") != std::string::npos);
  CHECK(refused("crd", {{"teacher", teacher_folder()}, {"negatives", "150"}}).find("--negatives: 150 of the") == 0);

  const quick_teacher embeds(digits(), {{"data", "digits"}, {"recipe", "supcon"}, {"width", "4"}, {"batch", "16"}});
  CHECK(refused("kd", {{"teacher", embeds.folder()}}).find("(supcon) gives no class scores") != std::string::npos);
  CHECK(refused("scns-class", {{"teacher", embeds.folder()}}).empty());
  CHECK(refused("scns-class", {{"teacher", embeds.folder()}, {"similarity", "confusion"}})
            .find("the teacher has none; expected a teacher with a classifier") != std::string::npos);

  data_set wider = part_of(digits(), 0, 80);
  wider.shape.rows = 4, wider.shape.columns = 16;
  CHECK(refusal_of([&] {
          training_run(student_run("kd", {{"teacher", teacher_folder()}}), wider);
        }).find("learnt from images of 1 x 8 x 8 in 10 classes, this run learns from images of 1 x 4 x 16") !=
        std::string::npos);
  std::vector<index_t> nines;
  for (index_t i = 0; i < 160; ++i)
    if (digits().label(i) != 9) nines.push_back(i);
  data_set fewer = taken(digits(), nines);
  fewer.class_names.pop_back();
  CHECK(refusal_of([&] {
          training_run(student_run("kd", {{"teacher", teacher_folder()}}), fewer);
        }).find("in 9 classes") != std::string::npos);
}
