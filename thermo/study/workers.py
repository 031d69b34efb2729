"""Who computes the points of a sweep: Dask workers, here or on a cluster, or this process alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any

from kernels.backend import why_no_cuda
from thermo.errors import HardwareError
from thermo.study.batch import evaluate_all, groups
from thermo.study.points import Point, Store, identity

BATCHES_PER_WORKER, LARGEST_BATCH = 4, {"cpu": 50, "cuda": 2000}
CONNECT_S = 10  # to a scheduler
RETRIES = 3  # of a batch whose worker is lost


class Serial(AbstractContextManager):
    """This process alone, on the CPU or on its GPU."""

    def __init__(self, backend: str = "cpu"):
        self.backend = backend
        self.words = "in this process" + (" on the GPU" if backend == "cuda" else "")

    def __exit__(self, *_: object) -> None:
        return None

    def results(self, points: Sequence[Point]) -> Iterator[tuple[int, dict[str, Any]]]:
        """Index and result of every point, as they are finished."""
        return evaluate_all(points, self.backend)


class Dask(AbstractContextManager):
    """Dask workers: a local cluster with as many processes as cores, or those of a scheduler at an address."""

    def __init__(self, scheduler: str | None, workers: int | None, backend: str = "cpu"):
        from dask.distributed import Client, LocalCluster

        self.cluster, self.backend = None, backend
        if scheduler is None:
            quiet = {"dashboard_address": None, "silence_logs": 40}
            self.cluster = LocalCluster(n_workers=workers, threads_per_worker=1, **quiet)
        try:
            self.client = Client(self.cluster or scheduler, timeout=CONNECT_S)
        except (OSError, TimeoutError, ValueError) as problem:
            raise HardwareError(f"no Dask scheduler answers at {scheduler}: {problem}") from None
        self.count = max(len(self.client.scheduler_info(n_workers=-1)["workers"]), 1)
        where = f"scheduler {scheduler}" if scheduler else "a local cluster"
        self.words = f"on {where} with {self.count} Dask workers"

    def __exit__(self, *_: object) -> None:
        self.client.close()
        if self.cluster is not None:
            self.cluster.close()

    def results(self, points: Sequence[Point]) -> Iterator[tuple[int, dict[str, Any]]]:
        """Index and result of every point, as they are finished; a batch of a lost worker is computed again."""
        from dask.distributed import as_completed

        size = min(max(len(points) // (BATCHES_PER_WORKER * self.count), 1), LARGEST_BATCH[self.backend])
        order = [number for group in groups(points) for number in group]
        futures = {}
        for batch in (order[start : start + size] for start in range(0, len(order), size)):
            some = [points[i] for i in batch]
            future = self.client.submit(_batch, some, self.backend, pure=False, retries=RETRIES)
            futures[future] = batch
        for future, found in as_completed(futures, with_results=True):
            yield from zip(futures[future], found, strict=True)


def _batch(points: list[Point], backend: str) -> list[dict[str, Any]]:
    found = dict(evaluate_all(points, backend))
    return [found[number] for number in range(len(points))]


def workers_for(
    scheduler: str | None, count: int | None, serial: bool, say: Callable[[str], None], backend: str = "cpu"
):
    """The workers that are asked for; without Dask this process, with a line that says so.

    One GPU is used by this process alone; with a scheduler every worker uses its own.
    Raises :class:`HardwareError` when a scheduler is asked for and Dask is missing, or a GPU and there is none.
    """
    if backend == "cuda" and scheduler is None and (reason := why_no_cuda()):
        raise HardwareError(reason)
    if serial or (backend == "cuda" and scheduler is None):
        return Serial(backend)
    try:
        import dask.distributed  # noqa: F401
    except ImportError:
        if scheduler is not None:
            raise HardwareError("--scheduler needs Dask: pip install 'thermo-dc[dist]'") from None
        say("Dask is not installed, so one process computes the points (pip install 'thermo-dc[dist]')")
        return Serial()
    return Dask(scheduler, count, backend)


def compute(workers, store: Store, points: Sequence[Point], say: Callable[[str], None]) -> list[dict[str, Any]]:
    """Results of all points in their order: from the store where they are, else by the workers, stored as they come."""
    names = [identity(point) for point in points]
    results = [store.get(name) for name in names]
    missing = [number for number, result in enumerate(results) if result is None]
    unique = list({names[number]: number for number in missing}.values())
    if len(points) > len(missing):
        say(f"{len(points) - len(missing)} of {len(points)} points are there already")
    arriving = workers.results([points[number] for number in unique])
    for done, (place, result) in enumerate(arriving, 1):
        store.put(names[unique[place]], result)
        results[unique[place]] = result
        if done % 500 == 0:
            say(f"{done} of {len(unique)} points")
    known = {names[number]: results[number] for number in unique}
    return [known[names[i]] if result is None else result for i, result in enumerate(results)]
