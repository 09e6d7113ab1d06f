// SPDX-License-Identifier: BSD-3-Clause
#include "cases/loss_case.hpp"
#include "support/reference.hpp"

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// losses.md 2.14. Constants: sigma, cap, ridge. The coefficients are constant.
struct mmcl_case {
  static constexpr const char* name = "mmcl";
  static constexpr int temperature = -1;
  static constexpr bool is_for_unit_rows = true;
  static constexpr index_t benchmark_samples = 512;
  static constexpr double slack = 100;  // a system's solution: errors times its condition, about N / ridge

  static loss_arguments draw(const case_sizes& sizes, random_numbers& draw) {
    loss_arguments given;
    for (int view = 0; view < 2; ++view)
      given.rows.push_back(
          converted<double>(reference::unit(random_embeddings<long double>(sizes.samples, sizes.width, draw))));
    given.constants = {draw.uniform(0.2, 2), draw.chance(0.3) ? -1 : draw.uniform(0.3, 2), draw.uniform(0.05, 0.5)};
    return given;
  }

  template <class T>
  static loss_answer<T> answer(const any_engine& by, const loss_arguments& given, const std::vector<matrix<T>>& rows) {
    loss_answer<T> found = room_for(given, rows);
    const mmcl loss{.sigma = given.constants[0], .cap = given.constants[1], .ridge = given.constants[2]};
    found.value = by.visit([&](const auto& engine) {
                      return value_and_grad(engine, loss, rows[0], rows[1],
                                            {.first = found.by_rows[0], .second = found.by_rows[1]});
                    }).value;
    return found;
  }

  static reference_answer reference(const loss_arguments& given, const std::vector<table>& rows,
                                    const std::vector<table>& constant) {
    const table own = kernel(constant[0], constant[0], given), cross = kernel(rows[0], rows[1], given);
    const long double cap = reference::wide(given.constants[1]);
    const index_t count = own.rows();
    long double loss = 0;
    for (index_t t = 0; t < count; ++t) {
      const std::vector<long double> solution = solved(own, t, reference::wide(given.constants[2]));
      for (index_t i = 0; i < count; ++i) {
        if (i == t) continue;
        long double a = std::max(0.0L, solution[static_cast<std::size_t>(i)]);
        if (cap > 0) a = std::min(a, cap);
        loss += a * (cross(i, t) - cross(t, t));
      }
    }
    return loss / static_cast<long double>(count);
  }
  static table kernel(const table& x, const table& y, const loss_arguments& given) {
    table k = reference::products(x, y);
    for (long double& s : k.entries()) s = std::exp((2 * s - 2) / reference::wide(given.constants[0]));
    return k;
  }
  /// By elimination, with row and column t replaced by those of the identity.
  static std::vector<long double> solved(const table& k, index_t t, long double ridge) {
    const index_t count = k.rows();
    table m(count, count + 1, 2);
    for (index_t i = 0; i < count; ++i)
      for (index_t j = 0; j < count; ++j)
        m(i, j) = i == t || j == t ? (i == j ? 1 : 0) : 1 + (i == j ? ridge : 0) + k(i, j) - k(t, i) - k(t, j);
    for (index_t p = 0; p < count; ++p)
      for (index_t i = 0; i < count; ++i) {
        const long double factor = i == p ? 0 : m(i, p) / m(p, p);
        for (index_t j = p; j <= count; ++j) m(i, j) -= factor * m(p, j);
      }
    std::vector<long double> x;
    for (index_t i = 0; i < count; ++i) x.push_back(m(i, count) / m(i, i));
    return x;
  }

  static std::vector<refused_argument> refusals() {
    return {{"a sigma of NaN", [](loss_arguments& given) { given.constants[0] = std::nan(""); }, "sigma is nan"},
            {"a cap of 0", [](loss_arguments& given) { given.constants[1] = 0; }, "cap is 0"}};
  }
};
const known_case<mmcl_case> row;

}  // namespace
