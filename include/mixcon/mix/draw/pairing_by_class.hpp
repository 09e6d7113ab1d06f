// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Pairings that look at labels: partners of the same class, of another class, or balanced over classes.

#include <mixcon/core/config.hpp>
#include <mixcon/core/distinct_integers.hpp>
#include <mixcon/core/number/portable_math.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/core/tensor_traits.hpp>
#include <mixcon/core/workspace.hpp>
#include <mixcon/mix/draw/draws.hpp>
#include <mixcon/mix/draw/pairing.hpp>

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

/// Pairings that look at labels (N), of any integer type.
namespace mixcon::pairing {

namespace detail {

/// The samples of each class, ascending, and where each sample stands among its own.
class classes_of {
 public:
  template <class T>
  explicit classes_of(vector_view<const T> labels, workspace* memory = nullptr)
      : class_(memory), place_(memory), first_(memory), members_(memory) {
    mixcon::detail::distinct_integers classes(memory);
    for (index_t i = 0; i < labels.extent(0); ++i) {
      const auto own = static_cast<std::size_t>(classes.number(labels[i]));
      class_.push_back(own);
      if (own == first_.size()) first_.push_back(0);
      place_.push_back(first_[own]++);  // counts for now
    }
    index_t before = 0;
    for (index_t& each : first_) before += std::exchange(each, before);
    first_.push_back(before);
    members_.assign(class_.size(), 0);
    for (std::size_t i = 0; i < class_.size(); ++i)
      members_[static_cast<std::size_t>(first_[class_[i]] + place_[i])] = static_cast<index_t>(i);
  }
  index_t samples() const { return static_cast<index_t>(class_.size()); }
  index_t classes() const { return static_cast<index_t>(first_.size()) - 1; }
  std::span<const index_t> peers(index_t sample) const {
    const index_t* const first = &first_[class_[static_cast<std::size_t>(sample)]];
    return {members_.data() + first[0], static_cast<std::size_t>(first[1] - first[0])};
  }
  index_t place(index_t sample) const { return place_[static_cast<std::size_t>(sample)]; }

 private:
  scratch<std::size_t> class_;  // of each sample
  scratch<index_t> place_;
  scratch<index_t> first_;    // where the members of each class begin; and where they end
  scratch<index_t> members_;  // class by class
};

/// floor(u * count): which of `count` candidates a uniform number picks.
inline index_t picked(double u, index_t count) {
  const index_t k = static_cast<index_t>(u * static_cast<double>(count));
  return k < count ? k : count - 1;
}

template <class Labels>
auto labels_of(const Labels& labels) {
  static_assert(LabelsViewable<const Labels>, "mixcon: a pairing by class looks at labels (N) of an integer type");
  return vector_view<const element_t<Labels>>(view(labels));
}

}  // namespace detail

/// A random other sample of the same class, candidate floor(u * count) in ascending order; a sample without any keeps
/// to itself. Partners may repeat.
struct same_class {
  template <LabelsViewable Labels, Draws D>
  std::vector<index_t> operator()(const Labels& labels, const D& draws) const {
    std::vector<index_t> partner;
    draw(labels, draws, partner);
    return partner;
  }
  /// The same into a list of before: with a workspace, nothing is allocated for a batch of the same size.
  template <LabelsViewable Labels, Draws D>
  void draw(const Labels& labels, const D& draws, std::vector<index_t>& partner,
            const in_workspace& memory = in_workspace::none()) const {
    const detail::classes_of classes(detail::labels_of(labels), memory.memory);
    detail::require_samples("same_class", classes.samples());
    mixcon::detail::count_up(classes.samples(), partner);
    for (index_t& i : partner) {
      const std::span<const index_t> peers = classes.peers(i);
      if (peers.size() == 1) continue;
      const index_t k = detail::picked(draws.uniform("partner", i, 0, 1), static_cast<index_t>(peers.size()) - 1);
      i = peers[static_cast<std::size_t>(k < classes.place(i) ? k : k + 1)];
    }
  }
};

/// What `different_class` does with a batch of one class.
enum class one_class_batch {
  refuse,
  derange  ///< a derangement; `shares_class` then marks every sample
};

/// A random sample of any other class, candidate floor(u * count) in ascending order. Partners may repeat.
/// Han et al. 2022 (UniCon), arXiv:2204.10695.
struct different_class {
  one_class_batch on_one_class = one_class_batch::refuse;
  template <LabelsViewable Labels, Draws D>
  std::vector<index_t> operator()(const Labels& labels, const D& draws) const {
    std::vector<index_t> partner;
    draw(labels, draws, partner);
    return partner;
  }
  /// The same into a list of before: with a workspace, nothing is allocated for a batch of the same size.
  template <LabelsViewable Labels, Draws D>
  void draw(const Labels& labels, const D& draws, std::vector<index_t>& partner,
            const in_workspace& memory = in_workspace::none()) const {
    const detail::classes_of classes(detail::labels_of(labels), memory.memory);
    detail::require_samples("different_class", classes.samples());
    if (classes.classes() == 1 && on_one_class == one_class_batch::derange) {
      derangement{}.draw(classes.samples(), draws, partner);
      return;
    }
    MIXCON_REQUIRE(classes.classes() > 1, "pairing::different_class: all ", classes.samples(),
                   " labels are equal; nobody has a partner of another class. Shuffle the data, enlarge the batch, or "
                   "choose one_class_batch::derange.");
    partner.resize(static_cast<std::size_t>(classes.samples()));
    for (index_t i = 0; i < classes.samples(); ++i) {
      const std::span<const index_t> peers = classes.peers(i);
      const index_t others = classes.samples() - static_cast<index_t>(peers.size());
      const index_t k = detail::picked(draws.uniform("partner", i, 0, 1), others);
      // peer t has peers[t] - t samples of other classes before it: candidate k follows the first peers with at most k
      std::size_t low = 0, high = peers.size();
      while (low < high) {
        const std::size_t middle = (low + high) / 2;
        if (peers[middle] - static_cast<index_t>(middle) <= k)
          low = middle + 1;
        else
          high = middle;
      }
      partner[static_cast<std::size_t>(i)] = k + static_cast<index_t>(low);
    }
  }
};

/// 1 for every sample whose partner has its own label, (N).
template <LabelsViewable Labels>
std::vector<char> shares_class(const Labels& labels, const std::vector<index_t>& partner) {
  const auto label = detail::labels_of(labels);
  MIXCON_REQUIRE(label.extent(0) == static_cast<index_t>(partner.size()), "pairing::shares_class: ", label.extent(0),
                 " labels for ", partner.size(), " partners; expected one a sample.");
  std::vector<char> shares;
  for (index_t i = 0; i < label.extent(0); ++i)
    shares.push_back(label[i] == label[partner[static_cast<std::size_t>(i)]] ? 1 : 0);
  return shares;
}

/// Partners drawn so that every class is met equally often, for long-tailed data: sample j with a probability
/// proportional to 1 / class_counts[label_j], or to its effective-number weight (1 - b) / (1 - b^count), of which that
/// is the limit b = 1. The smallest j with cdf_j > u; a sample may meet itself. Effective numbers: Cui et al. 2019,
/// arXiv:1901.05555.
struct class_balanced {
  std::vector<index_t> class_counts{};  ///< (K), > 0: of the whole data set; labels are in [0, K)
  double effective = 1;                 ///< b in [0, 1]: 1 inverse counts, 0 every sample equally likely

  /// (N), ascending, the last is 1.
  template <LabelsViewable Labels>
  std::vector<double> cdf(const Labels& labels) const {
    const auto label = detail::labels_of(labels);
    detail::require_samples("class_balanced", label.extent(0));
    MIXCON_REQUIRE(effective >= 0 && effective <= 1, "pairing::class_balanced: effective is ", effective,
                   "; expected a number in [0, 1], where 1 means inverse class counts.");
    std::vector<double> below;
    double total = 0;
    for (index_t i = 0; i < label.extent(0); ++i) {
      const integer_value found = label[i];
      const bool known = found.bits >= 0 && found.bits < static_cast<index_t>(class_counts.size());
      MIXCON_REQUIRE(known, "pairing::class_balanced: label ", i, " is ", to_string(found), "; there are ",
                     class_counts.size(), " class counts. Are labels numbered from 0?");
      total += weight(class_counts[static_cast<std::size_t>(label[i])]);
      below.push_back(total);
    }
    for (double& share : below) share /= total;
    return below;
  }

  template <LabelsViewable Labels, Draws D>
  std::vector<index_t> operator()(const Labels& labels, const D& draws) const {
    const std::vector<double> below = cdf(labels);
    std::vector<index_t> partner = identity(static_cast<index_t>(below.size()));
    for (index_t& i : partner) {
      const double u = draws.uniform("partner", i, 0, 1);
      std::size_t low = 0, high = below.size() - 1;
      while (low < high) {
        const std::size_t middle = (low + high) / 2;
        if (below[middle] > u)
          high = middle;
        else
          low = middle + 1;
      }
      i = static_cast<index_t>(low);
    }
    return partner;
  }

 private:
  double weight(index_t class_count) const {
    MIXCON_REQUIRE(class_count > 0, "pairing::class_balanced: a class count is ", class_count, "; it must be > 0.");
    if (effective == 1) return 1 / static_cast<double>(class_count);
    double power = 1, square = effective;
    for (index_t n = class_count; n > 0; n /= 2) {
      if (n % 2 == 1) power = portable::product(power, square);
      square = portable::product(square, square);
    }
    return (1 - effective) / (1 - power);
  }
};

}  // namespace mixcon::pairing

MIXCON_STRICT_FLOATS_END
