// SPDX-License-Identifier: BSD-3-Clause
#include <mixcon/adapt/tensors/eigen.hpp>
#include <mixcon/core/storage.hpp>

#include "support/catch.hpp"

#include <cstdint>
#include <type_traits>

using mixcon::index_t;
using mixcon::matrix_view;
using mixcon::vector_view;
using mixcon::view;
using mixcon::Viewable;

namespace {

using row_major_matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

// Same elements at the same places in memory, seen through Eigen's own indexing.
template <class T>
bool same_places(const matrix_view<T>& ours, auto& theirs) {
  bool same = ours.extent(0) == theirs.rows() && ours.extent(1) == theirs.cols();
  for (Eigen::Index i = 0; same && i < theirs.rows(); ++i)
    for (Eigen::Index j = 0; j < theirs.cols(); ++j) same = same && &ours(i, j) == &theirs.coeffRef(i, j);
  return same;
}
template <class T>
bool same_places(const vector_view<T>& ours, auto& theirs) {
  bool same = ours.extent(0) == theirs.size();
  for (Eigen::Index i = 0; same && i < theirs.size(); ++i) same = same && &ours(i) == &theirs.coeffRef(i);
  return same;
}

template <class M>
using element_of_view = typename decltype(view(std::declval<M&>()))::element;

float sum(matrix_view<const float> z) {
  float total = 0;
  for (index_t i = 0; i < z.extent(0); ++i)
    for (index_t j = 0; j < z.extent(1); ++j) total += z(i, j);
  return total;
}

}  // namespace

TEST_CASE("An Eigen matrix is viewed in place in either storage order", "[adapt]") {
  Eigen::MatrixXf columns = Eigen::MatrixXf::Random(5, 3);
  row_major_matrix rows = columns;
  CHECK(same_places(view(columns), columns));
  CHECK(same_places(view(rows), rows));
  CHECK(view(columns).strides() == mixcon::axes<2>{1, 5});
  CHECK(view(rows).strides() == mixcon::axes<2>{3, 1});
  CHECK(view(rows).contiguous());
  CHECK_FALSE(view(columns).contiguous());
}

TEST_CASE("Arrays and matrices of a fixed size are viewed alike", "[adapt]") {
  Eigen::Array<double, 2, 4> array = Eigen::Array<double, 2, 4>::Random();
  Eigen::Matrix<std::int16_t, 3, 2, Eigen::RowMajor> small;
  CHECK(same_places(view(array), array));
  CHECK(same_places(view(small), small));
}

TEST_CASE("Vectors, rows and columns of Eigen are tensors of rank 1", "[adapt]") {
  Eigen::VectorXd column = Eigen::VectorXd::Random(6);
  Eigen::RowVector4f row = Eigen::RowVector4f::Random();
  Eigen::MatrixXf m = Eigen::MatrixXf::Random(4, 3);
  auto one_row = m.row(2);
  auto one_column = m.col(1);
  auto tail = column.tail(2);
  auto transposed = column.transpose();
  CHECK(same_places(view(column), column));
  CHECK(same_places(view(row), row));
  CHECK(same_places(view(one_row), one_row));
  CHECK(same_places(view(one_column), one_column));
  CHECK(same_places(view(tail), tail));
  CHECK(same_places(view(transposed), transposed));
  CHECK(view(one_row).stride(0) == 4);
  STATIC_REQUIRE((Viewable<Eigen::VectorXd, 1> && !Viewable<Eigen::VectorXd, 2>));
  STATIC_REQUIRE((Viewable<Eigen::MatrixXd, 2> && !Viewable<Eigen::MatrixXd, 1>));
}

TEST_CASE("Blocks and transposes keep the strides of what they are parts of", "[adapt]") {
  Eigen::MatrixXf columns = Eigen::MatrixXf::Random(7, 6);
  row_major_matrix rows = columns;
  auto block = columns.block(1, 2, 4, 3);
  auto block_of_block = block.topRightCorner(2, 2);
  auto row_block = rows.middleRows(2, 3);
  auto transposed = columns.transpose();
  auto transposed_block = rows.block(1, 1, 3, 2).transpose();
  CHECK(same_places(view(block), block));
  CHECK(same_places(view(block_of_block), block_of_block));
  CHECK(same_places(view(row_block), row_block));
  CHECK(same_places(view(transposed), transposed));
  CHECK(same_places(view(transposed_block), transposed_block));
}

TEST_CASE("A Map with inner and outer strides is viewed in place", "[adapt]") {
  std::vector<float> memory(100);
  using strides = Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>;
  Eigen::Map<row_major_matrix, 0, strides> rows(memory.data(), 4, 3, strides(20, 2));
  Eigen::Map<Eigen::MatrixXf, 0, strides> columns(memory.data() + 1, 4, 3, strides(20, 2));
  Eigen::Map<Eigen::MatrixXf, 0, Eigen::OuterStride<>> outer(memory.data(), 4, 3, Eigen::OuterStride<>(9));
  Eigen::Map<Eigen::VectorXf, 0, Eigen::InnerStride<3>> every_third(memory.data() + 2, 10);
  CHECK(same_places(view(rows), rows));
  CHECK(same_places(view(columns), columns));
  CHECK(same_places(view(outer), outer));
  CHECK(same_places(view(every_third), every_third));
  CHECK(view(rows).strides() == mixcon::axes<2>{20, 2});
  CHECK(view(columns).strides() == mixcon::axes<2>{2, 20});
}

TEST_CASE("A Ref, the usual parameter of functions on Eigen, is viewed in place", "[adapt]") {
  Eigen::MatrixXf m = Eigen::MatrixXf::Random(5, 4);
  Eigen::Ref<Eigen::MatrixXf> whole = m;
  Eigen::Ref<Eigen::MatrixXf> part = m.bottomRightCorner(2, 3);
  const Eigen::Ref<const Eigen::MatrixXf> constant = m;
  CHECK(same_places(view(whole), whole));
  CHECK(same_places(view(part), part));
  CHECK(view(constant).data() == m.data());
  STATIC_REQUIRE(std::is_same_v<element_of_view<Eigen::Ref<Eigen::MatrixXf>>, float>);
  STATIC_REQUIRE(std::is_same_v<element_of_view<const Eigen::Ref<const Eigen::MatrixXf>>, const float>);
}

TEST_CASE("Const tensors of Eigen give views of const elements", "[adapt]") {
  const Eigen::MatrixXf m = Eigen::MatrixXf::Random(3, 3);
  const auto block = m.topRows(2);
  STATIC_REQUIRE(std::is_same_v<element_of_view<const Eigen::MatrixXf>, const float>);
  STATIC_REQUIRE(std::is_same_v<element_of_view<Eigen::MatrixXf>, float>);
  STATIC_REQUIRE(std::is_same_v<decltype(view(block))::element, const float>);
  STATIC_REQUIRE(std::is_same_v<element_of_view<Eigen::Map<const Eigen::VectorXd>>, const double>);
  STATIC_REQUIRE(std::is_same_v<mixcon::element_t<const Eigen::MatrixXf>, float>);
  STATIC_REQUIRE(!std::is_convertible_v<const Eigen::MatrixXf&, matrix_view<float>>);
  CHECK(&view(block)(1, 2) == &m.coeffRef(1, 2));
}

TEST_CASE("Empty Eigen matrices are empty views", "[adapt]") {
  Eigen::MatrixXf no_rows(0, 4);
  row_major_matrix no_columns(3, 0);
  Eigen::VectorXf nothing;
  CHECK(view(no_rows).extents() == mixcon::axes<2>{0, 4});
  CHECK(view(no_columns).extents() == mixcon::axes<2>{3, 0});
  CHECK(view(nothing).empty());
}

TEST_CASE("A parameter that is a view takes an Eigen matrix or block as it is", "[adapt]") {
  Eigen::MatrixXf m = Eigen::MatrixXf::Constant(4, 3, 0.5f);
  const row_major_matrix rows = m;
  CHECK(sum(m) == 6);
  CHECK(sum(rows) == 6);
  CHECK(sum(m.topRows(2)) == 3);  // a temporary that only refers to its elements
  CHECK(sum(m.transpose()) == 6);
  CHECK(sum(Eigen::Map<Eigen::MatrixXf>(m.data(), 2, 3)) == 3);
  STATIC_REQUIRE(!std::is_convertible_v<Eigen::MatrixXf, matrix_view<const float>>);  // would outlive its elements
  STATIC_REQUIRE(!std::is_convertible_v<Eigen::Ref<const Eigen::MatrixXf>, matrix_view<const float>>);
  STATIC_REQUIRE(!std::is_convertible_v<Eigen::MatrixXd&, matrix_view<float>>);
}

TEST_CASE("What is written through the view stands in the matrix", "[adapt]") {
  Eigen::MatrixXf gradient = Eigen::MatrixXf::Zero(3, 2);
  const matrix_view<float> out = gradient;
  out(2, 1) = 7;
  CHECK(gradient(2, 1) == 7);
}

TEST_CASE("Integer vectors of Eigen are labels", "[adapt]") {
  STATIC_REQUIRE(mixcon::LabelsViewable<Eigen::VectorXi>);
  STATIC_REQUIRE(mixcon::LabelsViewable<const Eigen::Array<std::uint8_t, Eigen::Dynamic, 1>>);
  STATIC_REQUIRE(!mixcon::LabelsViewable<Eigen::VectorXf>);
  STATIC_REQUIRE(!mixcon::LabelsViewable<Eigen::MatrixXi>);
}

namespace {
struct my_embeddings : Eigen::MatrixXd {  // as Eigen's manual shows it
  using Eigen::MatrixXd::MatrixXd;
};
}  // namespace

TEST_CASE("A class derived from an Eigen matrix is viewed as the matrix", "[adapt]") {
  my_embeddings z(4, 2);
  z.setRandom();
  CHECK(same_places(view(z), z));
  STATIC_REQUIRE(!std::is_convertible_v<my_embeddings, matrix_view<double>>);
}
