"""What the suite ran on: device, versions, commit."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from launches import ROOT
from machine import describe as describe_machine

PACKAGES = ("numba", "numba-cuda", "cupy-cuda12x", "cupy-cuda13x", "numpy", "llvmlite", "cuda-bindings", "cuda-core",
            "nvidia-nvvm", "nvidia-nvjitlink")


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty", "--abbrev=12"]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    except OSError:
        return "unknown"
    return done.stdout.strip() or "unknown"


def _versions() -> dict[str, str]:
    found = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def describe(backend, commit: str | None = None) -> dict[str, Any]:
    """Device and memory as CUDA tells them, host, versions and commit, which ``commit`` names if it is given."""
    found: dict[str, Any] = {"device": backend.device, "versions": _versions(), "commit": commit or _commit(),
                             "machine": describe_machine()}
    if backend.name == "cuda":
        runtime = backend.array_module.cuda.runtime
        properties = runtime.getDeviceProperties(0)
        free, total = runtime.memGetInfo()
        found |= {"compute_capability": f"{properties['major']}.{properties['minor']}",
                  "multiprocessors": properties["multiProcessorCount"], "l2_bytes": properties["l2CacheSize"],
                  "memory_GiB": round(total / 2**30, 1), "memory_free_GiB": round(free / 2**30, 1),
                  "cuda_runtime": runtime.runtimeGetVersion(), "cuda_driver": runtime.driverGetVersion()}
    return found


def run_tests(limit_s: float) -> dict[str, Any]:
    """The GPU tests of the repository by pytest in a process of their own, which ends after ``limit_s`` seconds."""
    command = [sys.executable, "-m", "pytest", "-v", "-m", "gpu", "tests/kernels/test_gpu.py", "-p", "no:cacheprovider"]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=limit_s)
    except subprocess.TimeoutExpired as stopped:
        lines = (stopped.stdout or b"").decode(errors="replace").strip().splitlines()
        return {"passed": False, "status": None, "summary": f"stopped after {limit_s:.0f} s", "output": lines[-40:]}
    lines = (done.stdout + done.stderr).strip().splitlines()
    return {"passed": done.returncode == 0, "status": done.returncode, "summary": lines[-1] if lines else "",
            "output": [] if done.returncode == 0 else lines[-60:]}
