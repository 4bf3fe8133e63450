"""The proof by execution: what holds is proven, what is off by one is refuted, and the rest says why it is neither."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from support.analysis import analysed
from support.examples import network_of
from support.nan import nan_reaches, seen
from support.networks import architectures
from support.proof import LEFT_OUT, WITHOUT_PROBE, names, proof_of

import poolcalc
from poolcalc.analysis.actual import ActualField, actual_fields
from poolcalc.analysis.layers import analyse
from poolcalc.execution import proof
from poolcalc.execution.proof import EvenWeights, prove
from poolcalc.execution.results import Proof
from poolcalc.geometry.taps import Taps
from poolcalc.network.graph import INPUT, Graph, Node
from poolcalc.network.kind import Channels
from poolcalc.network.op import Op, make
from poolcalc.network.parameter import parameters
from poolcalc.ops import BY_NAME, operators

# What holds is proven


@pytest.mark.parametrize("more", [(0, 0, 0), (1, 1, 1), (3, 6, 9)], ids=["as given", "one more", "oblong"])
@pytest.mark.parametrize("network", poolcalc.architectures())
def test_every_layer_of_a_bundled_network_is_proven(network: str, more: Sequence[int]) -> None:
    channels, *sizes = poolcalc.load(network).graph.input
    size = (channels, *(n + m for n, m in zip(sizes, more, strict=False)))
    analysis = analyse(poolcalc.load(network, input_shape=size).graph)
    impossible = {layer.node.name: "it cannot run" for layer in analysis.layers if not layer.shape}
    assert not impossible or network in ("unet", "fpn_resnet50")  # whose sizes must fit each other
    assert proof_of(analysis) == Proof(
        proven=tuple(name for name in names(analysis) if name not in impossible), refuted={}, unproven=impossible
    )


@given(architectures(most=8))
def test_no_layer_of_any_network_is_refuted_and_what_is_not_proven_has_a_reason(text: str) -> None:
    analysis = analysed(text)
    found = proof_of(analysis)
    assert not found.refuted
    assert {*found.proven} | {*found.unproven} == {*names(analysis)}
    assert {*found.unproven.values()} <= {LEFT_OUT, WITHOUT_PROBE}


@given(architectures((*operators(), *5 * (BY_NAME["channel_slice"], BY_NAME["channel_shuffle"])), axes=1, most=8))
def test_what_is_proven_holds_for_the_network_with_all_its_channels(text: str) -> None:
    analysis = analysed(text)
    fields, found, reached = actual_fields(analysis), proof_of(analysis), nan_reaches(analysis)
    for name in found.proven:
        field = fields[name]
        assert field
        assert all(seen(field, unit) == pixels for unit, pixels in reached[name].items())


def test_an_input_wider_than_one_run_is_probed_in_several() -> None:
    width = 2 * proof.MOST_PROBES + 100
    analysis = analysed(f"input: [1, {width}]\nlayers: [conv: {{out_channels: 1, kernel_size: 3, name: subject}}]")
    assert proof_of(analysis).proven == ("subject",)
    for unit in (0, width // 2, width - 3):
        fields = actual_fields(analysis)
        assert fields["subject"]
        fields["subject"] = flipped(fields["subject"], 0, unit, unit + 2)
        assert [*prove(analysis, fields).refuted] == ["subject"]


def test_axes_of_different_sizes_are_probed_each_for_itself() -> None:
    """Even where there are as many channels as rows."""
    analysis = analysed("input: [9, 9, 7]\nlayers: [conv: {out_channels: 2, kernel_size: 3}, max_pool: 2]\n")
    assert proof_of(analysis) == Proof(proven=names(analysis), refuted={}, unproven={})


def test_from_an_inner_layer_axes_are_probed_each_for_itself() -> None:
    conv = "conv: {out_channels: 2, kernel_size: 3, from: input, name: %s}"
    text = f"input: [1, 9, 7]\nlayers: [{conv % 'stem'}, {conv % 'beside'}, add: [stem, beside], max_pool: 2]\n"
    assert proof_of(analysed(text, origin="stem")).proven == ("stem", "add1", "max_pool1")


def test_fields_from_an_inner_layer_are_proven_like_those_from_the_input() -> None:
    graph = poolcalc.load("resnet18", input_shape=(3, 97, 64)).graph
    analysis = analyse(graph, origin="layer2.0.conv1")
    before = names(analysis).index("layer2.0.conv1")
    found = proof_of(analysis)
    downsample = ("layer2.0.downsample.0", "layer2.0.downsample.1")
    assert found.unproven == dict.fromkeys((*names(analysis)[:before], *downsample), "it sees nothing of the origin")
    assert not found.refuted


# What is off by one is refuted

FAULTS: dict[str, Callable[[range], range]] = {
    "one more before": lambda reads: range(reads.start - reads.step, reads.stop, reads.step),
    "one more behind": lambda reads: range(reads.start, reads.stop + reads.step, reads.step),
    "one less before": lambda reads: reads[1:],
    "one less behind": lambda reads: reads[:-1],
    "one too early": lambda reads: range(reads.start - 1, reads.stop - 1, reads.step),
    "one too late": lambda reads: range(reads.start + 1, reads.stop + 1, reads.step),
}


def subject(operator: type[Op]) -> Op:
    return analysed(network_of(operator)).layers[-1].node.op


def network(op: Op) -> Graph:
    """Return a network in which other layers stand before and behind an operator."""
    pool = "avg_pool" if op.keyword != "avg_pool" else "max_pool"
    overlapping = make(BY_NAME[pool], 2, kernel_size=3, stride=2, padding=1)
    sources = ("stem", "beside") if op.merges else ("flat",) if op.takes == "vectors" else ("stem",)
    nodes = [
        Node("stem", make(BY_NAME[pool], 2, kernel_size=2), (INPUT,)),
        Node("beside", overlapping, (INPUT,)),
        Node("flat", make(BY_NAME["flatten"], 2), ("beside",)),
        Node("subject", op, sources),
        Node("tail", make(BY_NAME["identity"], 2), ("subject",)),
    ]
    needed = [node for node in nodes if node.name in ("stem", "subject", "tail", *sources) or op.takes == "vectors"]
    return Graph((4, 18, 16), tuple(needed), ("tail",))


with_taps = [operator for operator in operators() if operator.takes != "vectors"]
whole_map = [("group_norm", {"num_groups": 2}), ("layer_norm", {"over": "all"}), ("softmax", {"over": "positions"})]


@pytest.mark.parametrize("operator", operators(), ids=lambda operator: operator.keyword)
def test_what_every_operator_reads_is_proven(operator: type[Op]) -> None:
    analysis = analyse(network(subject(operator)))
    assert proof_of(analysis) == Proof(proven=names(analysis), refuted={}, unproven={})


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("operator", with_taps, ids=lambda operator: operator.keyword)
def test_an_operator_that_reads_off_by_one_is_refuted(
    operator: type[Op], fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    op, right = subject(operator), operator.taps
    graph = network(op)
    expected = actual_fields(analyse(graph))

    def wrong(self: Op, axis: int, sizes: Sequence[int]) -> Sequence[Taps]:
        taps = right(self, axis, sizes)
        return taps if axis == 0 else [replace(t, phases=tuple(map(FAULTS[fault], t.phases))) for t in taps]

    monkeypatch.setattr(operator, "taps", wrong)
    analysis = analyse(graph)
    found = proof_of(analysis)
    if actual_fields(analysis) == expected:  # one more than everything is still everything
        assert op.reads_whole_map or (right(op, 1, [8])[0].step == 0 and "more" in fault)
        assert not found.refuted
    else:
        assert next(iter(found.refuted)) == "subject"
        assert found.refuted["subject"].startswith("axis 1, unit ")
        assert "stem" in found.proven


@pytest.mark.parametrize(("keyword", "given"), whole_map)
def test_an_operator_that_reads_the_whole_map_and_does_not_say_so_is_refuted(
    keyword: str, given: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    graph = network(make(BY_NAME[keyword], 2, **given))
    assert not proof_of(analyse(graph)).refuted
    monkeypatch.setattr(BY_NAME[keyword], "reads_whole_map", False)
    assert next(iter(proof_of(analyse(graph)).refuted)) == "subject"


def flipped(field: ActualField, axis: int, unit: int, pixel: int) -> ActualField:
    """Return a field in which one unit sees one pixel more, or one less."""
    (masks,) = field.products
    wrong = [mask ^ (1 << pixel) * (place == unit) for place, mask in enumerate(masks[axis])]
    return field._replace(products=((*masks[:axis], tuple(wrong), *masks[axis + 1 :]),))


@given(architectures(), st.data())
def test_one_wrong_pixel_of_one_unit_of_any_layer_is_found(text: str, data: st.DataObject) -> None:
    analysis = analysed(text)
    fields = actual_fields(analysis)
    proven = prove(analysis, fields).proven
    assume(proven)
    name = data.draw(st.sampled_from(proven))
    field = fields[name]
    assume(field and len(field.products) == 1)
    assert field
    axis = data.draw(st.integers(0, len(field.units) - 1))
    place = [data.draw(st.integers(0, sizes[axis] - 1)) for sizes in (field.units, field.pixels)]
    found = prove(analysis, fields | {name: flipped(field, axis, *place)})
    assert [*found.refuted] == [name]
    assert found.refuted[name].startswith(f"axis {axis}, unit {place[0]} ")


@pytest.mark.parametrize(
    ("pixels", "says"),
    [
        ([7], "unit 2 sees pixel 7"),
        ([3], "unit 2 does not see pixel 3"),
        ([8, 3], "unit 2 does not see pixel 3"),
        ([0, 3], "unit 2 sees pixel 0"),
    ],
)
def test_the_first_pixel_that_is_predicted_wrongly_is_told(pixels: list[int], says: str) -> None:
    """Unit 2 of a window of 3 sees pixels 2, 3 and 4."""
    analysis = analysed("input: [1, 9]\nlayers: [conv: {out_channels: 1, kernel_size: 3, name: subject}]\n")
    field = actual_fields(analysis)["subject"]
    assert field
    for pixel in pixels:
        field = flipped(field, 0, 2, pixel)
    assert prove(analysis, {"subject": field}).refuted == {
        "subject": f"axis 0, {says} by prediction, the kernels disagree"
    }


def test_a_prediction_of_other_units_is_refuted_by_their_number() -> None:
    analysis = analysed("input: [1, 9]\nlayers: [conv: {out_channels: 1, kernel_size: 3, name: subject}]\n")
    fields = actual_fields(analysis)
    field = fields["subject"]
    assert field
    ((masks,),) = field.products
    found = prove(analysis, {"subject": field._replace(products=((masks[:-1],),))})
    assert found.refuted == {"subject": "axis 0, 7 units instead of 6"}


def test_weights_of_the_proof_average_so_that_nothing_overflows() -> None:
    """Each of 2 filters has 4 · 3 weights of a twelfth; scales and variances are one."""
    conv = EvenWeights(make(BY_NAME["conv"], 1, out_channels=2, kernel_size=3), [np.ones((4, 9), np.float32)])
    assert conv["weight"].ravel().tolist() == pytest.approx([1 / 12] * 24)
    norm = EvenWeights(make(BY_NAME["batch_norm"], 1), [np.ones((4, 9), np.float32)])
    assert [norm[name].tolist() for name in ("weight", "running_var")] == [[1] * 4] * 2
    ((part, rows),) = conv.rows("weight")
    assert (part, rows.shape) == (slice(0, 2), (2, 4, 3))


# The copy along one axis


@pytest.mark.parametrize("operator", operators(), ids=lambda operator: operator.keyword)
def test_a_copy_leaves_an_axis_alone_and_does_along_the_other_what_the_operator_does(operator: type[Op]) -> None:
    op = subject(operator)
    if op.takes == "vectors" or op.flattens or op.reads_whole_map or "global" in op.keyword:
        return  # these take all positions together
    channels, inputs = op.fewest_channels(2) * 4, 1 + op.merges
    (_, _, columns) = op.output_shape([(channels, 9, 8)] * inputs)
    copy = op.on_axes([None, 1])
    if operator.keyword != "pixel_shuffle":
        assert copy.output_shape([(channels, 6, 8)] * inputs)[1:] == (6, columns)
    assert op.on_axes([1]).taps(0, [8] * inputs) == op.taps(1, [8] * inputs) == copy.taps(1, [8] * inputs)


@pytest.mark.parametrize("operator", operators(), ids=lambda operator: operator.keyword)
def test_a_copy_with_few_channels_takes_and_gives_few(operator: type[Op]) -> None:
    op = subject(operator)
    axes = () if op.takes == "vectors" else (9, 8)
    few, inputs = op.fewest_channels(len(axes)), 1 + op.merges
    given, *_ = op.with_channels(few, 1).output_shape([(few, *axes)] * inputs)
    if given > inputs and not op.flattens:  # it makes several of one: as many as ever
        assert not any(isinstance(declared.kind, Channels) for declared in parameters(operator))
        assert given == op.output_shape([(4 * few, *axes)] * inputs)[0] // 4
