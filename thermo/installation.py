"""The installation: versions, the machine, and who owns the import names ``thermo`` and ``kernels``."""

from __future__ import annotations

import os
import platform
import sys
from importlib import metadata
from pathlib import Path

from thermo import __version__

DISTRIBUTION = "thermo-dc"
IMPORT_NAMES = ("thermo", "kernels")
PACKAGES = (
    "numpy", "scipy", "numba", "h5py", "matplotlib", "pydantic", "pint", "rich", "click",
    "cupy-cuda12x", "cupy-cuda13x", "numba-cuda", "mpi4py", "dask",
)  # fmt: skip


def other_owners() -> dict[str, list[str]]:
    """Return, by import name, other distributions installed here that bring packages of the same name."""
    owners = metadata.packages_distributions()
    found = {name: sorted(set(owners.get(name, [])) - {DISTRIBUTION}) for name in IMPORT_NAMES}
    return {name: others for name, others in found.items() if others}


def same_named_distributions() -> list[str]:
    """Return which import names are also installed as distributions of that name: cheap enough for every run."""
    return [name for name in IMPORT_NAMES if _version(name)]


def overwritten(names: list[str]) -> str:
    """Return the warning about other distributions ``names`` that write into the same package directories."""
    return (
        f"another distribution ({', '.join(names)}) owns the same import names and may have overwritten files of "
        f"{DISTRIBUTION}: install {DISTRIBUTION} in a fresh environment"
    )


def information() -> str:
    """Return the text that ``thermo info`` prints."""
    import thermo
    from kernels.backend import why_no_cuda
    from kernels.cpu import available_cores
    from kernels.launch import cache_directory

    no_cuda = why_no_cuda()
    installed = ", ".join(f"{name} {_version(name)}" for name in PACKAGES if _version(name))
    rows = {
        "thermo": f"{__version__} in {Path(thermo.__file__).parent}",
        "python": f"{platform.python_version()} ({sys.executable})",
        "packages": installed,
        "processor": f"{_processor()}, {available_cores()} cores usable",
        "cache": str(cache_directory()),
        "gpu": f"none: {no_cuda}" if no_cuda else _gpu(),
        "names": _owners(),
    }
    width = max(map(len, rows))
    return "\n".join(f"{name:<{width}}  {text}" for name, text in rows.items())


def _owners() -> str:
    others = other_owners()
    if others:
        return overwritten(sorted({owner for owners in others.values() for owner in owners}))
    version = _version(DISTRIBUTION)
    return (
        f"thermo and kernels belong to {DISTRIBUTION} {version}" if version else f"{DISTRIBUTION} runs from its sources"
    )


def _version(distribution: str) -> str | None:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        for line in cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or f"{os.cpu_count()} cores"


def _gpu() -> str:
    import cupy

    count = cupy.cuda.runtime.getDeviceCount()
    names = [cupy.cuda.runtime.getDeviceProperties(device)["name"].decode() for device in range(count)]
    return ", ".join(names)
