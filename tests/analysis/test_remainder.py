"""What is left unread: by hand on small networks, and the same answer from every command."""

import json
from pathlib import Path

import pytest
from hypothesis import assume, event, given
from hypothesis import strategies as st
from support.command import in_process
from support.networks import LOCAL, architectures

from poolcalc import loads
from poolcalc.analysis.layers import Analysis, analyse
from poolcalc.analysis.sizes import Sizes
from poolcalc.analysis.unread import Unread, lost_rows, origins
from poolcalc.answers.shapes import unread_lines
from poolcalc.rule.facts import Facts
from poolcalc.rules.broken_expectation import BrokenExpectation
from poolcalc.rules.lost_rows import LostRows


def analysed(size: int, *layers: str) -> Analysis:
    return analyse(loads(f"input: [1, {size}]\nlayers:\n" + "".join(f"  - {layer}\n" for layer in layers)).graph)


CONV = "conv: {out_channels: 1, kernel_size: %s}"


@pytest.mark.parametrize(
    ("size", "layer", "lost", "skipped", "cut"),
    [
        (7, "max_pool: 2", (6,), (), ()),
        (8, "max_pool: 2", (), (), ()),
        (9, "max_pool: {kernel_size: 2, stride: 4}", (8,), (2, 3, 6, 7), ()),
        (7, "conv: {out_channels: 1, kernel_size: 1, stride: 3}", (), (1, 2, 4, 5), ()),
        # A row of padding is left over, no real one.
        (8, "conv: {out_channels: 1, kernel_size: 3, stride: 2, padding: 1}", (), (), ()),
        # Taps at 0, 2, 4 and 3, 5, 7; the window at 6 would have read rows 8 and 10, the one at 9 row 9.
        (10, "conv: {out_channels: 1, kernel_size: 3, stride: 3, dilation: 2}", (8, 9), (1, 6), ()),
        (9, "upsample: 0.5", (8,), (1, 3, 5, 7), ()),
        (9, "crop: [[2, 1]]", (), (), (0, 1, 8)),
        (9, "pad: [[-1, 4]]", (), (), (0,)),
        (5, "conv_transpose: {out_channels: 1, kernel_size: 1, stride: 2, padding: 1}", (), (), (0, 4)),
        (5, "adaptive_max_pool: 3", (), (), ()),
    ],
)
def test_every_unread_row_has_one_cause(
    size: int, layer: str, lost: tuple[int, ...], skipped: tuple[int, ...], cut: tuple[int, ...]
) -> None:
    ((axis,),) = analysed(size, layer).unread.values() or [[Unread("")]]
    assert axis[1:] == (lost, skipped, cut)


def test_rows_that_a_window_skips_and_another_reads_are_not_unread() -> None:
    beside = "branches: {merge: add, paths: [[%s], [%s]]}"
    paths = "conv: {out_channels: 1, kernel_size: 1, stride: 2}", "conv: {out_channels: 1, kernel_size: 2, stride: 2}"
    assert not analysed(8, beside % paths).unread


@pytest.mark.parametrize(
    ("size", "first", "second", "skipped", "cut"),
    [
        # Between what two crops keep, rows are skipped; at the ends they are cut.
        (9, "crop: [[1, 6]]", "crop: {cropping: [[5, 1]], from: input}", (3, 4), (0, 8)),
        (9, "crop: [[5, 1]]", "crop: {cropping: [[1, 6]], from: input}", (3, 4), (0, 8)),
        # One that cuts is enough, and what another reads at the ends is not cut: rows 0, 3, 6 of either.
        (9, "crop: [[5, 1]]", "max_pool: {kernel_size: 1, stride: 3, from: input}", (1, 2, 4), (8,)),
        (8, "crop: [[0, 6]]", "max_pool: {kernel_size: 1, stride: 3, from: input}", (2, 4, 5), (7,)),
        (9, "crop: [[3, 1]]", "max_pool: {kernel_size: 2, stride: 3, from: input}", (2,), (8,)),
    ],
)
def test_rows_are_cut_at_the_ends_of_what_all_readers_keep_together(
    size: int, first: str, second: str, skipped: tuple[int, ...], cut: tuple[int, ...]
) -> None:
    ((axis,),) = analysed(size, first, second, "identity").unread.values()
    assert (axis.skipped, axis.cut, axis.lost) == (skipped, cut, ())


def test_what_works_on_each_position_alone_hands_its_rows_on() -> None:
    # The pool loses row 8 of relu1, which is row 8 of the input, and the convolution reads that.
    layers = "relu", "max_pool: {kernel_size: 2, name: half}", "conv: {out_channels: 1, kernel_size: 3, from: input}"
    assert not lost_rows(analysed(9, *layers).unread)
    assert lost_rows(analysed(9, *layers[:2], "relu").unread) == {"half": ((8,),)}


def test_lost_rows_are_counted_at_the_first_layer_that_rounds_most_of_them_away() -> None:
    crop, small = "crop: [[0, 3]]", "max_pool: {kernel_size: 2, from: input}"
    large = "max_pool: {kernel_size: 4, from: input}"
    # Three rows are behind the last window of both large pools, but the small one reads two of them.
    assert lost_rows(analysed(11, crop, small, large, large, "relu").unread) == {"max_pool1": ((10,),)}
    assert lost_rows(analysed(11, crop, large, large, "relu").unread) == {"max_pool1": ((8, 9, 10),)}


# Every command says the same


@given(st.one_of(architectures(), architectures(LOCAL)))
def test_all_verbs_agree_on_what_is_lost(text: str) -> None:
    design = loads(f"{text}expect: {{dropped: 0}}\n")
    analysis = analyse(design.graph)
    facts = Facts(design, analysis)
    assume(not facts.impossible)
    found = {finding.layer: finding.message for finding in LostRows().look(facts)}
    present = [Sizes(analysis.graph, axis).present for axis in range(len(facts.axes))]
    for axis, verdict in enumerate(present):
        assert dict(verdict.lost) == {name: len(rows[axis]) for name, rows in facts.lost.items() if rows[axis]}
    assert set(found) == {name for verdict in present for name, _ in verdict.lost}
    counted = [f"{word}" for message in found.values() for word in message.split() if word.isdigit()]
    assert sum(map(int, counted[::2])) == sum(verdict.rows or 0 for verdict in present)
    most = max((rows for verdict in present for _, rows in verdict.lost), default=0)
    broken = [finding.message for finding in BrokenExpectation().look(facts)]
    assert [message.rpartition(" ")[2] for message in broken] == ([str(most)] if most else [])
    (footer,) = [line for line in unread_lines(analysis) if "lost" in line] or [""]
    assert all(name in footer for name in list(found)[:4])
    assert bool(footer) == bool(found)
    event(f"{len(found)} layers lose rows")


@given(architectures())
def test_what_is_unread_is_what_no_layer_reads(text: str) -> None:
    analysis = analyse(loads(text).graph)
    shapes = {layer.node.name: layer.shape or () for layer in analysis.layers} | {"input": analysis.graph.input}
    origin = {"input": "input"} | origins(analysis.graph)
    results = {origin[name] for name in analysis.graph.outputs}
    for axis in range(len(analysis.graph.input) - 1):
        rows: dict[str, set[int]] = {}
        for layer in analysis.layers:
            for read in layer.reads:
                name = origin[read.source]
                if layer.node.op.neutral or read.taps is None or name in results:
                    continue
                size, units = shapes[name][1 + axis], [*(layer.shape or ())[1:], 1, 1, 1][axis]
                seen = {row for unit in range(units) for row in read.taps[axis].inside(unit, size)}
                rows[name] = rows.get(name, set(range(size))) - seen
        expected = {name: sorted(left) for name, left in rows.items() if left}
        assert {name: list(axes[axis].rows) for name, axes in analysis.unread.items() if axes[axis].rows} == expected


def test_the_commands_print_one_figure(tmp_path: Path) -> None:
    text = f"input: [1, 9, 9]\nexpect: {{dropped: 0}}\nlayers:\n  - upsample: 0.5\n  - {CONV % 1}\n"
    (tmp_path / "half.yaml").write_text(text)
    sizes = json.loads(in_process("sizes", "half.yaml", "--format", "json", cwd=tmp_path).out)
    assert [axis["present"]["lost"] for axis in sizes["axes"]] == [[{"layer": "upsample1", "rows": 1}]] * 2
    checked = in_process("check", "half.yaml", cwd=tmp_path).out
    assert "upsample1: loses 1 of 9 rows and 1 of 9 columns at the end" in checked
    assert "expected dropped rows to be 0, found 1" in checked
    layers = json.loads(in_process("shapes", "half.yaml", "--no-forward", "--format", "json", cwd=tmp_path).out)[
        "layers"
    ]
    assert [layer["lost"] for layer in layers] == [[1, 1], [0, 0]]
    shapes = in_process("shapes", "half.yaml", "--no-forward", cwd=tmp_path).out
    assert "lost at the end: upsample1 (1)" in shapes
    assert "skipped between windows: upsample1 (4)" in shapes
