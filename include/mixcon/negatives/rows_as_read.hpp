// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Packs the rows of a tensor in the form that a similarity reads them.

#include <mixcon/core/tensor_traits.hpp>
#include <mixcon/core/workspace.hpp>
#include <mixcon/engine/call/packed_rows.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// The rows of a tensor, packed as a similarity reads them; in a workspace, where there is one.
template <class Rows>
auto rows_as_read(const Rows& tensor, rows form, workspace* memory = nullptr) {
  using E = std::remove_const_t<element_t<const Rows>>;
  const matrix_view<const E> from = view<2>(tensor);
  packed_rows<accumulate_t<E>> to(from.extent(0), from.extent(1), memory);
  for (index_t i = 0; i < from.extent(0); ++i)
    to.pack(i, vector_view<const E>{from.data() + i * from.stride(0), {from.extent(1)}, {from.stride(1)}}, form);
  return to;
}

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
