"""Names are text, not markup, in every format."""

import re
from html import unescape
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from support.command import IMPATIENT, in_process, json_of, ok, on_terminals, without_emphasis
from support.files import written
from support.printed import printed_tables

TITLE = r"[/] [bold]x[/bold] | * <b> `y` _z_ &amp; ~~s~~ :smile: \n $a$"
LAYERS = ("a|b", "*b*", "<b>", "_c_", "`d`", "~~e~~", "&lt;", "\\", "$f$", ":smile:", "=1+1")


@pytest.fixture
def strange(tmp_path: Path) -> str:
    layers = "".join(f"  - conv: {{out_channels: 1, kernel_size: 1, name: '{name}'}}\n" for name in LAYERS)
    return written(tmp_path, "strange.yaml", f"name: '{TITLE}'\ninput: [1, 8, 8]\nlayers:\n{layers}")


def test_names_are_text_not_markup_in_a_table(strange: str, tmp_path: Path) -> None:
    for arguments in (("shapes", strange), ("rf", strange, "--color", "always")):
        (table,) = printed_tables(without_emphasis(ok(in_process(*arguments, cwd=tmp_path))))
        assert table.title.startswith(TITLE)
        assert table.column("name") == ["input", *LAYERS]


def test_names_are_text_not_markup_in_json_and_csv(strange: str, tmp_path: Path) -> None:
    report = json_of("rf", strange, cwd=tmp_path)
    assert report["architecture"] == TITLE
    assert [layer["name"] for layer in report["layers"]] == list(LAYERS)
    rows = ok(in_process("rf", strange, "-f", "csv", cwd=tmp_path)).splitlines()
    assert [row.split(",")[0] for row in rows] == ["name", "input", *LAYERS]


def test_names_are_text_not_markup_in_markdown(strange: str, tmp_path: Path) -> None:
    out = ok(in_process("shapes", strange, "-f", "markdown", cwd=tmp_path))
    html = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(out)
    title, *_ = re.findall(r"<p><strong>(.*?)</strong></p>", html)
    assert unescape(title).startswith(TITLE)
    names = re.findall(r"<tr>\n<td[^>]*>(.*?)</td>", html)
    assert [unescape(name) for name in names[:-1]] == ["input", *LAYERS]


def test_names_are_text_not_markup_in_the_progress_bar(strange: str, tmp_path: Path) -> None:
    result = on_terminals("shapes", strange, cwd=tmp_path, width=200, python=("-c", IMPATIENT))
    assert result.code == 0
    assert f"running {TITLE}" in without_emphasis(result.err)
