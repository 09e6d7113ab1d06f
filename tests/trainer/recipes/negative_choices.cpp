// SPDX-License-Identifier: BSD-3-Clause
// Semantically conditioned negatives and latent mixup: what is similar, what is drawn, and the losses, by plain loops.
#include "devices/onednn_device.hpp"
#include "recipes/negative_choice.hpp"
#include "trainer/recipes/student_step.hpp"

#include <mixcon/negatives/synthetic/latent_mixup.hpp>

#include <algorithm>
#include <numeric>

using namespace mixcon_train_tests;

namespace {

/// Made-up features and scores of the digits.
encoded made_up() {
  encoded all{{.width = 5, .labels = digits().labels}, {.width = 10, .labels = digits().labels}};
  const mixcon::philox_draws draws{.seed = 4};
  for (index_t i = 0; i < 160; ++i) {
    for (index_t k = 0; k < 5; ++k)
      all.backbone.rows.push_back(static_cast<float>(draws.normal("feature", i * 5 + k) + 0.3 * digits().label(i)));
    for (index_t c = 0; c < 10; ++c) all.head.rows.push_back(static_cast<float>(3 * draws.normal("score", i * 10 + c)));
  }
  return all;
}

double length_of(const numbers& row) { return std::sqrt(std::inner_product(row.begin(), row.end(), row.begin(), 0.0)); }
numbers row_of(const features& rows, index_t i) { return numbers(rows.row(i), rows.row(i) + rows.width); }
double cosine_of(const numbers& a, const numbers& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0) / (length_of(a) * length_of(b));
}

/// Of each class: the mean of its unit rows.
std::vector<numbers> prototypes_of(const features& rows) {
  std::vector<numbers> means(10, numbers(static_cast<std::size_t>(rows.width)));
  for (index_t i = 0; i < rows.samples(); ++i) {
    const numbers row = row_of(rows, i);
    for (std::size_t k = 0; k < row.size(); ++k)
      means[static_cast<std::size_t>(rows.label(i))][k] += row[k] / length_of(row);
  }
  return means;
}

recipe_world world_on(device& on) {
  recipe_world world{on, facts_of(digits()), 7};
  world.train = &digits();
  return world;
}

/// Batches of all 160 digits, ten anchors each.
recipe_step step_of(const batch& from, index_t step = 0) {
  return {.from = from, .draws = {.seed = 9, .step = static_cast<std::uint64_t>(step)}, .step = step, .steps = 101};
}
batch ten_anchors(index_t first) {
  batch from;
  for (index_t i = first; i < first + 10; ++i) from.samples.push_back(i), from.labels.push_back(digits().label(i));
  return from;
}

/// The classes nearest to class c by row c of a similarity, nearest first.
std::vector<int> nearest_to(int c, const numbers& similarity) {
  std::vector<int> others;
  for (int k = 0; k < 10; ++k)
    if (k != c) others.push_back(k);
  std::stable_sort(others.begin(), others.end(), [&](int a, int b) {
    return similarity[static_cast<std::size_t>(10 * c + a)] > similarity[static_cast<std::size_t>(10 * c + b)];
  });
  return others;
}

/// InfoNCE of anchors (N, D): against their own key, the first, and negatives.
double info_nce_of(const std::vector<numbers>& logits) {
  double sum = 0;
  for (const numbers& row : logits) {
    double all = 0;
    for (const double x : row) all += std::exp(x);
    sum += (std::log(all) - row[0]) / static_cast<double>(logits.size());
  }
  return sum;
}

numbers row_in(const numbers& rows, std::size_t i) {
  return {rows.begin() + static_cast<std::ptrdiff_t>(i * width),
          rows.begin() + static_cast<std::ptrdiff_t>((i + 1) * width)};
}

}  // namespace

TEST_CASE("classes are similar by the cosine of their prototypes, or by what is predicted for them", "[examples]") {
  const encoded all = made_up();
  const std::vector<numbers> means = prototypes_of(all.backbone);
  const numbers cosines = similarity_by_prototypes(all.backbone, 10), confusion = similarity_by_confusion(all.head, 10);
  const numbers control = random_similarity(10, 7);
  CHECK(random_similarity(10, 8) != control);
  for (std::size_t c = 0; c < 10; ++c) {
    numbers predicted(10);
    double members = 0;
    for (index_t i = 0; i < 160; ++i) {
      if (digits().label(i) != static_cast<int>(c)) continue;
      const numbers row = row_of(all.head, i);
      double sum = 0;
      for (const double x : row) sum += std::exp(x);
      for (std::size_t k = 0; k < 10; ++k) predicted[k] += std::exp(row[k]) / sum;
      ++members;
    }
    double all_of_row = 0;
    for (std::size_t k = 0; k < 10; ++k) {
      CHECK(cosines[10 * c + k] == Approx(cosine_of(means[c], means[k])).margin(1e-9));
      CHECK(confusion[10 * c + k] == Approx(predicted[k] / members).epsilon(1e-9));
      CHECK(control[10 * c + k] == control[10 * k + c]);
      all_of_row += confusion[10 * c + k];
    }
    CHECK(all_of_row == Approx(1));
  }
}

TEST_CASE("class-conditioned negatives are of the nearest classes, fewer of them step by step", "[examples]") {
  onednn_device on(precision::fp32, 1);
  const std::string similarity = GENERATE("prototypes", "confusion", "random");
  near_class_options chosen;
  chosen.similarity = similarity, chosen.classes_near = 2, chosen.classes_near_first = 6;
  class_choice choice(world_on(on), 40, chosen);
  const encoded all = made_up();
  choice.look_at(all);
  const numbers by = similarity == "prototypes"  ? similarity_by_prototypes(all.backbone, 10)
                     : similarity == "confusion" ? similarity_by_confusion(all.head, 10)
                                                 : random_similarity(10, 7);
  for (const auto& [step, near] : {std::pair<index_t, std::size_t>{0, 6}, {50, 4}, {100, 2}}) {
    std::vector<std::vector<int>> seen(10);
    for (index_t first = 0; first < 160; first += 10) {
      const batch from = ten_anchors(first);
      const mixcon::negative_list list = *choice.choose(step_of(from, step));
      for (index_t a = 0; a < 10; ++a)
        for (index_t s = 0; s < 40; ++s)
          seen[static_cast<std::size_t>(from.labels[static_cast<std::size_t>(a)])].push_back(
              digits().label(list.key_of(a, s)));
    }
    for (int c = 0; c < 10; ++c) {
      std::vector<int> expected = nearest_to(c, by), found = seen[static_cast<std::size_t>(c)];
      expected.resize(near);
      std::sort(expected.begin(), expected.end()), std::sort(found.begin(), found.end());
      found.erase(std::unique(found.begin(), found.end()), found.end());
      CHECK(found == expected);  // all of them, among some hundred draws, and no other
    }
  }
}

TEST_CASE("lists of near samples are those that a search of all pairs finds", "[examples]") {
  onednn_device on(precision::fp32, 1);
  near_sample_options chosen;
  chosen.list = 12, chosen.draw = "first";
  sample_choice nearest(world_on(on), 12, chosen);
  chosen.draw = "uniform";
  sample_choice drawn(world_on(on), 4, chosen);
  const encoded all = made_up();
  nearest.look_at(all), drawn.look_at(all);
  std::vector<index_t> times(12);
  for (index_t first = 0; first < 160; first += 10) {
    const batch from = ten_anchors(first);
    const mixcon::negative_list found = *nearest.choose(step_of(from)), some = *drawn.choose(step_of(from));
    for (index_t a = 0; a < 10; ++a) {
      const numbers anchor = row_of(all.backbone, first + a);
      std::vector<index_t> others;
      for (index_t j = 0; j < 160; ++j)
        if (digits().label(j) != digits().label(first + a)) others.push_back(j);
      std::stable_sort(others.begin(), others.end(), [&](index_t j, index_t k) {
        return cosine_of(anchor, row_of(all.backbone, j)) > cosine_of(anchor, row_of(all.backbone, k));
      });
      for (index_t s = 0; s < 12; ++s) CHECK(found.key_of(a, s) == others[static_cast<std::size_t>(s)]);
      for (index_t s = 0; s < 4; ++s) {
        const auto at = std::find(others.begin(), others.begin() + 12, some.key_of(a, s));
        REQUIRE(at != others.begin() + 12);
        ++times[static_cast<std::size_t>(at - others.begin())];
      }
    }
  }
  for (const index_t each : times) CHECK(std::abs(each - 160 * 4 / 12) < 25);  // 4 standard deviations: 6.0 each
}

TEST_CASE("with a teacher, an embedding is told from those that it gives samples of near classes", "[examples]") {
  student_step step("scns-class", {{"teacher", teacher_folder()}, {"negatives", "6"}, {"classes-near", "3"}});
  const recipe_loss made = step.loss();
  const encoded taught = encode(step.teacher(), step.on, digits(), channel_statistics_of(digits()));
  const numbers similarity = step.state("negatives.similarity"), table = step.state("bank.rows");
  const numbers by = similarity_by_prototypes(taught.backbone, 10);
  for (std::size_t k = 0; k < 100; ++k) CHECK(similarity[k] == Approx(by[k]).margin(1e-5));
  CHECK(table == numbers(taught.backbone.rows.begin(), taught.backbone.rows.end()));

  near_class_options chosen;
  chosen.classes_near = 3;
  class_choice choice(world_on(step.on), 6, chosen);
  choice.look_at(taught);
  const mixcon::negative_list list = *choice.choose(step.step());
  const numbers z = numbers_in(step.made->judged().forward(step.input()));
  const numbers keys = step.mapped(step.teacher_features(), "teacher_to_embedding");
  const numbers all = step.mapped(table, "teacher_to_embedding");
  std::vector<numbers> logits;
  for (std::size_t i = 0; i < samples; ++i) {
    const numbers anchor = row_in(z, i);
    logits.push_back({cosine_of(anchor, row_in(keys, i)) / 0.1});
    for (index_t s = 0; s < 6; ++s) {
      const auto sample = static_cast<std::size_t>(list.key_of(static_cast<index_t>(i), s));
      logits.back().push_back(cosine_of(anchor, row_in(all, sample)) / 0.1);
    }
  }
  CHECK(made.loss.number() == Approx(info_nce_of(logits)).epsilon(1e-4));
  CHECK(made.chance == Approx(std::log(7.0)));
  CHECK(made.anchors_used == samples);
}

TEST_CASE("alone, an embedding is told from its bank, where samples of the batch are as they are now", "[examples]") {
  student_step step("scns-sample", {{"pool", "bank"}, {"negatives", "8"}, {"list", "100"}, {"draw", "softmax"}});
  const recipe_loss made = step.loss();
  const numbers bank = step.state("bank.rows"), lists = step.state("negatives.list"),
                cosines = step.state("negatives.cosine");
  near_sample_options chosen;
  chosen.list = 100, chosen.draw = "softmax";
  sample_choice choice(world_on(step.on), 8, chosen);
  for (const state_tensor& each : choice.state())
    *each.value = tensor_of(step.on, each.value->extents(), (each.name == "list" ? lists : cosines).data());
  const mixcon::negative_list list = *choice.choose(step.step());
  const numbers z = numbers_in(made.embeddings);  // both views of 16
  std::vector<numbers> logits;
  int in_batch = 0;
  for (std::size_t i = 0; i < samples; ++i) {
    const numbers anchor = row_in(z, i);
    logits.push_back({cosine_of(anchor, row_in(z, samples + i)) / 0.1});
    for (index_t s = 0; s < 8; ++s) {
      const index_t sample = list.key_of(static_cast<index_t>(i), s);
      const auto& batch_samples = step.from.samples;
      const auto at = std::find(batch_samples.begin(), batch_samples.end(), sample);
      in_batch += at != batch_samples.end() ? 1 : 0;
      const numbers row = at != batch_samples.end()
                              ? row_in(z, samples + static_cast<std::size_t>(at - batch_samples.begin()))
                              : row_in(bank, static_cast<std::size_t>(sample));
      logits.back().push_back(cosine_of(anchor, row) / 0.1);
    }
  }
  CHECK(in_batch > 0);
  CHECK(made.loss.number() == Approx(info_nce_of(logits)).epsilon(1e-4));
  for (std::size_t i = 0; i < 160; ++i) CHECK(length_of(row_in(bank, i)) == Approx(1).epsilon(1e-5));
}

TEST_CASE("negatives of the batch are of near classes first, or the nearest of its samples", "[examples]") {
  onednn_device on(precision::fp32, 1);
  const encoded all = made_up();
  batch from;
  for (index_t i = 3; i < 160; i += 4) from.samples.push_back(i), from.labels.push_back(digits().label(i));
  const std::size_t count = from.samples.size();
  near_class_options near;
  near.classes_near = 3;
  class_choice by_class(world_on(on), 9, near, negative_pool::batch);
  near_sample_options nearest;
  nearest.list = 9, nearest.draw = "first";
  sample_choice by_sample(world_on(on), 9, nearest, negative_pool::batch, all.backbone.width);
  by_class.look_at(all), by_sample.look_at(all);
  const mixcon::negative_list of_class = *by_class.choose(step_of(from)), of_sample = *by_sample.choose(step_of(from)),
                              any = *uniform_choice(world_on(on), 9, negative_pool::batch).choose(step_of(from));
  const numbers similarity = similarity_by_prototypes(all.backbone, 10);
  for (std::size_t a = 0; a < count; ++a) {
    std::vector<int> classes = nearest_to(from.labels[a], similarity);
    classes.resize(3);
    const auto is_near = [&](std::size_t j) {
      return std::find(classes.begin(), classes.end(), from.labels[j]) != classes.end();
    };
    index_t near_ones = 0, found_near = 0;
    std::vector<std::size_t> others;
    for (std::size_t j = 0; j < count; ++j) {
      near_ones += is_near(j) ? 1 : 0;
      if (from.labels[j] != from.labels[a]) others.push_back(j);
    }
    const numbers anchor = row_of(all.backbone, from.samples[a]);
    std::stable_sort(others.begin(), others.end(), [&](std::size_t j, std::size_t k) {
      return cosine_of(anchor, row_of(all.backbone, from.samples[j])) >
             cosine_of(anchor, row_of(all.backbone, from.samples[k]));
    });
    std::vector<std::int32_t> drawn;
    for (index_t s = 0; s < 9; ++s) {
      const auto at = static_cast<index_t>(a);
      const auto of = static_cast<std::size_t>(of_class.key_of(at, s));
      CHECK(from.labels[of] != from.labels[a]);
      CHECK(from.labels[static_cast<std::size_t>(any.key_of(at, s))] != from.labels[a]);
      found_near += is_near(of) ? 1 : 0;
      drawn.push_back(of_class.key_of(at, s));
      CHECK(of_sample.key_of(at, s) == static_cast<std::int32_t>(others[static_cast<std::size_t>(s)]));
    }
    CHECK(found_near == std::min<index_t>(9, near_ones));
    std::sort(drawn.begin(), drawn.end());
    CHECK(std::unique(drawn.begin(), drawn.end()) == drawn.end());
  }
}

TEST_CASE("latent mixup adds pseudo-negatives between embeddings, or puts them in the negatives' place", "[examples]") {
  const std::string between = GENERATE("negative-negative", "anchor-negative", "positive-negative");
  const bool replaces = GENERATE(false, true);
  student_step step("latent-mixup", {{"teacher", teacher_folder()},
                                     {"negatives", "6"},
                                     {"between", between},
                                     {"alpha", "2"},
                                     {"replace", replaces ? "true" : "false"}});
  const recipe_loss made = step.loss();
  const uniform_choice choice(world_on(step.on), 6);
  const mixcon::negative_list list = *choice.choose(step.step());
  const bool is_pair = between == "negative-negative";
  const mixcon::latent_mixup mixes{.between = is_pair                        ? mixcon::latent_pair::negative_negative
                                              : between == "anchor-negative" ? mixcon::latent_pair::anchor_negative
                                                                             : mixcon::latent_pair::positive_negative,
                                   .alpha = 2};
  const mixcon::mixture_list mixtures = mixes.mixtures(list, step.from.samples, step.step().draws);
  const numbers raw = numbers_in(step.made->judged().forward(step.input()));
  const numbers keys = step.mapped(step.teacher_features(), "teacher_to_embedding");
  const numbers all = step.mapped(step.state("bank.rows"), "teacher_to_embedding");
  std::vector<numbers> logits;
  for (std::size_t i = 0; i < samples; ++i) {
    numbers anchor = row_in(raw, i);
    const double length = length_of(anchor);
    for (double& x : anchor) x /= length;
    const numbers key = row_in(keys, i);
    const auto a = static_cast<index_t>(i);
    logits.push_back({cosine_of(anchor, key) / 0.1});
    const auto negative = [&](index_t s) { return row_in(all, static_cast<std::size_t>(list.key_of(a, s))); };
    for (index_t s = 0; s < 6 && !replaces; ++s) logits.back().push_back(cosine_of(anchor, negative(s)) / 0.1);
    for (index_t s = 0; s < (is_pair ? 3 : 6); ++s) {
      const double share = mixtures(a, s).share;
      CHECK(share >= 0);
      CHECK(share <= (is_pair ? 1 : 0.5));
      const numbers first = is_pair                        ? negative(2 * s)
                            : between == "anchor-negative" ? anchor
                                                           : key,
                    second = negative(is_pair ? 2 * s + 1 : s);
      numbers mixed;
      for (std::size_t k = 0; k < width; ++k) mixed.push_back(share * first[k] + (1 - share) * second[k]);
      logits.back().push_back(cosine_of(anchor, mixed) / 0.1);
    }
  }
  CHECK(made.loss.number() == Approx(info_nce_of(logits)).epsilon(1e-4));
}

TEST_CASE("gradients pass through pseudo-negatives as far as they are asked to", "[examples]") {
  const auto slopes = [](const std::string& gradient) {
    student_step step("latent-mixup", {{"between", "anchor-negative"}, {"gradient", gradient}, {"replace", "true"}});
    const recipe_loss made = step.loss();
    backward(made.loss);
    numbers all{made.loss.number()};
    for (const parameter& each : step.made->parameters()) {
      const numbers of_it = numbers_in(each.value.gradient());
      all.insert(all.end(), of_it.begin(), of_it.end());
    }
    return all;
  };
  const numbers stop = slopes("stop"), keys = slopes("keys"), all = slopes("all");
  CHECK(stop[0] == keys[0]);
  CHECK(stop[0] == all[0]);
  CHECK(stop != keys);
  CHECK(keys != all);
  CHECK(slopes("all") == all);
}

TEST_CASE("alone and beside labels the recipes learn, and go on with the same bits", "[examples]") {
  for (const std::string recipe : {"scns-class", "scns-sample", "latent-mixup"})
    for (const options_given& more : {options_given{}, options_given{{"ce-weight", "1"}, {"contrast-weight", "0.5"}}}) {
      const settings chosen = student_run(recipe, more);
      training_run straight(chosen, digits()), stopped(chosen, digits());
      CHECK(straight.images_per_step() == 32);
      numbers losses;
      while (!straight.is_done()) losses.push_back(straight.step().loss);
      CHECK(std::accumulate(losses.end() - 6, losses.end(), 0.0) <
            std::accumulate(losses.begin(), losses.begin() + 6, 0.0));
      for (int k = 0; k < 13; ++k) stopped.step();
      training_run resumed(stopped.state(), digits(), "a checkpoint");
      while (!resumed.is_done()) resumed.step();
      CHECK(hash_of(resumed.state().tensors) == hash_of(straight.state().tensors));
    }
}

TEST_CASE("negatives that there are not are refused in one sentence", "[examples]") {
  const auto refused = [](const std::string& recipe, const options_given& more) {
    return refusal_of([&] { training_run(student_run(recipe, more), digits()); });
  };
  for (const std::string flag : {"classes-near", "classes-near-first"})
    CHECK(refused("scns-class", {{flag, "10"}}) == "--" + flag +
                                                       ": 10 of 10 classes; expected at most 9, since an anchor's own "
                                                       "class is no negative.");
  CHECK(refused("scns-class", {{"classes-near", "9"}}).empty());
  CHECK(refused("scns-class", {{"similarity", "confusion"}})
            .find("the network has none; expected a --ce-weight above 0") != std::string::npos);
  CHECK(refused("scns-class", {{"similarity", "confusion"}, {"ce-weight", "1"}}).empty());
  CHECK(refused("scns-class", {{"negatives", "155"}}).find("--negatives: 155 of the training samples") == 0);
  CHECK(refused("scns-class", {{"correct", "true"}}).find("expected --pool bank") != std::string::npos);
  CHECK(refused("scns-sample", {{"list", "8"}}).find("--list: 8 samples to draw 16 negatives from") == 0);
  CHECK(refused("scns-sample", {{"list", "150"}}).find("--list: 150 of the training samples, of which as few as") == 0);
  CHECK(refused("scns-sample", {{"negatives", "155"}}).find("Are there too few training samples?") !=
        std::string::npos);
  CHECK(refused("latent-mixup", {{"negatives", "155"}}).find("--negatives: 155 of the training samples") == 0);
  CHECK(refused("latent-mixup", {{"negatives", "7"}}).find("expected an even number") != std::string::npos);
  CHECK(refused("latent-mixup", {{"negatives", "7"}, {"between", "anchor-negative"}}).empty());
}
