"""The house: what lies at the top, who may import whom, and what stays in one place."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TOP = {"README.md", "CHANGELOG.md", "LICENSE", "pyproject.toml", "thermo", "kernels", "cases", "tests", "validation"}

PHYSICS = {"kernels", "errors", "arrays", "records", "media", "case"}
PARTS = {"field", "loop", "plant", "load", "money"}
COOLINGS = {"air", "liquid", "immersion"}
RESULTS = {"metrics", "result", "output"}
ALLOWED = {
    "kernels": set(),
    "version": set(),
    "errors": set(),
    "arrays": set(),
    "records": {"errors"},
    "media": {"errors", "arrays", "records"},
    "case": {"errors", "records"},
    "field": PHYSICS | {"result"},
    "loop": PHYSICS | {"load", "result"},
    "plant": PHYSICS,
    "load": PHYSICS,
    "money": PHYSICS | {"load"},
    "result": {"errors"},
    "metrics": {"errors", "arrays", "records", "plant", "result"},
    "output": {"version", "errors", "records", "metrics", "result"},
    "operation": PHYSICS | {"plant", "load", "money"},
    "intakes": PHYSICS | {"field", "metrics", "result"},
    **dict.fromkeys(COOLINGS, PHYSICS | PARTS | {"intakes", "metrics", "operation", "result"}),
    "tank": PHYSICS | PARTS | {"result", "air", "air_transient"},
    "network": PHYSICS | PARTS | {"result", "air"},
    "liquid": PHYSICS | PARTS | {"intakes", "metrics", "operation", "result", "air", "liquid_transient"},
    "liquid_transient": PHYSICS | PARTS,
    "immersion": PHYSICS | PARTS | {"metrics", "operation", "result", "air", "tank"},
    "air_transient": PHYSICS | PARTS | {"metrics", "operation", "result", "air"},
    "installation": {"version", "kernels"},
    "checkpoint": {"errors", "case", "field"},
    "run": PHYSICS | COOLINGS | RESULTS
    | {"network", "air_transient", "version", "field", "checkpoint", "installation"},
    "validate": PHYSICS | PARTS | COOLINGS | RESULTS | {"version", "run"},
    "study": PHYSICS | PARTS | COOLINGS | RESULTS | {"version", "run", "validate", "operation"},
    "cli": {"version", "errors", "case", "output", "installation", "run", "validate", "study"},
}
"""What each part of the house may import besides itself. ``version`` is the package ``thermo`` itself."""

NOT_IN_KERNELS = {"thermo", "h5py", "matplotlib", "pint", "pydantic", "rich", "click", "tomllib"}
LOOP_WORDS = ("prange", "cuda.grid", "cuda.gridsize", "cuda.threadIdx", "cuda.blockIdx")


def sources(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def part_of(module: str) -> str:
    """Return the part of the house that a dotted module name belongs to."""
    names = module.split(".")
    if names[0] != "thermo":
        return names[0]
    return names[1] if len(names) > 1 else "version"


def is_module(dotted: str) -> bool:
    path = ROOT.joinpath(*dotted.split("."))
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


def imported(tree: ast.AST) -> set[str]:
    """Return the dotted modules that a parsed file imports anywhere, inside functions too."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: imports are absolute in this code"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found.add(inner if is_module(inner) else node.module)
    return found


@pytest.mark.parametrize("file", sources("thermo") + sources("kernels"), ids=lambda f: str(f.relative_to(ROOT)))
def test_imports_go_one_way(file):
    part = part_of(".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"))
    assert part in ALLOWED, f"{part} has no place in the house yet: add it to ALLOWED, and to nothing below it"
    modules = imported(ast.parse(file.read_text()))
    wanted = {part_of(name) for name in modules if name.split(".")[0] in ("thermo", "kernels")}
    forbidden = wanted - ALLOWED[part] - {part}
    assert not forbidden, f"{part} must not import {', '.join(sorted(forbidden))}"


@pytest.mark.parametrize("file", sources("kernels"), ids=lambda f: f.name)
def test_kernels_know_arrays_only(file):
    names = {name.split(".")[0] for name in imported(ast.parse(file.read_text()))}
    assert not names & NOT_IN_KERNELS


@pytest.mark.parametrize("file", sources("thermo") + sources("kernels"), ids=lambda f: str(f.relative_to(ROOT)))
def test_loops_over_cells_are_launched_in_one_place(file):
    if file == ROOT / "kernels" / "launch.py":
        return
    names = {ast.unparse(n) for n in ast.walk(ast.parse(file.read_text())) if isinstance(n, ast.Name | ast.Attribute)}
    assert not [name for name in names if name.endswith(LOOP_WORDS)]


ON_ANY_DEVICE = [
    *(file for file in sources("thermo/plant") if file.name not in ("weather.py", "real_years.py")),
    *(ROOT / "thermo" / "load" / f"{name}.py" for name in ("chip", "queue", "server", "shift", "work")),
    *sources("thermo/money"), *(ROOT / "thermo" / "media" / f"{name}.py" for name in ("moist_air", "fluids")),
]  # fmt: skip
MADE_BY_NUMPY = {f"np.{name}" for name in (
    "asarray", "atleast_1d", "ascontiguousarray", "broadcast_arrays", "divide", "full", "full_like", "interp",
    "ones_like", "put_along_axis", "zeros", "zeros_like",
)}  # fmt: skip
HOST_ONLY = {"_in_rows", "weighted_percentile", "crossflow_effectiveness"}


@pytest.mark.parametrize("file", ON_ANY_DEVICE, ids=lambda f: str(f.relative_to(ROOT)))
def test_years_make_their_arrays_through_one_module(file):
    """A year takes arrays of a GPU: what would make NumPy's out of them, or beside them, is in thermo.arrays."""
    found = []
    for function in (n for n in ast.walk(ast.parse(file.read_text())) if isinstance(n, ast.FunctionDef)):
        if function.name not in HOST_ONLY:
            used = {ast.unparse(n) for n in ast.walk(function) if isinstance(n, ast.Attribute)}
            found += [name for name in used if name in MADE_BY_NUMPY or name.endswith(".accumulate")]
    assert not found


def test_help_imports_nothing_heavy():
    heavy = "numpy scipy numba h5py matplotlib pydantic pint rich cupy"
    program = f"import sys, thermo.cli; print(*[name for name in '{heavy}'.split() if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.split() == []


def test_top_level_is_the_fixed_one():
    done = subprocess.run(["git", "ls-files"], capture_output=True, text=True, cwd=ROOT, check=False)
    if done.returncode:
        pytest.skip("not a git checkout")
    top = {line.split("/")[0] for line in done.stdout.splitlines()}
    assert {name for name in top if not name.startswith(".")} <= TOP


def test_no_catch_all_modules():
    forbidden = {"utils.py", "util.py", "helpers.py", "common.py", "misc.py"}
    assert not [str(file) for package in ("thermo", "kernels") for file in sources(package) if file.name in forbidden]
