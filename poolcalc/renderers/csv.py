"""CSV: every column, plain values, one header line."""

import csv
from collections.abc import Sequence
from io import StringIO

from poolcalc.renderers.table import Table


def render(tables: Sequence[Table]) -> str:
    """Return the rows of tables that have the same columns; totals and notes are left out, so that columns add up."""
    stream = StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(column.key for column in tables[0].columns)
    for table in tables:
        writer.writerows(["" if cell.value is None else cell.value for cell in row.cells] for row in table.rows)
    return stream.getvalue()
