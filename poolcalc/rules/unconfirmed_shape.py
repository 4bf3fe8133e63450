"""The forward pass found another shape than the formulas predict.

This is a mistake in poolcalc, not in the network: the formula or the kernel is wrong. Please report it with the file.
"""

from collections.abc import Iterator

from poolcalc.finding import Finding
from poolcalc.rule.facts import Facts
from poolcalc.rule.rule import Rule
from poolcalc.wording import times


class UnconfirmedShape(Rule, code="PC500", severity="error"):
    needs = "forward"

    def look(self, facts: Facts) -> Iterator[Finding]:
        """Yield the layers whose arrays had another shape."""
        for layer in facts.sized.values() if facts.forward else ():
            if facts.forward and facts.forward.confirms(layer) is False:
                found = facts.forward.found[layer.node.name]
                outcome = f"found {times(found)}" if found else "failed"
                yield self.found(
                    layer,
                    f"predicted {times(layer.shape)}, the forward pass {outcome}",
                    help="this is a mistake in poolcalc, not in the network; please report it with the file",
                )
