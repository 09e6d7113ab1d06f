#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Decodes TensorBoard event files from the description of the formats alone, without TensorFlow, and prints a line for
each event: `version TEXT`, `start STEP`, or `STEP TAG VALUE WALL_TIME`. Ends with status 1 where a checksum, a length
or a field is not what the formats say."""
import struct
import sys


def crc32c(data):
    """Bit by bit, as RFC 3720 defines it."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def masked(data):
    crc = crc32c(data)
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def records(data):
    at = 0
    while at < len(data):
        head = data[at:at + 12]
        if len(head) < 12:
            raise ValueError(f"byte {at}: cut off")
        length, check = struct.unpack("<QI", head)
        if check != masked(head[:8]):
            raise ValueError(f"byte {at}: the checksum of the length does not fit")
        body = data[at + 12:at + 12 + length]
        tail = data[at + 12 + length:at + 16 + length]
        if len(body) < length or len(tail) < 4:
            raise ValueError(f"byte {at}: cut off")
        if struct.unpack("<I", tail)[0] != masked(body):
            raise ValueError(f"byte {at}: the checksum of the record does not fit")
        yield body
        at += 16 + length


def varint(data, at):
    number = shift = 0
    while True:
        byte = data[at]
        number |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return number, at


def fields(data):
    """(number, value) of every field: an int, bytes, or a float by its size."""
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        kind = key & 7
        if kind == 0:
            value, at = varint(data, at)
        elif kind == 1:
            value, at = struct.unpack("<d", data[at:at + 8])[0], at + 8
        elif kind == 2:
            size, at = varint(data, at)
            value, at = data[at:at + size], at + size
            if len(value) < size:
                raise ValueError("a field is cut off")
        elif kind == 5:
            value, at = struct.unpack("<f", data[at:at + 4])[0], at + 4
        else:
            raise ValueError(f"wire type {kind}")
        yield key >> 3, value


def describe(body):
    event = dict(fields(body))
    wall_time, step = event[1], event.get(2, 0)
    if 3 in event:
        yield "version " + event[3].decode()
    if 7 in event:
        yield f"start {step}" if dict(fields(event[7])).get(1) == 1 else f"session {step}"
    for number, value in fields(event.get(5, b"")):
        if number == 1:
            entry = dict(fields(value))
            yield f"{step} {entry[1].decode()} {entry[2]!r} {wall_time!r}"


def main():
    for path in sys.argv[1:]:
        with open(path, "rb") as file:
            data = file.read()
        try:
            for body in records(data):
                for line in describe(body):
                    print(line)
        except (ValueError, KeyError, IndexError, struct.error) as error:
            print(f"{path}: {error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
