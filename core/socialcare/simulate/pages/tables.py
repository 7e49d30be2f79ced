"""Tables of a page: with a caption, and with roles that last where a narrow screen lays their cells out anew."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from socialcare.simulate.pages.markup import Child, Markup, tag

Row = Sequence[Child]


def table(caption: str, heads: Sequence[str], rows: Iterable[Row]) -> Markup:
    """A table whose first column names the row and whose other columns hold numbers; a zero is quiet."""
    titles = [
        tag("th", each, scope="col", role="columnheader", class_=None if place == 0 else "r")
        for place, each in enumerate(heads)
    ]
    return tag(
        "table",
        tag("caption", caption),
        tag("thead", tag("tr", *titles, role="row"), role="rowgroup"),
        tag("tbody", *(_row(heads, row) for row in rows), role="rowgroup"),
        class_="stack" if len(heads) > 2 else "pair",
        role="table",
    )


def _row(heads: Sequence[str], row: Row) -> Markup:
    first, *rest = row
    cells = [
        tag("td", each, role="cell", class_="r zero" if each in (0, "0", "–") else "r", data_l=head)
        for head, each in zip(heads[1:], rest, strict=True)
    ]
    return tag("tr", tag("th", first, scope="row", role="rowheader"), *cells, role="row")
