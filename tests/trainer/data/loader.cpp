// SPDX-License-Identifier: BSD-3-Clause
#include "data/loader.hpp"

#include "data/epoch_order.hpp"
#include "data/views/views.hpp"

#include "support/catch.hpp"
#include "support/distributions.hpp"
#include "trainer/data/samples.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <set>
#include <thread>
#include <vector>

using namespace mixcon_train;
using mixcon_test::noise_of;

namespace {

constexpr sample_kind kinds[] = {sample_kind::image, sample_kind::row, sample_kind::clip};

data_set noise(index_t samples, const std::vector<int>& labels) {
  data_set data = noise_of(sample_kind::image, samples);
  data.labels = labels;
  return data;
}

data_set noise(index_t samples) { return noise_of(sample_kind::image, samples); }

/// Something of everything that alters a view.
const view_options settings{
    .image = {.shift = 1,
              .crop = {.probability = 0.5},
              .flip = 0.5,
              .blur = {.probability = 0.5},
              .erase = {.probability = 0.25}},
    .row = {.noise = 0.1, .input_drop = 0.2},
    .clip = {.time_shift = 2, .noise = 0.1, .time = {.count = 2, .widest = 4}, .frequency = {.count = 1, .widest = 2}}};

std::unique_ptr<view_maker> views_of(const data_set& data) {
  return new_views(data, channel_statistics_of(data), settings);
}

std::vector<batch> batches_of(const data_set& data, const loader_options& options, int count,
                              std::chrono::microseconds pause = {}) {
  const auto views = views_of(data);
  loader source(*views, options);
  std::vector<batch> batches;
  for (int k = 0; k < count; ++k) {
    const loader_position at = source.position();
    batches.push_back(source.next());
    CHECK(batches.back().position == at);
    if (pause.count() > 0) std::this_thread::sleep_for(pause);
  }
  return batches;
}

bool same(const std::vector<batch>& a, const std::vector<batch>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const batch& x, const batch& y) {
    return x.position == y.position && x.samples == y.samples && x.labels == y.labels && x.images == y.images;
  });
}

index_t classes_in(const std::vector<int>& labels) { return std::ssize(std::set<int>(labels.begin(), labels.end())); }

}  // namespace

TEST_CASE("Batches do not depend on threads, on how far ahead they are made, nor on who is slower", "[data]") {
  for (const sample_kind kind : kinds) {
    const data_set data = noise_of(kind, 50);
    const auto batches = batches_of(data, {.batch = 8, .views = 2, .seed = 3}, 20);
    for (const int threads : {1, 2, 5})
      for (const index_t ahead : {1, 7}) {
        const loader_options options{.batch = 8, .views = 2, .seed = 3, .threads = threads, .ahead = ahead};
        CHECK(same(batches, batches_of(data, options, 20)));
      }
    CHECK(same(batches,
               batches_of(data, {.batch = 8, .views = 2, .seed = 3, .threads = 3}, 20, std::chrono::milliseconds(1))));
    CHECK(!same(batches, batches_of(data, {.batch = 8, .views = 2, .seed = 4}, 20)));
  }
}

TEST_CASE("A loader that starts anywhere goes on as if it had never stopped", "[data]") {
  for (const sample_kind kind : kinds) {
    const data_set data = noise_of(kind, 50);
    const auto batches = batches_of(data, {.batch = 8, .seed = 3, .at_least_two_classes = true}, 20);
    for (const index_t at : {1, 5, 6, 13}) {
      const loader_options options{.batch = 8,
                                   .seed = 3,
                                   .at_least_two_classes = true,
                                   .threads = 2,
                                   .start = {static_cast<std::uint64_t>(at / 6), at % 6}};
      CHECK(same({batches.begin() + at, batches.end()}, batches_of(data, options, static_cast<int>(20 - at))));
    }
  }
}

TEST_CASE("A rank's loader makes the views of its own part of each batch, which has the samples of all", "[data]") {
  const data_set data = noise_of(sample_kind::image, 50);
  const auto whole = batches_of(data, {.batch = 8, .views = 2, .seed = 3}, 7);
  const std::ptrdiff_t part = 4 * data.width();  // of one view
  for (const index_t rank : {0, 1}) {
    const auto mine = batches_of(data, {.batch = 8, .views = 2, .seed = 3, .share = {.part = rank, .parts = 2}}, 7);
    for (std::size_t k = 0; k < whole.size(); ++k) {
      CHECK(mine[k].samples == whole[k].samples);
      CHECK(mine[k].labels == whole[k].labels);
      for (const index_t view : {0, 1}) {
        const auto own = mine[k].images.begin() + (2 * view + rank) * part,
                   other = mine[k].images.begin() + (2 * view + 1 - rank) * part;
        CHECK(std::equal(own, own + part, whole[k].images.begin() + (2 * view + rank) * part));
        CHECK(std::count(other, other + part, 0.0F) == part);
      }
    }
  }
  CHECK_THROWS_WITH(batches_of(data, {.batch = 8, .share = {.part = 0, .parts = 3}}, 1),
                    "loader: part 0 of 3 of batches of 8; expected equal parts, and one of them.");
}

TEST_CASE("An epoch visits samples once, in views of the maker's", "[data]") {
  const sample_kind kind = GENERATE(sample_kind::image, sample_kind::row, sample_kind::clip);
  const data_set data = noise_of(kind, 50);
  const auto batches = batches_of(data, {.batch = 8, .views = 3, .seed = 3}, 12);
  const auto views = views_of(data);
  view_room room;
  std::vector<float> view(static_cast<std::size_t>(data.width()));
  for (std::uint64_t epoch = 0; epoch < 2; ++epoch) {
    std::set<index_t> seen;
    for (std::size_t b = 0; b < 6; ++b) {
      const batch& each = batches[6 * epoch + b];
      CHECK(each.position == loader_position{epoch, static_cast<index_t>(b)});
      REQUIRE((each.samples.size() == 8 && each.images.size() == 3 * 8 * view.size()));
      for (std::size_t row = 0; row < 24; ++row) {
        const index_t sample = each.samples[row % 8];
        CHECK(each.labels[row % 8] == data.label(sample));
        views->view({3, epoch, sample, static_cast<index_t>(row / 8)}, view.data(), room);
        CHECK(std::equal(view.begin(), view.end(), each.images.begin() + static_cast<long>(view.size() * row)));
      }
      seen.insert(each.samples.begin(), each.samples.end());
    }
    CHECK(seen.size() == 48);  // two of 50 are left over
  }
  CHECK(batches[0].samples != batches[6].samples);
}

TEST_CASE("Every order of an epoch is as likely as every other", "[data]") {
  std::vector<int> counts(120, 0);
  for (std::uint64_t epoch = 0; epoch < 12000; ++epoch) {
    std::vector<index_t> order(5), sorted{0, 1, 2, 3, 4};
    draw_epoch_order(1, epoch, order);
    int rank = 0;
    for (; sorted != order; ++rank) REQUIRE(std::next_permutation(sorted.begin(), sorted.end()));
    ++counts[static_cast<std::size_t>(rank)];
  }
  CHECK(mixcon_test::chi_square(counts) > 1e-3);
}

TEST_CASE("Batches hold two classes when they must, as long as samples of other classes last", "[data]") {
  for (index_t others : {5, 6, 20}) {
    std::vector<int> labels(48, 0);
    for (index_t i = 0; i < others; ++i) labels[static_cast<std::size_t>(i)] = i % 2 == 0 ? 1 : 2;
    for (const index_t size : {2, 8, 9}) {
      const index_t count = 48 / size;
      REQUIRE(every_batch_can_mix_classes(labels, size) == (others >= count));
      if (others < count) continue;
      int exchanged = 0;
      for (std::uint64_t epoch = 0; epoch < 50; ++epoch) {
        std::vector<index_t> order(48);
        draw_epoch_order(2, epoch, order);
        std::vector<index_t> mixed = order;
        mix_classes(labels, size, mixed);
        exchanged += mixed != order ? 1 : 0;
        CHECK(std::set<index_t>(mixed.begin(), mixed.end()).size() == 48);
        for (index_t b = 0; b < count; ++b) {
          std::vector<int> in_batch;
          for (index_t i = b * size; i < (b + 1) * size; ++i)
            in_batch.push_back(labels[static_cast<std::size_t>(mixed[static_cast<std::size_t>(i)])]);
          CHECK(classes_in(in_batch) >= 2);
        }
        std::vector<index_t> again = mixed;
        mix_classes(labels, size, again);
        CHECK(again == mixed);  // nothing is left to exchange
      }
      if (others < 20) CHECK(exchanged > 0);
    }
  }
  const data_set data = noise(48, [] {
    std::vector<int> labels(48, 0);
    std::fill(labels.begin(), labels.begin() + 6, 1);
    return labels;
  }());
  for (const batch& each : batches_of(data, {.batch = 8, .at_least_two_classes = true}, 60))
    CHECK(classes_in(each.labels) == 2);
}

TEST_CASE("The step does not wait when batches are made faster than they are used", "[data]") {
  const data_set data = noise(600);
  const auto views = views_of(data);
  loader source(*views, {.batch = 4, .views = 1, .ahead = 8});
  // how long a batch takes is the machine's affair: the pause grows until it is enough, which without batches ahead it
  // never is
  index_t waited = 10, taken = 0;
  double seconds = 0;
  for (auto pause = std::chrono::milliseconds(1); waited > 0 && pause.count() < 2000; pause *= 2) {
    const auto before = source.waits();
    for (int k = 0; k < 10; ++k, ++taken) {
      std::this_thread::sleep_for(pause);
      source.next();
    }
    waited = source.waits().waited - before.waited;
    CHECK(source.waits().seconds >= seconds);
    seconds = source.waits().seconds;
  }
  CHECK(waited == 0);
  CHECK(source.waits().batches == taken);
}

TEST_CASE("A loader with a maker of its own gives the same batches", "[data]") {
  const data_set data = noise(50);
  loader source(data, settings.image, channel_statistics_of(data), {.batch = 8, .seed = 3});
  for (const batch& each : batches_of(data, {.batch = 8, .seed = 3}, 7)) CHECK(source.next().images == each.images);
}

TEST_CASE("What a maker of views refuses reaches who asks for a batch", "[data]") {
  struct refusing final : view_maker {
    using view_maker::view_maker;
    void view(const view_key& key, float* out, view_room&) const override {
      if (key.epoch == 1) throw std::runtime_error("no such view");
      std::fill(out, out + data().width(), 0.0F);
    }
  };
  const data_set data = noise(50);
  const refusing views(data);
  loader source(views, {.batch = 8, .threads = 2, .ahead = 1});
  const auto use = [&] {
    for (int k = 0; k < 8; ++k) source.next();
  };
  CHECK_THROWS_WITH(use(), ContainsSubstring("no such view"));
}

TEST_CASE("The loader reuses its buffers", "[data]") {
  const data_set data = noise(64);
  const auto views = views_of(data);
  loader source(*views, {.batch = 8, .ahead = 2});
  std::set<const float*> buffers;
  for (int k = 0; k < 50; ++k) buffers.insert(source.next().images.data());
  CHECK(buffers.size() == 3);
}

TEST_CASE("A loader that is not used to its end stops at once", "[data]") {
  const data_set data = noise(64);
  const auto views = views_of(data);
  for (const int used : {0, 1, 3})
    for (const int threads : {1, 4}) {
      loader source(*views, {.batch = 8, .threads = threads});
      for (int k = 0; k < used; ++k) source.next();
    }
  SUCCEED();
}

TEST_CASE("A loader refuses what it cannot serve", "[data]") {
  const data_set data = noise(20), one_class = noise(20, std::vector<int>(20, 1));
  const auto start = [](const data_set& from, const loader_options& options) { loader(*views_of(from), options); };
  CHECK_THROWS_WITH(start(data, {.batch = 21}), ContainsSubstring("batches of 21 from 20 samples"));
  CHECK_THROWS_WITH(start(data, {.batch = 0}), ContainsSubstring("batches of 0 from 20 samples"));
  CHECK_THROWS_WITH(start(data, {.batch = 4, .views = 0}), ContainsSubstring("0 views, 1 threads and 4 batches ahead"));
  CHECK_THROWS_WITH(start(data, {.batch = 4, .start = {0, 5}}),
                    ContainsSubstring("start at batch 5 of an epoch of 5. Was the position saved"));
  CHECK_THROWS_WITH(start(one_class, {.batch = 4, .at_least_two_classes = true}),
                    ContainsSubstring("cannot all hold two classes, which UniCon needs"));
  CHECK_THROWS_WITH(start(data, {.batch = 1, .at_least_two_classes = true}),
                    ContainsSubstring("batches of 1 from noise cannot all hold two classes"));
}
