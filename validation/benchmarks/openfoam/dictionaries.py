"""Dictionaries and start fields of the half aisle for buoyantBoussinesqSimpleFoam, v1912.

First-order upwind for U, T, k and epsilon (`bounded`, so without the mass defect term), standard k-epsilon with
standard wall functions and no buoyancy production of k, adiabatic no-slip walls. The rack intake is a fixedValue
outflow: air leaves with the prescribed vector. Exhaust temperature = mean intake temperature + 12 K by
exprFixedValue, which needs no compiler. (outletMappedUniformInlet of v1912 silently ignores an offset.)
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from openfoam import aisle, mesh

START_TEMPERATURE = 293.15
START_K, START_EPSILON = 0.01, 0.005
SWEEP_TOLERANCE = 0.1
STOP_FILE = "stop"
"""The solver ends after the iteration during which this file appears in the case folder."""

_HEADER = "FoamFile\n{{\n version 2.0;\n format ascii;\n class {kind};\n location \"{folder}\";\n object {name};\n}}\n"


def _text(entries: dict[str, Any], depth: int = 0) -> str:
    pad = " " * depth
    parts = []
    for key, value in entries.items():
        if isinstance(value, dict):
            parts.append(f"{pad}{key}\n{pad}{{\n{_text(value, depth + 1)}{pad}}}\n")
        else:
            parts.append(f"{pad}{key} {value};\n")
    return "".join(parts)


def _write(root: Path, name: str, body: str, kind: str = "dictionary") -> None:
    file = root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(_HEADER.format(kind=kind, folder=file.parent.name, name=file.name) + body)


def _by_patch(walls: dict, supply: dict, outlet: dict, intake: dict, exhaust: dict) -> dict[str, dict]:
    """Boundary entries of one field. `{rack}` in a value becomes the rack's name."""
    fixed = {"walls": walls, "supply": supply, "return": outlet, "mirror": {"type": "symmetryPlane"}}
    boundary = {}
    for patch in mesh.patches():
        rack, _, face = patch.partition("_")
        entry = fixed.get(patch) or {"intake": intake, "exhaust": exhaust}[face]
        boundary[patch] = {k: v.replace("{rack}", rack) if isinstance(v, str) else v for k, v in entry.items()}
    return boundary


def _fixed(value: object) -> dict[str, str]:
    return {"type": "fixedValue", "value": f"uniform {value}"}


def _inlet_outlet(value: object) -> dict[str, str]:
    return {"type": "inletOutlet", "inletValue": f"uniform {value}", "value": f"uniform {value}"}


def _calculated(value: float = 0.0) -> dict[str, str]:
    return {"type": "calculated", "value": f"uniform {value}"}


_ZERO_GRADIENT = {"type": "zeroGradient"}


def _wall_function(name: str, value: float) -> dict[str, str]:
    return {"type": name, "value": f"uniform {value}"}


def _field(dimensions: str, inside: object, boundary: dict[str, dict]) -> dict[str, Any]:
    return {"dimensions": f"[{dimensions}]", "internalField": f"uniform {inside}", "boundaryField": boundary}


def _velocity() -> dict[str, Any]:
    through_rack = _fixed(f"({-aisle.RACK_VELOCITY:.10g} 0 0)")
    supply = _fixed(f"(0 0 {aisle.SUPPLY_VELOCITY:.10g})")
    boundary = _by_patch({"type": "noSlip"}, supply, _inlet_outlet("(0 0 0)"), through_rack, through_rack)
    return _field("0 1 -1 0 0 0 0", "(0 0 0)", boundary)


def _temperature() -> dict[str, Any]:
    start = START_TEMPERATURE + aisle.TEMPERATURE_RISE
    exhaust = {"type": "exprFixedValue", "value": f"uniform {start}",
               "variables": "(\"intake{patch'{rack}_intake}=average(T)\")",
               "valueExpr": f'"intake + {aisle.TEMPERATURE_RISE:g}"'}
    boundary = _by_patch(_ZERO_GRADIENT, _fixed(aisle.SUPPLY_TEMPERATURE), _inlet_outlet(aisle.RETURN_TEMPERATURE),
                         _ZERO_GRADIENT, exhaust)
    return _field("0 0 0 1 0 0 0", START_TEMPERATURE, boundary)


def _pressures() -> dict[str, dict[str, Any]]:
    flux = {"type": "fixedFluxPressure", "rho": "rhok", "value": "uniform 0"}
    p_rgh = _by_patch(flux, flux, _fixed(0), flux, flux)
    p = _by_patch(*[_calculated()] * 5)
    return {"p_rgh": _field("0 2 -2 0 0 0 0", 0, p_rgh), "p": _field("0 2 -2 0 0 0 0", 0, p)}


def _turbulence() -> dict[str, dict[str, Any]]:
    k = _by_patch(_wall_function("kqRWallFunction", START_K), _fixed(aisle.SUPPLY_K), _inlet_outlet(START_K),
                  _ZERO_GRADIENT, _fixed(aisle.EXHAUST_K))
    epsilon = _by_patch(_wall_function("epsilonWallFunction", START_EPSILON), _fixed(aisle.SUPPLY_EPSILON),
                        _inlet_outlet(START_EPSILON), _ZERO_GRADIENT, _fixed(aisle.EXHAUST_EPSILON))
    nut = _by_patch(_wall_function("nutkWallFunction", 0.0), *[_calculated()] * 4)
    alphat = _by_patch(*[_calculated()] * 5)
    return {"k": _field("0 2 -2 0 0 0 0", START_K, k), "epsilon": _field("0 2 -3 0 0 0 0", START_EPSILON, epsilon),
            "nut": _field("0 2 -1 0 0 0 0", 0, nut), "alphat": _field("0 2 -1 0 0 0 0", 0, alphat)}


def _patch_value(patch: str, operation: str, fields: str = "(T)", **extra: str) -> dict[str, Any]:
    return {"type": "surfaceFieldValue", "libs": '("libfieldFunctionObjects.so")', "writeFields": "false",
            "log": "true", "writeControl": "timeStep", "writeInterval": 1, "regionType": "patch", "name": patch,
            "operation": operation, "fields": fields, **extra}


def _monitors() -> dict[str, dict[str, Any]]:
    monitors = {}
    for rack in aisle.RACKS:
        monitors[f"{rack}_mean"] = _patch_value(f"{rack}_intake", "areaAverage")
        monitors[f"{rack}_max"] = _patch_value(f"{rack}_intake", "max")
    monitors["return_mean"] = _patch_value("return", "weightedAverage", weightField="phi")
    monitors["return_flow"] = _patch_value("return", "sum", "(phi)")
    monitors["stop"] = {"type": "abort", "libs": '("libutilityFunctionObjects.so")', "action": "noWriteNow",
                        "file": f'"$FOAM_CASE/{STOP_FILE}"'}
    return monitors


def _control(iterations: int) -> dict[str, Any]:
    return {"application": "buoyantBoussinesqSimpleFoam", "startFrom": "startTime", "startTime": 0,
            "stopAt": "endTime", "endTime": iterations, "deltaT": 1, "writeControl": "timeStep",
            "writeInterval": iterations, "writeFormat": "binary", "writePrecision": 8, "timeFormat": "general",
            "timePrecision": 6, "runTimeModifiable": "false", "functions": _monitors()}


def _schemes() -> dict[str, Any]:
    convection = {f"div(phi,{name})": "bounded Gauss upwind" for name in ("U", "T", "k", "epsilon")}
    return {"ddtSchemes": {"default": "steadyState"}, "gradSchemes": {"default": "Gauss linear"},
            "divSchemes": {"default": "none", **convection, "div((nuEff*dev2(T(grad(U)))))": "Gauss linear"},
            "laplacianSchemes": {"default": "Gauss linear orthogonal"}, "interpolationSchemes": {"default": "linear"},
            "snGradSchemes": {"default": "orthogonal"}}


def _solution() -> dict[str, Any]:
    pressure = {"solver": "GAMG", "smoother": "GaussSeidel", "tolerance": 1e-9, "relTol": 0.05}
    sweep = {"solver": "smoothSolver", "smoother": "symGaussSeidel", "tolerance": 1e-9, "relTol": SWEEP_TOLERANCE}
    relaxation = {"fields": {"p_rgh": 0.3}, "equations": {"U": 0.7, "T": 0.9, '"(k|epsilon)"': 0.7}}
    return {"solvers": {"p_rgh": pressure, '"(U|T|k|epsilon)"': sweep},
            "SIMPLE": {"nNonOrthogonalCorrectors": 0}, "relaxationFactors": relaxation}


def _properties() -> dict[str, dict[str, Any]]:
    transport = {"transportModel": "Newtonian", "nu": aisle.KINEMATIC_VISCOSITY, "beta": f"{aisle.EXPANSION:.10g}",
                 "TRef": aisle.REFERENCE_TEMPERATURE, "Pr": aisle.PRANDTL, "Prt": aisle.TURBULENT_PRANDTL}
    turbulence = {"simulationType": "RAS", "RAS": {"RASModel": "kEpsilon", "turbulence": "on", "printCoeffs": "off"}}
    return {"constant/transportProperties": transport, "constant/turbulenceProperties": turbulence}


def write_case(root: Path, cell: float, cores: int, iterations: int) -> None:
    """Write the whole case folder for cubes of edge `cell` (m).

    `iterations` is the ceiling at which the solver stops by itself. Raises ValueError for a cell that does not fit.
    """
    _write(root, "system/blockMeshDict", mesh.block_mesh_dict(cell))
    system = {"controlDict": _control(iterations), "fvSchemes": _schemes(), "fvSolution": _solution(),
              "decomposeParDict": {"numberOfSubdomains": cores, "method": "simple",
                                   "simpleCoeffs": {"n": f"(1 {cores} 1)", "delta": 0.001}}}
    for name, entries in system.items():
        _write(root, f"system/{name}", _text(entries))
    for name, entries in _properties().items():
        _write(root, name, _text(entries))
    gravity = {"dimensions": "[0 1 -2 0 0 0 0]", "value": f"(0 0 {-aisle.GRAVITY})"}
    _write(root, "constant/g", _text(gravity), "uniformDimensionedVectorField")
    _write(root, "0/U", _text(_velocity()), "volVectorField")
    for name, entries in {"T": _temperature(), **_pressures(), **_turbulence()}.items():
        _write(root, f"0/{name}", _text(entries), "volScalarField")
