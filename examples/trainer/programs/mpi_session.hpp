// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "ranks/rank_group.hpp"

#include <memory>

namespace mixcon_train {

/// MPI for as long as a program runs: begun where mpirun, or what does its work, started the process, and otherwise not
/// touched. Ends the process with a sentence where there are several ranks, and the program was built without MPI: each
/// would train the whole run.
class mpi_session {
 public:
  mpi_session(int& count, char**& arguments);
  ~mpi_session();
  mpi_session(const mpi_session&) = delete;
  mpi_session& operator=(const mpi_session&) = delete;

  /// Null: this process is alone.
  const rank_group* ranks() const { return ranks_.get(); }

 private:
  std::unique_ptr<rank_group> ranks_{};
  [[maybe_unused]] bool begun_ = false;  // not asked for without MPI
};

}  // namespace mixcon_train
