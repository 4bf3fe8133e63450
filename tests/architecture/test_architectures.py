"""The bundled architectures against figures published elsewhere: totals, sizes, parameters and receptive fields."""

from functools import cache
from typing import Any

import pytest
from support.published import FIELDS, NETWORKS, Shape

import poolcalc

Report = dict[str, Any]

SHAPES = [(name, layer, shape) for name, net in NETWORKS.items() for layer, shape in net.shapes.items()]
LAYER_PARAMS = [(name, layer, params) for name, net in NETWORKS.items() for layer, params in net.layer_params.items()]
MACS = [(name, net.macs) for name, net in NETWORKS.items() if net.macs is not None]


@cache
def report(network: str) -> Report:
    return poolcalc.analyze(poolcalc.load(network)).to_dict()


def layer_of(network: str, name: str) -> Report:
    layers: dict[str, Report] = {layer["name"]: layer for layer in report(network)["layers"]}
    return layers[name]


def as_printed(value: int, figure: str) -> str:
    """Write a value in the unit and with the digits of a printed figure."""
    unit = {"M": 10**6, "G": 10**9}.get(figure[-1])
    if unit is None:
        return f"{value:,}"
    digits = len(figure[:-1].partition(".")[2])
    return f"{value / unit:.{digits}f}{figure[-1]}"


def test_every_bundled_architecture_has_published_figures() -> None:
    assert set(poolcalc.architectures()) == set(NETWORKS)


@pytest.mark.parametrize("network", NETWORKS)
def test_the_parameters_are_the_published_ones(network: str) -> None:
    figure = NETWORKS[network].params
    assert as_printed(report(network)["totals"]["params"], figure) == figure


@pytest.mark.parametrize(("network", "figure"), MACS)
def test_the_macs_are_the_published_ones(network: str, figure: str) -> None:
    assert as_printed(report(network)["totals"]["macs"], figure) == figure


@pytest.mark.parametrize(("network", "layer", "shape"), SHAPES)
def test_a_layer_has_the_published_size(network: str, layer: str, shape: Shape) -> None:
    assert layer_of(network, layer)["output_shape"] == shape


@pytest.mark.parametrize(("network", "layer", "params"), LAYER_PARAMS)
def test_a_layer_has_the_published_parameters(network: str, layer: str, params: int) -> None:
    parts = [part for part in report(network)["layers"] if f"{part['name']}.".startswith(f"{layer}.")]
    assert sum(part["params"] for part in parts) == params


@pytest.mark.parametrize(("network", "layer", "size", "jump", "padding"), FIELDS)
def test_a_layer_has_the_published_receptive_field(
    network: str, layer: str, size: int, jump: int | None, padding: int | None
) -> None:
    field = layer_of(network, layer)["receptive_field"]
    axes = len(report(network)["input"]) - 1
    assert field["size"] == [size] * axes
    assert jump is None or field["jump"] == [jump] * axes
    assert padding is None or field["effective_padding"] == [padding] * axes
