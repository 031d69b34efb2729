"""The only loops over cells: a slab loop on the CPU and a CUDA kernel, generated once per cell function.

The generated wrappers are written to real files in a cache directory whose name is a hash of every source file of
this package and of the Numba version. Numba's own cache looks at one file only and would serve stale code after an
edit elsewhere; a new hash is a new directory.
"""

from __future__ import annotations

import hashlib
import importlib.util
import inspect
import os
import sys
from collections.abc import Callable
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from kernels.cache import cache_root
from kernels.cell import cell
from kernels.native import short_name

# _nrt=False: cells allocate nothing, and without it every branch in a cell counts references to its arrays, which
# made branching cells 50 times slower (measured).
CPU_WRAPPER = """\
from numba import cfunc, njit
from kernels.native import LOOP, TYPES, array_at, scalar_at
from {module} import {name} as python_function

cell = njit(forceinline=True, error_model="numpy", _nrt=False)(python_function)
{types}


@cfunc(LOOP, cache=True, error_model="numpy", _nrt=False)
def loop(first, last, block):
    {unpack}
    for c in range(first, last):
        cell(c, {arguments})
"""

CUDA_WRAPPER = """\
from numba import cuda, uint32
from {module} import {name} as python_function

cell = cuda.jit(device=True)(python_function)


@cuda.jit(cache={cache})
def kernel(first, last, {arguments}):
    c = first + uint32(cuda.grid(1))
    if c < last:
        cell(c, {arguments})
"""


@cache
def cache_directory() -> Path:
    """Return the directory of generated wrappers and compiled code for these exact sources."""
    digest = hashlib.sha256(sys.version.encode())
    for package in ("numba", "numba-cuda", "llvmlite", "numpy"):
        try:
            digest.update(f"{package} {version(package)}".encode())
        except PackageNotFoundError:
            continue
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    return cache_root() / "thermo" / f"kernels-{digest.hexdigest()[:16]}"


def _import_wrapper(target: str, function: Callable, text: str):
    """Write ``text`` to the cache as a module (once, atomically) and import it."""
    folder = cache_directory()
    path = folder / f"{target}_{function.__name__}.py"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(f".{os.getpid()}.tmp")
        partial.write_text(text)
        partial.replace(path)
    spec = importlib.util.spec_from_file_location(f"thermo_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # Numba's cache finds a function's module by name
    spec.loader.exec_module(module)
    return module


@cache
def cpu_loop(function: Callable, kinds: tuple[str, ...]) -> int:
    """Return the address of ``loop(first, last, block)``, which runs ``function`` over ``first <= c < last``.

    ``kinds`` are those of :func:`kernels.native.kind_of` for the arguments that ``block`` packs.
    """
    names = list(inspect.signature(function).parameters)[1:]
    if len(names) != len(kinds):
        raise TypeError(f"{function.__name__} takes {len(names)} arguments after the cell, {len(kinds)} given")
    rows = [f'{n} = {"array" if k[0] == "*" else "scalar"}_at(block[{i}], {k.lstrip("*")})'
            for i, (n, k) in enumerate(zip(names, kinds, strict=True))]
    types = [f'{t} = TYPES["{t}"]' for t in sorted({k.lstrip("*") for k in kinds})]
    text = CPU_WRAPPER.format(module=function.__module__, name=function.__name__, types="\n".join(types),
                              unpack="\n    ".join(rows), arguments=", ".join(names))
    return _import_wrapper(f"cpu_{short_name(kinds)}", function, text).loop.address


@cache
def python_loop(function: Callable) -> Callable:
    """Return the loop of :func:`cpu_loop` in plain Python, for runs without the compiler."""
    def loop(first, last, *arguments):
        for c in range(first, last):
            function(c, *arguments)

    return loop


@cache
def cuda_kernel(function: Callable) -> Callable:
    """Return the CUDA kernel ``kernel[blocks, threads](first, last, *arguments)`` of ``function``."""
    names = ", ".join(list(inspect.signature(function).parameters)[1:])
    simulated = os.environ.get("NUMBA_ENABLE_CUDASIM", "0") == "1"
    text = CUDA_WRAPPER.format(
        module=function.__module__, name=function.__name__, arguments=names, cache=not simulated
    )
    return _import_wrapper("cudasim" if simulated else "cuda", function, text).kernel


@cell
def copy_cell(c, source, target):
    """Copy one value."""
    target[c] = source[c]
