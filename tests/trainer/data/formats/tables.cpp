// SPDX-License-Identifier: BSD-3-Clause
#include "data/formats/csv.hpp"
#include "data/formats/rda.hpp"
#include "data/formats/xz.hpp"

#include "trainer/data/formats/decoding.hpp"

#include <string>
#include <vector>

using namespace mixcon_train;
using mixcon_test::bytes;
using mixcon_test::damaged;
using mixcon_test::named;
using mixcon_test::refusal;
using mixcon_test::seed;
using names = std::vector<std::string>;

namespace {

csv_table table_of(const std::string& text, const csv_layout& layout = {}) {
  return decode_csv(named(bytes(text.begin(), text.end())), layout);
}

std::string complaint(const std::string& text, const csv_layout& layout = {}) {
  return refusal(bytes(text.begin(), text.end()), [&](const named_bytes& file) { decode_csv(file, layout); });
}

void check_pets(const data_frame& frame) {
  CHECK(frame.name == "pets");
  CHECK(frame.rows == 3);
  REQUIRE(frame.columns.size() == 3);
  REQUIRE(frame.find("kind") != nullptr);
  CHECK(frame.find("height")->numbers == std::vector<double>{1.5, -2, 1e10});
  CHECK(frame.find("legs")->numbers == std::vector<double>{2, 4, 0});
  CHECK(frame.find("kind")->codes == std::vector<int>{0, 1, 0});
  CHECK(frame.find("kind")->levels == names{"cat", "dog", "emu"});
  CHECK(frame.find("tail") == nullptr);
}

void decode_unpacked(const named_bytes& file) { decode_unpacked_rda(file); }

/// The seed with a big-endian number in place of the one behind `before`.
bytes with_number(bytes file, const bytes& before, std::uint32_t number, std::size_t behind = 0) {
  const auto found = std::search(file.begin(), file.end(), before.begin(), before.end());
  REQUIRE(found != file.end());
  for (long k = 0; k < 4; ++k)
    *(found + std::ssize(before) + static_cast<long>(behind) + k) = static_cast<std::uint8_t>(number >> (24 - 8 * k));
  return file;
}

}  // namespace

TEST_CASE("CSV is read with a header or without, quoted, with its label anywhere", "[data]") {
  const bytes plain = seed("csv/plain.csv"), header = seed("csv/header.csv"), semicolon = seed("csv/semicolon.csv");
  const csv_table table = decode_csv(named(plain), {});
  CHECK(table.rows == 3);
  CHECK(table.values == std::vector<float>{1.5F, 2, -3, 400, 0, 1});
  CHECK(table.labels == std::vector<int>{0, 1, 0});
  CHECK(table.label_names == names{"cat", "dog"});
  CHECK(table.feature_names.empty());

  for (const char* label : {"kind", "1"}) {
    const csv_table pets = decode_csv(named(header), {.label = label});
    CHECK(pets.feature_names == names{"width", "height, in m"});
    CHECK(pets.values == std::vector<float>{1, 2, 3, 4.5F});
    CHECK(pets.label_names == names{"cat", "a \"dog\""});
  }
  const csv_table cheese = decode_csv(named(semicolon), {.separator = ';'});
  CHECK(cheese.feature_names == names{"größe"});
  CHECK(cheese.label_names == names{"käse"});

  CHECK(table_of("1,2,3\n4,5,6\n", {.label = "2"}).label_names == names{"2", "5"});
  CHECK(table_of("1,2\n3,4\n", {.header = "yes"}).rows == 1);
  CHECK(table_of("1,a\n3,4", {.header = "no"}).rows == 2);
  CHECK(table_of("\xEF\xBB\xBF"
                 "1, 2 \r\n")
            .values == std::vector<float>{1});
}

TEST_CASE("What is wrong in a CSV file is refused with line, byte and column", "[data]") {
  CHECK_THAT(complaint("1,2,a\n1,a\n"),
             ContainsSubstring("the file, line 2, byte 6: the line has 2 fields; expected 3"));
  CHECK_THAT(complaint("1,2,a\n1,2,3,4\n"), ContainsSubstring("line 2, byte 6: the line has 4 fields"));
  CHECK_THAT(complaint("w,h,l\n1,2,a\n\n1,NaN,b\n"),
             ContainsSubstring("line 4, byte 15: column 2 (h) is \"NaN\"; expected a finite number"));
  for (const char* wrong : {"", "NA", "?", "inf", "1e99", "1.5x", "0x10", "--1", "+-1", "1 2"})
    CHECK_THAT(complaint("1,2,a\n1," + std::string(wrong) + ",b\n"),
               ContainsSubstring("line 2, byte 8: column 2 is \"" + std::string(wrong) + "\""));
  CHECK_THAT(complaint("1,NaN,a\n1,2,b\n"), ContainsSubstring("line 1, byte 2: column 2 is \"NaN\""));  // no header
  CHECK_THAT(complaint("1,2,a\n1,2,\n"), ContainsSubstring("line 2, byte 10: the label is missing, in column 3"));
  CHECK_THAT(complaint("1,2,\xFF\n"), ContainsSubstring("byte 4: the label \"?\" is no plain UTF-8"));
  CHECK_THAT(complaint("1,2,a\nb\n", {.label = "width"}),
             ContainsSubstring("there is no column width for the label") && ContainsSubstring("1 to 3"));
  CHECK_THAT(complaint("1,2,a\n", {.label = "4"}), ContainsSubstring("there is no column 4"));
  CHECK_THAT(complaint("1,2,a\n", {.label = "0"}), ContainsSubstring("there is no column 0"));
  CHECK_THAT(complaint("1,\"2,a\n"), ContainsSubstring("byte 2: the quotation mark is not closed"));
  CHECK_THAT(complaint("1,\"2\"3,a\n"), ContainsSubstring("byte 5: expected a separator"));
  CHECK_THAT(complaint("1;2;3\n"), ContainsSubstring("the line has one field") &&
                                       ContainsSubstring("Is the separator another?") && !ContainsSubstring("?."));
  CHECK_THAT(complaint(""), ContainsSubstring("line 1, byte 0: the file has no lines"));
  CHECK_THAT(complaint("a,b\n"), ContainsSubstring("the file has a header and no rows"));
  CHECK_THAT(complaint(std::string(70000, ',')), ContainsSubstring("more than 65536 fields"));
  std::string many;
  for (int k = 0; k <= 10000; ++k) many += "1,n" + std::to_string(k) + "\n";
  CHECK_THAT(complaint(many), ContainsSubstring("line 10001") && ContainsSubstring("more than 10000 labels"));
  const auto report =
      damaged(seed("csv/header.csv"), [](const named_bytes& file) { decode_csv(file, {.label = "kind"}); });
  CHECK(report.cut_refused > report.cut / 2);
  CHECK(report.flipped_refused > report.flipped / 4);
}

TEST_CASE("Data frames of R are read, packed and unpacked, of both versions", "[data]") {
  const bytes packed = seed("rda/pets.rda"), second = seed("unpacked_rda/version2"),
              third = seed("unpacked_rda/version3");
  check_pets(decode_rda(named(packed)));
  check_pets(decode_unpacked_rda(named(second)));
  check_pets(decode_unpacked_rda(named(third)));
}

TEST_CASE("Truncated and damaged .rda files are refused with their place", "[data]") {
  const auto packed = damaged(seed("rda/pets.rda"), [](const named_bytes& file) { decode_rda(file); });
  CHECK(packed.cut_refused == packed.cut);
  CHECK(packed.flipped_refused == packed.flipped);  // xz checks all that it stores
  const auto report = damaged(seed("unpacked_rda/version3"), decode_unpacked);
  CHECK(report.cut_refused == report.cut);
  CHECK(report.flipped_refused > report.flipped / 4);  // the rest changes numbers, names, and what nobody reads
}

TEST_CASE("Lengths and contents of an .rda file are checked before memory is taken", "[data]") {
  const bytes sound = seed("unpacked_rda/version2");
  const bytes reals{0, 0, 0, 14}, integers{0, 0, 0, 13}, factor{0, 0, 3, 13}, list{0, 0, 3, 19}, strings{0, 0, 0, 16};
  for (const bytes& type : {reals, integers, factor, list, strings})
    CHECK_THAT(refusal(with_number(sound, type, 0x7FFFFFFF), decode_unpacked),
               ContainsSubstring("would have 2147483647 elements, and the file holds only"));
  CHECK_THAT(refusal(with_number(sound, reals, 0x7FF00000, 4), decode_unpacked),
             ContainsSubstring("row 1 of column height is no finite number"));
  CHECK_THAT(refusal(with_number(sound, integers, 0x80000000, 4), decode_unpacked),
             ContainsSubstring("row 1 of column legs is missing (NA)"));
  CHECK_THAT(refusal(with_number(sound, factor, 0x80000000, 8), decode_unpacked),
             ContainsSubstring("row 2 of column kind has no level"));
  CHECK_THAT(refusal(with_number(sound, factor, 4, 4), decode_unpacked),
             ContainsSubstring("row 1 of column kind has no level"));
  bytes other = sound;
  other[19 + 20 + 3] = 238;  // the type of the table, in R's compact form
  CHECK_THAT(refusal(other, decode_unpacked),
             ContainsSubstring("a value of type 238") && ContainsSubstring("version = 2"));
  other = sound;
  other.push_back(0);
  CHECK_THAT(refusal(other, decode_unpacked), ContainsSubstring("byte 379: the file goes on after its value"));
  bytes nested{sound.begin(), sound.begin() + 19};
  for (int k = 0; k < 1000; ++k) nested.insert(nested.end(), {0, 0, 0, 19, 0, 0, 0, 1});
  CHECK_THAT(refusal(nested, decode_unpacked), ContainsSubstring("more than 16 deep"));
  bytes many{sound.begin(), sound.begin() + 19};
  many.insert(many.end(), {0, 0, 0, 19, 0, 1, 0x86, 0xA1});
  for (int k = 0; k < 100001; ++k) many.insert(many.end(), {0, 0, 0, 254});
  CHECK_THAT(refusal(many, decode_unpacked), ContainsSubstring("more than 100000 values"));
}

TEST_CASE("What unpacks to more than is allowed is refused", "[data]") {
  const bytes packed = seed("rda/pets.rda");
  CHECK(unpacked_xz(named(packed), 379) == seed("unpacked_rda/version2"));
  CHECK_THAT(refusal(packed, [](const named_bytes& file) { unpacked_xz(file, 378); }),
             ContainsSubstring("unpacks to more than the 378 bytes allowed"));
  bytes longer = packed;
  longer.push_back(1);
  CHECK_THAT(refusal(longer, [](const named_bytes& file) { unpacked_xz(file, 1000); }),
             ContainsSubstring("byte 252: the file goes on"));
}
