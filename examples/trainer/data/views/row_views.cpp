// SPDX-License-Identifier: BSD-3-Clause
#include "data/views/row_views.hpp"

#include "data/views/noise.hpp"

#include <mixcon/core/random/uniform.hpp>
#include <mixcon/mix/draw/draws.hpp>

namespace mixcon_train {
inline namespace data {

row_views::row_views(const data_set& data, const channel_statistics& statistics, const row_view_options& chosen)
    : view_maker(data), chosen_(chosen), statistics_(statistics) {
  require_kind(data, sample_kind::row, "row_views");
  check_row_view_options(chosen, "row_views");
  require_statistics_fit(data, statistics, "row_views");
}

void row_views::view(const view_key& key, float* out, view_room&) const {
  const auto draws = mixcon::philox_draws{.seed = key.seed, .step = key.epoch}
                         .within("row view")
                         .within(mixcon::field("view").on_try(key.view));
  const index_t features = data().width();
  normalise(data(), statistics_, key.sample, out);
  if (chosen_.noise > 0) add_noise(chosen_.noise, draws.streams("noise")[key.sample], out, features);
  if (chosen_.input_drop > 0) {
    mixcon::philox_stream bits = draws.streams("drop")[key.sample];
    for (index_t k = 0; k < features; ++k)
      if (mixcon::uniform(bits) < chosen_.input_drop) out[k] = 0;
  }
}

}  // namespace data
}  // namespace mixcon_train
