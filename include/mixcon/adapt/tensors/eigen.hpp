// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Passes dense matrices, arrays, maps and blocks of Eigen to every call, without a copy. Needs Eigen.

#include <type_traits>

#include <Eigen/Core>

#include <mixcon/core/tensor_traits.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

namespace detail {

template <class Derived>
void dense_eigen(const Eigen::DenseBase<Derived>*);
template <class Derived>
void plain_eigen(const Eigen::PlainObjectBase<Derived>*);

// Anything dense of Eigen's, classes that users derive from Matrix included.
template <class M>
concept DenseEigen = requires(const M* m) { detail::dense_eigen(m); };

// Elements in memory with strides between them, as the type has it on paper and in deed.
template <class M>
concept DirectEigen = (M::Flags & Eigen::DirectAccessBit) != 0 && requires(M& m) {
  m.data();
  m.rowStride();
};

// A Ref<const M> may hold a copy of what it was made from; a Matrix or Array holds its elements.
template <class M>
inline constexpr bool owning_eigen = requires(const M* m) { detail::plain_eigen(m); };
template <class M, int Options, class Stride>
inline constexpr bool owning_eigen<Eigen::Ref<const M, Options, Stride>> = true;

}  // namespace detail

/// Eigen's Matrix, Array, Map, Ref, Block, Transpose: row- or column-major, with any strides, without a copy. A type
/// with one row or one column at compile time is a tensor of rank 1, all others of rank 2: (rows, columns). Elements
/// are const where Eigen's own `data()` gives const ones. Lazy expressions (sums, products, reversals) are refused.
template <detail::DenseEigen M>
struct tensor_traits<M> {
  static_assert(detail::DirectEigen<M>,
                "mixcon: this Eigen expression owns no memory; call .eval() and pass the result");

  static constexpr bool borrowed = !detail::owning_eigen<M>;

  static auto view(auto& m) {
    using element = std::remove_pointer_t<decltype(m.data())>;
    if constexpr (M::IsVectorAtCompileTime) {
      return vector_view<element>{m.data(), {m.size()}, {m.innerStride()}};
    } else {
      return matrix_view<element>{m.data(), {m.rows(), m.cols()}, {m.rowStride(), m.colStride()}};
    }
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
