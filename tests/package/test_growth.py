"""Cost grows with the network and no faster: counted in calls, which no busy machine can change."""

from collections.abc import Callable, Sequence

import pytest
from growth import chain, merges
from support.calls import calls

from poolcalc import Graph, analyze, loads
from poolcalc.analysis.sizes import Sizes
from poolcalc.answers import rf, shapes
from poolcalc.network.op import Shape
from poolcalc.ops.conv import Conv

WORKS: dict[str, Callable[[Graph], object]] = {
    "analysis": lambda graph: analyze(graph).params,
    "shapes": lambda graph: shapes.answer(analyze(graph)).tables(),
    "fields": lambda graph: rf.answer(analyze(graph)).tables(),
    "json": lambda graph: rf.answer(analyze(graph)).data(),
    "sizes": lambda graph: Sizes(graph, 0).clean,
}


@pytest.mark.parametrize("network", [chain, merges])
@pytest.mark.parametrize("what", WORKS)
def test_twice_the_layers_take_twice_the_calls(what: str, network: Callable[[int], str]) -> None:
    small, large = loads(network(200)).graph, loads(network(400)).graph
    work = WORKS[what]
    work(small)  # what is imported and remembered now does not count
    assert calls(lambda: work(large)) < 2.1 * calls(lambda: work(small))


@pytest.mark.parametrize("network", [chain, merges])
def test_reading_twice_the_layers_takes_twice_the_calls(network: Callable[[int], str]) -> None:
    loads(network(10))
    assert calls(lambda: loads(network(400))) < 2.1 * calls(lambda: loads(network(200)))


def test_what_equal_layers_have_in_common_is_worked_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    by_rule = Conv.output_shape

    def counting(self: Conv, inputs: Sequence[Shape]) -> Shape:
        asked.append(inputs)
        return by_rule(self, inputs)

    monkeypatch.setattr(Conv, "output_shape", counting)
    assert len(analyze(loads(chain(2_000))).layers) == 2_000
    assert asked == [((3, 64, 64),), ((4, 64, 64),)]
