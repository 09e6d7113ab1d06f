// SPDX-License-Identifier: BSD-3-Clause
#include "adapt/tensors/dlpack_structs.hpp"
#include "support/catch.hpp"

#include <mixcon/adapt/tensors/dlpack.hpp>
#include <mixcon/contrast/targets.hpp>
#include <mixcon/engine/serial.hpp>
#include <mixcon/losses/info_nce.hpp>

#include <memory>
#include <vector>

using namespace mixcon;
using namespace mixcon_test;

namespace {

int deleted = 0;

/// Twelve floats 0, 1, ..., seen as (3, 2) with a column left out and an offset of one element.
struct twelve_floats {
  float numbers[12];
  std::int64_t shape[2] = {3, 2}, strides[2] = {4, 2};
  dl_tensor_struct tensor{numbers, {on_cpu, 0}, 2, {2, 32, 1}, shape, strides, sizeof(float)};
  twelve_floats() {
    for (int k = 0; k < 12; ++k) numbers[k] = static_cast<float>(k);
  }
  twelve_floats(const twelve_floats&) = delete;
};

}  // namespace

TEST_CASE("A DLPack tensor is viewed in place, by strides and offset", "[adapt]") {
  twelve_floats given;
  const auto view = as_view<const float, 2>(given.tensor);
  CHECK(view(0, 0) == 1);
  CHECK(view(2, 1) == 11);
  CHECK(view.data() == given.numbers + 1);
  as_view<float, 2>(given.tensor)(1, 1) = 70;
  CHECK(given.numbers[7] == 70);

  given.tensor.strides = nullptr;  // no gaps
  CHECK(as_view<const float, 2>(given.tensor)(2, 1) == 6);
  given.shape[0] = 0, given.tensor.data = nullptr;
  CHECK(as_view<const float, 2>(given.tensor).empty());
}

TEST_CASE("A DLPack tensor that is not what was asked for is refused in one sentence", "[adapt]") {
  twelve_floats given;
  CHECK_THROWS_WITH((as_view<const double, 2>(given.tensor)),
                    ContainsSubstring("code 2 with 32 bits in 1 lanes; expected code 2, 64 bits, 1 lane"));
  CHECK_THROWS_WITH((as_view<const std::int32_t, 2>(given.tensor)), ContainsSubstring("expected code 0, 32 bits"));
  CHECK_THROWS_WITH((as_view<const float, 3>(given.tensor)), ContainsSubstring("has 2 axes; expected 3"));
  given.tensor.dtype.lanes = 4;
  CHECK_THROWS_WITH((as_view<const float, 2>(given.tensor)), ContainsSubstring("in 4 lanes"));
  given.tensor.dtype.lanes = 1, given.tensor.byte_offset = 2;
  CHECK_THROWS_WITH((as_view<const float, 2>(given.tensor)), ContainsSubstring("no multiple of 4 bytes"));
  given.tensor.byte_offset = 0, given.shape[1] = -1;
  CHECK_THROWS_WITH((as_view<const float, 2>(given.tensor)), ContainsSubstring("shape is (3, -1)"));
  given.shape[1] = 2, given.tensor.data = nullptr;
  CHECK_THROWS_WITH((as_view<const float, 2>(given.tensor)), ContainsSubstring("has no memory"));
  given.tensor.device.device_type = on_cuda;
  CHECK_THROWS_WITH((as_view<const float, 2>(given.tensor)),
                    ContainsSubstring("a device of type 2; expected 1, the CPU"));

  std::uint16_t bits[4] = {0x3F80, 0x4000, 0, 0};
  given.tensor = {bits, {on_cpu, 0}, 2, {4, 16, 1}, given.shape, nullptr, 0};
  given.shape[0] = given.shape[1] = 2;
  CHECK(static_cast<float>(as_view<const bfloat16, 2>(given.tensor)(0, 1)) == 2);
  CHECK_THROWS_WITH((as_view<const half, 2>(given.tensor)), ContainsSubstring("expected code 2, 16 bits"));
}

TEST_CASE("An owner calls the deleter once, of old and of versioned tensors", "[adapt]") {
  twelve_floats given;
  deleted = 0;
  old_managed old{given.tensor, nullptr, [](old_managed*) { ++deleted; }};
  {
    dl_owner first(&old);
    CHECK_FALSE(first.read_only());
    const dl_owner second(std::move(first));
    CHECK(second.view<float, 2>()(2, 1) == 11);
    CHECK(deleted == 0);
  }
  CHECK(deleted == 1);
  versioned_managed managed{{1, 3}, nullptr, [](versioned_managed*) { ++deleted; }, 1, given.tensor};
  {
    const dl_owner owner(&managed);
    CHECK(owner.read_only());
    CHECK(owner.view<const float, 2>()(0, 1) == 3);
    CHECK_THROWS_WITH((owner.view<float, 2>()), ContainsSubstring("the tensor is read-only"));
  }
  CHECK(deleted == 2);
  managed.version.major = 2;
  CHECK_THROWS_WITH(dl_owner(&managed), ContainsSubstring("the tensor is of DLPack 2; expected version 1"));
  CHECK(deleted == 3);
  managed.version.major = 1, managed.deleter = nullptr;  // static memory
  { const dl_owner owner(&managed); }
  CHECK(deleted == 3);
  CHECK_THROWS_WITH(dl_owner<old_managed>(nullptr), ContainsSubstring("the pointer is null"));
}

TEST_CASE("What is exported keeps its owner alive until the deleter is called", "[adapt]") {
  const auto memory = std::make_shared<std::vector<float>>(std::vector<float>{1, 2, 3, 4, 5, 6});
  const matrix_view<float> view{memory->data(), {2, 3}};
  {
    const dl_owner imported(export_dlpack<versioned_managed>(view, memory));
    CHECK(memory.use_count() == 2);
    CHECK(imported.tensor().version.major == 1);
    CHECK_FALSE(imported.read_only());
    CHECK(imported.view<float, 2>()(1, 2) == 6);
    CHECK(imported.view<float, 2>().data() == memory->data());
  }
  CHECK(memory.use_count() == 1);
  const matrix_view<const float> turned{memory->data(), {3, 2}, {1, 3}};
  const dl_owner constant(export_dlpack<versioned_managed>(turned, memory));
  CHECK(constant.read_only());
  CHECK(constant.view<const float, 2>()(2, 1) == 6);
  const dl_owner old(export_dlpack<old_managed>(view, memory));
  CHECK(old.view<float, 2>().extents() == axes<2>{2, 3});
}

TEST_CASE("A call takes views of DLPack tensors", "[adapt]") {
  float rows[8] = {1, 0, 0, 1, 1, 0, 0, 1}, slopes[8] = {};
  std::int64_t shape[2] = {4, 2};
  dl_tensor_struct z{rows, {on_cpu, 0}, 2, {2, 32, 1}, shape, nullptr, 0}, by_z = z;
  by_z.data = slopes;
  const objective nt_xent{info_nce{.temperature = 1}, cosine{}};
  const float loss = value_and_grad(serial{}, nt_xent, view_targets{.samples = 2}, as_view<const float, 2>(z),
                                    as_view<float, 2>(by_z));
  CHECK(std::abs(loss - std::log(1 + 2 * std::exp(-1.0F))) < 1e-6F);
}
