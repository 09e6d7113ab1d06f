// SPDX-License-Identifier: BSD-3-Clause
// Climbs the ladders on a GPU: each rung is compared with its formula in double, and timed.
#include "../bench/device_numbers.cuh"
#include "../bench/json.hpp"
#include "../bench/measure.cuh"
#include "ladders.hpp"

#include <cmath>
#include <cstring>

namespace {

using namespace mixcon_lab;
using mixcon_bench::cache_flush;
using mixcon_bench::device_numbers;
using mixcon_bench::json_lines;
using mixcon_bench::own_stream;
using mixcon_bench::timing;

constexpr char usage[] =
    "usage: lab [--small] [--json FILE]\n"
    "\n"
    "Runs each rung of the ladders on the first GPU: compares some of its results with double, and prints its time.\n"
    "\n"
    "  --small       small sizes, for compute-sanitizer\n"
    "  --json FILE   also write a line of JSON for each rung\n"
    "\n"
    "Exit status: 0 all agree; 1 not; 2 wrong use; 77 no GPU.\n";

constexpr int rows_looked_at = 64;

/// One problem over rows, and what its first rows come to.
class row_bench {
 public:
  row_bench(int n, int m, const own_stream& on)
      : a_(index_t{n} * width), c_(index_t{m} * width), log_sums_(n), by_a_(index_t{n} * width) {
    a_.fill(1, 0.25F, on.get()), c_.fill(2, 0.25F, on.get());
    p = {a_.data(), c_.data(), n, m, 4.0F, 24.0F, log_sums_.data(), by_a_.data()};
    const auto a = a_.host(on.get()), c = c_.host(on.get());
    for (int i = 0; i < n && i < rows_looked_at; ++i) look_at(a, c, i);
  }
  /// The largest difference of what was looked at.
  double log_sums_apart(const own_stream& on) const { return apart(log_sums_.host(on.get()), expected_log_sums_); }
  double gradient_apart(const own_stream& on) const { return apart(by_a_.host(on.get()), expected_by_a_); }
  void poison_log_sums(const own_stream& on) { log_sums_.poison(on.get()); }
  void poison_gradient(const own_stream& on) { by_a_.poison(on.get()); }

  row_problem p{};

 private:
  static double apart(const std::vector<float>& found, const std::vector<double>& expected) {
    double top = 0;
    for (std::size_t k = 0; k < expected.size(); ++k) {
      const double by = std::fabs(static_cast<double>(found[k]) - expected[k]);
      if (!(by <= top)) top = by;
    }
    return top;
  }
  void look_at(const std::vector<bfloat16>& a, const std::vector<bfloat16>& c, int i) {
    const auto entry = [](const std::vector<bfloat16>& of, index_t row, int k) {
      return static_cast<double>(static_cast<float>(of[static_cast<std::size_t>(row * width + k)]));
    };
    double sum = 0;
    double mean[width] = {};
    for (int j = 0; j < p.m; ++j) {
      double dot = 0;
      for (int k = 0; k < width; ++k) dot += entry(a, i, k) * entry(c, j, k);
      const double power = std::exp2(static_cast<double>(p.scale) * dot);
      sum += power;
      for (int k = 0; k < width; ++k) mean[k] += power * entry(c, j, k);
    }
    expected_log_sums_.push_back(std::log2(sum));
    for (const double x : mean) expected_by_a_.push_back(x / sum);
  }
  device_numbers<bfloat16> a_, c_;
  device_numbers<float> log_sums_, by_a_;
  std::vector<double> expected_log_sums_{}, expected_by_a_{};
};

class report {
 public:
  explicit report(const std::string& json) : json_(json) {}
  /// `flops` and `bytes` of one run: products and sums in the definition; what the kernel asks the memory for.
  void note(const char* ladder, const char* name, const timing& time, double flops, double bytes, double apart,
            double bound) {
    const bool good = apart <= bound;
    failed_ += good ? 0 : 1;
    std::printf("%-12s %-18s %10.4f ms  %8.2f TFLOP/s  %9.1f GB asked for  %s (off by %.2g)\n", ladder, name,
                time.median_s * 1e3, flops / time.median_s * 1e-12, bytes * 1e-9, good ? "ok" : "FAILED", apart);
    std::fflush(stdout);
    json_.begin("rung");
    json_.text("ladder", ladder), json_.text("name", name);
    json_.number("median_s", time.median_s), json_.number("runs", time.runs);
    json_.number("flops", flops), json_.number("bytes", bytes), json_.number("launches", 1);
    json_.number("off_by", apart), json_.text("wrong", good ? "" : "off by too much");
    json_.end();
  }
  int failed() const { return failed_; }

 private:
  json_lines json_;
  int failed_ = 0;
};

void climb_rows(report& to, bool small, const own_stream& on, const cache_flush& cache) {
  const int n = small ? 65 : 8192, m = small ? 67 : 8192;
  row_bench bench(n, m, on);
  const double pairs = static_cast<double>(n) * m;
  const auto bytes = [&](int rows_per_read) { return 2.0 * width * (pairs / rows_per_read + n); };
  const auto climb = [&](const rung<row_problem>& step) {
    return mixcon_bench::time_runs([&] { gpu::require_ok(step.name, step.launch(bench.p, on.get())); }, on.get(), cache,
                                   small ? 1e-6 : 0.1);
  };
  for (const auto& step : log_sum_exp_ladder) {
    bench.poison_log_sums(on);
    const timing time = climb(step);
    to.note("log-sum-exp", step.name, time, 2 * pairs * width, bytes(step.rows_per_read), bench.log_sums_apart(on),
            5e-5);
  }
  gpu::require_ok("log sums", log_sum_exp_ladder[1].launch(bench.p, on.get()));
  for (const auto& step : gradient_ladder) {
    bench.poison_gradient(on);
    const timing time = climb(step);
    to.note("gradient", step.name, time, 4 * pairs * width, bytes(step.rows_per_read), bench.gradient_apart(on), 1e-3);
  }
}

void climb_blends(report& to, bool small, const own_stream& on, const cache_flush& cache) {
  const int n = small ? 3 : 256, size = small ? 1028 : 3 * 224 * 224;
  device_numbers<float> x(index_t{n} * size), mixed(index_t{n} * size), lambda(n);
  device_numbers<int> partner(n);
  x.fill(3, 1, on.get());
  std::vector<float> shares;
  std::vector<int> partners;
  for (int i = 0; i < n; ++i) shares.push_back(static_cast<float>(i % 8) * 0.125F), partners.push_back((i + 1) % n);
  lambda.set(shares, on.get()), partner.set(partners, on.get());
  const auto host = x.host(on.get());
  const blend_problem p{x.data(), partner.data(), lambda.data(), mixed.data(), n, size};
  for (const auto& step : blend_ladder) {
    mixed.poison(on.get());
    const timing time = mixcon_bench::time_runs([&] { gpu::require_ok(step.name, step.launch(p, on.get())); }, on.get(),
                                                cache, small ? 1e-6 : 0.05);
    const auto found = mixed.host(on.get());
    double apart = 0;
    for (std::size_t k = 0; k < found.size(); ++k) {
      const std::size_t i = k / static_cast<std::size_t>(size), at = k % static_cast<std::size_t>(size);
      const auto own = static_cast<double>(shares[i]);
      const auto other =
          static_cast<double>(host[static_cast<std::size_t>(partners[i]) * static_cast<std::size_t>(size) + at]);
      const double by =
          std::fabs(own * static_cast<double>(host[k]) + (1 - own) * other - static_cast<double>(found[k]));
      if (!(by <= apart)) apart = by;
    }
    const double entries = static_cast<double>(n) * size;
    to.note("blend", step.name, time, 3 * entries, 12 * entries, apart, 3e-7);
  }
}

}  // namespace

int main(int count, char** given) {
  bool small = false;
  std::string json;
  for (int k = 1; k < count; ++k) {
    if (std::strcmp(given[k], "--help") == 0 || std::strcmp(given[k], "-h") == 0) {
      std::fputs(usage, stdout);
      return 0;
    }
    if (std::strcmp(given[k], "--small") == 0) {
      small = true;
    } else if (std::strcmp(given[k], "--json") == 0 && k + 1 < count) {
      json = given[++k];
    } else {
      std::fputs(usage, stderr);
      return 2;
    }
  }
  int devices = 0;
  if (const auto code = cudaGetDeviceCount(&devices); code != cudaSuccess || devices == 0) {
    std::printf("no GPU: %s; nothing was run\n", code == cudaSuccess ? "none is installed" : cudaGetErrorString(code));
    return 77;
  }
  try {
    report to(json);
    const own_stream on;
    const cache_flush cache;
    climb_rows(to, small, on, cache);
    climb_blends(to, small, on, cache);
    return to.failed() == 0 ? 0 : 1;
  } catch (const std::exception& failed) {
    std::fprintf(stderr, "lab: %s\n", failed.what());
    return 1;
  }
}
