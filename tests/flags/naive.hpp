// SPDX-License-Identifier: BSD-3-Clause
// What the values under test are compared with: plain loops in double, compiled without the flags, as are the
// comparisons themselves. Shares nothing with include/. Rows are (n, d), row-major; sample i has rows i and i + n / 2.
#pragma once

#include <vector>

namespace naive {

using rows = std::vector<double>;
double nt_xent(const rows& z, int n, double temperature);
double supcon(const rows& z, int n, double temperature, int classes);          // row i is of class i % classes
double hard_negative(const rows& z, int n, double temperature, double prior);  // concentration 1
double siglip(const rows& z, int n);                                           // scale 1, no bias
double triplet(const rows& z, int n, double margin, int classes);              // mean over losses above 0
double cross_entropy(const float* logits, int classes, int target);
double exp(double x);
double log1p(double x);

/// d loss(z) / d z[at].
template <class Loss>
double slope(Loss loss, rows z, int at) {
  const auto k = static_cast<unsigned>(at);
  const double x = z[k], step = 1e-5;
  z[k] = x + step;
  const double above = loss(z);
  z[k] = x - step;
  return (above - loss(z)) / (2 * step);
}

void put_nan(float* to);
void put_nan(double* to);
void put_infinity(float* to, int sign);
bool is_nan(const float* x);

void near(const char* what, double got, double want, double tolerance = 1e-5);  // relative to 1 + |want|
void yes(const char* what, bool holds);
int failures();

}  // namespace naive
