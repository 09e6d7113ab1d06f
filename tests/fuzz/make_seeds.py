#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""usage: make_seeds.py [FOLDER]

Writes the small files that tests of decoders read and that fuzzing begins with (tests/fuzz/seeds): PNG, WAV and CSV by
the code below, .rda by the code below and Python's lzma, JPEG by Pillow. The same bytes each time, with the same Pillow.
"""
import lzma
import struct
import sys
import zlib
from pathlib import Path

ROWS, COLUMNS = 9, 13


def value(y, x, c, most):
    """What tests compare with: channel c (3: alpha) of pixel (y, x), 0 .. most."""
    return (37 * y + 11 * x + 101 * c + y * x) % (most + 1)


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def packed_row(samples, depth):
    if depth == 16:
        return struct.pack(f">{len(samples)}H", *samples)
    if depth == 8:
        return bytes(samples)
    bits = "".join(format(sample, f"0{depth}b") for sample in samples)
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def png(kind, depth, interlaced=False, extra=b""):
    """kind: 0 grey, 2 colour, 3 palette, 4 grey and alpha, 6 colour and alpha."""
    channels = {0: [0], 2: [0, 1, 2], 3: [0], 4: [0, 3], 6: [0, 1, 2, 3]}[kind]
    passes = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
    data = b""
    for y0, x0, dy, dx in passes if interlaced else [(0, 0, 1, 1)]:
        columns = range(x0, COLUMNS, dx)
        for y in range(y0, ROWS, dy):
            row = [value(y, x, c, 2**depth - 1) for x in columns for c in channels]
            data += b"\0" + packed_row(row, depth) if row else b""
    header = struct.pack(">IIBBBBB", COLUMNS, ROWS, depth, kind, 0, 0, int(interlaced))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(data, 9)) +
            chunk(b"IEND", b""))


def palette(colours):
    """Colour k is (40 k, 255 - 40 k, 7 k); the first is half transparent, and the second entirely."""
    table = bytes(v % 256 for k in range(colours) for v in (40 * k, 255 - 40 * k, 7 * k))
    return chunk(b"PLTE", table) + chunk(b"tRNS", bytes([128, 0]))


def wav(rate, channels, samples, before=b""):
    data = struct.pack(f"<{len(samples)}h", *samples)
    form = struct.pack("<HHIIHH", 1, channels, rate, rate * 2 * channels, 2 * channels, 16)
    body = b"WAVE" + before + b"fmt " + struct.pack("<I", 16) + form + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def text(word):
    return struct.pack(">II", 0x40009, len(word)) + word.encode()


def texts(words):
    return struct.pack(">II", 16, len(words)) + b"".join(text(word) for word in words)


def symbol(word):
    return struct.pack(">I", 1) + text(word)


def pair(name, item):
    return struct.pack(">I", 0x402) + name + item


def reference(number):
    return struct.pack(">I", number << 8 | 255)


NIL = struct.pack(">I", 254)


def data_frame(version=2):
    """Table `pets`: height 1.5, -2, 1e10; legs 2, 4, 0; kind cat, dog, cat (a factor of three levels)."""
    header = b"RDX%d\nX\n" % version + struct.pack(">III", version, 0x40203, 0x20300)
    if version == 3:
        header += struct.pack(">I", 5) + b"UTF-8"
    height = struct.pack(">IIddd", 14, 3, 1.5, -2, 1e10)
    legs = struct.pack(">IIiii", 13, 3, 2, 4, 0)
    kind = struct.pack(">IIiii", 0x30D, 3, 1, 2, 1)
    kind += pair(symbol("levels"), texts(["cat", "dog", "emu"])) + pair(symbol("class"), texts(["factor"])) + NIL
    names = pair(symbol("names"), texts(["height", "legs", "kind"]))
    rows = pair(symbol("row.names"), struct.pack(">IIii", 13, 2, -2**31, -3))
    frame = struct.pack(">II", 0x313, 3) + height + legs + kind + names + rows
    frame += pair(reference(3), texts(["data.frame"])) + NIL  # class is the third symbol: pets, levels, class
    return header + pair(symbol("pets"), frame) + NIL


def seeds():
    for depth in (1, 2, 4, 8, 16):
        yield f"png/grey{depth}.png", png(0, depth)
    for depth in (8, 16):
        yield f"png/colour{depth}.png", png(2, depth)
        yield f"png/grey_alpha{depth}.png", png(4, depth)
        yield f"png/colour_alpha{depth}.png", png(6, depth)
    yield "png/palette2.png", png(3, 2, extra=palette(4))
    yield "png/palette4.png", png(3, 4, extra=palette(16))
    yield "png/palette8.png", png(3, 8, extra=palette(256))
    yield "png/interlaced_grey4.png", png(0, 4, True)
    yield "png/interlaced_colour8.png", png(2, 8, True)
    yield "png/transparent_grey8.png", png(0, 8, extra=chunk(b"tRNS", struct.pack(">H", value(2, 3, 0, 255))))
    yield "png/with_gamma_and_text.png", png(0, 8, extra=chunk(b"gAMA", struct.pack(">I", 100000)) +
                                             chunk(b"tEXt", b"Title\0grey"))
    yield "wav/mono.wav", wav(16000, 1, [0, 1, -1, 32767, -32768, 1000, -2000])
    yield "wav/stereo.wav", wav(22050, 2, [100, 300, -32768, 32767, 5, 6])
    yield "wav/with_list.wav", wav(8000, 1, [7, -7], b"LIST" + struct.pack("<I", 5) + b"INFOx\0")
    frame = data_frame()
    yield "unpacked_rda/version2", frame
    yield "unpacked_rda/version3", data_frame(3)
    yield "rda/pets.rda", lzma.compress(frame, check=lzma.CHECK_CRC32, preset=0)  # a small dictionary: quick to unpack
    yield "csv/plain.csv", b"1.5,2,cat\n-3,4e2,dog\n0,+1,cat\n"
    yield "csv/header.csv", b"kind,width,\"height, in m\"\r\ncat,1,2\r\n\r\n\"a \"\"dog\"\"\",3,4.5\r\n"
    yield "csv/semicolon.csv", "größe;art\n1;käse\n".encode()
    idx = bytes([0, 0, 8, 3]) + struct.pack(">III", 2, 3, 2) + bytes(range(12))
    yield "idx/array", idx


def jpegs():
    import io

    from PIL import Image
    # smooth, so that what JPEG loses is little
    colours = [(16 * y, 12 * x, 255 - 6 * (x + y)) for y in range(16) for x in range(21)]
    picture = Image.new("RGB", (21, 16))
    picture.putdata(colours)
    for name, image, options in [("colour", picture, {}), ("progressive", picture, {"progressive": True}),
                                 ("full_colour", picture, {"subsampling": 0}), ("grey", picture.convert("L"), {}),
                                 ("cmyk", picture.convert("CMYK"), {})]:
        file = io.BytesIO()
        image.save(file, "JPEG", quality=90, **options)
        yield f"jpeg/{name}.jpg", file.getvalue()


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "seeds"
    for name, content in [*seeds(), *jpegs()]:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


main()
