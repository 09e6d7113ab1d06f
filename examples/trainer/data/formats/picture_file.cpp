// SPDX-License-Identifier: BSD-3-Clause
#include "data/formats/picture_file.hpp"

#include "data/formats/jpeg.hpp"
#include "data/formats/png.hpp"

namespace mixcon_train {
inline namespace data {

std::vector<std::uint8_t> scaled_picture(const named_bytes& file, const picture_request& wanted) {
  area_scaler scaler(wanted.size, wanted.fit);
  if (file.size() >= 1 && file.bytes[0] == 0x89)
    decode_png(file, wanted.limits, scaler);
  else if (file.size() >= 1 && file.bytes[0] == 0xFF)
    decode_jpeg(file, wanted.limits, scaler);
  else
    file.refuse_at(0, "this is neither a PNG nor a JPEG file; expected one of their signatures");
  return wanted.colour ? scaler.colour() : scaler.grey();
}

}  // namespace data
}  // namespace mixcon_train
