// SPDX-License-Identifier: BSD-3-Clause
#include "naive.hpp"

#include <cmath>
#include <cstdio>
#include <limits>

namespace naive {

namespace {

int failed = 0;

std::size_t at(int i) { return static_cast<std::size_t>(i); }
double dot(const rows& z, int n, int i, int j) {
  const int d = static_cast<int>(z.size()) / n;
  double sum = 0;
  for (int k = 0; k < d; ++k) sum += z[at(i * d + k)] * z[at(j * d + k)];
  return sum;
}
double cosine(const rows& z, int n, int i, int j) {
  return dot(z, n, i, j) / std::sqrt(dot(z, n, i, i)) / std::sqrt(dot(z, n, j, j));
}
double distance(const rows& z, int n, int i, int j) {
  return std::sqrt(dot(z, n, i, i) + dot(z, n, j, j) - 2 * dot(z, n, i, j));
}

}  // namespace

double nt_xent(const rows& z, int n, double temperature) {
  double loss = 0;
  for (int i = 0; i < n; ++i) {
    double sum = 0;
    for (int j = 0; j < n; ++j) sum += j == i ? 0 : std::exp(cosine(z, n, i, j) / temperature);
    loss += std::log(sum) - cosine(z, n, i, (i + n / 2) % n) / temperature;
  }
  return loss / n;
}

double supcon(const rows& z, int n, double temperature, int classes) {
  double loss = 0;
  for (int i = 0; i < n; ++i) {
    double sum = 0, alike = 0;
    int positives = 0;
    for (int j = 0; j < n; ++j) {
      if (j == i) continue;
      sum += std::exp(cosine(z, n, i, j) / temperature);
      if (j % classes == i % classes) alike += cosine(z, n, i, j) / temperature, ++positives;
    }
    loss += std::log(sum) - alike / positives;
  }
  return loss / n;
}

double hard_negative(const rows& z, int n, double temperature, double prior) {
  double loss = 0;
  for (int i = 0; i < n; ++i) {
    double raised = 0, weights = 0;
    const int pair = (i + n / 2) % n;
    for (int j = 0; j < n; ++j) {
      if (j == i || j == pair) continue;
      const double e = std::exp(cosine(z, n, i, j) / temperature);
      raised += e * e, weights += e;
    }
    const double negatives = n - 2, positive = std::exp(cosine(z, n, i, pair) / temperature);
    const double unbiased = (negatives * raised / weights - prior * negatives * positive) / (1 - prior);
    loss += std::log(1 + std::fmax(unbiased, negatives * std::exp(-1 / temperature)) / positive);
  }
  return loss / n;
}

double siglip(const rows& z, int n) {
  double loss = 0;
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j) {
      const double x = cosine(z, n, i, j);
      if (j != i) loss += std::log(1 + std::exp(j == (i + n / 2) % n ? -x : x));
    }
  return loss / n;
}

double triplet(const rows& z, int n, double margin, int classes) {
  double loss = 0;
  int number = 0;
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j)
      for (int k = 0; k < n; ++k) {
        if (j == i || j % classes != i % classes || k % classes == i % classes) continue;
        const double above = distance(z, n, i, j) - distance(z, n, i, k) + margin;
        if (above > 0) loss += above, ++number;
      }
  return loss / number;
}

double cross_entropy(const float* logits, int classes, int target) {
  double sum = 0;
  for (int k = 0; k < classes; ++k) sum += std::exp(static_cast<double>(logits[k]));
  return std::log(sum) - static_cast<double>(logits[target]);
}

double exp(double x) { return std::exp(x); }
double log1p(double x) { return std::log1p(x); }

void put_nan(float* to) { *to = std::numeric_limits<float>::quiet_NaN(); }
void put_nan(double* to) { *to = std::numeric_limits<double>::quiet_NaN(); }
void put_infinity(float* to, int sign) { *to = static_cast<float>(sign) * std::numeric_limits<float>::infinity(); }
bool is_nan(const float* x) { return std::isnan(*x); }

void near(const char* what, double got, double want, double tolerance) {
  const bool holds = std::fabs(got - want) <= tolerance * (1 + std::fabs(want));
  if (!holds) std::printf("%s: got %.12g, expected %.12g\n", what, got, want), ++failed;
}
void yes(const char* what, bool holds) {
  if (!holds) std::printf("does not hold: %s\n", what), ++failed;
}
int failures() { return failed; }

}  // namespace naive
