"""What the command answers, Python code can ask: the same numbers, and documented errors for what has no answer."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.command import in_process

import poolcalc
from poolcalc.network.graph import Graph

MINI = poolcalc.load("mini_cnn")
"""1×28×28; conv1 3×3, max_pool1 2×2/2, conv2 3×3, max_pool2 2×2/2, gap1, flatten1, linear1."""

REPORT = poolcalc.analyze(MINI)
BROKEN = poolcalc.loads("input: [1, 4, 4]\nlayers:\n  - conv: {out_channels: 2, kernel_size: 9}\n  - relu\n")


def printed(*arguments: str, cwd: Path) -> Any:
    return json.loads(in_process(*arguments, "--format", "json", cwd=cwd).out)


def test_a_report_prints_as_the_commands_table(tmp_path: Path) -> None:
    printed = in_process("shapes", "mini_cnn", "--no-forward", cwd=tmp_path).out
    assert f"{REPORT}\n" == printed.replace("; --no-fold shows all", "")  # which Python has no use for


def test_fields_can_be_given_in_units_of_a_layer() -> None:
    report = poolcalc.analyze(MINI, origin="max_pool1")
    conv = {layer.node.name: layer for layer in report.layers}["conv2"]
    assert [axis and axis.size for axis in conv.receptive_field] == [3, 3]
    assert [axis and axis.jump for axis in conv.receptive_field] == [1, 1]


def test_gates_can_be_left_out() -> None:
    text = """
    input: [4, 8, 8]
    layers:
      - conv: {out_channels: 4, kernel_size: 3, padding: 1, name: local}
      - gap: {name: squeezed}
      - multiply: {from: [local, squeezed], name: gated}
    """
    fields = [poolcalc.analyze(poolcalc.loads(text), gates=gates).layers[-1] for gates in (True, False)]
    assert [layer.sees_everything for layer in fields] == [True, False]


def test_what_one_unit_sees(tmp_path: Path) -> None:
    view = poolcalc.unit(REPORT, "conv2", (0, 5))
    # A 3×3 window over a map of jump 2, whose units see 4 pixels from −1 on: −3 … 4, and 10 pixels further right.
    assert view.theoretical == ((-3, 4), (7, 14))
    assert view.actual == ((0, 4), (7, 14))
    assert view.pixels == 5 * 8
    asked = printed("rf", "mini_cnn", "--at", "conv2", "--unit", "0,5", cwd=tmp_path)
    assert asked["unit"] == view.to_dict()


def test_the_unit_in_the_middle_of_the_last_map_is_taken_where_none_is_named() -> None:
    assert poolcalc.unit(REPORT) == poolcalc.unit(REPORT, "max_pool2", (3, 3))
    assert poolcalc.unit(REPORT, "linear1").unit == (0, 0)


def test_which_units_see_one_pixel(tmp_path: Path) -> None:
    units = poolcalc.pixel(REPORT, (27, 0))
    assert units["conv1"] == ((26, 27), (0, 1))
    assert units["max_pool2"] == ((6, 6), (0, 0))
    asked = printed("rf", "mini_cnn", "--pixel", "27,0", cwd=tmp_path)["pixel"]["units"]
    assert asked == {name: boxes and [list(box) for box in boxes] for name, boxes in units.items()}


def test_a_pixel_that_no_unit_sees_has_none() -> None:
    skipping = poolcalc.loads("input: [1, 4]\nlayers: [conv: {out_channels: 1, kernel_size: 1, stride: 2}]\n")
    assert poolcalc.pixel(poolcalc.analyze(skipping), (1,)) == {"conv1": None}


def test_proofs_are_by_layer() -> None:
    proof = poolcalc.prove(MINI).proof
    assert proof
    assert (proof.proven, proof.refuted, proof.unproven) == (tuple(node.name for node in MINI.graph.nodes), {}, {})


def test_the_effective_field_lies_inside_the_theoretical_one() -> None:
    field = poolcalc.effective_field(REPORT, "conv2")
    assert (field.layer, field.unit, field.energy.shape) == ("conv2", (7, 7), (28, 28))
    (rows, columns) = poolcalc.unit(REPORT, "conv2", (7, 7)).actual or ()
    assert field.energy[rows[0] : rows[1] + 1, columns[0] : columns[1] + 1].sum() == pytest.approx(1)


def test_sizes_that_suit_a_network() -> None:
    rows, columns = poolcalc.sizes(MINI).axes
    assert str(rows.clean) == str(columns.clean) == "4n"  # two windows of 2 that move by 2
    assert (rows.verdict(29).legal, rows.verdict(29).clean) == (True, False)


def test_a_check_has_the_findings_of_the_command_and_fails_as_it_does(tmp_path: Path) -> None:
    checked = poolcalc.check(MINI)
    asked = printed("check", "mini_cnn", cwd=tmp_path)["findings"]
    assert [finding.message for finding in checked.findings] == [finding["message"] for finding in asked] != []
    assert not checked.fails
    assert poolcalc.check(MINI, fail_on="warning").fails
    assert poolcalc.check(MINI, severity={"narrow-field": "error"}).fails
    assert poolcalc.check(MINI, ignore=["narrow-field"]).findings == ()
    assert poolcalc.check(MINI, select=["PC1"]).findings == ()
    assert poolcalc.check(BROKEN, forward=True).fails


def test_a_difference_is_that_of_the_command(tmp_path: Path) -> None:
    difference = poolcalc.diff(poolcalc.load("vgg16"), poolcalc.load("vgg19"))
    assert difference.to_dict() == printed("diff", "vgg16", "vgg19", cwd=tmp_path)


@pytest.mark.parametrize(
    "question", [poolcalc.analyze, poolcalc.confirm, poolcalc.prove, poolcalc.sizes, poolcalc.check]
)
def test_a_graph_alone_can_be_asked_about(question: Callable[[Graph], object]) -> None:
    assert question(MINI.graph)


# Questions without an answer


NOT_THERE: list[tuple[Callable[[], object], type[Exception], str]] = [
    (lambda: poolcalc.analyze(MINI, origin="conv3"), poolcalc.UnknownLayer, "no layer is called 'conv3'; did you mean"),
    (lambda: poolcalc.analyze(MINI, origin="linear1"), poolcalc.UnknownLayer, "linear1 has no spatial axes"),
    (lambda: poolcalc.prove(MINI, origin="nothing"), poolcalc.UnknownLayer, "no layer is called 'nothing'"),
    (lambda: poolcalc.unit(REPORT, "conv3"), poolcalc.UnknownLayer, "no layer is called 'conv3'"),
    (lambda: poolcalc.unit(REPORT, "conv2", (14, 0)), poolcalc.NoSuchPlace, r"\(14, 0\) is none of the places"),
    (lambda: poolcalc.unit(REPORT, "conv2", (0,)), poolcalc.NoSuchPlace, r"\(0,\) is none of the places \(0, 0\) to"),
    (lambda: poolcalc.unit(poolcalc.analyze(BROKEN)), poolcalc.UnknownLayer, "relu1 cannot run, so its units see"),
    (lambda: poolcalc.unit(poolcalc.analyze(BROKEN), "conv1", (0, 0)), poolcalc.UnknownLayer, "conv1 cannot run"),
    (lambda: poolcalc.pixel(REPORT, (0, 28)), poolcalc.NoSuchPlace, r"to \(27, 27\)"),
    (lambda: poolcalc.pixel(REPORT, (-1, 0)), poolcalc.NoSuchPlace, r"\(-1, 0\) is none"),
    (lambda: poolcalc.effective_field(REPORT, "conv3"), poolcalc.UnknownLayer, "no layer is called 'conv3'"),
    (lambda: poolcalc.check(MINI, select=["PC9"]), poolcalc.PoolcalcError, "no rule is called 'PC9'"),
    (lambda: poolcalc.check(MINI, ignore=["PC000"]), poolcalc.PoolcalcError, "cannot be ignored"),
    (lambda: poolcalc.check(MINI, fail_on="always"), ValueError, "fail_on"),  # type: ignore[arg-type]
    (lambda: poolcalc.check(MINI, severity={"PC1": "bad"}), ValueError, "a severity is"),  # type: ignore[dict-item]
    (lambda: poolcalc.confirm(MINI, batch=0), ValueError, "at least 1"),
    (lambda: poolcalc.confirm(MINI, threads=0), ValueError, "at least 1"),
    (lambda: poolcalc.confirm(MINI, channels=-1), ValueError, "at least 1"),
    (lambda: poolcalc.load("vgg16", input_shape=(3, 0, 224)), poolcalc.InvalidGraph, "all of at least 1"),
    (lambda: poolcalc.load("vgg16", input_shape=()), poolcalc.InvalidGraph, "1, 2 or 3 spatial sizes"),
    (lambda: poolcalc.load("a\0b"), poolcalc.UnreadableFile, "it is no file name"),
    (lambda: poolcalc.load(Path("/")), poolcalc.UnreadableFile, "is a directory"),
    (lambda: poolcalc.loads(""), poolcalc.InvalidArchitecture, "the file is empty"),
    (lambda: Graph((1, 4), (), ("conv1",)), poolcalc.InvalidGraph, "the output 'conv1' is no node"),
]


@pytest.mark.parametrize(("ask", "kind", "message"), NOT_THERE)
def test_a_question_without_an_answer_is_a_documented_error(
    ask: Callable[[], object], kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind, match=message):
        ask()


def test_what_cannot_run_is_no_error() -> None:
    report = poolcalc.analyze(BROKEN)
    assert poolcalc.pixel(report, (0, 0)) == {}
    assert poolcalc.sizes(BROKEN).axes[0].present.legal is False
    assert poolcalc.diff(BROKEN, MINI).head.params == REPORT.params
    assert [finding.rule.code for finding in report.findings] == ["PC100"]
