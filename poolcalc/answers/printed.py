"""The report that Python code gets: printed, or shown in a notebook, it is the table of `poolcalc shapes`."""

from dataclasses import dataclass
from typing import Any

from poolcalc.answers import report


@dataclass(frozen=True)
class Report(report.Report):
    """What is known of one network: `layers` in order, with shapes (channels first, without batch), costs and fields.

    design: the network and its purpose. analysis: what formulas say. forward, proof: what running it showed, None where
    it was not run. `params`, `macs` (per image), `activations`, `peak_activations`: sums over all layers. `findings`:
    what makes these numbers doubtful. `reduction(layer)`, `cumulative_reduction(layer)`: in percent of the positions.
    `to_dict()`: the object that the command prints as JSON.
    """

    def __str__(self) -> str:
        """Return the table, as the command prints it."""
        from poolcalc.answers import shapes
        from poolcalc.renderers import text

        return text.render([shapes.answer(self)]).rstrip("\n")

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """Show the table in a notebook."""
        from poolcalc.answers import shapes
        from poolcalc.renderers import html, text

        answers = [shapes.answer(self)]
        return {"text/html": html.render(answers), "text/plain": text.render(answers)}
