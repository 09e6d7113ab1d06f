#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The checker of the sources notices every kind of breach, and nothing else."""
import tempfile
import unittest
from pathlib import Path

from check_sources import breaches

FIRST_LINES = "// SPDX-License-Identifier: BSD-3-Clause\n#pragma once\n"
LICENCE = FIRST_LINES + "\n// Says in a few words what this header is for.\n\n"
SOUND = {
    "include/mixcon/core/config.hpp": LICENCE + "#include <cstdint>\n#define MIXCON_HD\n",
    "include/mixcon/contrast/loss.hpp": LICENCE + "#include <mixcon/core/config.hpp>\n",
    "include/mixcon/losses/mean.hpp": LICENCE + "#include <mixcon/contrast/loss.hpp>\n  auto statistics() const {\n",
    "include/mixcon/losses/all_losses.hpp": LICENCE + "#include <mixcon/losses/mean.hpp>\n",
    "include/mixcon/engine/serial.hpp": LICENCE + "#include <mixcon/core/config.hpp>\n",
    "include/mixcon/adapt/tensors/eigen.hpp": LICENCE + "#include <Eigen/Core>\n#include <mixcon/core/config.hpp>\n",
    "include/mixcon/mixcon.hpp": LICENCE + "#include <mixcon/losses/all_losses.hpp>\n#include <mixcon/engine/serial.hpp>\n",
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
        self.assertIn("adapt/tensors/eigen.hpp: adapt must not include engine/serial.hpp",
                      self.found(adapt__tensors__eigen_hpp="#include <mixcon/engine/serial.hpp>\n"))

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
        self.assertEqual(self.found(core__config_hpp="#include <map>\n"), ["core/config.hpp: <map> is not for headers"])
        self.assertEqual(self.found(adapt__search__hnswlib_hpp="#include <memory>\n"), [])

    def test_threads_stand_in_one_header(self):
        self.assertEqual(self.found(core__system_threads_hpp="#include <pthread.h>\n#include <thread>\n"),
                         ["core/system_threads.hpp: mixcon.hpp does not include it"])
        self.assertEqual(self.found(core__config_hpp="#include <thread>\n"),
                         ["core/config.hpp: <thread> is for core/system_threads.hpp"])

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
        self.assertEqual(self.found(engine__serial_hpp="#include <mixcon/losses/mean.hpp>\n"),
                         ["engine/serial.hpp: engine must not include losses/mean.hpp"])

    def test_formulas_know_no_engine(self):
        formula = "#include <mixcon/contrast/loss.hpp>\n#include <mixcon/engine/serial.hpp>\n  auto statistics() const {\n"
        self.assertEqual(self.found(losses__mean_hpp=formula),
                         ["losses/mean.hpp: a formula must not include engine/serial.hpp"])
        paired = "#include <mixcon/engine/paired/columns.hpp>\n" + formula
        self.assertEqual(self.found(losses__mean_hpp=paired, engine__paired__columns_hpp=""), [])

    def test_rules_name_their_arrays(self):
        rule = ("struct targets {\n  struct rule_type {\n    vector_view<const double> share;\n%s    template <class T>\n"
                "    MIXCON_HD role<T> at(index_t, index_t) const {\n      return {};\n    }\n  };\n};\n")
        names = "    template <class F>\n    void each_view(F&& f) {\n      f(share);\n    }\n"
        self.assertEqual(self.found(core__rule_hpp=rule % names), self.found(core__rule_hpp=""))
        self.assertIn("core/rule.hpp: rule_type refers to an array and has no each_view",
                      self.found(core__rule_hpp=rule % ""))

    def test_a_folder_has_an_end(self):
        many = {f"core__number__n{k}_hpp": f"#include <mixcon/core/number/n{k + 1}.hpp>\n" for k in range(28)}
        many |= {"core__number__n28_hpp": "", "core__config_hpp": "#include <mixcon/core/number/n0.hpp>\n"}
        self.assertEqual(self.found(**many),
                         ["core/number/: 29 files; expected at most 28: give what belongs together a folder"])

    def test_the_umbrella_is_complete(self):
        self.assertEqual(self.found(core__number__real_hpp=""), ["core/number/real.hpp: mixcon.hpp does not include it"])

    def test_the_lists_are_complete(self):
        self.assertIn("losses/other.hpp: losses/all_losses.hpp does not list it",
                      self.found(losses__other_hpp="  auto statistics() const {\n"))
        self.assertIn("losses/other.hpp: losses/all_losses.hpp does not list it", self.found(losses__other_hpp=""))
        shared = "#include <mixcon/losses/shared.hpp>\n#include <mixcon/contrast/loss.hpp>\n"
        self.assertEqual(self.found(losses__mean_hpp=shared, losses__shared_hpp=""), [])

    def test_macros_say_whose_they_are(self):
        self.assertEqual(self.found(core__config_hpp="# define HD\n"),
                         ["core/config.hpp: the macro HD must be called MIXCON_HD"])

    def test_headers_say_what_they_are_for(self):
        includes = "#include <cstdint>\n"
        wrong = ("", "\n// config.hpp\n\n", "\n/// What the first function of this header does.\n\n",
                 "// Says in a few words what it is for, too close.\n\n",
                 "\n// Says in a few words\n// what it is for, and then\n// goes on and on.\n\n",
                 "\n// Says in a few words what it is for, with no empty line.\n")
        for head in wrong:
            with tempfile.TemporaryDirectory() as folder:
                header = Path(folder, "include/mixcon/core/config.hpp")
                header.parent.mkdir(parents=True)
                header.write_text(FIRST_LINES + head + includes, encoding="utf-8")
                self.assertEqual([breach[:37] for breach in breaches(Path(folder))],
                                 ["core/config.hpp: after #pragma once a"], head)
        self.assertEqual(self.found(core__config_hpp=includes), [])

    def test_every_file_names_its_licence(self):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "tests").mkdir()
            Path(folder, "tests/a.hpp").write_text("int a();\n", encoding="utf-8")
            self.assertEqual(list(breaches(Path(folder))), [
                "tests/a.hpp: the first line must be // SPDX-License-Identifier: BSD-3-Clause",
                "tests/a.hpp: a header must say #pragma once"])


if __name__ == "__main__":
    unittest.main()
