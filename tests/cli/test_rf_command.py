"""`poolcalc rf`: its table, its questions, its gate for CI, its proof, and all of it in every format."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from textwrap import dedent

import pytest
from support.command import Result, in_process, json_of, ok, on_pipes
from support.printed import printed_tables

NETWORKS = {
    "oblong": """
        input: [1, 16, 24]
        layers:
          - conv: {out_channels: 2, kernel_size: [3, 5], stride: [1, 2], padding: [1, 2], name: first}
          - conv: {out_channels: 2, kernel_size: 3, stride: [1, 2], padding: 1, name: second}
    """,
    "cross": """
        input: [1, 15, 15]
        layers:
          - branches:
              name: both
              merge: concat
              paths:
                - [conv: {out_channels: 1, kernel_size: [1, 7], padding: [0, 3], name: row}]
                - [conv: {out_channels: 1, kernel_size: [7, 1], padding: [3, 0], name: column}]
    """,
    "gated": """
        input: [3, 8, 8]
        layers:
          - conv: {out_channels: 4, kernel_size: 3, padding: 1, name: local}
          - global_avg_pool
          - conv: {out_channels: 4, kernel_size: 1, name: gate}
          - multiply: {from: [local, gate], name: gated}
    """,
    "sliced": """
        input: [1, 32]
        layers:
          - conv: {out_channels: 4, kernel_size: 1, name: narrow}
          - conv: {out_channels: 4, kernel_size: 9, padding: 4, from: input, name: wide}
          - concat: {from: [narrow, wide], name: both}
          - channel_slice: {start: 0, stop: 4, name: kept}
          - conv: {out_channels: 1, kernel_size: 1, name: last}
    """,
    "line": """
        input: [1, 21]
        layers:
          - conv: {out_channels: 1, kernel_size: 3, dilation: 2, name: wide}
          - max_pool: {kernel_size: 2, name: halved}
          - conv_transpose: {out_channels: 1, kernel_size: 3, stride: 2, name: doubled}
          - pad: {padding: [[3, 0]], name: padded}
    """,
    "blank": """
        input: [1, 1]
        layers: [pad: {padding: [[4, 0]], name: blank}]
    """,
    "ragged": f"""
        input: [1, 40, 40]
        layers:
          - branches:
              merge: add
              paths: [{
        ", ".join(f"[conv: {{out_channels: 1, kernel_size: [{i}, {40 - i}], padding: same}}]" for i in range(1, 34))
    }]
    """,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("networks")
    for name, text in NETWORKS.items():
        home.joinpath(f"{name}.yaml").write_text(f"name: {name}{dedent(text)}", encoding="utf-8")
    return home


def rf(folder: Path, *arguments: str) -> Result:
    return in_process("rf", *arguments, cwd=folder)


def cells(text: str) -> list[list[str]]:
    """Return headings and rows of a table, cut where two blanks are."""
    return [re.split(" {2,}", line.strip()) for line in text.split("\n\n")[1].splitlines() if set(line) != {"─"}]


def refusal(result: Result) -> str:
    """Return what a usage error says."""
    assert (result.code, result.out) == (2, "")
    return " ".join(re.sub("[│╭╮╰╯─]", "", result.err).split())


def sentences(result: Result) -> list[str]:
    """Return the first line of every finding."""
    assert result.code == 1
    return re.findall(r"^error\[PC\d+\]: (.*)$", result.err, re.MULTILINE)


# The table


def test_the_table_gives_both_views_and_an_estimate_for_every_layer(folder: Path) -> None:
    (table,) = printed_tables(ok(on_pipes("rf", "mini_cnn", cwd=folder)))
    headings = "name operator output RF jump first last center covered σ ±2σ remarks"
    assert table.headings == [heading.replace("_", " ") for heading in headings.split()]
    rows = {row["name"]: list(row.values())[2:] for row in table.rows}
    assert rows["conv2"] == ["64×14×14", "8", "2", "-3", "4", "0.5", "8.2 %", "1.9", "8", ""]
    assert rows["gap1"] == ["64×1×1", "34*", "–", "-3", "30", "13.5", "100.0 %", "8.3", "33", "global, ≥ input"]
    assert "theoretical, on an endless canvas, in pixels of the input" in table.notes
    assert "σ, ±2σ: untrained estimate" in table.notes
    assert table.notes.endswith("not proven by execution; --verify does it")


def test_frames_before_and_after_a_unit_are_both_printed_once(folder: Path) -> None:
    """93 before: 5 + 7·2 + 7·2 + 7·4 + 8·4. Jump 8, field 116: the last is 116 − 1 − 93."""
    (folder / "streaming.yaml").write_text(
        "input: [80, 500]\nlayers:\n"
        "  - conv: {out_channels: 2, kernel_size: 10, stride: 2, padding: [[5, 3]]}\n"
        "  - conv: {out_channels: 2, kernel_size: 9, padding: [[7, 1]]}\n"
        "  - conv: {out_channels: 2, kernel_size: 10, stride: 2, padding: [[7, 1]]}\n"
        "  - conv: {out_channels: 2, kernel_size: 9, padding: [[7, 1]]}\n"
        "  - conv: {out_channels: 2, kernel_size: 11, stride: 2, padding: [[8, 1]], name: last}\n"
    )
    (table,) = printed_tables(ok(rf(folder, "streaming.yaml")))
    last = table.rows[-1]
    assert [last[key] for key in ("RF", "jump", "first", "last")] == ["116", "8", "-93", "22"]
    assert list(last.values()).count("93") == 0


def test_the_effective_span_is_not_wider_than_the_field(folder: Path) -> None:
    """Two taps 20 apart have σ = 10, and 4 σ = 40 is more than the 21 pixels of the field."""
    (folder / "rare.yaml").write_text(
        "input: [1, 41]\nlayers:\n  - conv: {out_channels: 1, kernel_size: 2, dilation: 20, name: rare}\n"
    )
    (table,) = printed_tables(ok(rf(folder, "rare.yaml")))
    assert [table.rows[-1][key] for key in ("RF", "σ", "±2σ")] == ["21", "10.0", "21"]
    drawn = ok(rf(folder, "rare.yaml", "--effective", "rare"))
    assert ["0", "20.00", "10.00", "21.0", "21"] in [line.split() for line in drawn.splitlines()]


def test_axes_that_differ_have_figures_of_their_own(folder: Path) -> None:
    (table,) = printed_tables(ok(rf(folder, "oblong.yaml")))
    second = table.rows[-1]
    assert [second[key] for key in ("RF", "jump", "first", "last", "σ")] == ["5×9", "1×4", "-2×-4", "2×4", "1.2×2.2"]


def test_fields_that_depend_on_the_position_are_marked(folder: Path) -> None:
    (table,) = printed_tables(ok(rf(folder, "line.yaml")))
    doubled = next(row for row in table.rows if row["name"] == "doubled")
    assert (doubled["RF"], doubled["remarks"]) == ("6–8", "varies")


def test_image_pooling_behind_an_upsampling_is_a_gate(tmp_path: Path) -> None:
    text = """input: [1, 32]
layers:
  - branches:
      merge: concat
      paths:
        - [conv: {out_channels: 1, kernel_size: 3, padding: 1}]
        - [global_avg_pool, upsample: {size: 32}]
"""
    (tmp_path / "net.yaml").write_text(text, encoding="utf-8")
    for option, everything in (("--gates", True), ("--without-gates", False)):
        (table,) = printed_tables(ok(in_process("rf", "net.yaml", option, cwd=tmp_path)))
        assert table.rows[-1]["RF"] == ("3*" if everything else "3")


@pytest.mark.parametrize(("option", "size"), [("--gates", "3*"), ("--without-gates", "3")])
def test_gates_can_be_left_out(option: str, size: str, folder: Path) -> None:
    (table,) = printed_tables(ok(rf(folder, "gated.yaml", option)))
    gated = table.rows[-1]
    assert gated["RF"] == size
    assert gated["covered"] == ("100.0 %" if size == "3*" else "14.1 %")
    assert ("without gates" in table.notes) == (option == "--without-gates")


# What one unit sees


def test_what_a_unit_at_the_border_sees(folder: Path) -> None:
    out = ok(on_pipes("rf", "vgg16", "--unit", "3,4", "--at", "block5.pool", cwd=folder))
    assert out.startswith("vgg16  what unit 3,4 of block5.pool sees of input 224×224\n")
    assert cells(out) == [
        ["axis", "theoretical", "size", "actual", "size", "center", "holes"],
        ["row", "6 … 217", "212", "6 … 217", "212", "111.5", "0"],
        ["column", "38 … 249", "212", "38 … 223", "186", "130.5", "0"],
    ]
    assert "sees 39,432 of 50,176 pixels, 78.6 %" in out
    assert "12.3 % of the theoretical box lies outside the input" in out


def test_the_holes_of_a_unit_are_counted(folder: Path) -> None:
    assert cells(ok(rf(folder, "line.yaml", "--unit", "5", "--at", "wide")))[1:] == [
        ["position", "5 … 9", "5", "5 … 9", "5", "7", "2"]
    ]


def test_a_unit_may_see_padding_alone(folder: Path) -> None:
    out = ok(rf(folder, "line.yaml", "--unit", "0", "--at", "padded"))
    assert cells(out)[1][3:] == ["–", "–", "–", "–"]
    assert "sees padding alone" in out


def test_a_cross_is_no_square(folder: Path) -> None:
    assert "sees 13 of 225 pixels" in ok(rf(folder, "cross.yaml", "--unit", "7,7"))


@pytest.mark.parametrize(
    ("arguments", "unit", "layer"),
    [
        (["--unit", "center"], "3,3", "max_pool2"),
        (["--unit", "center", "--at", "conv1"], "14,14", "conv1"),
        (["--unit", "0,0", "--at", "linear1"], "0,0", "linear1"),
        (["--unit", "1x2"], "1,2", "max_pool2"),
    ],
)
def test_the_unit_in_the_middle_of_the_last_map_is_the_default(
    arguments: list[str], unit: str, layer: str, folder: Path
) -> None:
    assert f"what unit {unit} of {layer} sees" in ok(rf(folder, "mini_cnn", *arguments))


@pytest.mark.parametrize("unit", ["7,0", "0,7", "3", "1,2,3", "-1,0", "a,b", ""])
def test_a_unit_that_does_not_exist_is_refused_with_those_that_do(unit: str, folder: Path) -> None:
    says = refusal(rf(folder, "mini_cnn", f"--unit={unit}"))
    assert f"Invalid value for --unit: '{unit}' is none of the places 0,0 to 6,6" in says


# Which units see a pixel


def test_which_units_of_each_layer_see_a_pixel(folder: Path) -> None:
    out = ok(on_pipes("rf", "mini_cnn", "--pixel", "0,13", cwd=folder))
    assert out.startswith("mini_cnn  which units see pixel 0,13 of input 28×28\n")
    assert [row for row in cells(out) if row[0] in ("layer", "conv1", "max_pool1", "conv2", "linear1")] == [
        ["layer", "output", "rows", "columns", "units"],
        ["conv1", "32×28×28", "0 … 1", "12 … 14", "6"],
        ["max_pool1", "32×14×14", "0 … 0", "6 … 7", "2"],
        ["conv2", "64×14×14", "0 … 1", "5 … 8", "8"],
        ["linear1", "10", "0 … 0", "0 … 0", "1"],
    ]


def test_the_units_that_see_a_pixel_need_not_be_a_square(folder: Path) -> None:
    assert cells(ok(rf(folder, "cross.yaml", "--pixel", "7,7")))[1:] == [
        ["both.row", "1×15×15", "7 … 7", "4 … 10", "7"],
        ["both.column", "1×15×15", "4 … 10", "7 … 7", "7"],
        ["both.concat", "2×15×15", "4 … 10", "4 … 10", "13"],
    ]


def test_a_pixel_may_be_seen_by_no_unit(folder: Path) -> None:
    # 17 units are halved to 8, so the last one, which alone sees pixel 20, is dropped.
    out = ok(rf(folder, "line.yaml", "--pixel", "20"))
    assert cells(out)[1:3] == [["wide", "1×17", "16 … 16", "1"], ["halved", "1×8", "–", "0"]]


def test_a_layer_too_ragged_to_list_leaves_the_others_their_answers(folder: Path) -> None:
    rows = cells(ok(rf(folder, "ragged.yaml", "--pixel", "20,20")))
    assert (rows[1], rows[-1]) == (["conv1", "1×40×40", "20 … 20", "1 … 39", "39"], ["add1", "1×40×40", "?", "?", "?"])


def test_a_pixel_that_does_not_exist_is_refused_with_those_that_do(folder: Path) -> None:
    assert "'28,0' is none of the places 0,0 to 27,27" in refusal(rf(folder, "mini_cnn", "--pixel", "28,0"))


# Relative to an inner layer


def test_fields_can_be_given_in_units_of_an_inner_layer(folder: Path) -> None:
    (table,) = printed_tables(ok(rf(folder, "vgg16", "--from", "block3.conv1", "--no-fold")))
    assert "in units of block3.conv1" in table.notes
    sizes = [(row["RF"], row["jump"]) for row in table.rows if row["name"] == "pool"]
    assert sizes == [("–", "–"), ("–", "–"), ("6", "2"), ("20", "4"), ("48", "8")]


def test_questions_can_be_asked_about_an_inner_layer(folder: Path) -> None:
    unit = ok(rf(folder, "mini_cnn", "--from", "max_pool1", "--unit", "0,0", "--at", "conv2"))
    assert "sees of max_pool1 14×14" in unit
    assert cells(unit)[1] == ["row", "-1 … 1", "3", "0 … 1", "2", "0.5", "0"]
    pixel = ok(rf(folder, "mini_cnn", "--from", "max_pool1", "--pixel", "13,0", "--at", "conv2"))
    assert cells(pixel)[1] == ["conv2", "64×14×14", "12 … 13", "0 … 1", "4"]
    assert "none of the places 0,0 to 13,13" in refusal(
        rf(folder, "mini_cnn", "--from", "max_pool1", "--pixel", "14,0")
    )


@pytest.mark.parametrize("question", [["--pixel", "0,0"], ["--unit", "0,0"], ["--min", "2"]])
def test_a_layer_that_does_not_see_the_inner_one_has_no_answer(question: list[str], folder: Path) -> None:
    result = rf(folder, "mini_cnn", "--from", "conv2", "--at", "conv1", *question)
    assert (result.code, result.err) == (2, "error: conv1 does not see conv2\n")


# Layers by name


@pytest.mark.parametrize(
    ("network", "name", "hint"),
    [
        ("mini_cnn", "conv_2", "; did you mean 'conv2'?"),
        ("resnet50", "layr3", "; did you mean 'layer3'?"),
        ("vgg16", "block3.pol", "; did you mean 'block3.pool'?"),
        ("vgg16", "nothing of the kind", ""),
    ],
)
@pytest.mark.parametrize("option", ["--at", "--from", "--effective"])
def test_an_unknown_layer_is_refused_with_a_similar_one(
    option: str, network: str, name: str, hint: str, folder: Path
) -> None:
    result = rf(folder, network, option, name, *["--min=1"] * (option == "--at"))
    assert (result.code, result.out, result.err) == (2, "", f"error: no layer is called '{name}'{hint}\n")


def test_a_block_stands_for_its_last_layer(folder: Path) -> None:
    assert "of block2.pool sees" in ok(rf(folder, "vgg16", "--unit", "center", "--at", "block2"))


@pytest.mark.parametrize(
    "arguments",
    [
        ["--unit", "0,0", "--pixel", "0,0"],
        ["--unit", "0,0", "--effective", "conv1"],
        ["--verify", "--without-gates"],
        ["--at", "conv1"],
        ["--from", "linear1"],
        ["--min", "0"],
        ["--max-jump", "none"],
    ],
)
def test_what_makes_no_sense_is_refused(arguments: list[str], folder: Path) -> None:
    refusal(rf(folder, "mini_cnn", *arguments))


# The gate for CI


@pytest.mark.parametrize(
    "arguments",
    [
        ["vgg16", "--min", "212", "--max", "212", "--max-jump", "32"],
        ["resnet50", "--min", "224", "--max-jump", "16", "--at", "layer3"],
        ["vgg16", "resnet50", "--min", "200"],
        ["oblong.yaml", "--min", "5", "--max", "9", "--max-jump", "4"],
        ["gated.yaml", "--max", "3"],
    ],
)
def test_bounds_that_are_kept_pass(arguments: list[str], folder: Path) -> None:
    ok(rf(folder, *arguments))


def test_behind_a_gate_bounds_say_that_they_are_about_local_paths(folder: Path) -> None:
    said = "bounds are about local paths: behind a gate, units see the whole map besides"
    assert said in ok(rf(folder, "gated.yaml", "--max", "3"))
    assert said not in ok(rf(folder, "vgg16", "--max", "212"))


def test_where_channels_are_left_out_a_field_is_an_upper_bound(folder: Path) -> None:
    """Of the channels put together, the slice keeps those that see one pixel; the others see 9."""
    (table,) = printed_tables(ok(rf(folder, "sliced.yaml")))
    rows = {row["name"]: [row[key] for key in ("RF", "σ", "±2σ")] for row in table.rows}
    assert (rows["both"], rows["kept"], rows["last"]) == (["9", "1.8", "7"], ["≤ 9", "–", "–"], ["≤ 9", "–", "–"])
    assert "RF: ≤ at most: channels that may see more are left out on the way" in table.notes
    assert ok(rf(folder, "sliced.yaml", "--max", "9"))
    assert "last: expected receptive field to be at least 2, found 1–9" in rf(folder, "sliced.yaml", "--min", "2").err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["vgg16", "--min", "224"], ["adaptive_avg_pool1: expected receptive field to be at least 224, found 212"]),
        (["vgg16", "--max", "100"], ["adaptive_avg_pool1: expected receptive field to be at most 100, found 212"]),
        (["vgg16", "--max-jump", "16"], ["adaptive_avg_pool1: expected jump to be at most 16, found 32"]),
        (
            ["vgg16", "--min", "50", "--max", "40", "--max-jump", "4", "--at", "block3"],
            [
                "block3.pool: expected receptive field to be at least 50, found 44",
                "block3.pool: expected receptive field to be at most 40, found 44",
                "block3.pool: expected jump to be at most 4, found 8",
            ],
        ),
        (
            ["oblong.yaml", "--min", "6", "--max-jump", "2"],
            [
                "second: expected receptive field to be at least 6, found 5×9",
                "second: expected jump to be at most 2, found 1×4",
            ],
        ),
        (
            ["vgg16", "vgg11", "--min", "200", "--at", "block4"],
            [
                "block4.pool: expected receptive field to be at least 200, found 100",
                "block4.pool: expected receptive field to be at least 200, found 70",
            ],
        ),
        (
            ["mini_cnn", "--max-jump", "9", "--at", "gap1"],
            ["gap1: expected jump to be at most 9, found no single figure"],
        ),
        (
            ["line.yaml", "--min", "7", "--at", "doubled"],
            ["doubled: expected receptive field to be at least 7, found 6–8"],
        ),
        (
            ["line.yaml", "--max", "7", "--at", "doubled"],
            ["doubled: expected receptive field to be at most 7, found 6–8"],
        ),
        (
            ["vgg16", "--from", "block5.conv1", "--min", "9"],
            ["adaptive_avg_pool1: expected receptive field to be at least 9, found 6"],
        ),
    ],
)
def test_every_bound_that_is_broken_is_one_sentence(arguments: list[str], says: Sequence[str], folder: Path) -> None:
    result = rf(folder, *arguments)
    assert sentences(result) == says
    assert printed_tables(result.out)


def test_a_broken_bound_names_the_file_but_no_line_of_it(folder: Path) -> None:
    result = on_pipes("rf", "oblong.yaml", "--min", "6", cwd=folder)
    assert result.code == 1
    assert result.err == (
        "error[PC600]: second: expected receptive field to be at least 6, found 5×9\n--> oblong.yaml\n\n"
    )


def test_broken_bounds_stand_in_the_json(folder: Path) -> None:
    result = rf(folder, "vgg16", "--min", "224", "--format", "json")
    (finding,) = json.loads(result.out)["findings"]
    assert result.code == 1
    assert (finding["rule"], finding["layer"]) == ("broken-expectation", "adaptive_avg_pool1")


# The proof


def test_verify_says_how_many_fields_were_proven(folder: Path) -> None:
    out = ok(on_pipes("rf", "resnet18", "--verify", cwd=folder))
    assert out.endswith("\nproven by execution for 69 of 69 layers: what every unit really sees, along each axis\n")


def test_verify_says_what_was_not_proven_and_why(folder: Path) -> None:
    (table,) = printed_tables(ok(rf(folder, "mini_cnn", "--verify", "--from", "conv2")))
    assert table.notes.endswith(
        "not proven: conv1, relu1, max_pool1 (it sees nothing of the origin)\n"
        "proven by execution for 6 of 9 layers: what every unit really sees, along each axis"
    )


PLANTED = """
from dataclasses import replace
from poolcalc.__main__ import main
from poolcalc.ops.conv import Conv

right = Conv.taps
Conv.taps = lambda *given: [replace(t, phases=tuple(r[1:] for r in t.phases)) for t in right(*given)]
main()
"""


def test_a_field_that_is_refuted_is_our_mistake_and_fails(folder: Path) -> None:
    result = on_pipes("rf", "mini_cnn", "--verify", cwd=folder, python=("-c", PLANTED))
    assert sentences(result)[0] == "conv1: the kernels do not read what the receptive field predicts"
    assert "note: axis 0, unit 1 does not see pixel 0 by prediction, the kernels disagree" in result.err
    assert "this is a mistake in poolcalc" in result.err
    assert result.out.endswith("proven by execution for 3 of 9 layers: what every unit really sees, along each axis\n")


# The effective field


def test_the_effective_field_is_drawn(folder: Path) -> None:
    out = ok(on_pipes("rf", "mini_cnn", "--effective", "conv2", cwd=folder))
    assert out.startswith("mini_cnn  effective field of unit 7,7 of conv2, untrained\n")
    assert cells(out) == [
        ["axis", "middle", "σ", "±2σ", "RF"],
        ["0", "14.50", "1.89", "7.6", "8"],
        ["1", "14.50", "1.89", "7.6", "8"],
    ]
    picture = [line.strip("|") for line in out.splitlines() if line.startswith("|")]
    assert {len(line) for line in picture} == {28}
    assert len(picture) == 14  # a sign is about twice as high as wide
    # Pixels 11 to 18, darkest in the middle.
    middle = [line.rstrip() for line in picture if line.strip()]
    assert middle == middle[::-1]
    assert middle[1] == " " * 11 + "+#@@@@#+"


def test_of_a_global_layer_the_last_local_one_before_it_is_drawn(folder: Path) -> None:
    assert "of max_pool2, untrained" in ok(rf(folder, "mini_cnn", "--effective", "linear1"))


def test_a_layer_behind_a_gate_has_the_same_deviation_in_every_table(folder: Path) -> None:
    (table,) = printed_tables(ok(rf(folder, "gated.yaml")))
    (drawn,) = [
        line.split() for line in ok(rf(folder, "gated.yaml", "--effective", "gated")).splitlines() if "0  " in line
    ][:1]
    assert table.rows[-1]["σ"] == "0.8"
    assert drawn == ["0", "4.00", "0.82", "3.0", "3"]


def test_what_borders_do_to_the_deviation_is_said(folder: Path) -> None:
    drawn = ok(on_pipes("rf", "resnet50", "--effective", "layer4", cwd=folder))
    assert "on an endless canvas, as `rf` gives it for every layer, σ is 36.2" in drawn
    assert "endless" not in ok(rf(folder, "mini_cnn", "--effective", "conv2"))


def test_on_one_axis_the_picture_is_one_line(folder: Path) -> None:
    picture = ok(rf(folder, "line.yaml", "--effective", "wide")).splitlines()[-1]
    assert picture == f"|{' ' * 8}@ @ @{' ' * 8}|"


def test_a_unit_that_sees_padding_alone_has_no_effective_field(folder: Path) -> None:
    result = rf(folder, "blank.yaml", "--effective", "blank")
    assert (result.code, result.err) == (2, "error: the central unit of blank sees padding alone\n")


# Formats


def test_the_json_carries_the_fields_of_every_layer(folder: Path) -> None:
    report = json_of("rf", "mini_cnn", cwd=folder)
    assert (report["origin"], report["gates"], "proof" in report) == ("input", True, False)
    layers = {layer["name"]: layer for layer in report["layers"]}
    assert layers["conv2"]["actual_field"] == {
        "unit": [7, 7],
        "theoretical": [[11, 18]] * 2,
        "actual": [[11, 18]] * 2,
        "center": [14.5, 14.5],
        "holes": [0, 0],
        "pixels": 64,
        "percent_of_input": pytest.approx(100 * 64 / 784),
        "percent_in_padding": 0.0,
        "unread": [0, 0],
    }
    assert layers["conv2"]["effective_deviation"] == pytest.approx([(8 / 12 + 3 / 12 + 4 * 8 / 12) ** 0.5] * 2)
    assert layers["conv2"]["proven"] is None


def test_the_json_carries_the_proof(folder: Path) -> None:
    report = json_of("rf", "mini_cnn", "--verify", "--from", "conv2", cwd=folder)
    why = "it sees nothing of the origin"
    assert report["proof"] == {
        "proven": 6,
        "refuted": {},
        "unproven": {"conv1": why, "relu1": why, "max_pool1": why},
    }
    assert [layer["proven"] for layer in report["layers"]] == [False] * 3 + [True] * 6


def test_the_json_carries_the_answer_to_the_question(folder: Path) -> None:
    unit = json_of("rf", "line.yaml", "--unit", "0", "--at", "padded", cwd=folder)["unit"]
    assert unit == {
        "layer": "padded",
        "unit": [0],
        "theoretical": [[-4, 1]],
        "actual": None,
        "center": None,
        "holes": [],
        "pixels": 0,
        "percent_of_input": 0.0,
        "percent_in_padding": pytest.approx(100 * 4 / 6),
    }
    pixel = json_of("rf", "line.yaml", "--pixel", "20", cwd=folder)["pixel"]
    assert pixel["pixel"] == [20]
    assert (pixel["units"]["wide"], pixel["units"]["halved"]) == ([[16, 16]], None)
    effective = json_of("rf", "line.yaml", "--effective", "wide", cwd=folder)["effective"]
    assert (effective["layer"], effective["unit"], effective["middle"]) == ("wide", [8], [pytest.approx(10)])
    assert effective["deviation"] == [pytest.approx((4 * 8 / 12) ** 0.5)]
    assert effective["inside_two_deviations"] == pytest.approx(1)
    assert [round(share, 3) for share in effective["profiles"][0]][7:14] == [0, 0.333, 0, 0.333, 0, 0.333, 0]


def test_several_networks_stand_below_each_other_in_every_format(folder: Path) -> None:
    both = ("mini_cnn", "oblong.yaml")
    assert [table.title.split()[0] for table in printed_tables(ok(rf(folder, *both)))] == ["mini_cnn", "oblong"]
    assert [report["architecture"] for report in json_of("rf", *both, cwd=folder)] == ["mini_cnn", "oblong"]
    rows = ok(rf(folder, *both, "--format", "csv")).splitlines()
    assert len(rows) == 1 + 10 + 3
    markdown = ok(rf(folder, *both, "--format", "markdown"))
    assert re.findall(r"^\*\*(\S+)", markdown, re.MULTILINE) == ["mini\\_cnn", "oblong"]


@pytest.mark.parametrize("question", [["--unit", "0,0"], ["--pixel", "0,0"], ["--effective", "first"]])
def test_answers_come_in_every_format(question: list[str], folder: Path) -> None:
    arguments = ("oblong.yaml", *question)
    assert ok(rf(folder, *arguments, "--format", "csv")).count("\n") == 3
    assert "| ---: |" in ok(rf(folder, *arguments, "--format", "markdown"))
    assert json_of("rf", *arguments, cwd=folder)[question[0].strip("-")]


# Start-up

IMPORTS = """
import sys
from poolcalc.__main__ import main

try:
    main()
finally:
    print("NumPy" if "numpy" in sys.modules else "no NumPy", file=sys.stderr)
"""


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "no NumPy"),
        (["--unit", "center"], "no NumPy"),
        (["--pixel", "3,3"], "no NumPy"),
        (["--from", "conv1", "--min", "2", "--without-gates"], "no NumPy"),
        (["--format", "json"], "no NumPy"),
        (["--verify"], "NumPy"),
        (["--effective", "conv2"], "NumPy"),
    ],
)
def test_numpy_is_imported_for_verify_and_effective_alone(arguments: list[str], says: str, folder: Path) -> None:
    result = on_pipes("rf", "mini_cnn", *arguments, cwd=folder, python=("-c", IMPORTS))
    assert (result.code, result.err) == (0, f"{says}\n")
