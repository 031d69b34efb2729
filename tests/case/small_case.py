"""A small valid case that tests of the case file change one thing of."""

SMALL = """
[case]
name = "small"

[size.full]
grid.cell = "0.05 m"

[room]
size = ["3 m", "2 m", "3 m"]

[room.sides]
x_max = "symmetry"
y_min = { kind = "wall", temperature = "25 degC" }

[fluid]
name = "air"

[grid]
cell = "0.1 m"

[[rack]]
name = "A1"
from = ["1 m", "0.5 m", "0 m"]
to = ["2 m", "1.1 m", "2 m"]
intake = "x_max"
exhaust = "x_min"
power = "10 kW"
temperature_rise = "12 K"

[[obstacle]]
name = "column"
from = ["1 m", "1.5 m", "0 m"]
to = ["1.3 m", "1.8 m", "3 m"]

[[supply]]
name = "floor"
from = ["2.2 m", "0.5 m", "0 m"]
to = ["2.8 m", "1.1 m", "0 m"]
temperature = "18 degC"
flow = "0.69 m^3/s"

[[return]]
name = "ceiling"
from = ["0.2 m", "0.5 m", "3 m"]
to = ["0.8 m", "1.5 m", "3 m"]

[[tile]]
name = "screen"
from = ["2.2 m", "0.5 m", "0.5 m"]
to = ["2.8 m", "1.1 m", "0.5 m"]
free_area = 0.5

[[monitor]]
name = "mid"
kind = "point"
quantity = "T"
at = ["2.5 m", "1 m", "1 m"]

[limits]
rack_inlet_max = "32 degC"
"""


def changed(old: str, new: str, text: str = SMALL) -> str:
    """Return the case with the first occurrence of ``old`` replaced; ``old`` must be there. Empty ``old`` appends."""
    if not old:
        return f"{text}\n{new}\n"
    assert old in text, old
    return text.replace(old, new, 1)
