"""`expect:` in the file: how it is read, what is judged, and what is said of what is broken."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator
from support.networks import architectures

import poolcalc
from poolcalc.api import analyze
from poolcalc.errors import InvalidArchitecture
from poolcalc.finding import Finding
from poolcalc.network.design import Design
from poolcalc.network.expectation import Expectation
from poolcalc.reading.expectations import parse_expectations
from poolcalc.reading.schema import architecture_schema
from poolcalc.rules.broken_expectation import BrokenExpectation
from poolcalc.source import Place

NETWORK = """\
input: [1, 28, 29]
layers:
  - conv: {out_channels: 32, kernel_size: 3, padding: 1}
  - relu
  - max_pool: {kernel_size: 2, name: pool}
  - conv: {out_channels: 64, kernel_size: 3}
  - gap
  - flatten
  - linear: 10
"""


def expecting(text: str, network: str = NETWORK) -> Design:
    return poolcalc.loads(f"{network}expect:\n  {text}\n")


def place_of(finding: Finding, text: str, network: str = NETWORK) -> Place:
    place = finding.place(expecting(text, network).places)
    assert place
    return place


def broken(text: str, network: str = NETWORK) -> list[Finding]:
    return list(BrokenExpectation().check(analyze(expecting(text, network)).facts))


def problems(text: str, network: str = NETWORK) -> list[tuple[str, str | None]]:
    with pytest.raises(InvalidArchitecture) as caught:
        expecting(text, network)
    return [(problem.message, problem.help) for problem in caught.value.findings]


@pytest.mark.parametrize(
    "text",
    [
        "output: [10]",
        "output: 10",
        "output: {linear1: [10]}",
        "receptive_field: 8",
        "receptive_field: {min: 8, max: 8}",
        "receptive_field: [8, 8]",
        "jump: 2",
        "jump: {max: 4/2}",
        "params: 19466",
        "params: 19.466k",
        "params: {max: 25M}",
        "macs: {min: 1k, max: 4 M}",
        "activations: {max: 1G}",
        "dropped: {max: 1}",
        "dropped: 1",
        "at: {pool: {size: 14, receptive_field: 4, jump: 2}}",
        "at: {conv2: {size: [12, 12]}, linear1: {size: 10}}",
        "at: {gap1: {receptive_field: {min: 28}}}",
        "message: be kind",
    ],
)
def test_what_is_kept_is_no_finding(text: str) -> None:
    design = expecting(text)
    assert design.expectations or "message" in text
    assert broken(text) == []


@pytest.mark.parametrize(
    ("text", "layer", "message", "remedy"),
    [
        ("output: [100]", "linear1", "linear1: expected output to be 100, found 10", "output: [10]"),
        ("output: 64x7x7", "linear1", "linear1: expected output to be 64×7×7, found 10", "output: [10]"),
        (
            "receptive_field: {min: 224}",
            "conv2",
            "conv2: expected receptive field to be at least 224, found 8",
            "min: 8",
        ),
        ("jump: {max: 1}", "conv2", "conv2: expected jump to be at most 1, found 2", "max: 2"),
        ("jump: 1/2", "conv2", "conv2: expected jump to be 1/2, found 2", "jump: 2"),
        ("params: {max: 19k}", "conv2", "expected params to be at most 19,000, found 19,466", "max: 19466"),
        ("macs: 3M", "conv2", "expected MACs to be 3,000,000, found 2,888,704", "macs: 2888704"),
        (
            "activations: {max: 50k}",
            "conv1",
            "expected activations to be at most 50,000, found 67,594",
            "max: 67594",
        ),
        ("dropped: {max: 0}", "pool", "pool: expected dropped rows to be at most 0, found 1", "max: 1"),
        ("at: {relu1: {size: 28}}", "relu1", "relu1: expected size to be 28, found 28×29", "size: [28, 29]"),
        ("at: {pool: {size: [7, 14]}}", "pool", "pool: expected size to be 7×14, found 14×14", "size: 14"),
        ("at: {pool: {size: {min: 15}}}", "pool", "pool: expected size to be at least 15, found 14", "min: 14"),
        ("at: {gap1: {jump: 2}}", "gap1", "gap1: expected jump to be 2, found no single figure", None),
    ],
)
def test_what_is_broken(text: str, layer: str, message: str, remedy: str | None) -> None:
    (finding,) = broken(text)
    assert finding.rule == ("PC600", "broken-expectation", "error")
    assert (finding.layer, finding.message) == (layer, message)
    assert finding.help == (f"if that is meant, write `{remedy}`" if remedy else None)


def test_the_remedy_works() -> None:
    for text in ("params: {max: 19k}", "output: [100]", "dropped: 0", "at: {relu1: {size: 28}}", "jump: {min: 3}"):
        (finding,) = broken(text)
        assert finding.help
        key, _, wanted = finding.help.split("`")[1].partition(": ")
        limits = f"{{{key}: {wanted}}}" if key in ("min", "max") else wanted
        name = text.split(":")[0]
        assert broken(f"at: {{relu1: {{{key}: {wanted}}}}}" if name == "at" else f"{name}: {limits}") == []


def test_sums_name_the_layer_with_the_largest_share() -> None:
    (finding,) = broken("params: {max: 1}")
    assert finding.notes == ("conv2 has the most of them: 18,496",)


def test_every_limit_has_its_own_place_and_the_message() -> None:
    lines = [
        "receptive_field: {min: 9}",
        "params: {max: 5}",
        "at:",
        "  pool:",
        "    size: 3",
        "message: ask the",
        "  team",
    ]
    text = "\n  ".join(lines)
    findings = broken(text)
    assert [place_of(finding, text)[:2] for finding in findings] == [(11, 26), (12, 17), (15, 13)]
    assert [finding.notes[0] for finding in findings] == ["ask the team"] * 3


def test_what_varies_must_keep_both_limits() -> None:
    network = """\
input: [1, 9, 9]
layers:
  - conv: {out_channels: 2, kernel_size: 3}
  - upsample: 3
  - conv: {out_channels: 2, kernel_size: 3}
"""
    (axis, _) = analyze(poolcalc.loads(network)).layers[-1].receptive_field
    assert axis
    assert axis.size_min < axis.size
    assert broken(f"receptive_field: {{min: {axis.size_min}, max: {axis.size}}}", network) == []
    assert len(broken(f"receptive_field: {{min: {axis.size}}}", network)) == 1
    assert len(broken(f"receptive_field: {{max: {axis.size_min}}}", network)) == 1
    (exact,) = broken(f"receptive_field: {axis.size}", network)
    assert exact.message.endswith(f"found {axis.size_min}–{axis.size}")
    assert exact.help is None


def test_a_block_stands_for_its_last_layer() -> None:
    network = "input: [1, 8, 8]\nlayers:\n  - block: {name: stem, layers: [max_pool: 2, relu]}\n"
    (finding,) = broken("at: {stem: {size: 8}}", network)
    assert finding.message == "stem.relu1: expected size to be 8, found 4"


def test_rows_that_somebody_reads_are_not_dropped() -> None:
    assert broken("dropped: {max: 0}", f"{poolcalc.load('resnet50').source.text}\n") == []


def test_a_layer_that_cannot_run_breaks_nothing_more() -> None:
    network = "input: [1, 8, 8]\nlayers:\n  - conv: {out_channels: 1, kernel_size: 9}\n"
    for text in ("output: [1, 2, 2]", "macs: {max: 0}", "receptive_field: 3", "dropped: 0", "at: {conv1: {size: 3}}"):
        assert broken(text, network) == []


def test_parameters_are_judged_where_they_need_no_sizes() -> None:
    network = "input: [1, 8, 8]\nlayers:\n  - conv: {out_channels: 1, kernel_size: 9}\n"
    (finding,) = broken("params: {max: 80}", network)
    assert finding.message == "expected params to be at most 80, found 82"


UNCERTAIN = """\
input: [1, 8, 8]
layers:
  - conv: {out_channels: 2, kernel_size: 3}
  - conv: {out_channels: 2, kernel_size: 9}
  - flatten
  - linear: 10
"""
"""The two convolutions have 20 and 326 parameters, and nobody knows how long the vector is."""


def test_an_incomplete_sum_is_judged_only_where_it_is_too_large_already() -> None:
    for allowed in ("params: {max: 346}", "params: 346", "params: 347", "params: {min: 347}", "macs: {max: 648}"):
        assert broken(allowed, UNCERTAIN) == []
    for exceeded in ("params: {max: 345}", "params: 345"):
        (finding,) = broken(exceeded, UNCERTAIN)
        assert finding.message.endswith("found at least 346")
        note = "conv2 has the most of them: 326, of the 3 of 4 layers whose params are known"
        assert (finding.notes, finding.help) == ((note,), None)
    (finding,) = broken("macs: {max: 647}", UNCERTAIN)
    assert finding.message == "expected MACs to be at most 647, found at least 648"


def test_rows_are_lost_at_least_where_a_layer_cannot_run() -> None:
    network = "input: [1, 9, 9]\nlayers:\n  - max_pool: 2\n  - conv: {out_channels: 1, kernel_size: 9}\n"
    assert broken("dropped: {max: 1}", network) == []
    (finding,) = broken("dropped: 0", network)
    assert finding.message == "max_pool1: expected dropped rows to be 0, found at least 1"


def test_a_field_behind_a_layer_that_cannot_run_is_not_the_one_before_it() -> None:
    assert broken("receptive_field: {min: 100}", UNCERTAIN) == []


TWO = """\
input: [1, 8, 8]
layers:
  - max_pool: {kernel_size: 2, name: half}
  - max_pool: {kernel_size: 2, name: quarter}
outputs: [half, quarter]
"""


def test_several_outputs_have_a_shape_each() -> None:
    assert broken("output: {half: 1x4x4, quarter: 1x2x2}", TWO) == []
    text = "output: {half: 1x4x4, quarter: 1x2x4}"
    (finding,) = broken(text, TWO)
    assert (finding.layer, place_of(finding, text, TWO).column) == ("quarter", 34)
    assert problems("output: [1, 2, 2]", TWO) == [
        ("the network has 2 outputs", "write a shape under each name: {half: …, quarter: …}")
    ]
    assert [finding.layer for finding in broken("receptive_field: {min: 3}", TWO)] == ["half"]


@pytest.mark.parametrize(
    ("text", "message", "remedy"),
    [
        ("outptu: [10]", "unknown expectation 'outptu'", "did you mean 'output'?"),
        ("params: {mx: 10}", "params has no 'mx'", "did you mean 'max'?"),
        ("params: {}", "params has neither min nor max", "give one of them, or both"),
        ("params: {min: 2, max: 1}", "min 2 is above max 1", "swap them"),
        (
            "params: many",
            "expected a number of at least 0, found 'many'",
            "write a number such as 224, 1/2, 25.6M or 4G",
        ),
        ("params: -1", "expected a number of at least 0, found '-1'", "write a number such as 224, 1/2, 25.6M or 4G"),
        ("output: wide", "expected a shape, found 'wide'", "write [512, 7, 7] or 512x7x7, or [1000] for a flat vector"),
        ("output: {conv1: [3]}", "'conv1' is no output of the network", "name one of the outputs: linear1"),
        ("at: {cnv2: {size: 3}}", "no layer is called 'cnv2'", "did you mean 'conv2'?"),
        ("at: {input: {size: 3}}", "the input is no layer", "name a layer"),
        ("at: {conv2: {sizes: 3}}", "a layer has no 'sizes'", "did you mean 'size'?"),
        (
            "at: {conv2: 3}",
            "expected keys and values, found '3'",
            "write {size: …, receptive_field: …, jump: …}, those that matter",
        ),
        ("at: 3", "expected names of layers, found '3'", "write `at: {name: {size: 7}}`"),
        ("message:", "expected a message, found nothing", "write the text behind the key"),
    ],
)
def test_mistakes(text: str, message: str, remedy: str) -> None:
    assert problems(text) == [(message, remedy)]


def test_a_wrong_number_of_axes_is_a_mistake() -> None:
    ((message, _),) = problems("at: {conv2: {size: [1, 2, 3]}}")
    assert message == "expected one value or a list of 2 (the input has 2 spatial axes), found a list of 3"


def test_all_mistakes_are_reported_at_once() -> None:
    assert len(problems("{outptu: [a], params: b, at: {x: {y: c}}}")) == 5


def test_expectations_are_keys_and_values() -> None:
    for text in ("[output]", "small", "~"):
        ((message, _),) = problems(text)
        assert message.startswith("expected keys and values")


@given(architectures())
def test_what_was_found_is_what_can_be_asked(text: str) -> None:
    """Whatever a network is, asked for exactly that it keeps; asked for one more of anything it does not."""
    report = analyze(poolcalc.loads(text))
    design = report.design
    output = report.layers[-1]
    assert output.shape
    kept = (
        Expectation(what="output", wanted=output.shape, layer=output.node.name),
        Expectation(what="params", wanted=(report.params,)),
        Expectation(what="macs", wanted=(report.macs,), relation="at most"),
        Expectation(what="activations", wanted=(report.activations,), relation="at least"),
        *(
            Expectation(what="size", wanted=layer.shape[1:] or layer.shape, layer=layer.node.name)
            for layer in report.layers
            if layer.shape
        ),
    )

    def found(expectations: tuple[Expectation, ...]) -> list[Finding]:
        return list(BrokenExpectation().check(analyze(replace(design, expectations=expectations)).facts))

    assert found(kept) == []
    more = tuple(
        one._replace(wanted=tuple(value + 1 for value in one.wanted)) for one in kept if one.relation != "at most"
    )
    assert len(found(more)) == len(more)


def test_on_the_command_line() -> None:
    found = parse_expectations(output="512x7x7", min_rf=224, max_params="25M", max_macs="4.1G")
    assert [str(one) for one in found] == [
        "output to be 512×7×7",
        "receptive field to be at least 224",
        "params to be at most 25,000,000",
        "MACs to be at most 4,100,000,000",
    ]
    assert {one.key for one in found} == {""}
    assert parse_expectations() == ()
    design = replace(poolcalc.loads(NETWORK), expectations=found)
    findings = list(BrokenExpectation().check(analyze(design).facts))
    assert [finding.message for finding in findings] == [
        "linear1: expected output to be 512×7×7, found 10",
        "conv2: expected receptive field to be at least 224, found 8",
    ]
    assert {finding.help for finding in findings} == {None}


@pytest.mark.parametrize("given", [{"output": "wide"}, {"min_rf": "-3"}, {"max_params": "25 apples"}])
def test_mistakes_on_the_command_line(given: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="expected a "):
        parse_expectations(**given)


def test_objects_are_read() -> None:
    assert poolcalc.loads(f"{NETWORK}objects: [8, 32]\n").objects == (8, 32)
    assert poolcalc.loads(f"{NETWORK}objects: 8\n").objects == (8,)
    assert poolcalc.loads(NETWORK).objects == ()
    for text in ("[]", "0", "big", "[8, ~]"):
        with pytest.raises(InvalidArchitecture):
            poolcalc.loads(f"{NETWORK}objects: {text}\n")


@pytest.mark.parametrize(
    ("key", "value", "good"),
    [
        ("output", [512, 7, 7], True),
        ("output", "512x7x7", True),
        ("output", {"p3": [1, 2, 3]}, True),
        ("output", {"p3": "many"}, False),
        ("params", "25.6M", True),
        ("params", {"max": 3}, True),
        ("params", {"mx": 3}, False),
        ("jump", "1/2", True),
        ("at", {"x": {"size": [1, 2]}}, True),
        ("at", {"x": {"sizes": 1}}, False),
        ("macs", "25 apples", False),
        ("surprise", 1, False),
    ],
)
def test_the_schema_says_the_same(key: str, value: Any, good: bool) -> None:  # noqa: FBT001
    document = {"input": [1, 8, 8], "layers": ["relu"], "expect": {key: value}, "objects": [8]}
    assert Draft202012Validator(architecture_schema()).is_valid(document) is good
