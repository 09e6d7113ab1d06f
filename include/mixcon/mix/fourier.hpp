// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/core/config.hpp>
#include <mixcon/core/portable_math.hpp>
#include <mixcon/core/unfused.hpp>

#include <cstddef>
#include <vector>

namespace mixcon::detail {

struct complex_number {
  double real = 0, imaginary = 0;
};

/// e^(2 pi i k / n) for k = 0 .. n - 1: the same bits everywhere.
inline std::vector<complex_number> roots_of_unity(index_t n) {
  constexpr double half_pi = 1.5707963267948966;
  std::vector<complex_number> roots(static_cast<std::size_t>(n));
  for (index_t k = 0; k < n; ++k) {
    const index_t quarter = 4 * k / n, rest = 4 * k - quarter * n;
    const double x = half_pi * (static_cast<double>(rest) / static_cast<double>(n));
    const double square = portable::product(x, x);
    double cosine = 1, sine = 1;  // Horner's rule from the 24th power down; what is left out is below 2^-53
    for (int power = 24; power >= 2; power -= 2) {
      cosine = 1 - portable::product(square / (power * (power - 1)), cosine);
      sine = 1 - portable::product(square / (power * (power + 1)), sine);
    }
    sine = portable::product(x, sine);
    complex_number& root = roots[static_cast<std::size_t>(k)];
    if (quarter == 0) root = {cosine, sine};
    if (quarter == 1) root = {-sine, cosine};
    if (quarter == 2) root = {-cosine, -sine};
    if (quarter == 3) root = {sine, -cosine};
  }
  return roots;
}

/// Entry j of four lines that are transformed side by side.
struct complex_lines {
  static constexpr index_t count = 4;
  double real[count], imaginary[count];
};

/// The sums of p lines' entries times the p-th roots of unity, out[q] = sum over r of in[r] e^(2 pi i q r / p), p odd:
/// entries r and p - r share their products. `turn` is p's step in `roots`.
MIXCON_NO_FUSED_SUMS inline void odd_fourier(complex_lines* part, index_t p, complex_lines* out, index_t out_step,
                                             const std::vector<complex_number>& roots, index_t turn) {
  MIXCON_NO_FUSED_SUMS_HERE
  complex_lines total = part[0];
  for (index_t r = 1; 2 * r < p; ++r) {
    complex_lines &a = part[r], &b = part[p - r];  // become their sum and their difference
    for (index_t l = 0; l < complex_lines::count; ++l) {
      const double real = a.real[l] - b.real[l], imaginary = a.imaginary[l] - b.imaginary[l];
      a.real[l] += b.real[l], a.imaginary[l] += b.imaginary[l];
      b.real[l] = real, b.imaginary[l] = imaginary;
      total.real[l] += a.real[l], total.imaginary[l] += a.imaginary[l];
    }
  }
  out[0] = total;
  for (index_t q = 1; 2 * q < p; ++q) {
    complex_lines even = part[0], odd{};
    for (index_t r = 1; 2 * r < p; ++r) {
      const complex_number root = roots[static_cast<std::size_t>(q * r % p * turn)];
      const complex_lines &a = part[r], &b = part[p - r];
      for (index_t l = 0; l < complex_lines::count; ++l) {
        even.real[l] += a.real[l] * root.real, even.imaginary[l] += a.imaginary[l] * root.real;
        odd.real[l] += b.real[l] * root.imaginary, odd.imaginary[l] += b.imaginary[l] * root.imaginary;
      }
    }
    complex_lines &first = out[q * out_step], &last = out[(p - q) * out_step];
    for (index_t l = 0; l < complex_lines::count; ++l) {
      first.real[l] = even.real[l] - odd.imaginary[l], first.imaginary[l] = even.imaginary[l] + odd.real[l];
      last.real[l] = even.real[l] + odd.imaginary[l], last.imaginary[l] = even.imaginary[l] - odd.real[l];
    }
  }
}

/// a times root.
MIXCON_NO_FUSED_SUMS inline complex_lines turned(const complex_lines& a, const complex_number& root) {
  MIXCON_NO_FUSED_SUMS_HERE
  complex_lines b;
  for (index_t l = 0; l < complex_lines::count; ++l) {
    b.real[l] = a.real[l] * root.real - a.imaginary[l] * root.imaginary;
    b.imaginary[l] = a.real[l] * root.imaginary + a.imaginary[l] * root.real;
  }
  return b;
}

inline complex_lines operator+(const complex_lines& a, const complex_lines& b) {
  complex_lines sum;
  for (index_t l = 0; l < complex_lines::count; ++l)
    sum.real[l] = a.real[l] + b.real[l], sum.imaginary[l] = a.imaginary[l] + b.imaginary[l];
  return sum;
}
inline complex_lines operator-(const complex_lines& a, const complex_lines& b) {
  complex_lines difference;
  for (index_t l = 0; l < complex_lines::count; ++l)
    difference.real[l] = a.real[l] - b.real[l], difference.imaginary[l] = a.imaginary[l] - b.imaginary[l];
  return difference;
}
/// i a.
inline complex_lines times_i(const complex_lines& a) {
  complex_lines b;
  for (index_t l = 0; l < complex_lines::count; ++l) b.real[l] = -a.imaginary[l], b.imaginary[l] = a.real[l];
  return b;
}

/// out[k] = sum over j of in[j step] e^(2 pi i j k / n), not divided by n: split by 4, or else by the smallest factor
/// of n, so a line of n costs n times the sum of n's prime factors at most. `roots` are those of the whole line.
MIXCON_NO_FUSED_SUMS inline void inverse_fourier(const complex_lines* in, index_t step, complex_lines* out, index_t n,
                                                 const std::vector<complex_number>& roots) {
  MIXCON_NO_FUSED_SUMS_HERE
  if (n == 1) {
    out[0] = in[0];
    return;
  }
  index_t p = n % 4 == 0 ? 4 : 2;
  while (n % p != 0) p = p * p > n ? n : p + 1;
  const index_t m = n / p, whole = static_cast<index_t>(roots.size()), turn = whole / n;
  if (m > 1)
    for (index_t r = 0; r < p; ++r) inverse_fourier(in + r * step, step * p, out + r * m, m, roots);
  const auto entry = [&](index_t r, index_t k) {
    return m == 1 ? in[r * step] : turned(out[r * m + k], roots[static_cast<std::size_t>(r * k * turn)]);
  };
  std::vector<complex_lines> part(p % 2 == 1 ? static_cast<std::size_t>(p) : 0);
  for (index_t k = 0; k < m; ++k) {
    if (p % 2 == 1) {
      for (index_t r = 0; r < p; ++r) part[static_cast<std::size_t>(r)] = entry(r, k);
      odd_fourier(part.data(), p, out + k, m, roots, whole / p);
      continue;
    }
    const complex_lines first = m == 1 ? in[0] : out[k], second = entry(1, k);
    if (p == 2) {
      out[k] = first + second, out[m + k] = first - second;
      continue;
    }
    const complex_lines third = entry(2, k), fourth = entry(3, k), across = times_i(second - fourth);
    out[k] = (first + third) + (second + fourth), out[2 * m + k] = (first + third) - (second + fourth);
    out[m + k] = (first - third) + across, out[3 * m + k] = (first - third) - across;
  }
}

/// Transforms `lines` lines of n numbers, a few at a time: read(first, some, in) fills the entries of so many lines,
/// and write(first, some, out) takes them transformed.
template <class Read, class Write>
void inverse_fourier_lines(index_t lines, index_t n, Read&& read, Write&& write) {
  const std::vector<complex_number> roots = roots_of_unity(n);
  std::vector<complex_lines> in(static_cast<std::size_t>(n)), out(in.size());
  for (index_t first = 0; first < lines; first += complex_lines::count) {
    const index_t some = lines - first < complex_lines::count ? lines - first : complex_lines::count;
    read(first, some, in.data());
    inverse_fourier(in.data(), 1, out.data(), n, roots);
    write(first, some, out.data());
  }
}

/// The same in place: entry j of line l stands at data[l * line + j * entry].
inline void inverse_fourier_lines(complex_number* data, index_t lines, index_t line, index_t n, index_t entry) {
  const auto read = [&](index_t first, index_t some, complex_lines* in) {
    for (index_t j = 0; j < n; ++j)
      for (index_t l = 0; l < some; ++l) {
        const complex_number& x = data[(first + l) * line + j * entry];
        in[j].real[l] = x.real, in[j].imaginary[l] = x.imaginary;
      }
  };
  inverse_fourier_lines(lines, n, read, [&](index_t first, index_t some, const complex_lines* out) {
    for (index_t j = 0; j < n; ++j)
      for (index_t l = 0; l < some; ++l)
        data[(first + l) * line + j * entry] = {out[j].real[l], out[j].imaginary[l]};
  });
}

/// The real image (H, W) of a half spectrum (H, W / 2 + 1), up to a factor. What the first column, and the last of an
/// even width, would add to the imaginary part is left out, as usual.
inline std::vector<double> image_of_spectrum(std::vector<complex_number> spectrum, index_t rows, index_t columns) {
  const index_t half = columns / 2 + 1, pairs = (rows + 1) / 2;
  inverse_fourier_lines(spectrum.data(), half, 1, rows, half);
  // Two real rows are the real and the imaginary part of one complex row; a last row alone is one of two.
  spectrum.resize(static_cast<std::size_t>(2 * pairs * half));
  std::vector<double> image(static_cast<std::size_t>(2 * pairs * columns));
  const auto read = [&](index_t first, index_t some, complex_lines* in) {
    for (index_t x = 0; x < half; ++x) {
      const bool real = x == 0 || 2 * x == columns;
      complex_lines &entry = in[x], &mirrored = in[x == 0 ? 0 : columns - x];
      for (index_t l = 0; l < some; ++l) {
        const complex_number* const a = spectrum.data() + 2 * (first + l) * half + x;
        const complex_number upper = a[0], lower = a[half];
        if (real) {
          entry.real[l] = upper.real, entry.imaginary[l] = lower.real;
          continue;
        }
        entry.real[l] = upper.real - lower.imaginary, entry.imaginary[l] = upper.imaginary + lower.real;
        mirrored.real[l] = upper.real + lower.imaginary, mirrored.imaginary[l] = lower.real - upper.imaginary;
      }
    }
  };
  inverse_fourier_lines(pairs, columns, read, [&](index_t first, index_t some, const complex_lines* out) {
    for (index_t l = 0; l < some; ++l) {
      double* const upper = image.data() + 2 * (first + l) * columns;
      for (index_t x = 0; x < columns; ++x) upper[x] = out[x].real[l], upper[columns + x] = out[x].imaginary[l];
    }
  });
  image.resize(static_cast<std::size_t>(rows * columns));
  return image;
}

}  // namespace mixcon::detail
