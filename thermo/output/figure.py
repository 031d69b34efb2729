"""Figures for the report: one style, no pyplot (no global state, no display), encoded into the page."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import matplotlib
import numpy as np
from matplotlib import image
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import ListedColormap
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


def colour_map():
    """Cold blue to hot red through pale yellow: told apart without colour vision too, and dark lines show on it."""
    middle = matplotlib.colormaps["RdYlBu_r"](np.linspace(0.11, 0.93, 256))
    return ListedColormap(middle, "rooms")


@dataclass(frozen=True)
class Picture:
    """A figure ready for a page: a data URI, what it shows in words (for those who cannot see it), its caption, and
    the share of the page's width that it takes."""

    uri: str
    alt: str
    caption: str
    share: float = 1.0


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


def blended(figure: Figure, first, second, share: float, alt: str, caption: str, width: float) -> Picture:
    """The figure once with the artist ``first`` and once with ``second`` in its place, laid over it with opacity
    ``share``: a translucent surface without the seams of its pieces. PNG of ``width``, a share of the page's."""
    canvas = FigureCanvasAgg(figure)
    figure.set_dpi(DOTS_PER_INCH)
    images = []
    for shown, hidden in ((first, second), (second, first)):
        shown.set_visible(True)
        hidden.set_visible(False)
        canvas.draw()
        images.append(np.asarray(canvas.buffer_rgba())[..., :3].astype(np.float64))
    memory = io.BytesIO()
    mixed = ((1.0 - share) * images[0] + share * images[1]).round().astype(np.uint8)
    image.imsave(memory, mixed, format="png", metadata={"Software": None})
    return Picture("data:image/png;base64," + base64.b64encode(memory.getvalue()).decode(), alt, caption, width)
