#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""usage: check_mpi.py MPIRUN PROGRAM

Runs calls over processes of MPI: ranks agree with one process, what one refuses all refuse, and a rank that leaves,
dies or never comes ends the others.
"""
import os
import subprocess
import sys
import time

MOST_SECONDS = 10  # in which the others end; a process takes a part of it to start


def run(mpirun, program, ranks, what):
    """Exit status, lines, and seconds."""
    environment = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1",
                       OMPI_MCA_rmaps_base_oversubscribe="1", OMPI_MCA_btl_vader_single_copy_mechanism="none")
    begin = time.monotonic()
    done = subprocess.run([mpirun, "-np", str(ranks), program, what], env=environment, timeout=60, text=True,
                          capture_output=True, check=False)
    return done.returncode, done.stdout.splitlines(), done.stderr, time.monotonic() - begin


def main(mpirun, program):
    wrong = []

    def require(is_right, *what):
        if not is_right:
            wrong.append(what)

    for ranks in (1, 2, 3, 4):
        status, lines, errors, _ = run(mpirun, program, ranks, "compare")
        require(status == 0, "compare", ranks, lines, errors)
    status, lines, errors, _ = run(mpirun, program, 3, "differ")
    refusals = [line for line in lines if "rank 1 of 3 says temperature = 0.1" in line]
    require(status == 0 and len(refusals) == 3, "differ", lines, errors)
    status, lines, errors, seconds = run(mpirun, program, 2, "throw")
    require("out of rows" in lines and "rank 1 left: out of rows" in lines and seconds < MOST_SECONDS, "throw", lines,
            errors, seconds)
    status, lines, errors, seconds = run(mpirun, program, 2, "absent")
    require(len(lines) == 1 and "seconds for another" in lines[0] and seconds < MOST_SECONDS, "absent", lines, errors)
    status, lines, errors, seconds = run(mpirun, program, 2, "die")
    require(status != 0 and seconds < MOST_SECONDS, "die", status, lines, errors, seconds)
    status, lines, errors, _ = run(mpirun, program, 1, "uninitialised")
    require("MPI is not initialised" in " ".join(lines), "uninitialised", lines, errors)
    for each in wrong:
        print(*each, sep="\n  ")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
