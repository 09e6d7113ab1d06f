// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Processes of MPI as ranks: `mpi_ranks`, a communicator of its own beside the program's. Needs an MPI 3.

#include <mixcon/core/communicator.hpp>

#include <mpi.h>
#include <sched.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// The communicator of one process of MPI; copies are the same one.
///
///   MPI_Init(&argc, &argv);
///   {
///     const mpi_ranks world(MPI_COMM_WORLD);
///     value_and_grad(ranks{world, tiled{}}, criterion, targets, rows, gradient);
///   }
///   MPI_Finalize();
///
/// Made on every process of `of` at the same time, of which it duplicates, so that no message meets one of the
/// program's; the last copy must end before MPI_Finalize. Made and used on one thread, with any level of threads in
/// MPI. Waiting asks again and again, and between lets other threads run. A process that leaves a call tells the
/// others; one that dies ends the program, as MPI does. With `patience` a rank that has waited so many seconds for one
/// exchange throws rank_failure: for ranks that never make the call; 0: waits for ever.
class mpi_ranks {
 public:
  /// Refuses before MPI_Init and after MPI_Finalize.
  explicit mpi_ranks(MPI_Comm of = MPI_COMM_WORLD, double patience = 0)
      : state_(std::make_shared<const process>(of, patience)) {}

  class pending;
  index_t rank() const { return state_->rank; }
  index_t size() const { return state_->size; }
  pending start_exchange(index_t to, const void* sent, std::size_t sent_bytes, index_t from, void* received,
                         std::size_t received_bytes) const;
  void all_gather(const void* mine, std::size_t bytes, void* all) const {
    const auto ranks = static_cast<std::size_t>(state_->size);
    if (bytes <= most_bytes / ranks) return state_->gather(mine, static_cast<int>(bytes), all);
    std::vector<unsigned char> some;
    each_piece(bytes, (std::max<std::size_t>)(most_bytes / ranks, 1), [&](std::size_t first, int piece) {
      const auto count = static_cast<std::size_t>(piece);
      some.resize(count * ranks);
      state_->gather(static_cast<const unsigned char*>(mine) + first, piece, some.data());
      for (std::size_t r = 0; r < ranks; ++r)
        std::memcpy(static_cast<unsigned char*>(all) + r * bytes + first, some.data() + r * count, count);
    });
  }
  void leave(const char* why) const {
    notice note{};
    std::strncpy(note.why, why, sizeof note.why - 1);
    for (int r = 0; r < state_->size; ++r)
      if (r != state_->rank) MPI_Send(&note, sizeof note, MPI_BYTE, r, tag_of_leaving, state_->comm);
  }

 private:
  struct notice {
    char why[512];
  };
  static constexpr std::size_t most_bytes = std::size_t{1} << 30;  // of a message: MPI counts in int
  static constexpr int tag_of_rows = 1, tag_of_leaving = 2;

  template <class Piece>
  static void each_piece(std::size_t bytes, std::size_t most, Piece&& piece) {
    for (std::size_t first = 0; first < bytes; first += most)
      piece(first, static_cast<int>((std::min)(most, bytes - first)));
  }
  static void require_success(int error, const char* what) {
    if (error == MPI_SUCCESS) return;
    char words[MPI_MAX_ERROR_STRING] = {};
    int length = 0;
    MPI_Error_string(error, words, &length);
    detail::fail_with(detail::sentence(what, " failed: ", words));
  }

  /// The duplicated communicator, and how a process waits.
  struct process {
    MPI_Comm comm = MPI_COMM_NULL;
    int rank = 0, size = 1;
    double patience;

    process(MPI_Comm of, double seconds) : patience(seconds) {
      int is_initialised = 0, is_finalised = 0;
      MPI_Initialized(&is_initialised), MPI_Finalized(&is_finalised);
      MIXCON_REQUIRE(is_initialised != 0 && is_finalised == 0,
                     "mpi_ranks: MPI is not initialised, or finalised already; expected MPI_Init before, and the ranks "
                     "to end before MPI_Finalize");
      MIXCON_REQUIRE(seconds >= 0, "mpi_ranks: patience is ", seconds, "; expected seconds > 0, or 0 to wait for ever");
      MIXCON_REQUIRE(of != MPI_COMM_NULL,
                     "mpi_ranks: the communicator is MPI_COMM_NULL; expected one that this process belongs to");
      require_success(MPI_Comm_dup(of, &comm), "MPI_Comm_dup");
      MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN);
      MPI_Comm_rank(comm, &rank), MPI_Comm_size(comm, &size);
    }
    process(const process&) = delete;
    process& operator=(const process&) = delete;
    ~process() {
      int is_finalised = 0;
      MPI_Finalized(&is_finalised);
      if (is_finalised == 0) MPI_Comm_free(&comm);
    }
    void gather(const void* mine, int bytes, void* all) const {
      std::vector<MPI_Request> request(1, MPI_REQUEST_NULL);
      require_success(MPI_Iallgather(mine, bytes, MPI_BYTE, all, bytes, MPI_BYTE, comm, request.data()),
                      "MPI_Iallgather");
      wait_for(request);
    }
    void wait_for(std::vector<MPI_Request>& requests) const {
      using clock = std::chrono::steady_clock;
      const auto begin = clock::now();
      int are_done = 0;
      for (int asked = 0; are_done == 0; ++asked) {
        require_success(MPI_Testall(static_cast<int>(requests.size()), requests.data(), &are_done, MPI_STATUSES_IGNORE),
                        "MPI_Testall");
        if (are_done != 0 || asked % 64 != 63) continue;
        fail_if_one_left();
        const std::chrono::duration<double> waited = clock::now() - begin;
        if (patience > 0 && waited.count() > patience)
          detail::fail_with(detail::sentence("rank ", rank, " has waited ", waited.count(),
                                             " seconds for another; expected all ranks to make this call"));
        if (asked < 4096)
          sched_yield();
        else
          sleep_a_little();  // there may be more ranks than cores
      }
    }
    static void sleep_a_little() {
      const timespec twenty_microseconds{0, 20000};
      nanosleep(&twenty_microseconds, nullptr);
    }
    void fail_if_one_left() const {
      int has_come = 0;
      MPI_Status status;
      MPI_Iprobe(MPI_ANY_SOURCE, tag_of_leaving, comm, &has_come, &status);
      if (has_come == 0) return;
      notice note{};
      MPI_Recv(&note, sizeof note, MPI_BYTE, status.MPI_SOURCE, tag_of_leaving, comm, MPI_STATUS_IGNORE);
      detail::fail_with(detail::sentence("rank ", status.MPI_SOURCE, " left: ", note.why));
    }
  };
  std::shared_ptr<const process> state_;
};

/// Messages under way.
class mpi_ranks::pending {
 public:
  pending(pending&&) = default;
  pending& operator=(pending&&) = delete;
  pending(const pending&) = delete;
  /// Those that nobody waited for are cancelled: their memory may end.
  ~pending() {
    for (MPI_Request& each : requests_)
      if (each != MPI_REQUEST_NULL) MPI_Cancel(&each), MPI_Request_free(&each);
  }
  void wait() {
    state_->wait_for(requests_);
    requests_.clear();
  }

 private:
  friend class mpi_ranks;
  explicit pending(std::shared_ptr<const process> state) : state_((std::move)(state)) {}
  std::shared_ptr<const process> state_;
  std::vector<MPI_Request> requests_;
};

inline mpi_ranks::pending mpi_ranks::start_exchange(index_t to, const void* sent, std::size_t sent_bytes, index_t from,
                                                    void* received, std::size_t received_bytes) const {
  pending under_way(state_);
  each_piece(received_bytes, most_bytes, [&](std::size_t first, int bytes) {
    under_way.requests_.push_back(MPI_REQUEST_NULL);
    require_success(MPI_Irecv(static_cast<unsigned char*>(received) + first, bytes, MPI_BYTE, static_cast<int>(from),
                              tag_of_rows, state_->comm, &under_way.requests_.back()),
                    "MPI_Irecv");
  });
  each_piece(sent_bytes, most_bytes, [&](std::size_t first, int bytes) {
    under_way.requests_.push_back(MPI_REQUEST_NULL);
    require_success(MPI_Isend(static_cast<const unsigned char*>(sent) + first, bytes, MPI_BYTE, static_cast<int>(to),
                              tag_of_rows, state_->comm, &under_way.requests_.back()),
                    "MPI_Isend");
  });
  return under_way;
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
