#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The checker of the sources notices every kind of breach, and nothing else."""
import tempfile
import unittest
from pathlib import Path

from check_sources import breaches

LICENCE = "// SPDX-License-Identifier: BSD-3-Clause\n#pragma once\n"
SOUND = {
    "include/mixcon/core/config.hpp": LICENCE + "#include <cstdint>\n#define MIXCON_HD\n",
    "include/mixcon/contrast/loss.hpp": LICENCE + "#include <mixcon/core/config.hpp>\n  auto statistics() const {\n",
    "include/mixcon/contrast/all_losses.hpp": LICENCE + "#include <mixcon/contrast/loss.hpp>\n",
    "include/mixcon/engine/serial.hpp": LICENCE + "#include <mixcon/core/config.hpp>\n",
    "include/mixcon/adapt/eigen.hpp": LICENCE + "#include <Eigen/Core>\n#include <mixcon/core/config.hpp>\n",
    "include/mixcon/mixcon.hpp": LICENCE + "#include <mixcon/contrast/all_losses.hpp>\n#include <mixcon/engine/serial.hpp>\n",
    "examples/01_first.cpp": "// SPDX-License-Identifier: BSD-3-Clause\nint main() {}\n",
}


class CheckSources(unittest.TestCase):
    def found(self, **changes):
        """The breaches of the sound tree with some files replaced; `__` in a name is a `/`, `_hpp` its ending."""
        with tempfile.TemporaryDirectory() as folder:
            files = SOUND | {"include/mixcon/" + name.replace("__", "/").replace("_hpp", ".hpp"): LICENCE + text
                             for name, text in changes.items()}
            for name, text in files.items():
                path = Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            return list(breaches(Path(folder)))

    def test_a_sound_tree_has_no_breach(self):
        self.assertEqual(self.found(), [])

    def test_a_lower_layer_knows_no_higher_one(self):
        self.assertEqual(self.found(core__config_hpp="#include <mixcon/contrast/loss.hpp>\n"),
                         ["core/config.hpp: core must not include contrast/loss.hpp"])
        self.assertIn("adapt/eigen.hpp: adapt must not include engine/serial.hpp",
                      self.found(adapt__eigen_hpp="#include <mixcon/engine/serial.hpp>\n"))

    def test_an_unknown_layer_is_named(self):
        self.assertIn("other/a.hpp: no layer is called other", self.found(other__a_hpp=""))

    def test_third_parties_stay_in_adapters(self):
        self.assertEqual(self.found(core__config_hpp="#include <Eigen/Core>\n"),
                         ["core/config.hpp: <Eigen/Core> is not the standard library"])

    def test_dear_headers_are_refused(self):
        self.assertEqual(self.found(core__config_hpp="#  include <iostream>\n"),
                         ["core/config.hpp: <iostream> is not for headers"])
        self.assertEqual(self.found(core__config_hpp="#include <immintrin.h>\n"),
                         ["core/config.hpp: <immintrin.h> is not for headers"])

    def test_quotes_are_refused(self):
        self.assertEqual(self.found(core__config_hpp='#include "real.hpp"\n'),
                         ['core/config.hpp: write <mixcon/...> instead of "real.hpp"'])

    def test_fast_math_stays_out(self):
        begin, code, end = "MIXCON_STRICT_FLOATS_BEGIN\n", "namespace mixcon {}\n", "MIXCON_STRICT_FLOATS_END\n"
        include = "#include <cstdint>\n"
        self.assertEqual(self.found(core__config_hpp=include + begin + code + end), [])
        for wrong in (code, begin + code, code + end, begin + include + code + end, code + begin + end):
            self.assertEqual(self.found(core__config_hpp=wrong),
                             ["core/config.hpp: what follows the includes must stand between MIXCON_STRICT_FLOATS_BEGIN "
                              "and MIXCON_STRICT_FLOATS_END"])

    def test_engines_know_no_loss(self):
        self.assertEqual(self.found(engine__serial_hpp="#include <mixcon/contrast/loss.hpp>\n"),
                         ["engine/serial.hpp: an engine must not know the loss contrast/loss.hpp"])

    def test_the_umbrella_is_complete(self):
        self.assertEqual(self.found(core__real_hpp=""), ["core/real.hpp: mixcon.hpp does not include it"])

    def test_the_lists_are_complete(self):
        self.assertIn("contrast/other.hpp: contrast/all_losses.hpp does not list it",
                      self.found(contrast__other_hpp="  auto statistics() const {\n"))

    def test_macros_say_whose_they_are(self):
        self.assertEqual(self.found(core__config_hpp="# define HD\n"),
                         ["core/config.hpp: the macro HD must be called MIXCON_HD"])

    def test_every_file_names_its_licence(self):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "tests").mkdir()
            Path(folder, "tests/a.hpp").write_text("int a();\n", encoding="utf-8")
            self.assertEqual(list(breaches(Path(folder))), [
                "tests/a.hpp: the first line must be // SPDX-License-Identifier: BSD-3-Clause",
                "tests/a.hpp: a header must say #pragma once"])


if __name__ == "__main__":
    unittest.main()
