// SPDX-License-Identifier: BSD-3-Clause
#include "commands/asked_samples.hpp"
#include "commands/commands.hpp"
#include "commands/free_file.hpp"
#include "commands/run_on_data.hpp"
#include "evaluation/evaluation.hpp"
#include "files/atomic_file.hpp"
#include "files/npy.hpp"
#include "files/safetensors.hpp"
#include "options/nearest_name.hpp"

#include <mixcon/core/require.hpp>

#include <bit>
#include <cstring>
#include <utility>

namespace mixcon_train {
inline namespace commands {

namespace {

static_assert(std::endian::native == std::endian::little, "safetensors holds what lies in memory");

template <class Number>
stored_tensor tensor_named(const char* name, element_kind kind, std::vector<index_t> extents,
                           const std::vector<Number>& numbers) {
  stored_tensor made{.name = name, .kind = kind, .extents = std::move(extents)};
  made.bytes.resize(numbers.size() * sizeof(Number));
  if (!numbers.empty()) std::memcpy(made.bytes.data(), numbers.data(), made.bytes.size());
  return made;
}

}  // namespace

int embed(const embed_request& request, std::FILE* to) {
  require_one_of("--part", request.part, {"train", "test"});
  require_one_of("--of", request.of, {"backbone", "head"});
  const bool is_npy = request.out.ends_with(".npy");
  MIXCON_REQUIRE(is_npy || request.out.ends_with(".safetensors"),
                 "--out: ", request.out.empty() ? "no file was named" : request.out,
                 "; expected FILE.npy or FILE.safetensors.");
  require_folder_of(request.out);
  if (!request.overwrites) {
    require_free(request.out);
    if (is_npy) require_free(beside(request.out, "labels"));
  }
  const run_on_data run = request.data.empty() ? load_run_on(request.from, request.data_folder)
                                               : load_run_on_other(request.from, request.data, request.data_folder);
  const data_set& samples = request.part == "train" ? run.data.train : run.data.test;
  encoded all = encode(run.loaded.judged(), *run.loaded.device, samples, channel_statistics_of(run.data.train));
  const features found = std::move(request.of == "head" ? all.head : all.backbone);
  const std::vector<std::int64_t> labels(found.labels.begin(), found.labels.end());
  const index_t count = found.samples();
  if (is_npy) {
    write_atomically(beside(request.out, "labels"), npy_bytes(labels, {count}));
    write_atomically(request.out, npy_bytes(found.rows, {count, found.width}));
  } else {
    const std::map<std::string, std::string> facts{
        {"run", run.from.run}, {"data", samples.title()}, {"part", request.part}, {"of", request.of}};
    write_atomically(request.out,
                     packed({facts,
                             {tensor_named("features", element_kind::f32, {count, found.width}, found.rows),
                              tensor_named("labels", element_kind::i64, {count}, labels)}}));
  }
  std::fprintf(to, "%s features of %lld %ss of %s, %lld numbers each: %s\n", request.of.c_str(),
               static_cast<long long>(count), to_string(samples.kind), samples.title().c_str(),
               static_cast<long long>(found.width), request.out.c_str());
  return exit_done;
}

}  // namespace commands
}  // namespace mixcon_train
