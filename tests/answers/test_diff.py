"""`poolcalc diff`: which layers belong together, what is said of them, and how it goes wrong."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.command import in_process
from support.files import written
from support.networks import architectures

import poolcalc
from poolcalc.analysis.layer import Layer
from poolcalc.answers.diff import Difference

BASE = """\
input: [1, 28, 28]
layers:
  - conv: {out_channels: 32, kernel_size: 3, padding: 1}
  - relu
  - max_pool: 2
  - conv: {out_channels: 64, kernel_size: 3, padding: 1}
  - relu
  - gap
  - flatten
  - linear: 10
"""
MORE = BASE.replace("  - max_pool", "  - conv: {out_channels: 16, kernel_size: 3, padding: 1}\n  - relu\n  - max_pool")


def difference(base: str, head: str) -> Difference:
    return Difference(*(poolcalc.analyze(poolcalc.loads(text)) for text in (base, head)))


def pairs(base: str, head: str) -> list[tuple[str | None, str | None]]:
    found = difference(base, head).layers
    return [(name(pair.base), name(pair.head)) for pair, _ in found]


def name(layer: Layer | None) -> str | None:
    return layer.node.name if layer else None


def layers(*lines: str) -> str:
    return "input: [1, 28, 28]\nlayers:\n" + "".join(f"  - {line}\n" for line in lines)


def test_counted_names_shift_where_layers_come_in_between() -> None:
    assert pairs(BASE, MORE) == [
        ("conv1", "conv1"),
        ("relu1", "relu1"),
        (None, "conv2"),
        (None, "relu2"),
        ("max_pool1", "max_pool1"),
        ("conv2", "conv3"),
        ("relu2", "relu3"),
        ("gap1", "gap1"),
        ("flatten1", "flatten1"),
        ("linear1", "linear1"),
    ]


def test_what_was_removed_stands_where_it_stood() -> None:
    found = pairs(MORE, BASE)
    assert found[2:5] == [("conv2", None), ("relu2", None), ("max_pool1", "max_pool1")]


def test_a_name_outweighs_the_operator() -> None:
    assert pairs(
        layers("max_pool: {kernel_size: 2, name: pool}"), layers("avg_pool: {kernel_size: 2, name: pool}")
    ) == [("pool", "pool")]


def test_a_new_name_is_recognised_by_structure() -> None:
    base = layers("conv: {out_channels: 8, kernel_size: 3, name: stem}", "relu", "max_pool: 2")
    head = layers("conv: {out_channels: 8, kernel_size: 3, name: root}", "relu", "max_pool: 2")
    assert pairs(base, head)[0] == ("stem", "root")
    assert difference(base, head).to_dict()["layers"][0]["status"] == "renamed"


def test_a_layer_that_moved_is_recognised_by_its_name() -> None:
    base = layers("lp_pool: {kernel_size: 2, name: moved}", "conv: {out_channels: 8, kernel_size: 3}", "relu", "gap")
    head = layers("conv: {out_channels: 8, kernel_size: 3}", "relu", "lp_pool: {kernel_size: 2, name: moved}", "gap")
    assert ("moved", "moved") in pairs(base, head)
    assert len(pairs(base, head)) == 4


def test_an_insertion_at_the_top_shifts_counted_names_alone() -> None:
    base = [f"conv: {{out_channels: {channels}, kernel_size: 3}}" for channels in (8, 16, 32, 64)]
    head = ["conv: {out_channels: 4, kernel_size: 3}", *base]
    shifted = [(f"conv{number}", f"conv{number + 1}") for number in range(1, 5)]
    assert pairs(layers(*base), layers(*head)) == [(None, "conv1"), *shifted]


def test_a_given_name_outweighs_an_operator_that_another_took_over() -> None:
    base, head = (
        layers(*(f"conv: {{out_channels: {out}, kernel_size: 3, name: {name}}}" for name, out in sides))
        for sides in ((("stem", 8), ("body", 16)), (("stem", 16), ("body", 8)))
    )
    assert pairs(base, head) == [("stem", "stem"), ("body", "body")]


KEEPING = ["relu", "batch_norm", "dropout", *(f"conv: {{out_channels: 1, kernel_size: {k}}}" for k in (1, 3, 5))]
"""Layers that run anywhere in a chain of eight on 28×28 pixels of one channel."""


@given(st.lists(st.sampled_from(KEEPING), max_size=6), st.sampled_from(KEEPING), st.data())
def test_one_layer_more_or_less_is_one_addition_or_removal(lines: list[str], one: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(lines)))
    less, more = ["identity", *lines], ["identity", *lines[:place], one, *lines[place:]]
    for base, head in ((less, more), (more, less)):
        found = [pair for pair, _ in difference(layers(*base), layers(*head)).layers]
        assert len(found) == len(more)
        both = [(pair.base.node.op, pair.head.node.op) for pair in found if pair.base and pair.head]
        assert len(both) == len(less)
        assert all(before == now for before, now in both)


@given(architectures(), architectures())
def test_every_layer_comes_once(base: str, head: str) -> None:
    found = pairs(base, head)
    for side, text in enumerate((base, head)):
        names = [pair[side] for pair in found if pair[side]]
        assert sorted(map(str, names)) == sorted(node.name for node in poolcalc.loads(text).graph.nodes)


@given(architectures())
def test_a_network_does_not_differ_from_itself(text: str) -> None:
    found = difference(text, text)
    assert not found.changed()
    assert found.to_dict()["layers"] == []
    assert all(entry["base"] == entry["head"] for entry in found.to_dict(everything=True)["layers"])


@given(architectures(), architectures())
def test_deltas_add_up(base: str, head: str) -> None:
    data = difference(base, head).to_dict(everything=True)
    for total in ("params", "macs"):
        (whole,) = (entry for entry in data["network"] if entry["figure"] == total)
        sums = {side: sum(entry[total][side] or 0 for entry in data["layers"]) for side in ("base", "head")}
        assert sums == {side: whole[side] for side in ("base", "head")}
        assert whole["delta"] == whole["head"] - whole["base"]


def test_bundled_networks(tmp_path: Path) -> None:
    done = in_process("diff", "resnet50", "resnext50_32x4d", "--format", "json", cwd=tmp_path)
    assert done.code == 0
    data = json.loads(done.out)
    network = {entry["figure"]: entry for entry in data["network"]}
    assert (network["params"]["base"], network["params"]["head"]) == (25_557_032, 25_028_904)
    assert network["params"]["delta"] == -528_128
    assert network["output"]["delta"] == [0]
    assert network["receptive_field"]["base"] == [427, 427]
    assert all(entry["base"] == entry["head"] for entry in data["layers"])
    assert {entry["status"] for entry in data["layers"]} == {"changed"}


def run(tmp_path: Path, *arguments: str) -> Any:
    written(tmp_path, "base.yaml", BASE)
    written(tmp_path, "head.yaml", MORE)
    return in_process("diff", *arguments, cwd=tmp_path)


def test_the_headline_comes_first(tmp_path: Path) -> None:
    done = run(tmp_path, "base.yaml", "head.yaml")
    assert done.code == 0
    head, _, body = done.out.partition("\n\n\n")
    assert head.startswith("base.yaml → head.yaml\n")
    assert "receptive field" in head
    assert "+4,640" not in head
    assert body.startswith("of 10 layers, 6 changed, 2 added; --all lists every layer\n")
    rows = [line.split() for line in body.splitlines()]
    assert ["conv2", "operator", "–", "conv", "3×3", "p1", "added"] in rows
    assert ["conv2", "→", "conv3", "receptive", "field", "8", "10", "+2"] in rows
    assert "relu" in body


def test_what_is_many_times_more_is_a_factor(tmp_path: Path) -> None:
    """16 times the parameters: 10 a channel, of 1 and of 16."""
    base, head = (f"conv: {{out_channels: {channels}, kernel_size: 3}}" for channels in (1, 16))
    for path, line in (("base.yaml", base), ("head.yaml", head)):
        (tmp_path / path).write_text(layers(line))
    assert "×16" in in_process("diff", "base.yaml", "head.yaml", cwd=tmp_path).out
    data = difference(layers(base), layers(head)).to_dict()
    assert [entry["delta_percent"] for entry in data["network"] if entry["figure"] == "params"] == [1500]


def test_equal_files_have_no_change(tmp_path: Path) -> None:
    done = run(tmp_path, "base.yaml", "base.yaml", "--fail-on-change", "output,receptive_field,params,macs")
    assert done.code == 0
    assert done.out.endswith("\nno change in 8 layers\n")
    assert not done.err


def test_all_lists_every_layer(tmp_path: Path) -> None:
    done = run(tmp_path, "base.yaml", "base.yaml", "--all", "--format", "csv")
    lines = done.out.splitlines()
    assert lines[0] == "name,figure,base,head,delta,delta_percent"
    assert "network,params,19466,19466,0,0.0" in lines
    assert "relu1,output,32x28x28,32x28x28,0x0x0," in lines


def test_csv_and_markdown_say_the_same(tmp_path: Path) -> None:
    csv = run(tmp_path, "base.yaml", "head.yaml", "--format", "csv").out
    markdown = run(tmp_path, "base.yaml", "head.yaml", "--format", "markdown").out
    assert "conv2,params,,4624,," in csv
    assert "| conv2 | operator | – | conv 3×3 p1 | added |  |" in markdown
    assert len(csv.splitlines()) - 1 == sum(line.startswith("| ") for line in markdown.splitlines()) - 4


@pytest.mark.parametrize(
    ("figures", "sentences"),
    [
        ("output", []),
        ("receptive_field", ["receptive field changed from 8 to 10"]),
        ("receptive-field, params", ["receptive field changed from 8 to 10", "params changed from 19,466 to 14,874"]),
    ],
)
def test_changes_can_fail(tmp_path: Path, figures: str, sentences: list[str]) -> None:
    done = run(tmp_path, "base.yaml", "head.yaml", "--fail-on-change", figures)
    assert done.code == bool(sentences)
    assert done.err.splitlines() == [f"error: {sentence}" for sentence in sentences]


def test_an_unknown_figure_is_a_usage_error(tmp_path: Path) -> None:
    done = run(tmp_path, "base.yaml", "head.yaml", "--fail-on-change", "outputs")
    assert done.code == 2
    assert "output, receptive_field, params, macs" in done.err


def test_several_outputs_are_compared_one_by_one() -> None:
    two = layers("max_pool: {kernel_size: 2, name: half}", "max_pool: {kernel_size: 2, name: quarter}")
    found = difference(two + "outputs: [half]\n", two + "outputs: [half, quarter]\n")
    assert [change.sentence for change in found.changed(["output"])] == [
        "output of quarter changed from – to 1×7×7",
    ]


def test_a_layer_that_cannot_run_is_compared_as_far_as_it_goes(tmp_path: Path) -> None:
    found = difference(
        layers("conv: {out_channels: 1, kernel_size: 3}"), layers("conv: {out_channels: 1, kernel_size: 33}")
    )
    (output,) = found.changed(["output"])
    assert output.sentence == "output changed from 1×26×26 to –"


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def test_a_file_of_a_commit(tmp_path: Path) -> None:
    git(tmp_path, "init")
    written(tmp_path, "net.yaml", BASE)
    git(tmp_path, "add", "net.yaml")
    git(tmp_path, "commit", "-m", "base")
    written(tmp_path, "net.yaml", MORE)
    done = in_process("diff", "git:HEAD:net.yaml", "net.yaml", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("git:HEAD:net.yaml → net.yaml\n")
    assert "2 added" in done.out


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("git:HEAD:other.yaml", "git cannot show HEAD:other.yaml: "),
        ("git:nowhere:net.yaml", "git cannot show nowhere:net.yaml: "),
        ("git:HEAD", "names no file of a commit"),
        ("git:--output=stolen:net.yaml", "names no file of a commit"),
    ],
)
def test_a_file_that_git_does_not_have(tmp_path: Path, name: str, says: str) -> None:
    git(tmp_path, "init")
    written(tmp_path, "net.yaml", BASE)
    done = in_process("diff", name, "net.yaml", cwd=tmp_path)
    assert done.code == 2
    assert says in done.err
    assert not done.out
    assert [file.name for file in tmp_path.iterdir() if file.is_file()] == ["net.yaml"]
