// SPDX-License-Identifier: BSD-3-Clause
// Names that both libraries have as functions (exp, beta, get, to_string) are told apart by their arguments, and calls
// of either need no qualification where both are open: compiling is the test. Names alone: public_names.py.
#include <mixcon/adapt/tensors/span.hpp>
#include <mixcon/mixcon.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <numeric>
#include <string>
#include <tuple>
#include <vector>

using namespace mixcon;
using namespace std;

// NOLINTNEXTLINE(misc-use-internal-linkage): it is called by nobody
double calls_of_std(const vector<double>& z) {
  const double powers = exp(1.0) + sqrt(2.0) + log(3.0) + log1p(0.5) + lerp(0.0, 1.0, 0.5);
  const auto ones = static_cast<double>(count(z.begin(), z.end(), 1.0) + distance(z.begin(), z.end()));
  return powers + ones + reduce(z.begin(), z.end()) + identity{}(1.0) + get<0>(tuple(1.0)) +
         static_cast<double>(to_string(1.0).size());
}

// NOLINTNEXTLINE(misc-use-internal-linkage)
double calls_of_mixcon(vector<double>& z, vector<double>& gradient, const vector<int>& labels) {
  const auto rows_of_z = as_matrix(z, 4, 2), by_rows = as_matrix(gradient, 4, 2);
  philox_stream stream(1, 2, 3, 4);
  const double drawn = beta(stream, 1, 2) + gamma(stream, 1) + normal(stream) + uniform(stream);
  const mix_plan<interpolated> plan = mixup<>{}.plan(4, philox_draws{.seed = 1, .step = 2});
  blend(plan, rows_of_z, by_rows);
  const objective criterion{supcon_inside{}};
  const double own = value_and_grad(serial{}, criterion, label_targets{.labels = labels}, rows_of_z, by_rows).value;
  const dual<double, 1> x = variable<double, 1>(0.5, 0);
  return drawn + own + (exp(x) + sqrt(x) + log(x) + log1p(x)).value + get<0>(pack{1.0, 2}) +
         static_cast<double>(to_string(plan).size());
}
