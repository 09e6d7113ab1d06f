// SPDX-License-Identifier: BSD-3-Clause
#include "autograd/negatives_node.hpp"

#include "autograd/elementwise.hpp"
#include "autograd/loss_inputs.hpp"
#include "autograd/normalisation.hpp"
#include "autograd/rows.hpp"
#include "autograd/shapes.hpp"
#include "devices/lent.hpp"

#include <mixcon/negatives/synthetic/own_rows.hpp>

#include <algorithm>
#include <utility>

namespace mixcon_train {
inline namespace autograd {

namespace {

template <class T>
tensor tensor_of_rows(device& on, const mixcon::rows_of_anchors<T>& rows) {
  return tensor_of(on, {rows.anchors, rows.each, rows.width}, rows.numbers.data());
}
/// The gradient by rows of anchors, as mixcon takes it.
template <class T>
lent<mixcon::rows_of_anchors<T>> rows_of_tensor(const tensor& g) {
  lent<mixcon::rows_of_anchors<T>> rows;
  rows->anchors = g.extents()[0], rows->each = g.extents()[1], rows->width = g.extents()[2];
  rows->numbers.resize(static_cast<std::size_t>(g.extents().size()));
  copy_numbers(g, rows->numbers.data());
  return rows;
}
/// Room for a gradient that is added to, where it is wanted.
template <class T>
class gradient_sum {
 public:
  gradient_sum(device& on, const shape& extents, bool wanted) : extents_(extents) {
    if (!wanted) return;
    made_.emplace(on, extents);
    std::fill_n(made_->data(), extents.size(), T(0));
  }
  mixcon::matrix_view<T> view() {
    if (!made_) return {};
    return {made_->data(), {extents_[0], extents_[1]}};
  }
  tensor made() const { return made_ ? made_->made() : tensor(); }

 private:
  shape extents_;
  std::optional<numbers_made<T>> made_{};
};

/// Rows of the list by kernels of the device: of keys, and behind them of positives.
variable gathered_rows(const mixcon::negative_list& list, const variable& keys, const variable& positives) {
  const index_t count = keys.extents()[0], width = keys.extents()[1], each = list.slots + (positives ? 1 : 0);
  (list.check)("listed_rows", count);
  MIXCON_REQUIRE(!positives || positives.extents() == (shape{list.anchors, width}), "listed_rows: positives ",
                 to_string(positives.extents()), "; expected ", to_string({list.anchors, width}),
                 ", one for each anchor of the list");
  kept_list<index_t> from;
  from.reserve(static_cast<std::size_t>(list.anchors * each));
  for (index_t a = 0; a < list.anchors; ++a) {
    if (positives) from.push_back(count + a);
    for (index_t s = 0; s < list.slots; ++s) from.push_back(list.key_of(a, s));
  }
  return reshape(gather_rows(positives ? concatenate(keys, positives) : keys, from), {list.anchors, each, width});
}

/// Mixtures along the chord, made of operators.
synthetic_rows mixed_of_operators(const mixcon::mixture_list& mixtures, const variable& anchors,
                                  const variable& positives, const variable& keys) {
  using mixcon::mixture;
  device& on = anchors.on();
  const index_t count = mixtures.anchors, of_keys = keys.extents()[0], width = anchors.extents()[1];
  const shape own{count, width};
  MIXCON_REQUIRE(anchors.extents() == own && positives.extents() == own && keys.extents()[1] == width,
                 "synthetic_negatives: anchors ", to_string(anchors.extents()), ", positives ",
                 to_string(positives.extents()), " and keys ", to_string(keys.extents()), " for mixtures of ", count,
                 " anchors; expected one anchor and positive each, and one width");
  // anchors, positives and keys one behind the other
  const auto place = [&](index_t a, index_t which) {
    if (which == mixture::none) return which;
    MIXCON_REQUIRE(which < of_keys, "synthetic_negatives: a mixture of key ", which, " of ", of_keys,
                   "; expected a position of a key");
    return which == mixture::anchor ? a : which == mixture::positive ? count + a : 2 * count + which;
  };
  kept_list<index_t> first, second;
  kept_list<double> share, other;
  auto list = make_kept<lent<mixcon::negative_list>>();
  mixcon::negative_list* const exist = &**list;
  exist->empty_all(count, mixtures.each);
  for (index_t a = 0; a < count; ++a)
    for (index_t s = 0; s < mixtures.each; ++s) {
      const mixture& m = mixtures(a, s);
      first.push_back(place(a, m.first)), second.push_back(place(a, m.second));
      share.push_back(m.share), other.push_back(1 - m.share);
      if (m.first != mixture::none) exist->put(a, s, 0);
    }
  const variable sources = unit_rows(concatenate(concatenate(anchors, positives), keys));
  const auto part = [&](const kept_list<index_t>& rows, const kept_list<double>& shares) {
    return multiply(gather_rows(sources, rows), variable(tensor_of(on, {std::ssize(rows), 1}, shares.data())));
  };
  const variable mixed = unit_rows(add(part(first, share), part(second, other)));
  return {concatenate_channels(reshape(positives, {count, 1, width}), reshape(mixed, {count, mixtures.each, width})),
          {std::move(list), exist}};
}

}  // namespace

variable listed_rows(const mixcon::negative_list& list, const variable& keys, const variable& positives) {
  detail::require_rank("listed_rows", keys, 2, "keys (rows, width)");
  if (positives) detail::require_rank("listed_rows", positives, 2, "positives (anchors, width)");
  if (keys.on().operators() != nullptr) return gathered_rows(list, keys, positives);
  return with_numbers(keys.on(), [&](auto number) {
    using T = decltype(number);
    variable_list inputs{keys};
    const numbers_read<T> of_keys(keys.value());
    const auto key_rows = detail::rows_of(of_keys, keys.extents());
    const lent<mixcon::rows_of_anchors<T>> rows;
    if (positives) {
      inputs.push_back(positives);
      const numbers_read<T> of_positives(positives.value());
      mixcon::own_rows_again(*rows, list, key_rows, detail::rows_of(of_positives, positives.extents()));
    } else {
      mixcon::own_rows_again(*rows, list, key_rows);
    }
    const shape key_extents = keys.extents(), positive_extents = positives ? positives.extents() : shape{};
    return variable(tensor_of_rows(keys.on(), *rows), inputs,
                    [key_extents, positive_extents, kept = lent<mixcon::negative_list>(list)](
                        const tensor& g, const wanted_inputs& wanted) {
                      gradient_sum<T> by_keys(g.on(), key_extents, true),  // which mixcon always adds up
                          by_positives(g.on(), positive_extents, wanted.size() > 1 && wanted[1]);
                      mixcon::add_to_keys(*kept, *rows_of_tensor<T>(g), by_keys.view(), by_positives.view());
                      tensor_list by{wanted[0] ? by_keys.made() : tensor()};
                      if (wanted.size() > 1) by.push_back(by_positives.made());
                      return by;
                    });
  });
}

synthetic_rows synthetic_negatives(const mixcon::mixture_list& mixtures, const variable& anchors,
                                   const variable& positives, const variable& keys, mixcon::mixing_path how) {
  for (const variable& x : {anchors, positives, keys}) detail::require_rank("synthetic_negatives", x, 2, "rows (N, D)");
  if (how == mixcon::mixing_path::chord && anchors.on().operators() != nullptr)
    return mixed_of_operators(mixtures, anchors, positives, keys);
  return with_numbers(anchors.on(), [&](auto number) {
    using T = decltype(number);
    const variable_list inputs{anchors, positives, keys};
    const numbers_read<T> z(anchors.value()), p(positives.value()), k(keys.value());
    const auto kept = make_kept<lent<mixcon::synthetic_negatives<T>>>();
    mixcon::synthetic_negatives<T>* const mixed = &**kept;
    mixed->mix_again(mixcon::cosine{}, mixtures, detail::rows_of(z, anchors.extents()),
                     detail::rows_of(p, positives.extents()), detail::rows_of(k, keys.extents()), how,
                     detail::memory_of_losses());
    const variable rows(tensor_of_rows(anchors.on(), mixed->own_candidates), inputs,
                        [inputs, kept](const tensor& g, const wanted_inputs& wanted) {
                          gradient_sum<T> by_anchors(g.on(), inputs[0].extents(), wanted[0]),
                              by_positives(g.on(), inputs[1].extents(), wanted[1]),
                              by_keys(g.on(), inputs[2].extents(), wanted[2]);
                          (*kept)->add_to_sources(
                              *rows_of_tensor<T>(g),
                              {.anchors = by_anchors.view(), .positives = by_positives.view(), .keys = by_keys.view()},
                              detail::memory_of_losses());
                          return tensor_list{by_anchors.made(), by_positives.made(), by_keys.made()};
                        });
    return synthetic_rows{rows, {kept, &mixed->list}};
  });
}

}  // namespace autograd
}  // namespace mixcon_train
