// SPDX-License-Identifier: BSD-3-Clause
#include "run/data_facts_json.hpp"

#include "files/file_error.hpp"

#include <nlohmann/json.hpp>

namespace mixcon_train {
inline namespace run {

namespace {

using json = nlohmann::ordered_json;

constexpr sample_kind all_kinds[] = {sample_kind::image, sample_kind::row, sample_kind::clip};

bool fit_together(const data_facts& data) {
  const std::size_t classes = static_cast<std::size_t>(data.classes);
  const image_shape& shape = data.shape;
  bool fit = data.classes > 0 && data.class_counts.size() == classes && data.class_names.size() == classes;
  for (const index_t extent : {shape.samples, shape.channels, shape.rows, shape.columns}) fit = fit && extent > 0;
  for (const double deviation : data.statistics.deviation) fit = fit && deviation > 0;
  return fit && data.statistics.mean.size() == data.statistics.deviation.size();
}

}  // namespace

std::string to_json(const data_facts& data) {
  const image_shape& shape = data.shape;
  return json{
      {"kind", to_string(data.kind)},      {"shape", {shape.samples, shape.channels, shape.rows, shape.columns}},
      {"class_counts", data.class_counts}, {"class_names", data.class_names},
      {"mean", data.statistics.mean},      {"deviation", data.statistics.deviation}}
      .dump(-1, ' ', false, json::error_handler_t::replace);
}

data_facts data_facts_from_json(const std::string& text, const std::string& path) {
  data_facts data;
  try {
    const json read = json::parse(text);
    bool is_kind = false;
    for (const sample_kind kind : all_kinds)
      if (read.at("kind") == to_string(kind)) data.kind = kind, is_kind = true;
    const auto shape = read.at("shape").get<std::vector<index_t>>();
    data.class_counts = read.at("class_counts").get<std::vector<index_t>>();
    data.class_names = read.at("class_names").get<std::vector<std::string>>();
    data.classes = std::ssize(data.class_names);
    data.statistics.mean = read.at("mean").get<std::vector<double>>();
    data.statistics.deviation = read.at("deviation").get<std::vector<double>>();
    if (shape.size() == 4) data.shape = {shape[0], shape[1], shape[2], shape[3]};
    if (is_kind && fit_together(data)) return data;
  } catch (const json::exception&) {  // refused below
  }
  refuse_file(path, ": what it says of its training samples is not what mixcon-train writes. Is the file damaged?");
}

}  // namespace run
}  // namespace mixcon_train
