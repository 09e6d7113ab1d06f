// SPDX-License-Identifier: BSD-3-Clause
// Infinite Class Mixup where `tiled` takes a square of logits in both directions at once: what its formula says.
#include "support/engines.hpp"

#include <mixcon/losses/infinite_class_mixup.hpp>

#include <algorithm>

using namespace mixcon;
using namespace mixcon_test;

namespace {

using axis = infinite_class_mixup::axis;

template <class T>
struct mixed_images {
  matrix<T> features, weight;
  std::vector<T> bias;
  pair_targets targets;

  mixed_images(index_t samples, index_t width, index_t classes, T size)
      : features(random_embeddings<T>(samples, width, 1)), weight(random_embeddings<T>(classes, width, 2)) {
    for (T* x = features.data(); x < features.data() + samples * width; ++x) *x *= size;
    for (index_t c = 0; c < classes; ++c) bias.push_back(static_cast<T>(c % 5) / 7);
    for (index_t i = 0; i < samples; ++i) {
      targets.own.push_back(i % classes), targets.partner.push_back(i * 3 % classes);
      targets.lambda.push_back(i % 7 == 3 ? 1.0 : 0.15 + 0.1 * static_cast<double>(i % 6));
    }
  }
  index_t samples() const { return features.rows(); }
};

template <class T>
struct answer {
  T value{};
  matrix<T> features, weight;
  std::vector<T> bias;
  explicit answer(const mixed_images<T>& of)
      : features(zeros_like(of.features)), weight(zeros_like(of.weight)), bias(of.bias.size()) {}
  classifier_gradients<T> wanted() { return {.features = view(features), .weight = view(weight), .bias = view(bias)}; }
};

/// The formula and its derivative, written out in double; classifiers are mixed and logits formed once for all axes.
template <class T>
class formula {
 public:
  explicit formula(const mixed_images<T>& of)
      : samples_(of.samples()),
        width_(of.features.width()),
        wide_(samples_, width_, of.weight.rows(), 1.0),
        mixed_(samples_, width_),
        x_(samples_, samples_) {
    const auto copy = [](const auto& from, auto& to) {
      std::transform(from.begin(), from.end(), to.begin(), [](T x) { return static_cast<double>(x); });
    };
    copy(of.features.entries(), wide_.features.entries());
    copy(of.weight.entries(), wide_.weight.entries());
    copy(of.bias, wide_.bias);
    wide_.targets = of.targets;
    for (index_t j = 0; j < samples_; ++j)
      for (index_t k = 0; k < width_; ++k)
        mixed_(j, k) = share(j) * wide_.weight(own(j), k) + (1 - share(j)) * wide_.weight(partner(j), k);
    for (index_t i = 0; i < samples_; ++i)
      for (index_t j = 0; j < samples_; ++j) {
        const double *const z = &wide_.features(i, 0), *const w = &mixed_(j, 0);
        double x = share(j) * bias(own(j)) + (1 - share(j)) * bias(partner(j));
        for (index_t k = 0; k < width_; ++k) x += z[k] * w[k];
        x_(i, j) = x;
      }
  }

  answer<double> operator()(axis over) const {
    answer<double> found(wide_);
    matrix<double> slope(samples_, samples_, 0.0), by_mixed(samples_, width_, 0.0);
    const auto add = [&](auto&& at, auto&& slope_at) {
      const auto number = static_cast<double>(samples_);
      for (index_t i = 0; i < samples_; ++i) {
        long double others = 0;  // double has no room for the exponentials of large logits
        const auto relative = [&](index_t j) { return std::exp(static_cast<long double>(at(i, j) - at(i, i))); };
        for (index_t j = 0; j < samples_; ++j) others += j == i ? 0 : relative(j);
        found.value += static_cast<double>(std::log1p(others)) / number;
        for (index_t j = 0; j < samples_; ++j)
          slope_at(i, j) += static_cast<double>((j == i ? -others : relative(j)) / (1 + others)) / number;
      }
    };
    if (over != axis::pairs)
      add([&](index_t i, index_t j) { return x_(i, j); }, [&](index_t i, index_t j) -> double& { return slope(i, j); });
    if (over != axis::classes)
      add([&](index_t i, index_t j) { return x_(j, i); }, [&](index_t i, index_t j) -> double& { return slope(j, i); });
    for (index_t i = 0; i < samples_; ++i)
      for (index_t j = 0; j < samples_; ++j) {
        const double s = slope(i, j), *const z = &wide_.features(i, 0), *const w = &mixed_(j, 0);
        double *const by_z = &found.features(i, 0), *const by_w = &by_mixed(j, 0);
        for (index_t k = 0; k < width_; ++k) by_z[k] += s * w[k], by_w[k] += s * z[k];
        found.bias[static_cast<std::size_t>(own(j))] += s * share(j);
        found.bias[static_cast<std::size_t>(partner(j))] += s * (1 - share(j));
      }
    for (index_t j = 0; j < samples_; ++j)
      for (index_t k = 0; k < width_; ++k) {
        found.weight(own(j), k) += share(j) * by_mixed(j, k);
        found.weight(partner(j), k) += (1 - share(j)) * by_mixed(j, k);
      }
    return found;
  }

 private:
  double share(index_t j) const { return wide_.targets.lambda[static_cast<std::size_t>(j)]; }
  index_t own(index_t j) const { return wide_.targets.own[static_cast<std::size_t>(j)]; }
  index_t partner(index_t j) const { return wide_.targets.partner[static_cast<std::size_t>(j)]; }
  double bias(index_t c) const { return wide_.bias[static_cast<std::size_t>(c)]; }

  index_t samples_, width_;
  mixed_images<double> wide_;
  matrix<double> mixed_, x_;  // classifiers of samples (N, D), and logits (N, N)
};

template <class T>
void check(const mixed_images<T>& of, double bound, double size = 1) {  // size: of the features
  const formula<T> written_out(of);
  for (const axis over : {axis::classes, axis::pairs, axis::both}) {
    INFO(of.samples() << " samples, " << of.weight.rows() << " classes, width " << of.features.width() << ", axis "
                      << static_cast<int>(over));
    const answer<double> right = written_out(over);
    answer<T> first(of);
    for (const int threads : {1, 2, 3}) {
      answer<T> found(of);
      found.value = value_and_grad(tiled{.threads = threads}, infinite_class_mixup{.softmax_over = over}, of.targets,
                                   of.features, of.weight, of.bias, found.wanted());
      CHECK(std::fabs(static_cast<double>(found.value) - right.value) <= bound * (1 + right.value));
      CHECK(largest_difference(found.features, right.features) <= static_cast<long double>(bound));
      CHECK(largest_difference(found.weight, right.weight) <= static_cast<long double>(bound * size));
      for (std::size_t c = 0; c < right.bias.size(); ++c)
        CHECK(std::fabs(static_cast<double>(found.bias[c]) - right.bias[c]) <= bound);
      if (threads == 1) first = found;
      CHECK(same_bits(found.value, first.value));
      CHECK((same_bits(found.features, first.features) && same_bits(found.weight, first.weight)));
      CHECK(found.bias == first.bias);
    }
  }
}

}  // namespace

TEMPLATE_TEST_CASE("Infinite Class Mixup on kept logits is its formula", "[engine]", float, double) {
  const double bound = std::is_same_v<TestType, float> ? 2e-5 : 1e-12;
  for (const index_t samples : {1, 2, 3, 16, 17, 64, 65, 130})
    check(mixed_images<TestType>(samples, 12, 9, TestType(1)), bound);  // from mixed classifiers
  check(mixed_images<TestType>(150, 80, 7, TestType(1)), bound);        // from the logits of classes
  check(mixed_images<TestType>(70, 300, 70, TestType(0.3)), bound);     // more than one block of depth
}

TEMPLATE_TEST_CASE("so it is where one shift does not do for all logits", "[engine]", float, double) {
  const double bound = std::is_same_v<TestType, float> ? 2e-3 : 1e-9;
  for (const TestType size : {TestType(20), TestType(90), TestType(600)})
    check(mixed_images<TestType>(40, 12, 40, size), bound, static_cast<double>(size));
}

TEST_CASE("a square of logits has the loss of samples of which none is like its classifier", "[engine]") {
  // every row's and column's positive is far below the others: sums without it are all that counts
  mixed_images<double> of(6, 6, 6, 1.0);
  for (index_t i = 0; i < 6; ++i)
    for (index_t k = 0; k < 6; ++k) of.features(i, k) = i == k ? -30 : 0, of.weight(i, k) = i == k ? 1 : 0;
  for (index_t i = 0; i < 6; ++i)
    of.targets.own[static_cast<std::size_t>(i)] = i, of.targets.lambda[static_cast<std::size_t>(i)] = 1;
  check(of, 1e-11);
  for (index_t i = 0; i < 6; ++i) of.features(i, i) = 30;  // and far above: the loss is near 0
  check(of, 1e-13);
}
