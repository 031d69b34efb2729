"""A coolant network of the user's own topology: solved steady, with the chips on its plates and its fill."""

from __future__ import annotations

from typing import Any

import numpy as np

from thermo import air
from thermo.errors import CaseError
from thermo.loop import branch_table, steady
from thermo.loop.case_network import SolvedNetwork, solve_network
from thermo.loop.plate_maps import plate_maps
from thermo.plant.fill import LITRES, glycol_share
from thermo.result import Result

LEAST_HEAT = 1.0  # W, the closure of a network with less heat is of this


def solve(case, backend, listener, resume=None) -> tuple[Result, str]:
    """Solve a case with ``[network]``; returns the result (its ``run`` section without version and time) and status."""
    found = _solved(case)
    names = found.solution.network.branch_names
    columns = branch_table.columns(found.solution, found.plates, found.chip_temperature)
    litres = found.volume * LITRES
    summary: dict[str, Any] = {
        "run": {"iterations": found.solution.steps, "converged": True, "status": "converged", "flags": found.flags},
        "balance": _balance(case, found),
        "liquid": {"pump_W": found.pump_power, "nodes": branch_table.nodes(found.solution),
                   "branches": _placed(case, branch_table.rows(names, columns, range(len(names))))},
        "water": {"first_fill_L": litres, "glycol_L": litres * glycol_share(case.network.coolant)},
    }  # fmt: skip
    if found.plates:
        of_chips = (found.solution, found.plates, found.chip_temperature, found.chip_limit)
        summary["chips"] = branch_table.chips(*of_chips)
    summary["limits"] = air.limit_rows(case, summary)
    origin = (0.0, 0.0, 0.0)
    result = Result(
        summary=summary, fields=None, boxes=[], history={}, year=None, case_text=case.source_text, log=[],
        room_lo=origin, room_hi=origin, sources=assumptions(case, found), loop=columns | {"name": np.array(names)},
        plates=plate_maps(found.solution, found.chips, found.plates, found.chip_temperature, backend),
    )  # fmt: skip
    return result, "converged"


def preflight(case, backend) -> dict[str, Any]:
    """Find what cannot work: the network is small, so it is solved. Returns sizes."""
    network = _solved(case).solution.network
    return {"nodes": len(network.node_names), "branches": len(network.branch_names)}


def _solved(case) -> SolvedNetwork:
    try:
        return solve_network(case.network)
    except CaseError as problem:
        raise case.error("network", str(problem)) from None


def _placed(case, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of branches with the nodes they lead from and to."""
    ends = {name: (start, end) for _, name, start, end in case.network.branches}
    for plate in case.network.plate:
        ends |= {f"{plate.name} {n}": (plate.start, plate.end) for n in range(1, plate.count + 1)}
    return [{"name": row["name"], "from": ends[row["name"]][0], "to": ends[row["name"]][1]} | row for row in rows]


def _balance(case, found: SolvedNetwork) -> dict[str, float]:
    """Heat into and out of the coolant and what open ends carry; what exchangers pass on inside is not counted.

    The closure is the larger of two: of every branch and node with exchangers taken as outside heat, and of the
    network as a whole, where one side of an exchanger must gain what the other loses.
    """
    sides = [f"{unit.name} {side}" for unit in case.network.exchanger for side in ("hot", "cold")]
    exchanged = np.array([found.solution.of(name) for name in sides], dtype=int)
    heat = np.delete(found.solution.heat, exchanged)
    across = float(steady.carried_in(found.solution).sum())
    heat_in = float(heat[heat > 0.0].sum())
    heat_out = float(-heat[heat < 0.0].sum())
    heat_in, heat_out = heat_in + max(across, 0.0), heat_out + max(-across, 0.0)
    passed_on = float(np.abs(found.solution.heat[exchanged]).max(initial=LEAST_HEAT))
    whole = abs(heat_in - heat_out) / max(heat_in, heat_out, passed_on)
    return {"heat_in_W": heat_in, "heat_out_W": heat_out, "storage_W": 0.0,
            "closure": max(steady.balances(found.solution)[1], whole)}  # fmt: skip


def assumptions(case, found: SolvedNetwork) -> list[str]:
    """What a reviewer must know to trust the numbers, one sentence each."""
    network = case.network
    lines = [
        f"Coolant {network.coolant}: {found.solution.coolant.medium.source}.",
        "Friction: Churchill 1977. Ratings follow the coolant's density and viscosity by similarity.",
        "All electric power of the pumps ends in the coolant. Pumps let nothing flow backwards.",
        "Steady state: tanks are mixed and count in the fill only.",
    ]
    if network.exchanger:
        lines.append("Exchangers: counterflow by effectiveness and NTU (Kays and London), UA follows both flows; the "
                     "closure counts what one side loses and the other does not gain.")  # fmt: skip
    return lines
