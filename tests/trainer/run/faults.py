#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Kills mixcon-train and fills its disk, and looks what is left: targets R11, R12 and R13 of the trainer.

usage: faults.py PROGRAM [--long] [--seed N] [--recipe NAME]

kill   SIGKILL at random times, on a disk so slow that many meet a file half written; each time the newest checkpoint
       must be whole and at most one interval old, and the run, resumed until it ends, must have the tensors and records
       of one that was never stopped
full   the disk is full from write call 1, 2, ... on: a message and a status other than 0; what was saved before is
       whole, and the run, resumed on a disk with room, ends as if nothing had been

The short form kills 4 times and fills the disk at 4 calls; the long one 100 times and at the first 200 calls.
--recipe takes another recipe than ce, such as one whose queue, momentum copy or own networks are in the checkpoint.
Checkpoints are read and checked here by the description of the format alone.
"""
import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time

EVERY = 5  # steps between checkpoints
RUN = ["--data", "digits", "--recipe", "ce", "--width", "4", "--first-stride", "2", "--batch", "16",
       "--precision", "fp32", "--threads", "1", "--checkpoint-every", str(EVERY), "--no-evaluation"]
NEWEST, PREVIOUS = "checkpoint.safetensors", "checkpoint.previous.safetensors"
WORD = (1 << 64) - 1


def checksum(data):
    """FNV-1a over words of eight bytes, with the high half folded down, then the length."""
    value = 0xCBF29CE484222325
    padded = data + bytes(-len(data) % 8)
    for word in struct.unpack("<%dQ" % (len(padded) // 8), padded) + (len(data),):
        value = ((value ^ word) * 0x100000001B3) & WORD
        value ^= value >> 32
    return value


def read_checkpoint(path):
    """(step, {name: digest}) of a whole checkpoint; an exception where it is none."""
    with open(path, "rb") as file:
        data = file.read()
    size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + size])
    metadata, body = header.pop("__metadata__"), data[8 + size:]
    lines, tensors, end = "", {}, 0
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        begin, stop = entry["data_offsets"]
        assert begin == end, "a gap"
        end = stop
        lines += name + "\0" + entry["dtype"]
        lines += "".join(" %d" % extent for extent in entry["shape"])
        lines += " %016x\n" % checksum(body[begin:stop])
        tensors[name] = hashlib.sha256(body[begin:stop]).hexdigest()
    assert end == len(body), "cut off"
    text = "".join(key + "\0" + value + "\0" for key, value in sorted(metadata.items()) if key != "checksum")
    text += "%016x" % checksum(lines.encode())
    assert metadata["checksum"] == "%016x" % checksum(text.encode()), "checksum"
    return int(metadata["step"]), tensors


def records(folder):
    """What metrics.jsonl says, but for times; a last line that was cut off is left out."""
    found = []
    with open(os.path.join(folder, "metrics.jsonl"), "rb") as file:
        for line in file.read().split(b"\n")[:-1]:
            record = json.loads(line)
            for name in ("seconds", "images_per_second", "run", "out"):
                record.pop(name, None)
            if "mixcon" not in record:
                found.append(record)
    return found


def choose(recipe):
    """Trains another recipe than ce."""
    RUN[RUN.index("--recipe") + 1] = recipe


def command(program, folder, steps):
    """How to begin, or to go on where there is something to go on with."""
    if os.path.exists(os.path.join(folder, NEWEST)):
        return [program, "train", "--resume", folder, "--no-evaluation"]
    shutil.rmtree(folder, ignore_errors=True)  # ended before its first checkpoint
    return [program, "train", *RUN, "--steps", str(steps), "--out", folder]


def finish(program, folder, steps):
    done = subprocess.run(command(program, folder, steps), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return read_checkpoint(os.path.join(folder, NEWEST)), records(folder)


def check_equal(found, expected, what):
    assert found[0] == expected[0], f"{what}: other tensors than without a fault"
    assert found[1] == expected[1], f"{what}: other records than without a fault"


def inspect(folder, saved):
    """The step of the newest checkpoint, which must be whole; `saved` is what was there before."""
    newest, metrics = os.path.join(folder, NEWEST), os.path.join(folder, "metrics.jsonl")
    if not os.path.exists(newest):
        assert saved is None and not os.path.exists(metrics), "the checkpoint is gone"  # it comes before any record
        return None
    step, _ = read_checkpoint(newest)
    previous = os.path.join(folder, PREVIOUS)
    if os.path.exists(previous):
        assert read_checkpoint(previous)[0] <= step
    assert saved is None or step >= saved, f"step {saved} was saved, and {step} is left"
    logged = [record["step"] for record in records(folder) if "step" in record] if os.path.exists(metrics) else []
    assert not logged or logged[-1] - step <= EVERY, f"step {logged[-1]} was done, and {step} is left"
    return step


def poor_disk(work, **how):
    """The environment of a program on a disk that is full or slow."""
    library = os.path.join(work, "poor_disk.so")
    if not os.path.exists(library):
        source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "poor_disk.c")
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
    return dict(os.environ, LD_PRELOAD=library, **how)


def kill(program, work, count, steps, draw):
    environment = poor_disk(work, MIXCON_SLOW_DISK="300")
    expected = finish(program, os.path.join(work, "straight"), steps)
    begun = time.monotonic()
    slow = command(program, os.path.join(work, "slow"), steps)
    subprocess.run(slow, capture_output=True, check=True, env=environment)
    length = time.monotonic() - begun
    folder, saved, kills, ends, torn = os.path.join(work, "killed"), None, 0, 0, 0
    while kills < count or ends == 0:
        last = kills >= count
        child = subprocess.Popen(command(program, folder, steps), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                 env=environment)
        try:
            child.wait(None if last else draw.uniform(0, 0.4 * length))
            assert child.returncode == 0, f"status {child.returncode}"
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGKILL)
            child.wait()
            kills += 1
            torn += any(name.endswith(".part") for name in os.listdir(folder)) if os.path.isdir(folder) else 0
        saved = inspect(folder, saved)
        if saved == steps:
            check_equal((read_checkpoint(os.path.join(folder, NEWEST)), records(folder)), expected, "kill")
            ends, saved = ends + 1, None
            shutil.rmtree(folder)
    print(f"kill: {kills} times, {torn} of them amid a write; no checkpoint lost; {ends} runs ended with the bits of "
          "one that was never stopped")


def full(program, work, calls):
    steps = 70
    expected = finish(program, os.path.join(work, "room"), steps)
    stopped = 0
    for call in calls:
        folder = os.path.join(work, "full")
        shutil.rmtree(folder, ignore_errors=True)
        done = subprocess.run(command(program, folder, steps), capture_output=True, text=True,
                              env=poor_disk(work, MIXCON_FULL_DISK_AT=str(call)))
        what = f"disk full at call {call}"
        if done.returncode == 0:
            check_equal((read_checkpoint(os.path.join(folder, NEWEST)), records(folder)), expected, what)
            continue
        stopped += 1
        assert done.returncode == 2, f"{what}: status {done.returncode}: {done.stderr}"
        lines = done.stderr.strip().split("\n")
        assert len(lines) == 1 and "No space left on device" in lines[0], f"{what}: {done.stderr}"
        inspect(folder, None)
        check_equal(finish(program, folder, steps), expected, what)
    assert stopped > 0
    print(f"full: {len(calls)} calls, {stopped} stopped the run, with one sentence each; every run went on and ended "
          "with the bits of one that had room")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--recipe", default="ce")
    given = parser.parse_args()
    choose(given.recipe)
    draw = random.Random(given.seed)
    with tempfile.TemporaryDirectory() as work:
        # Of more than 1000 steps a record is the mean of two, and a checkpoint may lie between them.
        kill(given.program, work, 100 if given.long else 4, 1100 if given.long else 200, draw)
        full(given.program, work, range(1, 201) if given.long else [1, 3, 20, 121])
    return 0


if __name__ == "__main__":
    sys.exit(main())
