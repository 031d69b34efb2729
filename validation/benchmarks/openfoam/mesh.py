"""blockMeshDict of the half aisle: blocks between the object planes, rack blocks left out, uniform cubes."""

from __future__ import annotations

from itertools import product

from openfoam import aisle

Block = tuple[int, int, int]

_FACES = {
    "x_min": (0, 4, 7, 3),
    "x_max": (1, 2, 6, 5),
    "y_min": (0, 1, 5, 4),
    "y_max": (3, 7, 6, 2),
    "z_min": (0, 3, 2, 1),
    "z_max": (4, 5, 6, 7),
}
_STEP = {"x_min": (-1, 0, 0), "x_max": (1, 0, 0), "y_min": (0, -1, 0), "y_max": (0, 1, 0), "z_min": (0, 0, -1),
         "z_max": (0, 0, 1)}
_PLANES = (aisle.X_PLANES, aisle.Y_PLANES, aisle.Z_PLANES)
_COUNTS = tuple(len(planes) - 1 for planes in _PLANES)


def _rack(block: Block) -> str | None:
    return aisle.rack_of(_PLANES[1][block[1]], _PLANES[0][block[0]], _PLANES[2][block[2]])


def _air_blocks() -> list[Block]:
    order = product(range(_COUNTS[2]), range(_COUNTS[1]), range(_COUNTS[0]))
    blocks = [(i, j, k) for k, j, i in order]
    return [block for block in blocks if _rack(block) is None]


def _vertex(i: int, j: int, k: int) -> int:
    nx, ny, _ = (count + 1 for count in _COUNTS)
    return i + nx * (j + ny * k)


def _corners(block: Block) -> list[int]:
    i, j, k = block
    ring = ((0, 0), (1, 0), (1, 1), (0, 1))
    return [_vertex(i + di, j + dj, k + dk) for dk in (0, 1) for di, dj in ring]


def cells_along(length: float, cell: float) -> int:
    """Number of cells of edge `cell` (m) in `length` (m). Raises ValueError where they do not fit exactly."""
    count = round(length / cell)
    if count < 1 or abs(count * cell - length) > 1e-9:
        raise ValueError(f"cell {cell} m does not divide {length:g} m; use 0.2, 0.1, 0.05 or 0.025 m")
    return count


def _inside(block: Block, box: tuple[tuple[float, float], tuple[float, float]]) -> bool:
    x, y = aisle.X_PLANES[block[0]], aisle.Y_PLANES[block[1]]
    (x_low, x_high), (y_low, y_high) = box
    return x_low - 1e-9 < x < x_high - 1e-9 and y_low - 1e-9 < y < y_high - 1e-9


def _patch(block: Block, side: str) -> str | None:
    """Patch on one side of an air block; None where the neighbour is air too."""
    other = tuple(b + s for b, s in zip(block, _STEP[side], strict=True))
    if all(0 <= b < n for b, n in zip(other, _COUNTS, strict=True)):
        rack = _rack(other)
        if rack is None:
            return None
        return {"x_min": f"{rack}_intake", "x_max": f"{rack}_exhaust"}.get(side, "walls")
    if side == "x_max":
        return "mirror"
    if side == "z_min" and _inside(block, aisle.SUPPLY):
        return "supply"
    if side == "z_max" and _inside(block, aisle.RETURN):
        return "return"
    return "walls"


def _faces_by_patch(blocks: list[Block]) -> dict[str, list[str]]:
    faces: dict[str, list[str]] = {}
    for block in blocks:
        corners = _corners(block)
        for side, local in _FACES.items():
            patch = _patch(block, side)
            if patch is not None:
                faces.setdefault(patch, []).append("(" + " ".join(str(corners[c]) for c in local) + ")")
    return faces


def patch_type(patch: str) -> str:
    """OpenFOAM patch type of a named patch."""
    return {"walls": "wall", "mirror": "symmetryPlane"}.get(patch, "patch")


def patches() -> list[str]:
    """Names of all boundary patches, in mesh order."""
    return list(_faces_by_patch(_air_blocks()))


def block_mesh_dict(cell: float) -> str:
    """Body of blockMeshDict for cubes of edge `cell` (m). Raises ValueError where the cell does not divide the room."""
    vertices = [f"({x:g} {y:g} {z:g})" for z, y, x in product(*reversed(_PLANES))]
    blocks = _air_blocks()
    lines = []
    for block in blocks:
        counts = [cells_along(p[b + 1] - p[b], cell) for p, b in zip(_PLANES, block, strict=True)]
        corners = " ".join(map(str, _corners(block)))
        lines.append(f"hex ({corners}) ({' '.join(map(str, counts))}) simpleGrading (1 1 1)")
    boundary = [f"{name}\n{{\n type {patch_type(name)};\n faces ({' '.join(faces)});\n}}"
                for name, faces in _faces_by_patch(blocks).items()]
    join = "\n".join
    return (f"scale 1;\nvertices (\n{join(vertices)}\n);\nblocks (\n{join(lines)}\n);\nedges ();\n"
            f"boundary (\n{join(boundary)}\n);\nmergePatchPairs ();\n")
