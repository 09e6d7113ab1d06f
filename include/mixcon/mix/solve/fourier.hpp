// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Fourier transforms of any length, with the same bits on every machine.

#include <mixcon/core/config.hpp>
#include <mixcon/core/number/portable_math.hpp>
#include <mixcon/core/number/unfused.hpp>

#include <cstddef>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

template <class T>
struct complex_number {
  T real = 0, imaginary = 0;
};

/// e^(2 pi i k / n) for k = 0 .. n - 1, the same bits everywhere, and what they are multiplied with.
template <class T>
struct unit_roots {
  std::vector<complex_number<T>> all;
  portable::rounded_product times{};

  index_t size() const { return static_cast<index_t>(all.size()); }
  const complex_number<T>& operator[](index_t k) const { return all[static_cast<std::size_t>(k)]; }
};
template <class T>
unit_roots<T> roots_of_unity(index_t n) {
  constexpr double half_pi = 1.5707963267948966;
  unit_roots<T> roots{std::vector<complex_number<T>>(static_cast<std::size_t>(n))};
  for (index_t k = 0; k < n; ++k) {
    complex_number<T>& root = roots.all[static_cast<std::size_t>(k)];
    if (n % 4 == 0 && 4 * k >= n) {
      const complex_number<T> quarter_before = roots[k - n / 4];
      root = {-quarter_before.imaginary, quarter_before.real};
      continue;
    }
    const index_t quarter = 4 * k / n, rest = 4 * k - quarter * n;
    const double x = half_pi * (static_cast<double>(rest) / static_cast<double>(n));
    const double square = portable::product(x, x);
    double cosine = 1, sine = 1;  // Horner's rule from the 24th power down; what is left out is below 2^-53
    for (int power = 24; power >= 2; power -= 2) {
      cosine = 1 - portable::product(square / (power * (power - 1)), cosine);
      sine = 1 - portable::product(square / (power * (power + 1)), sine);
    }
    sine = portable::product(x, sine);
    const T c = static_cast<T>(cosine), s = static_cast<T>(sine);
    if (quarter == 0) root = {c, s};
    if (quarter == 1) root = {-s, c};
    if (quarter == 2) root = {-c, -s};
    if (quarter == 3) root = {s, -c};
  }
  return roots;
}

/// Entry j of a few lines that are transformed side by side.
template <class T>
struct complex_lines {
  static constexpr std::size_t count = 128 / sizeof(T);  // eight vectors of 16 bytes, four of 32
  T real[count], imaginary[count];
};

/// The sums of p lines' entries times the p-th roots of unity, out[q] = sum over r of in[r] e^(2 pi i q r / p), p odd:
/// entries r and p - r share their products. `turn` is p's step in `roots`.
template <class T>
MIXCON_NO_FUSED_SUMS void odd_fourier(complex_lines<T>* part, index_t p, complex_lines<T>* out, index_t out_step,
                                      const unit_roots<T>& roots, index_t turn) {
  complex_lines<T> total = part[0];
  for (index_t r = 1; 2 * r < p; ++r) {
    complex_lines<T>&a = part[r], &b = part[p - r];  // become their sum and their difference
    for (std::size_t l = 0; l < complex_lines<T>::count; ++l) {
      const T real = a.real[l] - b.real[l], imaginary = a.imaginary[l] - b.imaginary[l];
      a.real[l] += b.real[l], a.imaginary[l] += b.imaginary[l];
      b.real[l] = real, b.imaginary[l] = imaginary;
      total.real[l] += a.real[l], total.imaginary[l] += a.imaginary[l];
    }
  }
  out[0] = total;
  for (index_t q = 1; 2 * q < p; ++q) {
    complex_lines<T> even = part[0], odd{};
    for (index_t r = 1; 2 * r < p; ++r) {
      const complex_number<T> root = roots[q * r % p * turn];
      const complex_lines<T>&a = part[r], &b = part[p - r];
      for (std::size_t l = 0; l < complex_lines<T>::count; ++l) {
        even.real[l] += roots.times(a.real[l], root.real), even.imaginary[l] += roots.times(a.imaginary[l], root.real);
        odd.real[l] += roots.times(b.real[l], root.imaginary),
            odd.imaginary[l] += roots.times(b.imaginary[l], root.imaginary);
      }
    }
    complex_lines<T>&first = out[q * out_step], &last = out[(p - q) * out_step];
    for (std::size_t l = 0; l < complex_lines<T>::count; ++l) {
      first.real[l] = even.real[l] - odd.imaginary[l], first.imaginary[l] = even.imaginary[l] + odd.real[l];
      last.real[l] = even.real[l] + odd.imaginary[l], last.imaginary[l] = even.imaginary[l] - odd.real[l];
    }
  }
}

/// a times root.
template <class T>
MIXCON_NO_FUSED_SUMS complex_lines<T> turned(const complex_lines<T>& a, const complex_number<T>& root,
                                             const portable::rounded_product& times) {
  complex_lines<T> b;
  for (std::size_t l = 0; l < complex_lines<T>::count; ++l) {
    b.real[l] = times(a.real[l], root.real) - times(a.imaginary[l], root.imaginary);
    b.imaginary[l] = times(a.real[l], root.imaginary) + times(a.imaginary[l], root.real);
  }
  return b;
}

template <class T>
complex_lines<T> operator+(const complex_lines<T>& a, const complex_lines<T>& b) {
  complex_lines<T> sum;
  for (std::size_t l = 0; l < complex_lines<T>::count; ++l)
    sum.real[l] = a.real[l] + b.real[l], sum.imaginary[l] = a.imaginary[l] + b.imaginary[l];
  return sum;
}
template <class T>
complex_lines<T> operator-(const complex_lines<T>& a, const complex_lines<T>& b) {
  complex_lines<T> difference;
  for (std::size_t l = 0; l < complex_lines<T>::count; ++l)
    difference.real[l] = a.real[l] - b.real[l], difference.imaginary[l] = a.imaginary[l] - b.imaginary[l];
  return difference;
}
/// i a.
template <class T>
complex_lines<T> times_i(const complex_lines<T>& a) {
  complex_lines<T> b;
  for (std::size_t l = 0; l < complex_lines<T>::count; ++l) b.real[l] = -a.imaginary[l], b.imaginary[l] = a.real[l];
  return b;
}

/// out[k] = sum over j of in[j step] e^(2 pi i j k / n), not divided by n: split by 4, or else by the smallest factor
/// of n, so a line of n costs n times the sum of n's prime factors at most. `roots` are those of the whole line.
template <class T>
MIXCON_NO_FUSED_SUMS void inverse_fourier(const complex_lines<T>* in, index_t step, complex_lines<T>* out, index_t n,
                                          const unit_roots<T>& roots) {
  if (n == 1) {
    out[0] = in[0];
    return;
  }
  index_t p = n % 4 == 0 ? 4 : 2;
  while (n % p != 0) p = p * p > n ? n : p + 1;
  const index_t m = n / p, whole = roots.size(), turn = whole / n;
  if (m > 1)
    for (index_t r = 0; r < p; ++r) inverse_fourier(in + r * step, step * p, out + r * m, m, roots);
  const auto entry = [&](index_t r, index_t k) {
    return m == 1 ? in[r * step] : turned(out[r * m + k], roots[r * k * turn], roots.times);
  };
  std::vector<complex_lines<T>> part(p % 2 == 1 ? static_cast<std::size_t>(p) : 0);
  for (index_t k = 0; k < m; ++k) {
    if (p % 2 == 1) {
      for (index_t r = 0; r < p; ++r) part[static_cast<std::size_t>(r)] = entry(r, k);
      odd_fourier(part.data(), p, out + k, m, roots, whole / p);
      continue;
    }
    const complex_lines<T> first = m == 1 ? in[0] : out[k], second = entry(1, k);
    if (p == 2) {
      out[k] = first + second, out[m + k] = first - second;
      continue;
    }
    const complex_lines<T> third = entry(2, k), fourth = entry(3, k), across = times_i(second - fourth);
    out[k] = (first + third) + (second + fourth), out[2 * m + k] = (first + third) - (second + fourth);
    out[m + k] = (first - third) + across, out[3 * m + k] = (first - third) - across;
  }
}

/// Transforms `lines` lines of n numbers, a few at a time: read(first, some, in) fills the entries of so many lines,
/// and write(first, some, out) takes them transformed.
template <class T, class Read, class Write>
void inverse_fourier_lines(index_t lines, index_t n, Read&& read, Write&& write) {
  const unit_roots<T> roots = roots_of_unity<T>(n);
  std::vector<complex_lines<T>> in(static_cast<std::size_t>(n)), out(in.size());
  constexpr auto together = static_cast<index_t>(complex_lines<T>::count);
  for (index_t first = 0; first < lines; first += together) {
    const index_t some = lines - first < together ? lines - first : together;
    read(first, some, in.data());
    inverse_fourier(in.data(), 1, out.data(), n, roots);
    write(first, some, out.data());
  }
}

/// The same in place: entry j of line l stands at data[l * line + j * entry].
template <class T>
void inverse_fourier_lines(complex_number<T>* data, index_t lines, index_t line, index_t n, index_t entry) {
  const auto read = [&](index_t first, index_t some, complex_lines<T>* in) {
    for (index_t j = 0; j < n; ++j)
      for (index_t l = 0; l < some; ++l) {
        const complex_number<T>& x = data[(first + l) * line + j * entry];
        in[j].real[l] = x.real, in[j].imaginary[l] = x.imaginary;
      }
  };
  inverse_fourier_lines<T>(lines, n, read, [&](index_t first, index_t some, const complex_lines<T>* out) {
    for (index_t j = 0; j < n; ++j)
      for (index_t l = 0; l < some; ++l) data[(first + l) * line + j * entry] = {out[j].real[l], out[j].imaginary[l]};
  });
}

/// The real image (H, W) of a half spectrum (H, W / 2 + 1), up to a factor. What the first column, and the last of an
/// even width, would add to the imaginary part is left out, as usual.
template <class T>
std::vector<T> image_of_spectrum(std::vector<complex_number<T>> spectrum, index_t rows, index_t columns) {
  const index_t half = columns / 2 + 1, pairs = (rows + 1) / 2;
  inverse_fourier_lines(spectrum.data(), half, 1, rows, half);
  // Two real rows are the real and the imaginary part of one complex row; a last row alone is one of two.
  spectrum.resize(static_cast<std::size_t>(2 * pairs * half));
  std::vector<T> image(static_cast<std::size_t>(2 * pairs * columns));
  const auto read = [&](index_t first, index_t some, complex_lines<T>* in) {
    for (index_t x = 0; x < half; ++x) {
      const bool real = x == 0 || 2 * x == columns;
      complex_lines<T>&entry = in[x], &mirrored = in[x == 0 ? 0 : columns - x];
      for (index_t l = 0; l < some; ++l) {
        const complex_number<T>* const a = spectrum.data() + 2 * (first + l) * half + x;
        const complex_number<T> upper = a[0], lower = a[half];
        if (real) {
          entry.real[l] = upper.real, entry.imaginary[l] = lower.real;
          continue;
        }
        entry.real[l] = upper.real - lower.imaginary, entry.imaginary[l] = upper.imaginary + lower.real;
        mirrored.real[l] = upper.real + lower.imaginary, mirrored.imaginary[l] = lower.real - upper.imaginary;
      }
    }
  };
  inverse_fourier_lines<T>(pairs, columns, read, [&](index_t first, index_t some, const complex_lines<T>* out) {
    constexpr index_t at_once = 16;  // entries of all lines that a processor's nearest cache holds
    for (index_t from = 0; from < columns; from += at_once)
      for (index_t l = 0; l < some; ++l) {
        T* const upper = image.data() + 2 * (first + l) * columns;
        for (index_t x = from; x < columns && x < from + at_once; ++x)
          upper[x] = out[x].real[l], upper[columns + x] = out[x].imaginary[l];
      }
  });
  image.resize(static_cast<std::size_t>(rows * columns));
  return image;
}

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
