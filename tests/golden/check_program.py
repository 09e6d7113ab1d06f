# SPDX-License-Identifier: BSD-3-Clause
"""What golden_check says and returns: check_program.py GOLDEN_CHECK GOOD_FILE, a file of nt_xent cases."""
import copy
import json
import pathlib
import subprocess
import sys
import tempfile

PROGRAM, GOOD = sys.argv[1:]
FOLDER = tempfile.TemporaryDirectory()
GOLDEN = json.loads(pathlib.Path(GOOD).read_text())
COUNT = len(GOLDEN["cases"])
wrong = []


def written(name, content):
    path = pathlib.Path(FOLDER.name) / name
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return str(path)


def changed(change):
    """The good file with its first case changed."""
    golden = copy.deepcopy(GOLDEN)
    change(golden["cases"][0])
    return golden


def expect(what, arguments, status, out=(), err=(), last=None):
    ran = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=900)
    lines = ran.stdout.splitlines()
    found = ran.returncode == status and all(part in ran.stdout for part in out)
    found = found and all(part in ran.stderr for part in err) and (last is None or lines[-1:] == [last])
    found = found and len(ran.stderr.splitlines()) == (1 if err else 0)
    if not found:
        wrong.append(f"{what}: status {ran.returncode}, expected {status}\n{ran.stdout}{ran.stderr}")


def unreadable(what, content, sentence):
    path = written("unreadable.json", content)
    expect(what, [path, GOOD], 2, err=[path, sentence], last=f"{COUNT} passed, 0 failed, 0 skipped")


def failing(what, change, *parts):
    path = written("failing.json", changed(change))
    expect(what, [path], 1, out=["failed: ", GOLDEN["cases"][0]["name"], *parts],
           last=f"{COUNT - 1} passed, 1 failed, 0 skipped")


expect("good file", [GOOD], 0, last=f"{COUNT} passed, 0 failed, 0 skipped")
expect("all options", ["--engine", "serial", "--type", "float", GOOD, GOOD], 0,
       last=f"{2 * COUNT} passed, 0 failed, 0 skipped")
expect("help", ["--help"], 0, out=["--engine serial|tiled|gpu", "--type double|float", "FILE..."])

expect("no file", [], 2, err=["no file to check"])
expect("unknown option", ["--fast", GOOD], 2, err=["unknown option --fast"])
expect("the emulated GPU", ["--engine", "gpu", GOOD], 0, last=f"{COUNT} passed, 0 failed, 0 skipped, 0 host-only")
expect("unknown engine", ["--engine", "fpga", GOOD], 2, err=["--engine is 'fpga'; expected serial, tiled or gpu"])
expect("unknown type", ["--type", "half", GOOD], 2, err=["--type is 'half'; expected double or float"])
expect("option without value", ["--type"], 2, err=["--type lacks its value"])

expect("missing file", ["nowhere.json"], 2, err=["nowhere.json cannot be opened"], last="0 passed, 0 failed, 0 skipped")
unreadable("not JSON", '{"format": 1, "cases": [', "is not JSON")
unreadable("empty", "", "is not JSON")
unreadable("NaN", '{"format": 1, "cases": [{"name": "a", "loss": "nt_xent", "outputs": {"loss": NaN}}]}', "is not JSON")
unreadable("other JSON", [1, 2], "is no golden file")
unreadable("other format", {"format": 2, "cases": []}, "has format 2; expected format 1")
unreadable("no cases", {"format": 1}, "has no list of cases")
unreadable("cases that are no list", {"format": 1, "cases": {}}, "has no list of cases")
unreadable("a case without a kind", {"format": 1, "cases": [{"name": "a"}]}, "case 0 lacks a name or a kind")
unreadable("a case without a name", changed(lambda case: case.pop("name")), "case 0 lacks a name or a kind")


def move_gradient(case):
    case["outputs"]["grad_z2"]["data"][-1] += 1e-6


def move_value(case):
    case["outputs"]["loss"] += 1e-9


def resize_gradient(case):
    case["outputs"]["grad_z1"] = {"shape": [1, 1], "data": [0.5]}


def resize_input(case):
    case["inputs"]["z1"]["shape"][0] += 1


failing("another gradient", move_gradient, "(nt_xent): grad_z2 by ")
failing("another value", move_value, "(nt_xent): loss by ")
failing("a gradient of another size", resize_gradient, "grad_z1 by inf")
failing("a value of another kind", lambda case: case["outputs"].update(loss="large"), "type must be number")
failing("no value", lambda case: case["outputs"].pop("loss"), "outputs.loss is missing")
failing("an unknown output", lambda case: case["outputs"].update(grad_t=1), "outputs.grad_t is unknown")
failing("an unknown parameter", lambda case: case["params"].update(margin=1), "params.margin is unknown")
failing("an unknown input", lambda case: case["inputs"].update(mask=[1]), "inputs.mask is unknown")
failing("no parameter", lambda case: case["params"].pop("temperature"), "params.temperature is missing")
failing("a refused parameter", lambda case: case["params"].update(temperature=0), "temperature is 0")
failing("no input", lambda case: case["inputs"].pop("z2"), "inputs.z2 is missing")
failing("an input that does not fill its shape", resize_input, "data does not fill its shape")

path = written("unknown.json", changed(lambda case: case.update(loss="loss_of_a_later_year")))
expect("unknown kind", [path, path], 0, out=["loss_of_a_later_year is an unknown kind (2 cases)"],
       last=f"{2 * (COUNT - 1)} passed, 0 failed, 2 skipped")
expect("a failure and an unreadable file", ["nowhere.json", written("failing.json", changed(move_value))], 2,
       out=["failed: "], err=["nowhere.json cannot be opened"], last=f"{COUNT - 1} passed, 1 failed, 0 skipped")

print("\n".join(wrong) or "golden_check speaks as it should")
sys.exit(1 if wrong else 0)
