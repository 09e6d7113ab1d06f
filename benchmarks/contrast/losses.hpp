// SPDX-License-Identifier: BSD-3-Clause
// Every loss of all_losses, in parts: a file compiles one of them.
#pragma once

#include "engine.hpp"

namespace bench_contrast {

/// Two matrices of aligned rows: the first view of each sample, and the second.
template <class T, class Executor, class Loss>
void run_paired(benchmark::State& run, const Executor& executor, const Loss& loss) {
  views_of_batch<T> batch(run);
  const auto half = [&](std::vector<T>& of, index_t first) {
    return matrix_view<T>{of.data() + first * batch.width, {batch.samples, batch.width}};
  };
  if constexpr (requires { loss.form == rows::unit_as_given; })
    for (index_t i = 0; i < batch.rows(); ++i) {
      T square = 0;
      for (index_t k = 0; k < batch.width; ++k) square += batch.embeddings()(i, k) * batch.embeddings()(i, k);
      for (index_t k = 0; k < batch.width; ++k) batch.embeddings()(i, k) /= std::sqrt(square);
    }
  const auto x = half(batch.values, 0), y = half(batch.values, batch.samples);
  aligned_gradients<T> wanted{.first = half(batch.slopes, 0)};
  if constexpr (!requires { Loss::second_is_constant; }) wanted.second = half(batch.slopes, batch.samples);
  for (auto _ : run) benchmark::DoNotOptimize(value_and_grad(executor, loss, x, y, wanted).value);
}

/// What labelled losses are called with: a class for two rows, and the rows as logits or as features of a classifier.
template <class T>
struct labelled_batch : views_of_batch<T> {
  explicit labelled_batch(const benchmark::State& run) : views_of_batch<T>(run) {
    for (index_t i = 0; i < this->rows(); ++i) {
      labels.push_back(i / 2 % this->width);
      mixed.own.push_back(labels.back()), mixed.partner.push_back((i + 1) % this->width), mixed.lambda.push_back(0.7);
    }
    soft.assign(this->values.size(), T(0));
    for (index_t i = 0; i < this->rows(); ++i)
      soft[static_cast<std::size_t>(i * this->width + labels[static_cast<std::size_t>(i)])] = 1;
    weight.assign(this->values.begin(), this->values.begin() + this->width * 10), bias.assign(10, T(0));
  }
  std::vector<index_t> labels;
  pair_targets mixed;
  std::vector<T> soft, weight, bias;
};
template <class T, class Executor>
auto call(const Executor& executor, const n_pairs& loss, labelled_batch<T>& batch) {
  return value_and_grad(executor, loss, label_targets{.labels = batch.labels}, batch.embeddings(), batch.gradient());
}
template <class T, class Executor>
auto call(const Executor& executor, const decoupled_mixup& loss, labelled_batch<T>& batch) {
  const matrix_view<T> logits = batch.embeddings();
  return value_and_grad(executor, loss, batch.mixed, given_logits{logits}, {.logits = batch.gradient()});
}
template <class T, class Executor>
auto call(const Executor& executor, const soft_binary_cross_entropy& loss, labelled_batch<T>& batch) {
  const matrix_view<T> logits = batch.embeddings();
  const auto soft = as_matrix(batch.soft, batch.rows(), batch.width);
  return value_and_grad(executor, loss, soft, given_logits{logits}, {.logits = batch.gradient()});
}
template <class T, class Executor>
auto call(const Executor& executor, const infinite_class_mixup& loss, labelled_batch<T>& batch) {
  pair_targets of_ten = batch.mixed;
  for (auto* labels : {&of_ten.own, &of_ten.partner})
    for (index_t& label : *labels) label %= 10;
  const auto classifier = as_matrix(batch.weight, 10, batch.width);
  return value_and_grad(executor, loss, of_ten, batch.embeddings(), classifier, view(batch.bias),
                        {.features = batch.gradient()});
}

template <class Loss>
void add_loss(const listed_loss<Loss>& listed) {
  const std::string name = std::string(listed.name) + "/float";
  const Loss loss = listed.made;
  if constexpr (listed_loss<Loss>::shape == loss_shape::formula)
    add_tiled<float>(name, objective{loss, cosine{}});
  else if constexpr (listed_loss<Loss>::shape == loss_shape::objective)
    add_tiled<float>(name, loss);
  else if constexpr (listed_loss<Loss>::shape == loss_shape::paired)
    add(name + "/tiled/one_thread/forward_backward",
        [=](benchmark::State& run) { run_paired<float>(run, tiled{.threads = 1}, loss); });
  else
    add(name + "/tiled/one_thread/forward_backward", [=](benchmark::State& run) {
      labelled_batch<float> batch(run);
      for (auto _ : run) benchmark::DoNotOptimize(call<float>(tiled{.threads = 1}, loss, batch).value);
    });
}

/// The files that losses are divided among. What is compiled once for several losses is in one of them.
enum class part { softmax, of_aligned_rows, formulas };
inline constexpr int formula_files = 5;

template <class Loss>
inline constexpr bool is_softmax = false;
template <class Similarity, class Logits>
inline constexpr bool is_softmax<objective<info_nce, Similarity, Logits>> = true;

template <class Loss>
constexpr part part_of() {
  constexpr loss_shape shape = listed_loss<Loss>::shape;
  if (std::is_same_v<Loss, info_nce> || is_softmax<Loss>) return part::softmax;
  return shape == loss_shape::formula || shape == loss_shape::objective ? part::formulas : part::of_aligned_rows;
}

/// Adds the losses of a part; of formulas every fifth, from `file` on.
template <part Which, int File = 0>
bool add_losses() {
  const auto all = all_losses::entries<void>();
  for_each_position<std::remove_cvref_t<decltype(all)>::size>([&](auto at) {
    constexpr int position = decltype(at)::value;
    using listed = std::remove_cvref_t<decltype(get<position>(all))>;
    constexpr part own = part_of<std::remove_cvref_t<decltype(listed::made)>>();
    if constexpr (own == Which && (own != part::formulas || position % formula_files == File))
      add_loss(get<position>(all));
  });
  return true;
}

}  // namespace bench_contrast
