"""Clean sizes restore what is enlarged again: known networks, and random ones against trying every size."""

import json
from pathlib import Path

import pytest
from hypothesis import assume, event, given
from hypothesis import strategies as st
from support.command import in_process
from support.networks import DOWN, LEVEL, LOCAL, UP, architectures, encoder_decoders

from poolcalc import Design, Graph, loads
from poolcalc.analysis.layers import analyse
from poolcalc.analysis.sizes import Progression, Sizes, study
from poolcalc.network.edit import with_input
from poolcalc.rule.facts import Facts
from poolcalc.rule.rule import clean_input
from poolcalc.rules.unrestored_size import UnrestoredSize

MOST_TRIED = 70
HALVED = "conv: {out_channels: 2, kernel_size: 3, stride: 2, padding: 1}"
DOUBLED = "conv_transpose: {out_channels: 2, kernel_size: 4, stride: 2, padding: 1}"
VALID = "conv: {out_channels: 2, kernel_size: 3}"
INNER = f"residual: {{body: [{{pad: {{padding: 1, mode: reflect}}}}, {{{VALID}}}]}}"


def network(*layers: str, size: int) -> Graph:
    return loads(f"input: [2, {size}]\nlayers:\n" + "".join(f"  - {layer}\n" for layer in layers)).graph


def facts(graph: Graph) -> Facts:
    return Facts(Design(graph), analyse(graph))


def on_size(graph: Graph, axis: int, size: int) -> Graph:
    return with_input(graph, tuple(size if i == axis else n for i, n in enumerate(graph.input[1:])))


# Known networks


@pytest.mark.parametrize(
    ("layers", "size", "clean", "around"),
    [
        ((HALVED, HALVED, INNER, DOUBLED, DOUBLED), 362, "4n from 8 on", (352, 384)),
        ((HALVED, HALVED, HALVED, DOUBLED, DOUBLED, DOUBLED), 28, "8n", (24, 32)),
        # 2m − 1 comes of m: odd sizes come back.
        ((HALVED, "conv_transpose: {out_channels: 2, kernel_size: 3, stride: 2, padding: 1}"), 28, "2n + 1", (27, 29)),
        # What is padded in front and cut by the window cancels, so that 32 is restored.
        (("pad: [[0, 1]]", "conv: {out_channels: 2, kernel_size: 3, stride: 2}", "upsample: 2"), 32, "2n", (30, 36)),
        # An even size is as large before the crop as the input was, an odd one behind it.
        ((HALVED, "upsample: 2", "crop: [[0, 1]]"), 32, "2n", (30, 36)),
        ((HALVED, "upsample: 2", "crop: [[0, 1]]"), 33, "2n + 1", (31, 35)),
        # Without padding it never comes back: 2·((n − 2)/2 − 2) = n − 6.
        ((VALID, "max_pool: 2", VALID, "upsample: 2"), 32, "2n from 8 on", (30, 36)),
        # The pool loses a row of the odd sizes that alone come back.
        (("max_pool: 2", "conv_transpose: {out_channels: 2, kernel_size: 3, stride: 2}"), 33, "none", (None, None)),
        ((HALVED, "upsample: {size: 32}"), 32, "only 32", (None, None)),
        ((HALVED, "upsample: {size: 32}"), 30, "every size", (28, 32)),
        (("conv_transpose: {out_channels: 2, kernel_size: 4, stride: 2, padding: 1}",), 32, "every size", (30, 36)),
    ],
)
def test_the_sizes_that_restore_known_networks(
    layers: tuple[str, ...], size: int, clean: str, around: tuple[int | None, int | None]
) -> None:
    found = Sizes(network(*layers, size=size), 0)
    assert str(found.clean) == clean
    assert (found.below, found.above) == around


@pytest.mark.parametrize("size", [62, 64])
def test_what_is_restored_behind_a_merge_may_be_known_only_of_other_inputs(size: int) -> None:
    """At 62 the merge gets 31 and 32 and nothing runs behind it; at 63 it fits, and the output has 64."""
    graph = network(
        f"{HALVED[:-1]}, name: e0}}",
        HALVED,
        "upsample: {scale_factor: 2, name: d0}",
        "concat: [e0, d0]",
        "upsample: 2",
        size=size,
    )
    assert str(Sizes(graph, 0).clean) == "4n"
    assert (Sizes(graph, 0).below, Sizes(graph, 0).above) == ((60, 64) if size == 62 else (60, 72))


@pytest.mark.parametrize("size", [62, 64])
def test_a_merge_with_a_map_of_constant_size_fits_where_the_other_is_as_large(size: int) -> None:
    """The other is ⌈n/2⌉; of size 1 it is repeated, which runs but restores nothing."""
    found = Sizes(
        network(f"{HALVED[:-1]}, name: a}}", HALVED, "upsample: {size: 32, name: u}", "add: [a, u]", size=size), 0
    )
    assert str(found.clean) == "only 63, 64"
    assert str(found.legal) == "only 1, 2, 63, 64"


def test_a_row_that_resizing_to_a_constant_size_skips_is_lost_by_the_pool_beside_it() -> None:
    """Linear resizing to 2 reads up to row ⌊3n/4 − ½⌋ + 1: row 4 of 5, but only row 5 of 7."""
    text = "from: input}\n  - upsample: {size: 2, mode: linear, from: input}\n"
    graph = loads(
        f"input: [2, 9]\nlayers:\n  - max_pool: {{kernel_size: 2, {text}outputs: [max_pool1, upsample1]\n"
    ).graph
    assert [n for n in range(2, 12) if Sizes(graph, 0).verdict(n).lost] == [7, 9, 11]
    assert str(Sizes(graph, 0).clean) == "2n from 6 on, and 2, 3, 4, 5"


def test_axes_that_are_alike_are_studied_once() -> None:
    text = "input: [2, 32, %d]\nlayers:\n  - conv: {out_channels: 2, kernel_size: [3, %d]}\n"
    one, other = study(loads(text % (32, 3)).graph)
    assert one is other
    assert len({*study(loads(text % (32, 5)).graph), *study(loads(text % (33, 3)).graph)}) == 4


def test_verbs_give_one_verdict(tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text("input: [2, 28]\nlayers:\n" + 3 * f"  - {HALVED}\n" + 3 * f"  - {DOUBLED}\n")
    table = in_process("sizes", "net.yaml", cwd=tmp_path).out
    assert "not restored" in table
    assert "28 is not restored: conv_transpose1 gives 8 for the 7 before conv3" in table
    (axis,) = json.loads(in_process("sizes", "net.yaml", "--format", "json", cwd=tmp_path).out)["axes"]
    assert axis["present"]["unrestored"][0] == {"layer": "conv_transpose1", "size": 8, "before": "conv3", "wanted": 7}
    assert axis["proposed"] == {"below": 24, "above": 32}
    (finding,) = json.loads(in_process("check", "net.yaml", "--format", "json", cwd=tmp_path).out)["findings"]
    change = "`padding: 2` with `output_padding: 1` in conv_transpose1"
    assert finding["help"] == f"use {change}; or an input of 2×24 or 2×32"


# Against trying


@given(st.one_of(encoder_decoders(), architectures(LOCAL, axes=1)))
def test_a_size_is_clean_that_runs_loses_nothing_and_restores(text: str) -> None:
    graph = loads(text).graph
    found = Sizes(graph, 0)
    assume(found.period is not None)
    assert found.clean is not None
    pairs = [(each.layer, each.before) for n in range(1, MOST_TRIED) for each in found.verdict(n).unrestored]
    event("restores" if pairs else "restores nothing, or everything")
    for size in range(1, MOST_TRIED):
        tried, verdict = analyse(on_size(graph, 0, size)), found.verdict(size)
        runs = len(tried.sized) == len(graph.nodes)
        assert (size in found.clean) == verdict.clean == (runs and not tried.lost and not verdict.unrestored)
        for each in verdict.unrestored:
            assert each.size == tried.shapes[each.layer][1] != each.wanted


@given(st.data(), st.integers(1, 3))
def test_a_result_as_large_as_the_input_is_so_on_every_clean_size(data: st.DataObject, levels: int) -> None:
    one_of = {"down": st.sampled_from(DOWN), "up": st.sampled_from(UP), "level": st.sampled_from(LEVEL)}
    kinds = [kind for step in ("down", "up") for kind in [step, "level"] * levels]
    layers = [data.draw(one_of[kind]) for kind in kinds]

    def restores(size: int) -> bool:
        tried = analyse(network(*layers, size=size))
        return len(tried.sized) == len(tried.layers) and tried.layers[-1].spatial == (size,)

    # By chance, one that enlarges more than it coarsened may give one size back, but not that of two periods more.
    native = next((size for size in range(16, 64) if restores(size) and restores(size + 128)), None)
    event(f"restores: {native is not None}")
    clean = Sizes(network(*layers, size=native), 0).clean if native else None
    assert all(restores(size) for size in range(1, MOST_TRIED) if clean and size in clean)


@given(st.one_of(encoder_decoders(), architectures()))
def test_rules_and_sizes_agree_on_what_is_clean(text: str) -> None:
    graph = loads(text).graph
    axes, known = study(graph), facts(graph)
    assume(not known.impossible and all(axis.period for axis in axes))
    assert known.is_clean == all(axis.present.clean for axis in axes)
    assert bool([*UnrestoredSize().look(known)]) == any(axis.present.unrestored for axis in axes)


@given(encoder_decoders())
def test_what_is_proposed_is_clean_where_it_is_the_present_size(text: str) -> None:
    known = facts(loads(text).graph)
    for larger in (False, True):
        if changed := clean_input(known, known.graph.input[1:], larger=larger):
            assert Sizes(changed, 0).present.clean
            assert larger == (changed.input > known.graph.input)


# Sizes that people use


@given(offsets=st.sets(st.integers(0, 31), min_size=1), size=st.integers(1, 600), larger=st.booleans())
def test_a_usual_size_is_the_roundest_of_those_close_by(*, offsets: set[int], size: int, larger: bool) -> None:
    sizes = Progression(32, tuple(sorted(offsets)))
    nearest, usual = sizes.above(size) if larger else sizes.below(size), sizes.usual(size, larger=larger)
    assume(nearest is not None)
    assert nearest
    assert usual
    assert usual in sizes
    low, high = sorted((nearest, usual))
    assert high - low < 32
    assert all(n & -n < usual & -usual for n in range(low, high + 1) if n in sizes and n != usual)


@pytest.mark.parametrize(
    ("size", "around"), [(441, (416, 448)), (224, (208, 240)), (513, (512, 544)), (9, (8, 10)), (1, (None, 2))]
)
def test_where_every_size_is_clean_multiples_of_powers_of_two_are_used(
    size: int, around: tuple[int | None, int]
) -> None:
    every = Progression(1, (0,))
    assert (every.usual(size, larger=False), every.usual(size, larger=True)) == around
