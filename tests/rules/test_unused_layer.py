"""Layers that no output depends on: which they are, what they cost, and what to do about them."""

from hypothesis import given
from support.networks import architectures

import poolcalc
from poolcalc.finding import Finding
from poolcalc.network.graph import Graph
from poolcalc.rules import rules

SLIP = """\
input: [3, 32, 32]
layers:
  - conv: {out_channels: 64, kernel_size: 3, padding: 1}
  - relu
  - conv: {out_channels: 8, kernel_size: 3, padding: 1, from: input}
  - max_pool: 2
"""
"""The second convolution reads the input: 64·3·9 + 64 parameters are never used, 8·3·9 + 8 are."""

PYRAMID = """\
input: [3, 32, 32]
layers:
  - conv: {out_channels: 8, kernel_size: 3, padding: 1, name: stem}
  - conv: {out_channels: 8, kernel_size: 3, stride: 2, padding: 1, name: down}
  - conv: {out_channels: 4, kernel_size: 1, name: p3, from: stem}
  - relu: {name: p3_out}
  - conv: {out_channels: 4, kernel_size: 1, name: p4, from: down}
  - max_pool: {kernel_size: 2, from: down}
  - conv: {out_channels: 4, kernel_size: 1, name: p5}
"""


def found(text: str) -> list[Finding]:
    facts = poolcalc.analyze(poolcalc.loads(text)).facts
    return [finding for rule in rules() for finding in rule.check(facts)]


def test_a_slip_in_from_is_found_with_what_it_costs() -> None:
    (finding,) = found(SLIP)
    assert (finding.rule.code, finding.layer) == ("PC402", "relu1")
    assert finding.message == "relu1: nothing reads it, and it is no output"
    macs, read = 64 * 3 * 9 * 32 * 32, 8 * 3 * 9 * 32 * 32
    assert finding.notes == (
        f"no output depends on 2 layers with 1,792 of 2,016 parameters and {macs:,} of {macs + read:,} MACs",
        "conv2, which follows it, reads input",
    )
    assert finding.help == ("use `outputs: [relu1, max_pool1]`, if it is a result; or the network without conv1, relu1")


def test_forgotten_outputs_are_one_finding_with_the_line_to_write() -> None:
    (finding,) = found(PYRAMID)
    assert finding.message == "p3_out, p4: nothing reads them, and they are no outputs"
    # Both heads have 8·4 + 4 parameters; 32² and 16² positions.
    heads, others = 32 * (32**2 + 16**2), 216 * 32**2 + 576 * 16**2 + 32 * 8**2
    parameters = f"72 of {224 + 584 + 3 * 36} parameters"
    assert finding.notes == (
        f"no output depends on 3 layers with {parameters} and {heads:,} of {heads + others:,} MACs",
    )
    assert finding.help == (
        "use `outputs: [p3_out, p4, p5]`, if they are results; or the network without p3, p3_out, p4"
    )


def test_heads_that_stand_in_outputs_are_read() -> None:
    assert not found(PYRAMID + "outputs: [p3_out, p4, p5]\n")
    (finding,) = found(PYRAMID + "outputs: [p3_out, p5]\n")
    assert finding.layer == "p4"


def test_what_cannot_run_is_counted_as_far_as_it_is_known() -> None:
    broken = SLIP.replace("  - relu", "  - conv: {out_channels: 8, kernel_size: 99}\n  - flatten\n  - linear: 2")
    first, second = found(broken)
    assert (first.rule.code, second.rule.code, second.layer) == ("PC100", "PC402", "linear1")
    # 64·8·99² + 8 parameters of the layer that does not fit are certain, those of the linear layer are not.
    known = 1792 + 64 * 8 * 99**2 + 8
    assert second.notes[0] == (
        f"no output depends on 4 layers with at least {known:,} of at least {known + 224:,} parameters and "
        f"at least {64 * 3 * 9 * 1024:,} of at least {(64 + 8) * 3 * 9 * 1024:,} MACs"
    )


def reaches_an_output(graph: Graph, name: str) -> bool:
    """Follow every path from a layer, one after the other."""
    readers = [node.name for node in graph.nodes if name in node.inputs]
    return name in graph.outputs or any(reaches_an_output(graph, reader) for reader in readers)


@given(architectures(most=8))
def test_the_unused_layers_are_those_from_which_no_path_leads_to_an_output(text: str) -> None:
    analysis = poolcalc.analyze(poolcalc.loads(text)).analysis
    unused = [layer.node.name for layer in analysis.unused]
    names = [node.name for node in analysis.graph.nodes]
    assert unused == [name for name in names if not reaches_an_output(analysis.graph, name)]


@given(architectures(most=8))
def test_the_line_that_is_proposed_makes_every_layer_used(text: str) -> None:
    for finding in found(text):
        if finding.rule.code == "PC402" and finding.help and "`outputs: [" in finding.help:
            line = finding.help.split("`")[1]
            assert "PC402" not in {each.rule.code for each in found(f"{text}{line}\n")}
