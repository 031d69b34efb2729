"""The machine a benchmark ran on, as far as it tells: enough to judge a timing, no paths and no host name."""

from __future__ import annotations

import os
import platform
from pathlib import Path


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def describe() -> dict[str, object]:
    """Processor, cores, load average at the time of the call and Python version."""
    load = [round(value, 2) for value in os.getloadavg()] if hasattr(os, "getloadavg") else []
    return {"processor": _processor(), "cores": os.cpu_count(), "load_average": load, "system": platform.system(),
            "python": platform.python_version()}
