#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""cuda/check_compile notices what it is there for, and reads what nvcc prints; needs no nvcc."""
import importlib.machinery
import importlib.util
import struct
import tempfile
import unittest
from pathlib import Path

PATH = Path(__file__).resolve().parent.parent.parent / "cuda/check_compile"
LOADER = importlib.machinery.SourceFileLoader("check_compile", str(PATH))
check_compile = importlib.util.module_from_spec(importlib.util.spec_from_loader("check_compile", LOADER))
LOADER.exec_module(check_compile)

GOOD = {"registers": 64, "stack": 0, "local": 0, "instructions": 900, "products": 32, "matrix_loads": 20, "copies": 26,
        "special": 32, "barriers": 3}
KERNEL = "80", "ring<half>"
PRINTED = """ptxas info    : Compiling entry function '_Z4ringv' for 'sm_80'
ptxas info    : Function properties for _Z4ringv
    8 bytes stack frame, 4 bytes spill stores, 12 bytes spill loads
ptxas info    : Used 40 registers, used 1 barriers, 8 bytes cumulative stack size
"""


def said_of(same_compiler=True, **changed):
    return list(check_compile.breaches({KERNEL: GOOD | changed}, {KERNEL: GOOD}, same_compiler))


def rows_kernel(keep, shift=0):
    return (f"moment_rows<128,(mixcon::moments::keep){keep},(mixcon::gpu::moment_shift){shift},1,"
            "mixcon::gpu::operand<mixcon::bfloat16,1>,mixcon::moments::described_rule>")


def said_of_pairs(keep, same_compiler=True, listed=None, **counts):
    """Of moment_rows with these instructions per pair."""
    kernel = "90", rows_kernel(keep)
    return list(check_compile.breaches({kernel: GOOD | counts}, {kernel: GOOD | (listed or counts)}, same_compiler))


def jump(by, arch):
    """A branch over so many instructions, back where negative."""
    distance = 4 * (by - 1)
    if arch >= 90:
        return 0x947 | (distance & 0xff) << 16 | (distance >> 8 & (1 << 48) - 1) << 34
    return 0x947 | (distance & (1 << 48) - 1) << 34


def elf(name, words):
    """A 64-bit ELF file with one section of code and the section of names."""
    names = b"\0" + name.encode() + b"\0"
    code = b"".join(word.to_bytes(16, "little") for word in words)
    headers = struct.pack("<IIQQQQIIQQ", 1, 1, 0, 0, 64, len(code), 0, 0, 0, 0)
    headers += struct.pack("<IIQQQQIIQQ", 0, 3, 0, 0, 64 + len(code), len(names), 0, 0, 0, 0)
    head = bytearray(64)
    struct.pack_into("<Q", head, 0x28, 64 + len(code) + len(names))
    struct.pack_into("<HH", head, 0x3c, 2, 1)
    return bytes(head) + code + names + headers


class Gates(unittest.TestCase):
    def test_a_kernel_as_listed_passes(self):
        self.assertEqual(said_of(), [])
        self.assertEqual(said_of(registers=60, products=16, instructions=5000), [])

    def test_spills_and_local_accesses_are_noticed(self):
        self.assertIn("spills", said_of(stack=4)[0])
        self.assertIn("local memory", said_of(local=1)[0])

    def test_registers_have_a_ceiling_with_the_compiler_of_the_table(self):
        self.assertIn("65 registers; the table allows 64", said_of(registers=65)[0])
        self.assertEqual(said_of(same_compiler=False, registers=65), [])

    def test_what_was_lost_is_named(self):
        self.assertIn("no products", said_of(products=0)[0])
        self.assertIn("no matrix loads", said_of(matrix_loads=0)[0])
        self.assertIn("no copies", said_of(copies=0)[0])

    def test_a_kernel_that_the_table_does_not_know_is_noticed(self):
        self.assertIn("not in the table", list(check_compile.breaches({KERNEL: GOOD}, {}, True))[0])

    def test_the_table_is_read_as_it_was_written(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "table.txt"
            check_compile.write_table(path, "nvcc 1.2", {KERNEL: GOOD})
            compiler, rows = check_compile.read_table(path)
        self.assertEqual(compiler, "nvcc 1.2")
        self.assertEqual(rows, {KERNEL: {column: GOOD[column] for column in check_compile.COLUMNS}})

    def test_what_nvcc_prints_is_understood(self):
        self.assertEqual(check_compile.COMPILED.findall(PRINTED), [("_Z4ringv", "8", "4", "12", "40")])

    def test_instructions_are_counted_by_their_low_bits(self):
        code = elf(".text.ring", [0x123c, 0x783b, 0xfae, 0x7983, 0x7387, 0x7918, 0x7223])
        self.assertEqual(dict(check_compile.kernels(code, 80)["ring"][0]),
                         {"instructions": 7, "products": 1, "matrix_loads": 1, "copies": 1, "local": 2, "others": 1,
                          "padding": 1})

    def test_loops_with_products_are_counted_without_padding(self):
        product, special, other, padding, never = 0x23c, 0x308, 0x223, 0x918, 0xf223
        for arch in (80, 90, 100, 120):
            back, over = (lambda by: jump(-by, arch)), jump(3, arch)
            plain = [product] * 8 + [special] * 4 + [other] * 2 + [padding, never]
            longer = [product] * 8 + [other, over] + [special] * 4 + [other] * 20
            words = [other, *plain, back(len(plain)), *longer, back(len(longer)), back(40), other, back(1), back(0)]
            counts, loops = check_compile.kernels(elf(".text.rows", words), arch)["rows"]
            self.assertEqual(counts["instructions"], len(words))
            self.assertEqual([loop["products"] for loop in loops], [8, 8])
            # 4 pairs in a lane of 8 products of 128 numbers: 4 + 2 + 1 instructions, and 4 + 22 + 1
            self.assertEqual(check_compile.per_pair(rows_kernel(1), loops), {"interior": 7 / 4, "tested": 27 / 4})
            self.assertEqual(check_compile.per_pair("tile_states<128>", loops), {})
            self.assertEqual(check_compile.per_pair(rows_kernel(1), loops[:1]), {})

    def test_instructions_per_pair_have_limits_with_every_compiler(self):
        self.assertEqual(said_of_pairs(1, interior=4, tested=12), [])
        self.assertEqual(said_of_pairs(2, interior=8, tested=12), [])
        self.assertIn("4.25 instructions per pair (interior); expected at most 4",
                      said_of_pairs(0, False, interior=4.25, tested=12)[0])
        self.assertIn("12.5 instructions per pair (tested)", said_of_pairs(2, False, interior=8, tested=12.5)[0])

    def test_loops_that_cannot_be_told_apart_do_not_pass(self):
        self.assertIn("uncounted instructions per pair (interior)", said_of_pairs(1)[0])

    def test_instructions_per_pair_have_a_ceiling_with_the_compiler_of_the_table(self):
        listed = {"interior": 3.5, "tested": 12}
        self.assertIn("the table allows 3.5", said_of_pairs(1, True, listed, interior=3.75, tested=12)[0])
        self.assertEqual(said_of_pairs(1, False, listed, interior=3.75, tested=12), [])


if __name__ == "__main__":
    unittest.main()
