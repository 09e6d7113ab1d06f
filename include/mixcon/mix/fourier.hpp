// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/core/config.hpp>
#include <mixcon/core/portable_math.hpp>

#include <cstddef>
#include <vector>

// A compiler that fuses products into sums would change the last bits, and with them a plan.
#if defined(__clang__)
#define MIXCON_NO_FUSED_SUMS
#define MIXCON_NO_FUSED_SUMS_HERE _Pragma("clang fp contract(off)")
#else
#define MIXCON_NO_FUSED_SUMS [[gnu::optimize("fp-contract=off")]]
#define MIXCON_NO_FUSED_SUMS_HERE
#endif

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

/// out[k] = sum over j of in[j step] e^(2 pi i j k / n), not divided by n: split by the smallest factor of n, so a line
/// of n costs n times the sum of n's prime factors. `roots` are those of the whole line.
MIXCON_NO_FUSED_SUMS inline void inverse_fourier(const complex_number* in, index_t step, complex_number* out, index_t n,
                                                 const std::vector<complex_number>& roots) {
  MIXCON_NO_FUSED_SUMS_HERE
  if (n == 1) {
    out[0] = in[0];
    return;
  }
  index_t p = 2;
  while (n % p != 0) p = p * p > n ? n : p + 1;
  const index_t m = n / p, whole = static_cast<index_t>(roots.size()), turn = whole / n;
  for (index_t r = 0; r < p; ++r) inverse_fourier(in + r * step, step * p, out + r * m, m, roots);
  std::vector<complex_number> part(p == 2 ? 0 : static_cast<std::size_t>(p));
  for (index_t k = 0; k < m; ++k) {
    if (p == 2) {
      const complex_number root = roots[static_cast<std::size_t>(k * turn)], a = out[k], b = out[m + k];
      const double real = b.real * root.real - b.imaginary * root.imaginary;
      const double imaginary = b.real * root.imaginary + b.imaginary * root.real;
      out[k] = {a.real + real, a.imaginary + imaginary};
      out[m + k] = {a.real - real, a.imaginary - imaginary};
      continue;
    }
    for (index_t r = 0; r < p; ++r) part[static_cast<std::size_t>(r)] = out[r * m + k];
    for (index_t q = 0; q < p; ++q) {
      complex_number sum = part[0];
      for (index_t r = 1; r < p; ++r) {
        const complex_number root = roots[static_cast<std::size_t>(r * (k + q * m) % n * turn)];
        const complex_number b = part[static_cast<std::size_t>(r)];
        sum.real += b.real * root.real - b.imaginary * root.imaginary;
        sum.imaginary += b.real * root.imaginary + b.imaginary * root.real;
      }
      out[q * m + k] = sum;
    }
  }
}

/// The real image (H, W) of a half spectrum (H, W / 2 + 1), up to a factor. What the first column, and the last of an
/// even width, would add to the imaginary part is left out, as usual.
inline std::vector<double> image_of_spectrum(const std::vector<complex_number>& spectrum, index_t rows,
                                             index_t columns) {
  const index_t half = columns / 2 + 1;
  const std::vector<complex_number> row_roots = roots_of_unity(columns), column_roots = roots_of_unity(rows);
  std::vector<complex_number> along(static_cast<std::size_t>(rows * half)), line(static_cast<std::size_t>(rows));
  for (index_t x = 0; x < half; ++x) {
    inverse_fourier(spectrum.data() + x, half, line.data(), rows, column_roots);
    for (index_t y = 0; y < rows; ++y)
      along[static_cast<std::size_t>(y * half + x)] = line[static_cast<std::size_t>(y)];
  }
  // Two real rows are the real and the imaginary part of one complex row.
  std::vector<double> image(static_cast<std::size_t>(rows * columns));
  std::vector<complex_number> two(static_cast<std::size_t>(columns)), shown(two.size());
  for (index_t y = 0; y < rows; y += 2) {
    const complex_number* first = along.data() + y * half;
    const complex_number* second = y + 1 < rows ? first + half : nullptr;
    for (index_t x = 0; x < columns; ++x) {
      const bool mirrored = x >= half;
      const index_t from = mirrored ? columns - x : x;
      const bool real = from == 0 || 2 * from == columns;
      const double sign = mirrored ? -1 : 1;
      const complex_number a = first[from], b = second == nullptr ? complex_number{} : second[from];
      const double a_imaginary = real ? 0 : sign * a.imaginary, b_imaginary = real ? 0 : sign * b.imaginary;
      two[static_cast<std::size_t>(x)] = {a.real - b_imaginary, a_imaginary + b.real};
    }
    inverse_fourier(two.data(), 1, shown.data(), columns, row_roots);
    for (index_t x = 0; x < columns; ++x) {
      image[static_cast<std::size_t>(y * columns + x)] = shown[static_cast<std::size_t>(x)].real;
      if (second != nullptr)
        image[static_cast<std::size_t>((y + 1) * columns + x)] = shown[static_cast<std::size_t>(x)].imaginary;
    }
  }
  return image;
}

}  // namespace mixcon::detail

#undef MIXCON_NO_FUSED_SUMS
#undef MIXCON_NO_FUSED_SUMS_HERE
