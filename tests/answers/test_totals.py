"""Sums over fewer layers than there are, or over layers that nothing reads: every format, and every verb, says so."""

import csv
import json
from io import StringIO
from pathlib import Path

from support.command import in_process
from support.files import written
from support.printed import markdown_rows, printed_tables

import poolcalc
from poolcalc.answers import networks, shapes
from poolcalc.answers.diff import Difference, answer
from poolcalc.renderers import csv as csv_renderer
from poolcalc.renderers import html, markdown, text

HALF = """\
name: half
input: [1, 8, 8]
layers:
  - conv: {out_channels: 2, kernel_size: 3, name: fine}
  - conv: {out_channels: 2, kernel_size: 9, name: too_large}
  - flatten
  - linear: 10
"""
"""Parameters: 20, 326, none, unknown. MACs and activations: 648 and 72 in the first layer, unknown in the others."""

CERTAIN = HALF.replace("  - flatten\n  - linear: 10\n", "  - conv: {out_channels: 4, kernel_size: 1}\n")
WHOLE = HALF.replace("kernel_size: 9", "kernel_size: 3")
"""Of 20 + 38 + 330 parameters."""


def report(network: str) -> poolcalc.Report:
    return poolcalc.analyze(poolcalc.loads(network, name="net.yaml"))


def test_a_table_marks_sums_that_are_no_totals() -> None:
    (table,) = printed_tables(text.render([shapes.answer(report(HALF))]))
    assert (table.totals["params"], table.totals["MACs"]) == ("≥ 346", "≥ 648")
    assert "at least 72 activations per image\n" in table.notes
    assert "params of 3, MACs of 1, activations of 1 of 4 layers; what the others need is not known" in table.notes
    assert table.notes.endswith("the forward pass was not run, 1 shape is a prediction; 3 layers cannot run")


def test_parameters_that_need_no_sizes_are_a_total() -> None:
    (table,) = printed_tables(text.render([shapes.answer(report(CERTAIN))]))
    assert (table.totals["params"], table.totals["MACs"]) == ("358", "≥ 648")
    assert "MACs of 1, activations of 1 of 3 layers" in table.notes


def test_markdown_marks_them_too_and_csv_leaves_unknown_figures_empty() -> None:
    shown = shapes.answer(report(HALF))
    *_, totals = markdown_rows(markdown.render([shown]))
    assert (totals["params"], totals["MACs"]) == ("≥ 346", "≥ 648")
    rows = list(csv.DictReader(StringIO(csv_renderer.render([shown]))))
    assert [(row["params"], row["macs"]) for row in rows[1:]] == [("20", "648"), ("326", ""), ("0", ""), ("", "")]


def test_a_layer_that_could_not_even_be_built_has_unknown_parameters() -> None:
    network = "input: [6, 8, 8]\nlayers:\n  - conv: {out_channels: 3, kernel_size: 1}\n  - group_norm: 2\n"
    (table,) = printed_tables(text.render([shapes.answer(report(network))]))
    assert table.totals["params"] == "≥ 21"


def test_json_names_the_figures_that_are_incomplete() -> None:
    totals = report(HALF).to_dict()["totals"]
    assert (totals["complete"], totals["incomplete"]) == (False, ["params", "macs", "activations"])
    totals = report(CERTAIN).to_dict()["totals"]
    assert (totals["params"], totals["complete"], totals["incomplete"]) == (358, False, ["macs", "activations"])
    assert report(WHOLE).to_dict()["totals"]["complete"]


def test_json_says_which_rules_looked() -> None:
    data = report(HALF).to_dict()
    assert (data["rules"], len(data["findings"])) == (["PC100", "PC101", "PC108"], 1)
    assert poolcalc.confirm(poolcalc.loads(HALF)).to_dict()["rules"] == ["PC100", "PC101", "PC108", "PC500"]
    assert poolcalc.prove(poolcalc.loads(WHOLE)).to_dict()["rules"] == ["PC100", "PC101", "PC108", "PC501"]


def test_a_list_marks_sums_that_are_no_totals() -> None:
    shown = networks.answer("two", [report(HALF), report(WHOLE)])
    (table,) = printed_tables(text.render([shown]))
    assert table.column("params") == ["≥ 346", "388"]
    assert table.column("MACs")[0] == "≥ 648"
    assert [entry["complete"] for entry in shown.data()["architectures"]] == [False, True]


def test_a_difference_leads_with_what_cannot_run_and_subtracts_nothing_unknown() -> None:
    found = Difference(report(WHOLE), report(CERTAIN))
    shown = text.render([answer(found)])
    assert shown.startswith("head cannot run: too_large: kernel_size 9 does not fit the padded input of 6; net.yaml → ")
    changes = {change.figure: change for change in found.headline}
    assert (changes["params"].base, changes["params"].head, changes["params"].delta) == (388, 358, -30)
    for figure in ("output", "receptive_field", "macs", "activations"):
        assert (changes[figure].head, changes[figure].delta, changes[figure].percent) == (None, None, None)
    data = found.to_dict()
    assert (data["base"]["complete"], data["head"]["complete"]) == (True, False)


def test_a_change_that_cannot_be_ruled_out_fails(tmp_path: Path) -> None:
    base, head = written(tmp_path, "base.yaml", HALF), written(tmp_path, "head.yaml", CERTAIN)
    done = in_process("diff", base, head, "--fail-on-change", "macs", cwd=tmp_path)
    assert (done.code, done.err) == (1, "error: MACs: known of neither network\n")
    assert done.out.startswith("base cannot run: too_large: ")
    assert "head cannot run: too_large: " in done.out
    document = json.loads(in_process("diff", base, head, "--format", "json", cwd=tmp_path).out)
    assert [figure["base"] for figure in document["network"] if figure["figure"] == "macs"] == [None]


BESIDE = """\
name: beside
input: [1, 8, 8]
layers:
  - conv: {out_channels: 2, kernel_size: 3, name: idle}
  - conv: {out_channels: 1, kernel_size: 1, from: input}
"""
"""Of 20 + 2 parameters and 648 + 64 MACs, no output depends on the first."""

SPENT = "no output depends on 1 layer with 20 of 22 parameters and 648 of 712 MACs"


def test_totals_for_people_say_how_much_of_them_is_unused() -> None:
    shown = shapes.answer(report(BESIDE))
    (table,) = printed_tables(text.render([shown]))
    assert (table.totals["params"], table.totals["MACs"]) == ("22", "712")
    assert f"\n{SPENT}\n" in table.notes
    assert f"\n- {SPENT}\n" in markdown.render([shown])
    assert f"<p>{SPENT}</p>" in html.render([shown])
    assert "no output depends" not in text.render([shapes.answer(report(WHOLE))])


def test_totals_for_programs_say_how_much_of_them_is_unused() -> None:
    unused = {"layers": ["idle"], "params": 20, "macs": 648, "activations": 72}
    assert report(BESIDE).to_dict()["totals"]["unused"] == unused
    rows = list(csv.DictReader(StringIO(csv_renderer.render([shapes.answer(report(BESIDE))]))))
    assert [(row["name"], row["used"]) for row in rows] == [("input", ""), ("idle", "false"), ("conv2", "true")]


def test_a_difference_says_how_much_is_unused_on_either_side() -> None:
    joined = BESIDE.replace(", from: input", "")
    found = Difference(report(BESIDE), report(joined))
    assert text.render([answer(found)]).endswith(f"\nbase: {SPENT}\n")
    assert [found.to_dict()[side]["unused"]["layers"] for side in ("base", "head")] == [["idle"], []]
