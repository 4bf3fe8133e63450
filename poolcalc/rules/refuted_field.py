"""The kernels do not read what the receptive field predicts.

This is a mistake in poolcalc, not in the network: the taps of an operator or its kernel are wrong. Please report it
with the file.
"""

from collections.abc import Iterator

from poolcalc.finding import Finding
from poolcalc.rule.facts import Facts
from poolcalc.rule.rule import Rule


class RefutedField(Rule, code="PC501", severity="error"):
    needs = "proof"

    def look(self, facts: Facts) -> Iterator[Finding]:
        """Yield the layers whose units turned NaN where they should not, or did not where they should."""
        for layer in facts.analysis.layers if facts.proof else ():
            if facts.proof and (difference := facts.proof.refuted.get(layer.node.name)):
                yield self.found(
                    layer,
                    "the kernels do not read what the receptive field predicts",
                    difference,
                    help="this is a mistake in poolcalc, not in the network; please report it with the file",
                )
