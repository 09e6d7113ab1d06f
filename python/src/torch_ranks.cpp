// SPDX-License-Identifier: BSD-3-Clause
#include "torch_ranks.hpp"

#include <mixcon/ranks/agreement.hpp>

namespace mixcon_python {

namespace {

nb::object bytes_at(const void* data, std::size_t count) {
  auto* const first = static_cast<char*>(const_cast<void*>(data));
  PyObject* const made = PyMemoryView_FromMemory(first, static_cast<Py_ssize_t>(count), 0x200);  // PyBUF_WRITE
  if (made == nullptr) nb::raise_python_error();
  return nb::steal(made);
}

/// What Python's `start` has returned.
class works final : public transport::message {
 public:
  works(nb::object by, nb::object started) : by_((std::move)(by)), started_((std::move)(started)) {}
  works(const works&) = delete;
  works& operator=(const works&) = delete;
  ~works() override {
    const nb::gil_scoped_acquire held;
    started_.reset(), by_.reset();
  }
  void wait() override {
    const nb::gil_scoped_acquire held;
    by_.attr("wait")(started_);
    started_.reset();
  }

 private:
  nb::object by_, started_;
};

}  // namespace

torch_ranks::torch_ranks(nb::object by)
    : by_((std::move)(by)), rank_(nb::cast<index_t>(by_.attr("rank"))), size_(nb::cast<index_t>(by_.attr("size"))) {}
torch_ranks::~torch_ranks() {
  const nb::gil_scoped_acquire held;
  by_.reset();
}

std::unique_ptr<transport::message> torch_ranks::start_exchange(index_t to, const void* sent, std::size_t sent_bytes,
                                                                index_t from, void* received,
                                                                std::size_t received_bytes) const {
  const nb::gil_scoped_acquire held;
  return std::make_unique<works>(
      by_, by_.attr("start")(to, bytes_at(sent, sent_bytes), from, bytes_at(received, received_bytes)));
}
void torch_ranks::all_gather(const void* mine, std::size_t bytes, void* all) const {
  const nb::gil_scoped_acquire held;
  by_.attr("all_gather")(bytes_at(mine, bytes), bytes_at(all, bytes * static_cast<std::size_t>(size_)));
}
void torch_ranks::leave(const char* why) const {
  const nb::gil_scoped_acquire held;
  try {
    by_.attr("leave")(why);
  } catch (nb::python_error& failed) {  // there is a first fault already, which is being told
    failed.discard_as_unraisable("mixcon: leaving a group");
  }
}

index_t torch_ranks::settle(const std::string& loss, const std::string& refusal, const std::string& said,
                            request& call) const {
  struct rows_of_process {
    index_t wants, anchors, candidates;
  };
  const any_ranks ranks(*this);
  rows_of_process all{};
  detail::telling_others(ranks, [&] {
    const detail::rank_board<any_ranks> board(ranks);
    board.refuse_together([&] {
      if (!refusal.empty()) throw std::invalid_argument(refusal);
    });
    detail::require_agreement("global_loss", board, said);
    rows_of_process mine{wants_gradients(call) ? 1 : 0, call.arrays.at(0).shape[0], 0};
    for (std::size_t k = call.arrays.size() > 1 ? 1 : 0; k < call.arrays.size(); ++k)
      if (k == 0 || static_cast<int>(k) - 1 != call.own_segment) mine.candidates += call.arrays[k].shape[0];
    for (const rows_of_process& theirs : board.each_of(mine))
      all.wants |= theirs.wants, all.anchors += theirs.anchors, all.candidates += theirs.candidates;
  });
  call.others_want = all.wants != 0;
  const nb::gil_scoped_acquire held;
  by_.attr("note")(loss, all.anchors, all.candidates);
  return all.anchors;
}

std::string description_of(const std::string& loss, const any_targets& targets, const request& call) {
  detail::call_description said;
  const char* const kinds[] = {"negatives",           "views", "labels", "diagonal", "prototypes", "members", "others",
                               "images and mixtures", "table"};
  said.say("version", static_cast<index_t>(MIXCON_VERSION));
  said.say("loss", loss);
  said.say("targets", std::string(kinds[static_cast<int>(targets.of)]));
  said.say("mixed targets", std::string(targets.is_mixed ? "yes" : "no"));
  said.say("targets with labels of candidates", std::string(targets.candidate_labels.empty() ? "no" : "yes"));
  said.say("views", targets.views);
  said.say("arrays", static_cast<index_t>(call.arrays.size()));
  said.say("array of own candidates", static_cast<index_t>(call.own_segment + 1));
  said.say("type of rows", std::string(call.arrays.at(0).of == element::float64 ? "float64" : "float32 or shorter"));
  said.say("similarity", static_cast<index_t>(call.settings->similarity));
  said.say("rows", std::string(enumerator_name(call.settings->anchor_rows)));
  said.say("candidate_rows", std::string(enumerator_name(call.settings->candidate_rows)));
  said.say("gathered", std::string(call.gathers_all ? "yes" : "no"));
  return said.text();
}

}  // namespace mixcon_python
