"""What is said of a network in which a layer cannot run: the error, and what is certain without that layer."""

import os
from collections.abc import Iterator
from dataclasses import replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from support.networks import architectures

import poolcalc
from poolcalc.analysis.layers import analyse
from poolcalc.finding import Finding
from poolcalc.network.design import Design
from poolcalc.network.edit import inserted
from poolcalc.network.expectation import Expectation, Relation, What
from poolcalc.network.graph import Graph
from poolcalc.network.op import Op, make
from poolcalc.ops import BY_NAME
from poolcalc.rule.facts import Facts
from poolcalc.rule.rule import Rule
from poolcalc.rules import rules

BREAKS = ("PC100", "PC101")
"""The rules that report a layer that cannot run."""

EXAMPLES = int(os.environ.get("BROKEN_NETWORKS", "60"))
"""Networks to break; several thousand were tried once."""


@st.composite
def broken(draw: st.DrawFn) -> tuple[Design, Design]:
    """Draw a network and the same with one layer put in that breaks it, or a merge behind it."""
    graph = poolcalc.loads(draw(architectures(most=8))).graph
    merges, at_merge = [node for node in graph.nodes if node.op.merges], draw(st.booleans())
    node = draw(st.sampled_from(merges if merges and at_merge else graph.nodes))
    place = draw(st.integers(0, len(node.inputs) - 1))
    design = Design(
        graph,
        task=draw(st.sampled_from([None, "classification", "detection", "segmentation"])),
        objects=draw(st.sampled_from([(), (3,), (2, 9)])),
        expectations=draw(expectations()),
    )
    changed = inserted(graph, node.name, place, draw(st.sampled_from(breaking(len(graph.input) - 1))))
    assume(node.name not in analyse(changed).sized)
    return design, replace(design, graph=changed)


def breaking(rank: int) -> list[Op]:
    """Return layers that cannot run on maps, or not on vectors, or that make sizes or channels unequal at a merge.

    Those that run read all that they get: without them, nothing more is read.
    """
    return [
        make(BY_NAME["conv"], rank, out_channels=1, kernel_size=999),
        make(BY_NAME["channel_slice"], rank, stop=9999),
        make(BY_NAME["pad"], rank, padding=[(0, 1)] * rank),
        make(BY_NAME["pad"], rank, padding=[(1, 2)] * rank),
        make(BY_NAME["conv"], rank, out_channels=5, kernel_size=1),
        make(BY_NAME["flatten"], rank),
    ]


@st.composite
def expectations(draw: st.DrawFn) -> tuple[Expectation, ...]:
    """Draw what may be asked of a network as a whole."""
    asked: dict[What, int] = {"params": 600, "macs": 600, "activations": 600, "dropped": 3}
    asked |= {"size": 8, "receptive_field": 8, "jump": 3}
    names = draw(st.lists(st.sampled_from(sorted(asked)), max_size=2, unique=True))
    relations: list[Relation] = ["exactly", "at most", "at least"]
    return tuple(
        Expectation(what, (draw(st.integers(0, asked[what])),), draw(st.sampled_from(relations)), key=f"expect.{what}")
        for what in names
    )


def facts_of(design: Design) -> Facts:
    return Facts(design, analyse(design.graph))


def found(facts: Facts, applied: tuple[Rule, ...]) -> list[Finding]:
    """Return what rules find, without trying remedies."""
    return [finding for rule in applied for finding in rule.look(facts)]


def remedied(facts: Facts) -> Iterator[Graph]:
    """Yield the network with each remedy for a layer that cannot run, those at the same input."""
    for rule in rules():
        for finding in rule.look(facts) if rule.id.code in BREAKS else ():
            layer = facts.layers[finding.layer]
            for remedy in rule.remedies(facts, layer):
                if rule.cures(remedy, facts, layer):
                    yield from (graph for graph in remedy.graphs if graph.input == facts.graph.input)


def is_said(finding: Finding, broken: Facts, mended: Facts, others: list[Finding]) -> bool:
    """Return whether the same is found, if only among more of the kind, or it is about what the mending changed."""
    same = [each for each in others if each.rule == finding.rule]
    named = (each.about == finding.about or finding.layer in " ".join(each.notes) for each in same)
    return any(named) or known(broken, finding.layer) != known(mended, finding.layer)


def known(facts: Facts, name: str) -> object:
    """Return what a rule can say something about; nothing of a layer that was put in to break the network."""
    layer = facts.layers.get(name)
    return layer and (layer.input_shapes, layer.shape, layer.fields)


@settings(max_examples=EXAMPLES)
@given(broken())
def test_what_is_found_in_a_broken_network_is_found_in_every_mended_version_of_it(nets: tuple[Design, Design]) -> None:
    whole, cut = nets
    facts = facts_of(cut)
    others = tuple(rule for rule in rules() if rule.id.code not in BREAKS)
    findings = found(facts, others)
    for graph in [whole.graph, *(remedied(facts) if findings else ())]:
        mended = facts_of(replace(cut, graph=graph))
        if mended.impossible:
            continue
        said = found(mended, others)
        strange = [finding for finding in findings if not is_said(finding, facts, mended, said)]
        assert not strange, (graph, facts.impossible)


@settings(max_examples=EXAMPLES)
@given(broken())
def test_parameters_that_are_certain_behind_a_break_are_those_of_the_whole_network(nets: tuple[Design, Design]) -> None:
    whole, cut = (facts_of(design) for design in nets)
    added = cut.layers.keys() - whole.layers.keys()
    assume(added <= cut.sized.keys())  # else what it would give is not what it is given
    wrong = [name for name in whole.sized if cut.layers[name].params not in (None, whole.sized[name].params)]
    assert wrong == []


def codes(text: str) -> list[str]:
    facts = facts_of(poolcalc.loads(text))
    return [finding.rule.code for rule in rules() for finding in rule.look(facts)]


CLASSIFIER = """\
input: [3, 224, 224]
task: classification
layers:
  - conv: {out_channels: 16, kernel_size: 7, stride: 2, padding: 3}
  - conv: {out_channels: 16, kernel_size: 3, padding: 1, name: a}
  - conv: {out_channels: 32, kernel_size: 3, padding: 1, from: a, name: b}
  - add: [a, b]
  - repeat: {times: 5, layers: [{conv: {out_channels: 16, kernel_size: 7, stride: 2, padding: 3}}]}
  - gap
  - flatten
  - linear: 10
"""


def test_the_last_map_before_a_break_is_not_what_a_classifier_looks_at() -> None:
    assert codes(CLASSIFIER) == ["PC100"]


PYRAMID = """\
input: [3, 225, 225]
task: segmentation
objects: [24]
layers:
  - conv: {out_channels: 16, kernel_size: 3, stride: 2, padding: 1}
  - conv: {out_channels: 16, kernel_size: 3, stride: 2, padding: 1}
  - conv: {out_channels: 32, kernel_size: 3, stride: 2, padding: 1}
  - conv: {out_channels: 64, kernel_size: 3, stride: 2, padding: 1, name: c4}
  - conv: {out_channels: 64, kernel_size: 3, stride: 2, padding: 1}
  - upsample: {scale_factor: 2, name: t5}
  - add: {from: [t5, c4]}
  - upsample: {scale_factor: 8, mode: bilinear}
  - conv: {out_channels: 2, kernel_size: 1}
"""


def test_nothing_is_too_coarse_and_no_object_vanishes_where_the_prediction_is_unknown() -> None:
    assert codes(PYRAMID) == ["PC101"]
    assert codes(PYRAMID + "outputs: [add1, t5]\n") == ["PC101", "PC402"]  # a finer one may be the other


U_NET = """\
input: [3, 101, 75]
task: segmentation
layers:
  - conv: {out_channels: 8, kernel_size: 3, padding: 1, name: e0}
  - max_pool: {kernel_size: 2, name: p0}
  - conv: {out_channels: 16, kernel_size: 3, padding: 1, name: e1}
  - max_pool: {kernel_size: 2, name: p1}
  - conv: {out_channels: 32, kernel_size: 3, padding: 1}
  - conv_transpose: {out_channels: 16, kernel_size: 2, stride: 2, name: u1}
  - concat: {from: [u1, e1]}
  - conv: {out_channels: 16, kernel_size: 3, padding: 1}
  - conv_transpose: {out_channels: 8, kernel_size: 2, stride: 2, name: u0}
  - concat: {from: [u0, e0]}
  - conv: {out_channels: 2, kernel_size: 1}
"""


def test_rows_that_a_skip_reads_are_not_lost_because_it_leads_to_a_layer_that_cannot_run() -> None:
    assert codes(U_NET) == ["PC101"]
    without_skip = U_NET.replace("  - concat: {from: [u0, e0]}\n", "")
    assert codes(without_skip) == ["PC101", "PC102"]  # nothing else reads the last row of e0
