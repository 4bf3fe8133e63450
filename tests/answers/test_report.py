"""The report: its JSON contract key by key, and its totals in every format."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from support.files import BROKEN
from support.printed import markdown_rows, printed_tables, require_narrowed

import poolcalc
from poolcalc.answers import rf, shapes
from poolcalc.answers.rf import fields_dict
from poolcalc.renderers import csv as csv_renderer
from poolcalc.renderers import markdown, text
from poolcalc.renderers.answer import Style
from poolcalc.wording import percent

BUNDLED = poolcalc.architectures()
SUMS = ("params", "macs", "activations")

ENLARGING = """\
input: [1, 5, 5]
layers:
  - conv_transpose: {out_channels: 1, kernel_size: 4, stride: 2, padding: 1}
  - upsample: 3
  - max_pool: 2
"""


def json_of(design: poolcalc.Design, *, run: bool = False) -> Any:
    """Return the report as a consumer reads it: through JSON text, in which nothing is infinite or not a number."""
    report = poolcalc.confirm(design) if run else poolcalc.analyze(design)

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    return json.loads(json.dumps(report.to_dict()), parse_constant=refuse)


@pytest.fixture(scope="module")
def mini() -> Any:
    return json_of(poolcalc.load("mini_cnn"), run=True)


def layer(report: Any, name: str) -> Any:
    return next(layer for layer in report["layers"] if layer["name"] == name)


# The contract

REPORT = {
    "schema": "text",
    "architecture": "text",
    "source": "text",
    "input": "size[]",
    "batch": "count",
    "layers": "list",
    "outputs": "text[]",
    "totals": "object",
    "forward": "object",
    "rules": "text[]",
    "findings": "list",
}
LAYER = {
    "name": "text",
    "op": "text",
    "inputs": "text[]",
    "line": "count",
    "input_shapes": "size[]?[]",
    "output_shape": "size[]?",
    "parameters": "object",
    "reduction_percent": "float?",
    "cumulative_reduction_percent": "float?",
    "params": "count?",
    "macs": "count?",
    "activations": "count?",
    "receptive_field": "object?",
    "dropped": "count[][]",
    "lost": "count[]",
    "confirmed": "truth?",
}
RECEPTIVE_FIELD = {
    "size": "count?[]",
    "size_min": "count?[]",
    "jump": "jump?[]",
    "first": "integer?[]",
    "last": "integer?[]",
    "center": "half?[]",
    "effective_padding": "integer?[]",
    "varies": "truth",
    "global": "truth",
    "at_most": "truth",
}
TOTALS = {
    "params": "count",
    "macs": "count",
    "activations": "count",
    "peak_activations": "count",
    "complete": "truth",
    "incomplete": "text[]",
    "unused": "object",
}
UNUSED = {"layers": "text[]", "params": "count", "macs": "count", "activations": "count"}
FORWARD = {"ran": "truth", "confirmed": "count", "mismatched": "count", "seed": "count?", "seconds": "float?"}
FINDING = {
    "code": "text",
    "rule": "text",
    "severity": "text",
    "message": "text",
    "layer": "text",
    "file": "text",
    "line": "count",
    "column": "count",
    "help": "text?",
    "notes": "text[]",
}


def is_whole(value: Any) -> bool:
    return type(value) is int  # which a bool is not


def is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def is_half(value: Any) -> bool:
    return is_whole(value) or (isinstance(value, float) and value % 1 == 0.5)


def is_jump(value: Any) -> bool:
    return (is_whole(value) and value > 0) or (is_text(value) and bool(re.fullmatch(r"[1-9]\d*/[1-9]\d*", value)))


KINDS: dict[str, Callable[[Any], bool]] = {
    "text": is_text,
    "truth": lambda value: isinstance(value, bool),
    "float": lambda value: isinstance(value, float),
    "integer": is_whole,
    "count": lambda value: is_whole(value) and value >= 0,
    "size": lambda value: is_whole(value) and value > 0,
    "half": is_half,
    "jump": is_jump,
    "object": lambda value: isinstance(value, dict),
    "list": lambda value: isinstance(value, list),
}


def is_a(kind: str, value: Any) -> bool:
    """Return whether a value of plain data is what the contract promises: `?` allows null, `[]` is a list of such."""
    if kind.endswith("[]"):
        return isinstance(value, list) and all(is_a(kind[:-2], item) for item in value)
    if kind.endswith("?"):
        return value is None or is_a(kind[:-1], value)
    return KINDS[kind](value)


def objects(report: Any) -> Iterator[tuple[dict[str, str], Any]]:
    """Yield every object of a report with what the contract says about it."""
    yield REPORT, report
    yield TOTALS, report["totals"]
    yield UNUSED, report["totals"]["unused"]
    yield FORWARD, report["forward"]
    yield from ((FINDING, finding) for finding in report["findings"])
    for each in report["layers"]:
        yield LAYER, each
        if each["receptive_field"] is not None:
            yield RECEPTIVE_FIELD, each["receptive_field"]


@pytest.mark.parametrize("network", [*BUNDLED, BROKEN, ENLARGING])
def test_json_has_exactly_the_promised_keys_in_order_and_types(network: str) -> None:
    design = poolcalc.load(network) if network in BUNDLED else poolcalc.loads(network)
    for promised, found in objects(json_of(design)):
        assert list(found) == list(promised)
        assert {key: value for key, value in found.items() if not is_a(promised[key], value)} == {}


def test_the_contract_holds_with_a_forward_pass_too() -> None:
    for text_of_network in (BROKEN, ENLARGING):
        for promised, found in objects(json_of(poolcalc.loads(text_of_network), run=True)):
            assert list(found) == list(promised)
            assert all(is_a(promised[key], value) for key, value in found.items())


def test_other_commands_reuse_the_same_objects_and_add_to_them() -> None:
    report = poolcalc.analyze(poolcalc.load("mini_cnn"))
    mine, theirs = report.to_dict(), fields_dict(report)
    assert {key: theirs[key] for key in mine if key != "layers"} == {key: mine[key] for key in mine if key != "layers"}
    for promised, found in zip(mine["layers"], theirs["layers"], strict=True):
        assert {key: found[key] for key in promised} == promised


def test_the_head_of_a_report_says_what_was_examined(mini: Any) -> None:
    head = {key: mini[key] for key in ("schema", "architecture", "source", "input", "batch", "outputs")}
    assert head == {
        "schema": "poolcalc.report/1",
        "architecture": "mini_cnn",
        "source": "mini_cnn.yaml",
        "input": [1, 28, 28],
        "batch": 1,
        "outputs": ["linear1"],
    }


def test_the_first_layer_of_mini_cnn_has_the_documented_figures(mini: Any) -> None:
    first = mini["layers"][0]
    assert first.pop("line") > 0
    assert first == {
        "name": "conv1",
        "op": "conv",
        "inputs": ["input"],
        "input_shapes": [[1, 28, 28]],
        "output_shape": [32, 28, 28],
        "parameters": {
            "out_channels": 32,
            "kernel_size": [3, 3],
            "stride": [1, 1],
            "padding": [[1, 1], [1, 1]],
            "dilation": [1, 1],
            "groups": 1,
            "bias": True,
        },
        "reduction_percent": 0.0,
        "cumulative_reduction_percent": 0.0,
        "params": 320,
        "macs": 225_792,
        "activations": 25_088,
        "receptive_field": {
            "size": [3, 3],
            "size_min": [3, 3],
            "jump": [1, 1],
            "first": [-1, -1],
            "last": [1, 1],
            "center": [0, 0],
            "effective_padding": [1, 1],
            "varies": False,
            "global": False,
            "at_most": False,
        },
        "dropped": [[0, 0], [0, 0]],
        "lost": [0, 0],
        "confirmed": True,
    }


def test_totals_and_forward_pass_of_mini_cnn_have_the_documented_figures(mini: Any) -> None:
    assert mini["totals"] == {
        "params": 19_466,
        "macs": 3_839_104,
        "activations": 84_810,
        "peak_activations": 50_176,  # conv1 and relu1 side by side
        "complete": True,
        "incomplete": [],
        "unused": {"layers": [], "params": 0, "macs": 0, "activations": 0},
    }
    assert mini["forward"].pop("seconds") > 0
    assert mini["forward"] == {"ran": True, "confirmed": 9, "mismatched": 0, "seed": 0}
    assert (mini["rules"], mini["findings"]) == (["PC100", "PC101", "PC108", "PC500"], [])


def test_percentages_are_not_rounded(mini: Any) -> None:
    gap = layer(mini, "gap1")
    assert gap["reduction_percent"] == 100 - 100 / 49
    assert gap["cumulative_reduction_percent"] == 100 - 100 / 784


def test_vectors_have_one_size_and_no_reduction(mini: Any) -> None:
    for name, size in (("flatten1", 64), ("linear1", 10)):
        found = layer(mini, name)
        assert found["output_shape"] == [size]
        assert (found["reduction_percent"], found["cumulative_reduction_percent"]) == (None, None)
        assert found["dropped"] == []


def test_a_global_field_is_large_and_has_no_jump(mini: Any) -> None:
    field = layer(mini, "gap1")["receptive_field"]
    assert (field["size"], field["jump"], field["global"]) == ([34, 34], [None, None], True)


def test_jumps_that_are_not_whole_are_texts() -> None:
    fields = [layer["receptive_field"] for layer in json_of(poolcalc.loads(ENLARGING))["layers"]]
    assert [field["jump"] for field in fields] == [["1/2", "1/2"], ["1/6", "1/6"], ["1/3", "1/3"]]
    assert fields[0]["varies"] is False
    assert json_of(poolcalc.loads(ENLARGING))["layers"][1]["reduction_percent"] == -800.0


def test_without_a_forward_pass_nothing_is_said_about_it() -> None:
    report = json_of(poolcalc.load("mini_cnn"))
    assert report["forward"] == {"ran": False, "confirmed": 0, "mismatched": 0, "seed": None, "seconds": None}
    assert {each["confirmed"] for each in report["layers"]} == {None}


def test_what_a_broken_layer_and_its_readers_would_have_is_null() -> None:
    report = json_of(poolcalc.loads(BROKEN), run=True)
    unknown = ("output_shape", "reduction_percent", "cumulative_reduction_percent", *SUMS[1:], "confirmed")
    for name, params in (("too_large", 2 * 2 * 9 * 9 + 2), ("relu1", 0)):
        assert [layer(report, name)[key] for key in unknown] == [None] * len(unknown)
        assert layer(report, name)["params"] == params
    assert [layer(report, name)["input_shapes"] for name in ("too_large", "relu1")] == [[[2, 6, 6]], [None]]
    assert [layer(report, name)["confirmed"] for name in ("fine", "beside")] == [True, True]
    assert (report["forward"]["confirmed"], report["forward"]["mismatched"]) == (2, 0)


def test_a_finding_says_what_where_and_what_to_do() -> None:
    (finding,) = json_of(poolcalc.loads(BROKEN, name="net.yaml"))["findings"]
    identity = {key: finding[key] for key in ("code", "rule", "severity", "layer", "file", "line", "column")}
    assert identity == {
        "code": "PC100",
        "rule": "impossible-layer",
        "severity": "error",
        "layer": "too_large",
        "file": "net.yaml",
        "line": 5,
        "column": 5,
    }
    assert finding["message"].startswith("too_large: kernel_size 9 does not fit")
    assert finding["notes"]
    assert finding["help"].startswith("use padding: ")


# Totals


@pytest.mark.parametrize("network", BUNDLED)
def test_totals_are_the_sums_of_the_rows_in_every_format(network: str) -> None:
    report = poolcalc.analyze(poolcalc.load(network))
    data = report.to_dict()
    sums = {key: sum(each[key] for each in data["layers"]) for key in SUMS}
    assert sums == {key: data["totals"][key] for key in SUMS}

    answer = shapes.answer(report)
    rows = list(csv.DictReader(io.StringIO(csv_renderer.render([answer]))))
    assert [row["name"] for row in rows] == ["input", *(each["name"] for each in data["layers"])]
    for key in ("params", "macs"):
        assert sum(int(row[key] or 0) for row in rows) == sums[key]

    for fold in (True, False):
        style = Style(fold=fold)
        rows = markdown_rows(markdown.render([answer], style))
        assert table_sums(rows) == {"params": sums["params"], "MACs": sums["macs"]}
        (printed,) = printed_tables(text.render([answer], style))
        assert table_sums([*printed.rows, printed.totals]) == {"params": sums["params"], "MACs": sums["macs"]}


def table_sums(rows: list[dict[str, str]]) -> dict[str, int]:
    """Return the sums of the counted columns, after checking that the last row says the same."""
    *rows, totals = rows
    sums = {}
    for heading in ("params", "MACs"):
        sums[heading] = sum(number(row[heading]) for row in rows)
        assert number(totals[heading]) == sums[heading]
    return sums


def number(cell: str) -> int:
    return int(cell.replace(",", "") or 0)


@pytest.mark.parametrize("network", BUNDLED)
def test_every_table_fits_a_terminal_without_cutting_a_number(network: str) -> None:
    report = poolcalc.analyze(poolcalc.load(network))
    for answer in (shapes.answer(report), rf.answer(report)):
        (whole,) = printed_tables(text.render([answer]))
        for width in (80, 120):
            (shown,) = printed_tables(text.render([answer], Style(width=width)))
            require_narrowed(shown, whole, width)


@pytest.mark.parametrize("network", ["vgg16", "efficientnet_b0", "tcn"])
def test_the_printed_table_shows_the_numbers_of_the_json(network: str) -> None:
    report = poolcalc.analyze(poolcalc.load(network))
    (printed,) = printed_tables(text.render([shapes.answer(report)], Style(fold=False)))
    rows = [row for row in printed.rows if row["output"]][1:]
    for row, each in zip(rows, report.to_dict()["layers"], strict=True):
        assert each["name"].endswith(row["name"])
        assert row["operator"] == each["op"]
        assert row["output"] == "×".join(map(str, each["output_shape"]))
        assert (number(row["params"]), number(row["MACs"])) == (each["params"], each["macs"])
        assert row["reduced"] == ("–" if each["reduction_percent"] is None else percent(each["reduction_percent"]))
        field = each["receptive_field"]
        assert row["RF"].endswith("*") is field["global"]
        if not field["varies"]:
            assert row["RF"].rstrip("*").split("×")[0] == str(field["size"][0])


@pytest.mark.parametrize("network", BUNDLED)
def test_csv_and_json_agree_on_receptive_fields(network: str) -> None:
    report = poolcalc.analyze(poolcalc.load(network))
    rows = csv.DictReader(io.StringIO(csv_renderer.render([rf.answer(report)])))
    layers = report.to_dict()["layers"]
    keys = {"receptive_field": "size", "receptive_field_min": "size_min", "first": "first", "center": "center"}
    for row, each in zip(list(rows)[1:], layers, strict=True):
        found = {key: [float(part) for part in row[key].split("x") if part] for key in keys}
        assert found == {
            key: [value for value in each["receptive_field"][name] if value is not None] for key, name in keys.items()
        }
        assert ("global" in row["remarks"].split()) is each["receptive_field"]["global"]
        assert ("varies" in row["remarks"].split()) is each["receptive_field"]["varies"]


# Notebooks and numbers


def test_a_notebook_gets_html_and_text(monkeypatch: pytest.MonkeyPatch) -> None:
    report = poolcalc.analyze(poolcalc.load("mini_cnn"))
    # Inside a notebook rich would display the table itself instead of returning it.
    monkeypatch.setattr("rich.console._is_jupyter", lambda: True)
    bundle = report._repr_mimebundle_(include=None, exclude=None)
    assert sorted(bundle) == ["text/html", "text/plain"]
    assert bundle["text/html"].startswith("<table><caption>mini_cnn  1×28×28")
    (printed,) = printed_tables(bundle["text/plain"])
    assert printed.totals["params"] == "19,466"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0.0 %"),
        (75, "75.0 %"),
        (97.959, "98.0 %"),
        (100, "100.0 %"),
        (99.9, "99.9 %"),
        (99.96, "99.96 %"),
        (99.9980069, "99.998 %"),
        (0.04, "0.04 %"),
        (0.00275, "0.003 %"),
        (4e-10, "0.0000000004 %"),
        (-300, "-300.0 %"),
        (-0.01, "-0.01 %"),
    ],
)
def test_a_percentage_is_short_but_never_rounded_to_nothing_or_all(value: float, shown: str) -> None:
    assert percent(value) == shown
