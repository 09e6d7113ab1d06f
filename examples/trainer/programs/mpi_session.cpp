// SPDX-License-Identifier: BSD-3-Clause
#include "programs/mpi_session.hpp"

#if defined(MIXCON_TRAIN_WITH_MPI)
#include <mixcon/adapt/communicators/mpi.hpp>
#endif

#include <cstdio>
#include <cstdlib>

namespace mixcon_train {

namespace {

/// How many ranks the one that started this process started; 0: nothing says so. OpenMPI, MPICH and its kin, Slurm.
int ranks_started() {
  for (const char* name : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMIX_SIZE"})
    if (const char* const text = std::getenv(name)) return std::atoi(text);
  // a step of Slurm has this too where no MPI is meant: only with what MPI is told by
  const char* const tasks = std::getenv("SLURM_STEP_NUM_TASKS");
  return tasks != nullptr && std::getenv("PMIX_RANK") != nullptr ? std::atoi(tasks) : 0;
}

}  // namespace

#if defined(MIXCON_TRAIN_WITH_MPI)

mpi_session::mpi_session(int& count, char**& arguments) {
  if (ranks_started() < 1) return;
  int level = 0;
  MPI_Init_thread(&count, &arguments, MPI_THREAD_FUNNELED, &level);  // other threads train, and send nothing
  begun_ = true;
  const mixcon::mpi_ranks world(MPI_COMM_WORLD);
  if (world.size() == 1) return;
  const auto end = [](int status) {
    std::fflush(nullptr);
    MPI_Abort(MPI_COMM_WORLD, status);
  };
  ranks_ = std::make_unique<group_of<mixcon::mpi_ranks, decltype(end)>>(world, end);
}

mpi_session::~mpi_session() {
  ranks_.reset();
  if (begun_) MPI_Finalize();
}

#else

mpi_session::mpi_session(int& /*count*/, char**& /*arguments*/) {
  if (ranks_started() < 2) return;
  std::fprintf(stderr,
               "mixcon-train: %d ranks were started, and this program was built without MPI; install an MPI "
               "(libopenmpi-dev and openmpi-bin in Debian) and build it again, or start it without mpirun.\n",
               ranks_started());
  std::exit(2);
}
mpi_session::~mpi_session() = default;

#endif

}  // namespace mixcon_train
