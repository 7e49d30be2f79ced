"""Pictures of counts, as SVG in the page: plain shapes whose colours the style sheet gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from socialcare.simulate.pages.markup import Markup, tag

_HEIGHT = 180
_WIDTH = 720
_TICKS = 4


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a chart: what it is called, and the height of each part by the class that colours it."""

    label: str
    parts: Sequence[tuple[str, int]]

    @property
    def total(self) -> int:
        """Its whole height."""
        return sum(number for _, number in self.parts)


def bar(parts: Sequence[tuple[str, float]], label: str) -> Markup:
    """A bar from side to side; each part is a share, 0 to 1, in the colour of its class."""
    left, shapes = 0.0, []
    for kind, share in parts:
        if share > 0:
            shapes.append(
                tag("rect", class_=kind, x=f"{100 * left:.2f}%", y=0, width=f"{100 * share:.2f}%", height=12)
            )
            left += share
    return tag("svg", *shapes, class_="bar", role="img", aria_label=label, height=12)


def columns(found: Sequence[Column], label: str, ends: Sequence[str]) -> Markup:
    """Columns side by side, each of parts upon each other, with lines at round numbers; `ends` stand below, from left to right."""
    top = _round_up(max((one.total for one in found), default=1))
    wide = _WIDTH / max(1, len(found))
    gap = min(2.0, wide / 5)
    shapes = []
    for step in range(1, _TICKS + 1):
        y = _HEIGHT - _HEIGHT * step / _TICKS
        shapes.append(tag("line", class_="grid", x1=0, x2=_WIDTH, y1=f"{y:.1f}", y2=f"{y:.1f}"))
    for place, one in enumerate(found):
        y = float(_HEIGHT)
        inside: list[Markup] = [tag("title", f"{one.label}: {one.total:,}")]
        for kind, number in one.parts:
            if number:
                tall = _HEIGHT * number / top
                y -= tall
                inside.append(
                    tag(
                        "rect",
                        class_=kind,
                        x=f"{place * wide:.2f}",
                        y=f"{y:.2f}",
                        width=f"{max(wide - gap, 0.5):.2f}",
                        height=f"{tall:.2f}",
                    )
                )
        shapes.append(tag("g", *inside))
    picture = tag(
        "svg",
        *shapes,
        role="img",
        aria_label=label,
        viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
        preserveAspectRatio="none",
    )
    scale = [tag("span", f"{top * step // _TICKS:,}") for step in range(_TICKS, -1, -1)]
    return tag(
        "div",
        tag("div", *scale, class_="scale", aria_hidden="true"),
        tag("div", picture, class_="plot"),
        tag("div", *(tag("span", each) for each in dict.fromkeys(ends)), class_="ends", aria_hidden="true"),
        class_="chart",
    )


def _round_up(number: int) -> int:
    """The next round number that divides by four."""
    size = 1
    while True:
        for digits in (4, 8, 12, 16, 20, 24, 28, 32, 36):
            if digits * size >= number:
                return digits * size
        size *= 10
