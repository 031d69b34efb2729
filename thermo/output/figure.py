"""Figures for the report: one style, no pyplot (no global state, no display), encoded into the page."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import matplotlib
from matplotlib.figure import Figure

INK, SOFT, GRID = "#1f2933", "#5f6c7b", "#d9dfe6"
COLD, HOT, GOOD, BAD = "#1f6fb2", "#c4412b", "#2e7d4f", "#b3261e"
# Colours of series, distinct without colour vision and in grey print (Okabe and Ito 2008, darkened yellow)
SERIES = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#a67c00", "#56b4e9", "#6b4c9a", "#444444")
STYLE = {
    "font.size": 9.0,
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelcolor": INK,
    "axes.edgecolor": SOFT,
    "axes.linewidth": 0.7,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.color": INK,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 8.0,
    "ytick.labelsize": 8.0,
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "legend.fontsize": 8.0,
    "svg.hashsalt": "thermo",
}
DOTS_PER_INCH = 170


@dataclass(frozen=True)
class Picture:
    """A figure ready for a page: a data URI, what it shows in words (for those who cannot see it), its caption."""

    uri: str
    alt: str
    caption: str


@contextmanager
def style() -> Iterator[None]:
    """The report's look, for the figures made inside the block only."""
    with matplotlib.rc_context(STYLE):
        yield


def vector(figure: Figure, alt: str, caption: str) -> Picture:
    """The figure as SVG, letters as outlines so that it looks the same everywhere; the same input gives same bytes."""
    memory = io.BytesIO()
    figure.savefig(memory, format="svg", metadata={"Date": None, "Creator": None})
    return Picture("data:image/svg+xml;base64," + base64.b64encode(memory.getvalue()).decode(), alt, caption)


def raster(figure: Figure, alt: str, caption: str) -> Picture:
    """The figure as PNG, for fields with many cells and arrows."""
    memory = io.BytesIO()
    figure.savefig(memory, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
    return Picture("data:image/png;base64," + base64.b64encode(memory.getvalue()).decode(), alt, caption)
