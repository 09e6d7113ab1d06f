// SPDX-License-Identifier: BSD-3-Clause
// The losses again, as they are defined: long double, plain loops, one function a loss, nothing shared with include/.
#pragma once

#include "support/embeddings.hpp"

#include <cmath>
#include <limits>
#include <vector>

namespace mixcon_test::reference {

using number = long double;
using table = matrix<number>;

inline number wide(double x) { return static_cast<number>(x); }

/// Rows divided by their length, or by 1e-12 if that is longer.
inline table unit(table z) {
  for (index_t i = 0; i < z.rows(); ++i) {
    number square = 0;
    for (index_t k = 0; k < z.width(); ++k) square += z(i, k) * z(i, k);
    const number length = std::sqrt(square) > 1e-12L ? std::sqrt(square) : 1e-12L;
    for (index_t k = 0; k < z.width(); ++k) z(i, k) /= length;
  }
  return z;
}

/// (N, M): inner products of all rows.
inline table products(const table& a, const table& c) {
  table s(a.rows(), c.rows());
  for (index_t i = 0; i < a.rows(); ++i)
    for (index_t j = 0; j < c.rows(); ++j)
      for (index_t k = 0; k < a.width(); ++k) s(i, j) += a(i, k) * c(j, k);
  return s;
}

/// (N, M): squared distances of all rows.
inline table squared_distances(const table& a, const table& c) {
  table s(a.rows(), c.rows());
  for (index_t i = 0; i < a.rows(); ++i)
    for (index_t j = 0; j < c.rows(); ++j)
      for (index_t k = 0; k < a.width(); ++k) s(i, j) += (a(i, k) - c(j, k)) * (a(i, k) - c(j, k));
  return s;
}

/// log sum w e^l over row i; -infinity where every w is 0.
inline number log_partition(const table& logits, const table& weights, index_t i) {
  number top = -std::numeric_limits<number>::infinity(), sum = 0;
  for (index_t j = 0; j < logits.width(); ++j)
    if (weights(i, j) > 0 && logits(i, j) > top) top = logits(i, j);
  for (index_t j = 0; j < logits.width(); ++j)
    if (weights(i, j) > 0) sum += weights(i, j) * std::exp(logits(i, j) - top);
  return top + std::log(sum);
}

/// losses.md 1.1: sum_i rho_i (kappa_i Z_i - sum_j p_ij l_ij).
inline number softmax_family(const table& logits, const table& p, const table& w, const std::vector<number>& kappa,
                             const std::vector<number>& rho) {
  number loss = 0;
  for (index_t i = 0; i < logits.rows(); ++i) {
    const auto at = static_cast<std::size_t>(i);
    number attraction = 0;
    for (index_t j = 0; j < logits.width(); ++j) attraction += p(i, j) * logits(i, j);
    loss += rho[at] * ((kappa[at] == 0 ? 0 : kappa[at] * log_partition(logits, w, i)) - attraction);
  }
  return loss;
}

/// losses.md 2.1: two views stacked, row i' = i + N.
inline number nt_xent(const table& z, double temperature) {
  const table s = products(unit(z), unit(z));
  const index_t rows = z.rows(), samples = rows / 2;
  number loss = 0;
  for (index_t i = 0; i < rows; ++i) {
    number partition = 0;
    for (index_t k = 0; k < rows; ++k)
      if (k != i) partition += std::exp(s(i, k) / wide(temperature));
    loss += std::log(partition) - s(i, (i + samples) % rows) / wide(temperature);
  }
  return loss / static_cast<number>(rows);
}

/// Which sample each row of `views` stacked ones shows; view-major.
inline index_t sample_of(index_t row, index_t samples) { return row % samples; }

/// The mask over samples that labels stand for.
inline table same_label(const std::vector<int>& labels) {
  const auto n = static_cast<index_t>(labels.size());
  table mask(n, n);
  for (index_t i = 0; i < n; ++i)
    for (index_t j = 0; j < n; ++j)
      mask(i, j) = labels[static_cast<std::size_t>(i)] == labels[static_cast<std::size_t>(j)] ? 1 : 0;
  return mask;
}

/// losses.md 2.2 for given similarities (anchors, rows): L_out without its factor t/t0. Self-pairs are left out.
struct supcon_parts {
  table logits, p, w;
  std::vector<number> mass;  // P_i
};
inline supcon_parts supcon(const table& similarity, const table& mask, double temperature) {
  const index_t anchors = similarity.rows(), rows = similarity.width(), samples = mask.rows();
  supcon_parts parts{table(anchors, rows), table(anchors, rows), table(anchors, rows, 1), {}};
  for (index_t i = 0; i < anchors; ++i) {
    number count = 0, mass = 0;
    for (index_t j = 0; j < rows; ++j) {
      parts.logits(i, j) = similarity(i, j) / wide(temperature);
      parts.p(i, j) = j == i ? 0 : mask(sample_of(i, samples), sample_of(j, samples));
      count += parts.p(i, j);
    }
    parts.w(i, i) = 0;
    for (index_t j = 0; j < rows; ++j) mass += parts.p(i, j) /= count < 1e-6L ? 1 : count;
    parts.mass.push_back(mass);
  }
  return parts;
}
inline number supcon_out(const table& similarity, const table& mask, double temperature) {
  const supcon_parts s = supcon(similarity, mask, temperature);
  const auto anchors = static_cast<number>(similarity.rows());
  return softmax_family(s.logits, s.p, s.w, s.mass, std::vector<number>(s.mass.size(), 1 / anchors));
}
/// L_in; anchors without a positive count as 0.
inline number supcon_in(const table& similarity, const table& mask, double temperature) {
  const supcon_parts s = supcon(similarity, mask, temperature);
  number loss = 0;
  for (index_t i = 0; i < similarity.rows(); ++i)
    if (s.mass[static_cast<std::size_t>(i)] > 0)
      loss += log_partition(s.logits, s.w, i) - log_partition(s.logits, s.p, i);
  return loss / static_cast<number>(similarity.rows());
}

/// losses.md 2.3 (A): similarities of stacked rows with their universum rows; without the factor t/t0.
inline number unicon(const table& similarity, const std::vector<int>& labels, double temperature) {
  return supcon_out(similarity, same_label(labels), temperature);  // the same sums, over u in place of z
}

/// losses.md 2.3 (B): similarities (VN, VN) with z and (VN, VN) with u.
inline number unicon_negatives(const table& with_z, const table& with_u, const std::vector<int>& labels,
                               double temperature, bool real_negatives) {
  const index_t rows = with_z.rows(), samples = static_cast<index_t>(labels.size());
  number loss = 0;
  for (index_t i = 0; i < rows; ++i) {
    number partition = 0, positives = 0, attraction = 0;
    for (index_t k = 0; k < with_u.width(); ++k) partition += std::exp(with_u(i, k) / wide(temperature));
    for (index_t k = 0; k < rows; ++k) {
      const bool same = labels[static_cast<std::size_t>(k % samples)] == labels[static_cast<std::size_t>(i % samples)];
      if (k != i && (same || real_negatives)) partition += std::exp(with_z(i, k) / wide(temperature));
      if (k != i && same) positives += 1, attraction += with_z(i, k) / wide(temperature);
    }
    if (positives > 0) loss += std::log(partition) - attraction / positives;
  }
  return loss / static_cast<number>(rows);
}

/// losses.md 2.5: the own key against it and the queue.
inline number queue_info_nce(const table& queries, const table& keys, const table& queue, double temperature) {
  const table own = products(queries, keys), shared = products(queries, queue);
  number loss = 0;
  for (index_t i = 0; i < queries.rows(); ++i) {
    number partition = std::exp(own(i, i) / wide(temperature));
    for (index_t k = 0; k < queue.rows(); ++k) partition += std::exp(shared(i, k) / wide(temperature));
    loss += std::log(partition) - own(i, i) / wide(temperature);
  }
  return loss / static_cast<number>(queries.rows());
}

/// losses.md 2.7: lam_i CE(l_i, i) + (1 - lam_i) CE(l_i, index_i).
inline number n_pair_mix(const table& similarity, const std::vector<double>& lambda, const std::vector<int>& index,
                         double temperature) {
  number loss = 0;
  for (index_t i = 0; i < similarity.rows(); ++i) {
    const auto at = static_cast<std::size_t>(i);
    number partition = 0;
    for (index_t k = 0; k < similarity.width(); ++k) partition += std::exp(similarity(i, k) / wide(temperature));
    const number own = std::log(partition) - similarity(i, i) / wide(temperature);
    const number other = std::log(partition) - similarity(i, index[at]) / wide(temperature);
    loss += static_cast<number>(lambda[at]) * own + (1 - static_cast<number>(lambda[at])) * other;
  }
  return loss / static_cast<number>(similarity.rows());
}

}  // namespace mixcon_test::reference
