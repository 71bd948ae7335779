"""One look for every figure: colours that colour-blind people tell apart, a canvas, and Plot."""

from __future__ import annotations

import base64
import contextlib
import functools
import io
import re
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, ParamSpec

import matplotlib as mpl
import numpy as np
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter
from PIL import Image

from proofbook.report import words

#: Blue, vermilion and green after Okabe and Ito (2008), darkened to 3:1 or more on white.
INK, MUTED, RULE = "#1f2328", "#59616b", "#d5d9de"
BLUE, SKY, TEAL, VIOLET = "#0b5c94", "#4a90c2", "#00796b", "#8a5a9e"
AMBER, GREY, RED = "#b35900", "#6f7780", "#b3261e"

METHOD_COLOURS = {
    "uei-exact": BLUE,
    "duns-exact": SKY,
    "name-exact": TEAL,
    "name-fuzzy-auto": VIOLET,
    "name-fuzzy-candidate": AMBER,
    "unmatched": GREY,
}
METHOD_MEANING = {
    "name-fuzzy-candidate": "for review",
    "unmatched": "not joined",
} | dict.fromkeys(["uei-exact", "duns-exact", "name-exact", "name-fuzzy-auto"], "accepted")

#: The outlines of a figure's letters alone take this many bytes as SVG, so that a PNG of fewer
#: bytes is the smaller one without looking.
_OUTLINES = 30_000

WIDTH = 5.6  # inches; one inch is 100 CSS pixels, two device pixels each
RC: Any = {
    "font.family": ["DejaVu Sans"],
    "font.size": 8.6,
    "text.parse_math": False,  # a "$" in data is a dollar sign
    "text.color": INK,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": MUTED,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "grid.color": RULE,
    "grid.linewidth": 0.7,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "lines.linewidth": 1.8,
    "svg.hashsalt": "proofbook",
    "svg.fonttype": "path",
    "figure.constrained_layout.use": False,
}

P = ParamSpec("P")


@contextlib.contextmanager
def _look() -> Iterator[None]:
    with mpl.rc_context(RC):
        yield


@dataclass(frozen=True)
class Plot:
    """A figure, the finding it shows in a sentence (``alt``), and how to read it (``caption``)."""

    figure: Figure
    alt: str
    caption: str = ""
    title: str = ""

    def png(self) -> bytes:
        """The figure as PNG of 64 colours at two device pixels per CSS pixel."""
        with _look():
            canvas = FigureCanvasAgg(self.figure)
            canvas.draw()  # type: ignore[no-untyped-call]
            pixels = np.asarray(canvas.buffer_rgba())[:, :, :3]  # type: ignore[no-untyped-call]
        image = Image.fromarray(np.ascontiguousarray(pixels)).quantize(
            colors=64, dither=Image.Dither.NONE
        )
        out = io.BytesIO()
        image.save(out, format="PNG", optimize=True)
        return out.getvalue()

    def svg(self) -> bytes:
        """The figure as SVG with its text as outlines, and nothing in it that names an address."""
        out = io.StringIO()
        with _look():
            self.figure.savefig(
                out,
                format="svg",
                metadata={"Date": None, "Creator": None, "Format": None, "Type": None},
            )
        text = re.sub(r"<\?xml.*?\?>|<!DOCTYPE.*?>|<!--.*?-->", "", out.getvalue(), flags=re.S)
        return re.sub(r"\s*\n\s*", "\n", text).strip().encode()

    def smallest(self) -> tuple[str, bytes]:
        """The media type and the bytes of whichever of the two is smaller."""
        png = self.png()
        if len(png) < _OUTLINES:
            return "image/png", png
        svg = self.svg()
        return ("image/svg+xml", svg) if len(svg) < len(png) else ("image/png", png)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in CSS pixels at which the text is of the size that was meant."""
        width, height = self.figure.get_size_inches()
        return round(width * 100), round(height * 100)

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> tuple[dict[str, str], dict[str, dict[str, Any]]]:
        del include, exclude
        width, height = self.size
        return (
            {"image/png": base64.b64encode(self.png()).decode(), "text/plain": self.alt},
            {"image/png": {"alt": self.alt, "width": width, "height": height}},
        )


def drawing(function: Callable[P, Plot]) -> Callable[P, Plot]:
    """Draw in the look of this module, whatever matplotlib's settings are elsewhere."""

    @functools.wraps(function)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> Plot:
        with _look():
            plot = function(*args, **kwargs)
            layout = plot.figure.get_layout_engine()
            if layout is not None:  # once: a layout repeated at every rendering drifts
                layout.execute(plot.figure)
                plot.figure.set_layout_engine("none")
            return plot

    return drawn


def canvas(
    title: str, subtitle: str, plot_height: float, *, columns: int = 1, rows: int = 1
) -> tuple[Figure, list[Axes]]:
    """A figure with its title and subtitle at the left, and axes of ``plot_height`` inches.

    Axes beside each other share their rows, axes under each other their x axis.
    """
    heads = textwrap.wrap(plain(title, 120), 58)
    lines = _packed(plain(subtitle, 260).split(" · "), 88)
    top = 0.2 + 0.2 * len(heads) + 0.165 * len(lines)
    height = plot_height + top
    figure = Figure(figsize=(WIDTH, height), dpi=200, facecolor="white", layout="constrained")
    figure.get_layout_engine().set(  # type: ignore[union-attr, call-arg]
        rect=(0.0, 0.0, 1.0, 1 - top / height), h_pad=0.06, w_pad=0.06, wspace=0.08
    )
    axes = list(np.ravel(figure.subplots(rows, columns, sharey=columns > 1, sharex=rows > 1)))
    y = height - 0.08
    for line in heads:
        y -= 0.2
        figure.text(0.011, (y + 0.05) / height, line, weight="bold", size=10.4)
    for line in lines:
        y -= 0.165
        figure.text(0.011, (y + 0.03) / height, line, color=MUTED, size=8.6)
    return figure, axes


def _packed(parts: list[str], width: int) -> list[str]:
    """Parts joined by dots into lines of at most ``width``, broken between parts if possible."""
    lines: list[str] = []
    for part in (piece for p in parts for piece in textwrap.wrap(p, width)):
        if lines and len(lines[-1]) + 3 + len(part) <= width:
            lines[-1] += f" · {part}"
        else:
            lines.append(part)
    return lines


def empty(title: str, why: str) -> Plot:
    """A figure that says in words that there is nothing to draw, and why."""
    figure, (ax,) = canvas(title, "", 0.6)
    ax.axis("off")
    ax.text(0, 0.5, plain(why, 90), color=MUTED, transform=ax.transAxes)
    return Plot(figure, alt=f"{title}: {why}", title=title)


def value_grid(ax: Axes, axis: str = "x") -> None:
    """Light lines across the axis on which values are read; the other axis has no ticks."""
    ax.grid(visible=True, axis=axis)  # type: ignore[arg-type]
    ax.tick_params(axis="both", length=0)
    ax.spines["left" if axis == "x" else "bottom"].set_visible(axis != "x")


def percent_axis(ax: Axes, axis: str, label: str) -> None:
    """Label an axis of rates 0-1 in percent."""
    target = ax.xaxis if axis == "x" else ax.yaxis
    target.set_major_formatter(FuncFormatter(lambda v, _: words.number(v * 100, 1)))
    target.set_label_text(f"{label} (%)")


def number_axis(ax: Axes, axis: str, label: str) -> None:
    """Label an axis of numbers with a comma per thousand."""
    target = ax.xaxis if axis == "x" else ax.yaxis
    target.set_major_formatter(FuncFormatter(lambda v, _: words.number(v)))
    target.set_label_text(label)


def legend(ax: Axes) -> None:
    """The names of the series in a row under the axes."""
    ax.legend(
        loc="upper center", bbox_to_anchor=(0.5, 0), bbox_transform=ax.transAxes,
        borderaxespad=4.2, ncols=4, frameon=False, handlelength=1.8, handleheight=0.9,
    )  # fmt: skip


def bound_line(ax: Axes, at: float, label: str, *, vertical: bool = True) -> None:
    """A bound as a dashed line with its words at its end."""
    if vertical:
        ax.axvline(at, color=RED, linestyle=(0, (4, 3)), linewidth=1.1, zorder=3)
        ax.annotate(
            plain(label, 60), (at, 1), xycoords=("data", "axes fraction"), xytext=(0, 3),
            textcoords="offset points", ha="center", va="bottom", color=RED, size=8.2,
        )  # fmt: skip
    else:
        ax.axhline(at, color=RED, linestyle=(0, (4, 3)), linewidth=1.1, zorder=3)
        folded = textwrap.fill(plain(label, 60).replace(" %", "\u00a0%"), 11)
        ax.annotate(
            folded, (1, at), xycoords=("axes fraction", "data"),
            xytext=(4, 0), textcoords="offset points", va="center", color=RED, size=8.2,
        )  # fmt: skip


@functools.cache
def _glyphs() -> frozenset[int]:
    path = font_manager.findfont("DejaVu Sans")
    return frozenset(font_manager.get_font(path).get_charmap())


def plain(value: object, width: int = 32) -> str:
    """A label: visible text on one line, short, in characters the figures' font has."""
    text = words.one_line(value, width)
    return "".join(c if ord(c) in _glyphs() else "□" for c in text)
