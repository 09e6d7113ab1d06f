// SPDX-License-Identifier: BSD-3-Clause
// Every kind of call on the GPU against the same call in double, which tests/gpu/stream_calls.cu compares with
// `serial`; each twice, and once more as a graph.
#include "../bench/agreement.hpp"
#include "../bench/json.hpp"
#include "../bench/measure.cuh"

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <random>

namespace {

using namespace mixcon_bench;

constexpr char usage[] =
    "usage: agree [--smallest] [--seed N] [--seconds S] [--json FILE]\n"
    "\n"
    "Compares every kind of call with the same call in double on the first GPU, twice, and as a captured graph.\n"
    "\n"
    "  --smallest    one small size of each kind, for compute-sanitizer\n"
    "  --seed N      of the rows (default: another one every time; it is printed)\n"
    "  --seconds S   begin no call after S seconds (default 60)\n"
    "  --json FILE   also write a line of JSON for each check\n"
    "\n"
    "Exit status: 0 all agree; 1 not; 2 wrong use; 77 no GPU.\n";

struct options {
  bool smallest = false;
  double seconds = 60;
  std::uint32_t seed = std::random_device{}();
  std::string json{};
};

bool read_options(int count, char** given, options& to) {
  for (int k = 1; k < count; ++k) {
    const std::string name = given[k];
    if (name == "--smallest") {
      to.smallest = true;
      continue;
    }
    if (++k >= count) return false;
    if (name == "--seed")
      to.seed = static_cast<std::uint32_t>(std::strtoul(given[k], nullptr, 10));
    else if (name == "--seconds")
      to.seconds = std::atof(given[k]);
    else if (name == "--json")
      to.json = given[k];
    else
      return false;
  }
  return to.seconds > 0;
}

/// Sizes below, at and above the edges of tiles, small ones first. An even number of rows, for two views.
std::vector<call_sizes> sizes_of(const call_kind& kind, const options& how) {
  if (how.smallest && kind.form == call_form::logits) return {{5, 33, how.seed}};
  if (how.smallest && kind.form == call_form::images) return {{5, 48, how.seed}};
  if (how.smallest) return {{66, 64, how.seed}};
  if (kind.form == call_form::images)
    return {{2, 3, how.seed}, {3, 12, how.seed}, {33, 363, how.seed}, {130, 3072, how.seed}, {8, 150528, how.seed}};
  if (kind.form == call_form::logits)
    return {{1, 1, how.seed}, {31, 33, how.seed}, {300, 1000, how.seed}, {2048, 8192, how.seed}};
  return {{2, 3, how.seed},     {62, 64, how.seed},    {64, 65, how.seed},   {66, 128, how.seed},  {130, 37, how.seed},
          {194, 256, how.seed}, {1000, 128, how.seed}, {4098, 64, how.seed}, {4096, 200, how.seed}};
}

class check {
 public:
  explicit check(const options& how) : how_(how), json_(how.json) {}

  int run() {
    std::printf("seed %u\n", how_.seed);
    const std::vector<call_kind> kinds = all_kinds();
    for (std::size_t first = 0; first < kinds.size();) {
      std::size_t last = first;
      while (last < kinds.size() && kinds[last].loss == kinds[first].loss) ++last;
      for (const call_sizes& sizes : sizes_of(kinds[first], how_))
        for (const bool with_gradient : {true, false})
          if (kinds[first].has_gradient || !with_gradient) compare(kinds, first, last, sizes, with_gradient);
      first = last;
    }
    std::printf("%d passed, %d failed, %d left out: the time was up\n", passed_, failed_, left_);
    return failed_ == 0 && passed_ > 0 ? 0 : 1;
  }

 private:
  /// Kinds first .. last - 1 are of one loss, the first of them in double.
  void compare(const std::vector<call_kind>& kinds, std::size_t first, std::size_t last, const call_sizes& sizes,
               bool with_gradient) {
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin_;
    if (spent.count() > how_.seconds) {
      left_ += static_cast<int>(last - first);
      return;
    }
    call_result expected;
    for (std::size_t k = first; k < last; ++k) {
      const std::string name = kinds[k].name() + "/" + std::to_string(sizes.rows) + "x" + std::to_string(sizes.width) +
                               (with_gradient ? "/gradient" : "/forward");
      try {
        if (k == first) expected = result_of(*kinds[k].make(sizes, with_gradient, on_.get()));
        const agreement found = agreement_with(expected, kinds[k], sizes, with_gradient, on_.get());
        note(name, found.wrong, found.value_error, found.gradient_error);
        if (kinds[k].capturable && !how_.smallest && with_gradient == kinds[k].has_gradient)
          note(name + "/graph", replay(kinds[k], sizes, with_gradient), 0, 0);
      } catch (const std::exception& refused) {
        note(name, refused.what(), 0, 0);
        require_cuda(cudaStreamSynchronize(on_.get()), "after a failure");  // else nothing runs any more
      }
    }
  }
  /// Empty if a graph, run twice on memory that was NaN, has the bits of the call.
  std::string replay(const call_kind& kind, const call_sizes& sizes, bool with_gradient) {
    const auto call = kind.make(sizes, with_gradient, on_.get());
    const call_result expected = result_of(*call);
    captured_graph graph;
    const std::string why = graph.capture([&] { call->enqueue(); }, on_.get());
    if (!why.empty()) return "no graph: " + why;
    for (int time = 0; time < 2; ++time) {
      call->poison();
      graph.launch(on_.get());
      if (!(call_result{call->value(), call->gradient()} == expected)) return "a replay has other bits";
    }
    return {};
  }
  void note(const std::string& name, const std::string& wrong, double value_error, double gradient_error) {
    ++(wrong.empty() ? passed_ : failed_);
    if (wrong.empty())
      std::printf("ok     %-48s %.2g %.2g\n", name.c_str(), value_error, gradient_error);
    else
      std::printf("FAILED %-48s %s\n", name.c_str(), wrong.c_str());
    std::fflush(stdout);
    json_.begin("agree");
    json_.text("name", name), json_.text("wrong", wrong);
    json_.number("value_error", value_error), json_.number("gradient_error", gradient_error);
    json_.end();
  }

  options how_;
  json_lines json_;
  own_stream on_{};
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  int passed_ = 0, failed_ = 0, left_ = 0;
};

}  // namespace

int main(int count, char** given) {
  options how;
  if (count == 2 && (std::strcmp(given[1], "--help") == 0 || std::strcmp(given[1], "-h") == 0)) {
    std::fputs(usage, stdout);
    return 0;
  }
  if (!read_options(count, given, how)) {
    std::fputs(usage, stderr);
    return 2;
  }
  int devices = 0;
  if (const auto code = cudaGetDeviceCount(&devices); code != cudaSuccess || devices == 0) {
    std::printf("no GPU: %s; nothing was run\n", code == cudaSuccess ? "none is installed" : cudaGetErrorString(code));
    return 77;
  }
  try {
    return check(how).run();
  } catch (const std::exception& failed) {
    std::fprintf(stderr, "agree: %s\n", failed.what());
    return 1;
  }
}
