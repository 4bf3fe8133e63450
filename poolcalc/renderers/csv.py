"""CSV: every column, plain values, one header line."""

import csv
from collections.abc import Sequence
from io import StringIO

from poolcalc.renderers.answer import PLAIN, Answer, Style


def render(answers: Sequence[Answer], style: Style = PLAIN) -> str:  # noqa: ARG001 - nothing to choose
    """Return the rows of tables that have the same columns; totals and notes are left out, so that columns add up."""
    tables = [table for answer in answers for table in answer.tables()]
    stream = StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(column.key for column in tables[0].columns)
    for table in tables:
        writer.writerows(["" if cell.value is None else cell.value for cell in row.cells] for row in table.rows)
    return stream.getvalue()
