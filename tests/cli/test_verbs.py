"""What the verbs print, and the options of `shapes`."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from support.command import (
    in_process,
    json_of,
    ok,
    on_pipes,
)
from support.printed import printed_tables

import poolcalc

BUNDLED = poolcalc.architectures()


def without_seconds(report: Any) -> Any:
    report["forward"].pop("seconds")
    return report


def test_shapes_prints_sizes_costs_and_fields_and_says_that_they_were_confirmed(tmp_path: Path) -> None:
    (table,) = printed_tables(ok(on_pipes("shapes", "mini_cnn", cwd=tmp_path)))
    assert table.title.startswith("mini_cnn  1×28×28")
    conv = next(row for row in table.rows if row["name"] == "conv2")
    assert list(conv.values()) == [
        *("conv2", "conv", "3×3 p1", "64×14×14", "0.0 %", "75.0 %", "8", "2", "18,496", "3,612,672")
    ]
    assert table.totals["params"] == "19,466"
    assert "NumPy forward pass confirmed 9 of 9 shapes" in table.notes


def test_shapes_without_the_forward_pass_says_that_nothing_was_confirmed(tmp_path: Path) -> None:
    (table,) = printed_tables(ok(in_process("shapes", "mini_cnn", "--no-forward", cwd=tmp_path)))
    assert "not confirmed: the forward pass was not run, 9 shapes are predictions" in table.notes


def test_rf_prints_the_theoretical_receptive_field_of_every_layer(tmp_path: Path) -> None:
    (table,) = printed_tables(ok(in_process("rf", "vgg16", cwd=tmp_path)))
    last = [row for row in table.rows if row["name"] == "pool"][-1]
    keys = ("RF", "jump", "first", "last", "center", "covered")
    assert [last[key] for key in keys] == ["212", "32", "-90", "121", "15.5", "89.6 %"]
    assert "theoretical" in table.notes


def test_list_names_every_bundled_architecture(tmp_path: Path) -> None:
    (table,) = printed_tables(ok(in_process("list", cwd=tmp_path)))
    assert tuple(table.column("name")) == BUNDLED
    entries = json_of("list", cwd=tmp_path)["architectures"]
    assert tuple(entry["architecture"] for entry in entries) == BUNDLED
    assert [f"{entry['macs']:,}" for entry in entries] == table.column("MACs")
    lines = ok(in_process("list", "--format", "csv", cwd=tmp_path)).splitlines()
    assert [line.partition(",")[0] for line in lines[1:]] == list(BUNDLED)


def test_schema_prints_a_json_schema(tmp_path: Path) -> None:
    schema = json.loads(ok(on_pipes("schema", cwd=tmp_path)))
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_without_arguments_the_help_is_shown(tmp_path: Path) -> None:
    result = on_pipes(cwd=tmp_path)
    assert result.code == 2
    assert "Usage" in result.out + result.err


@pytest.mark.parametrize("arguments", [("-h",), ("shapes", "-h"), ("rf", "--help")])
def test_help_can_be_read_on_every_stream(arguments: tuple[str, ...], tmp_path: Path) -> None:
    out = ok(on_pipes(*arguments, cwd=tmp_path, environment={"PYTHONIOENCODING": "ascii"}))
    assert "Usage" in out
    assert out.isascii()


def test_the_version_is_that_of_the_package(tmp_path: Path) -> None:
    assert ok(on_pipes("--version", cwd=tmp_path)) == f"poolcalc {poolcalc.__version__}\n"


def test_a_batch_is_run_and_reported(tmp_path: Path) -> None:
    report = json_of("shapes", "mini_cnn", "--batch", "3", cwd=tmp_path)
    assert (report["batch"], report["forward"]["confirmed"]) == (3, 9)
    assert report["totals"]["macs"] == 3_839_104  # per image
    (table,) = printed_tables(ok(in_process("shapes", "mini_cnn", "--batch", "3", cwd=tmp_path)))
    assert "confirmed 9 of 9 shapes on a batch of 3" in table.notes


def test_the_same_seed_gives_the_same_report(tmp_path: Path) -> None:
    reports = [without_seconds(json_of("shapes", "mini_cnn", "--seed", seed, cwd=tmp_path)) for seed in "445"]
    assert reports[0] == reports[1]
    assert [report["forward"].pop("seed") for report in reports] == [4, 4, 5]
    assert reports[0] == reports[2]


def test_a_forward_pass_that_does_not_fit_into_memory_is_refused_before_it_starts(tmp_path: Path) -> None:
    pytest.importorskip("resource")
    code = """
import resource
from poolcalc.__main__ import main

resource.setrlimit(resource.RLIMIT_AS, (2 * 2**30, 2 * 2**30))
main()
"""
    result = on_pipes("shapes", "vgg16", "--input", "3x4096x4096", cwd=tmp_path, python=("-c", code))
    assert (result.code, result.out) == (1, "")
    assert re.fullmatch(
        r"error: the forward pass needs about \d+\.\d GiB of memory, 1\.\d GiB are available; "
        r"check the same geometry with a few channels by --thin, or "
        r"check a smaller --input, or the formulas alone with --no-forward\n",
        result.err,
    )
    remedy = on_pipes("shapes", "vgg16", "--input", "3x4096x4096", "--no-forward", cwd=tmp_path, python=("-c", code))
    assert remedy.code == 0


def test_folding_leaves_out_rows_and_says_so(tmp_path: Path) -> None:
    (folded,) = printed_tables(ok(in_process("shapes", "mini_cnn", "--no-forward", cwd=tmp_path)))
    (full,) = printed_tables(ok(in_process("shapes", "mini_cnn", "--no-forward", "--no-fold", cwd=tmp_path)))
    assert [row for row in full.rows if row["operator"] != "relu"] == folded.rows
    assert full.totals == folded.totals
    assert "2 layers folded into the row above (2 relu); --no-fold shows all" in folded.notes
    assert "folded" not in full.notes
