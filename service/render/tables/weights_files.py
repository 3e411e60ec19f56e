"""Tables of neighbours as GAL and GWT, which GeoDa, PySAL and spdep read."""

from service.access.release import Released
from service.model.answers import Table
from spatial.errors import InvalidValuesError


def table_gal(released: Released[Table], *, crs: str | None = None) -> bytes:
    """A table of neighbours as GAL: each area with the number of its neighbours, and their codes.

    The first line is that of GeoDa: ``0``, the number of areas, the layer, the name of the codes.
    Weights are not in it.
    """
    neighbours: dict[str, list[str]] = {}
    for code, neighbour, _ in _rows(released.answer):
        of_area = neighbours.setdefault(code, [])
        if neighbour is not None:
            of_area.append(neighbour)
    lines = [_header(released.answer, len(neighbours))]
    for code, of_area in neighbours.items():
        lines += [f"{code} {len(of_area)}", " ".join(of_area)]
    return ("\n".join(lines) + "\n").encode()


def table_gwt(released: Released[Table], *, crs: str | None = None) -> bytes:
    """A table of neighbours as GWT: a line for each link, with its weight.

    An area without neighbours is its own with a weight of 0, as PySAL writes it.
    """
    rows = _rows(released.answer)
    lines = [_header(released.answer, len({code for code, _, _ in rows}))]
    lines += [
        f"{code} {code} 0" if neighbour is None else f"{code} {neighbour} {weight:.10g}"
        for code, neighbour, weight in rows
    ]
    return ("\n".join(lines) + "\n").encode()


def _rows(table: Table) -> list[tuple[str, str | None, float]]:
    """Code, neighbour and weight of each row; codes with blanks are refused."""
    codes, neighbours, weights = (
        table.columns[name].tolist() for name in ("code", "neighbour", "weight")
    )
    blank = next((code for code in codes if code.split() != [code]), None)
    if blank is not None:
        raise InvalidValuesError(
            "code", f"{blank!r} has blanks, which GAL and GWT cannot hold: ask for csv or parquet"
        )
    return list(zip(codes, neighbours, weights, strict=True))


def _header(table: Table, areas: int) -> str:
    """The first line of both; there is no other place to say that a layer is invented."""
    layer = str(table.provenance.sources["layer"]["id"])
    if table.provenance.synthetic:
        layer += "-synthetic-data"
    return f"0 {areas} {layer} code"
