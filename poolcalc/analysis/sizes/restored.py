"""Maps that are enlarged, and the earlier ones whose size they may be meant to have again.

An encoder-decoder coarsens its maps and enlarges them again. What comes back is as fine as a map before; padding, and
convolutions without it, may lie on the way there and behind it, and may cancel.
"""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from math import inf
from typing import NamedTuple

from poolcalc.analysis.sizes.law import slope
from poolcalc.network.graph import INPUT, Graph, Node
from poolcalc.network.op import Op, Shape


class Enlargement(NamedTuple):
    """A map that is enlarged, those that follow it as fine, and those before it that are as fine.

    later: the enlarged map and what follows, in order; of constant size, itself alone. earlier: from the input on, each
    with the layer that reads it on the way to the enlarged map. coarser: how many times coarser maps get between the
    two. source: what is enlarged to a constant size, unless it is larger already; None for other sizes.
    """

    later: tuple[str, ...]
    earlier: tuple[tuple[str, str], ...]
    coarser: Fraction
    source: str | None = None


class Restoration(NamedTuple):
    """Two maps that are to be of one size: `later` is enlarged to what `earlier` was, which layer `before` reads."""

    later: str
    earlier: str
    before: str


def restorations(
    enlarged: Sequence[Enlargement],
    sizes: Mapping[str, Sequence[int | None]],
    native: Mapping[str, int | None],
    lost: Mapping[int, int],
) -> list[Restoration]:
    """Return which maps are to be of one size.

    What is restored on the present input is to be. Anything else is, where other inputs restore it that also restore
    what was found so far: rather those that lose nothing, and maps far out, so that results are as large as the input.
    Maps of constant size are, only if the present input does not run.

    sizes: of all tensors, on inputs of some sizes. native: on the present input. lost: by the places of those inputs on
    which all layers can run, how many rows are lost.
    """
    suitable, found = set(lost), dict[Enlargement, Restoration]()
    for natively, most in ((True, 0), (False, 0), (False, inf)):
        for each in enlarged:
            if each in found or not _is_meant(each, native, natively=natively):
                continue
            # Of maps of the same sizes, the outermost decides which pair comes first, and the innermost are told.
            afters = {tuple(sizes[name]): name for name in reversed(each.later)}
            befores = {tuple(sizes[name]): (name, reader) for name, reader in each.earlier}
            for (after, later), (before, (earlier, reader)) in product(afters.items(), befores.items()):
                equal = {place for place in suitable if after[place] == before[place]}
                is_kept = native[later] == native[earlier] is not None
                if is_kept if natively else any(lost[place] <= most for place in equal):
                    suitable, found[each] = equal, Restoration(later, earlier, reader)
                    break
    return [found[each] for each in enlarged if each in found]


def _is_meant(each: Enlargement, native: Mapping[str, int | None], *, natively: bool) -> bool:
    """Return whether a map may be meant to be as large as before; one of constant size may also be meant otherwise."""
    if each.source is None:
        return True
    larger = (native[each.source] or 0) < (native[each.later[0]] or 1)
    return larger and (natively or None in native.values())


def present_rates(graph: Graph, shapes: Mapping[str, Shape], axis: int) -> dict[str, Fraction]:
    """Return how many units along an axis maps have for an input pixel, as `enlargements` takes them.

    shapes: of all tensors on the present input.
    """
    found, slopes = {INPUT: Fraction(1)}, dict[Op, Fraction]()
    for name, op, inputs in graph.nodes:
        if len(shapes[name]) > 1:
            rate = max(found[source] for source in inputs)
            if rate and not (op.merges or op.keeps_shape):
                if op not in slopes:
                    slopes[op] = slope(op, axis, shapes[inputs[0]])
                rate *= slopes[op]
            found[name] = rate
    return found


def enlargements(graph: Graph, rates: Mapping[str, int | Fraction]) -> Iterator[Enlargement]:
    """Yield the maps that are enlarged after something coarsened them.

    rates: how many units of a map there are for an input pixel; 0 where its size is constant, none for flat vectors. A
    map of constant size may be meant to have that of any finer map before what is enlarged.
    """
    nodes = {node.name: node for node in graph.nodes}
    order = {name: place for place, name in enumerate(nodes)}
    readers: dict[str, list[str]] = {}
    for node in graph.nodes:
        for source in node.inputs:
            readers.setdefault(source, []).append(node.name)
    for node in graph.nodes:
        rate, coarse = rates.get(node.name), rates.get(node.inputs[0])
        if not node.op.enlarges or rate is None or coarse is None or 0 < rate <= coarse:
            continue
        earlier, coarsest = list[tuple[str, str]](), coarse
        for name, reader in _back(node, nodes, rates):
            here = rates[name]
            coarsest = min(coarsest, here)
            if here == rate if rate else here > coarse:
                earlier.append((name, reader))
            elif rate and (earlier or here > rate):
                break
        if earlier:
            later = sorted(_alike(node.name, readers, rates), key=order.__getitem__) if rate else [node.name]
            ratio = Fraction(rate) / coarsest if coarsest else Fraction(1)
            yield Enlargement(tuple(later), tuple(reversed(earlier)), ratio, None if rate else node.inputs[0])


def _back(node: Node, nodes: Mapping[str, Node], rates: Mapping[str, int | Fraction]) -> Iterator[tuple[str, str]]:
    """Yield the maps on the way back from a layer to the input, by the finest where ways meet, and who reads them."""
    name = ""
    while name != INPUT:
        maps = [source for source in node.inputs if source in rates]
        if not maps:
            return
        name = max(maps, key=rates.__getitem__) if len(maps) > 1 else maps[0]
        yield name, node.name
        node = nodes.get(name, node)


def _alike(name: str, readers: Mapping[str, list[str]], rates: Mapping[str, int | Fraction]) -> set[str]:
    """Return a map and those that follow it without becoming coarser or finer."""
    found, waiting = {name}, [name]
    while waiting:
        for reader in readers.get(waiting.pop(), ()):
            if reader not in found and rates.get(reader) == rates[name]:
                found.add(reader)
                waiting.append(reader)
    return found
