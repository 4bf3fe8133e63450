"""What a team decides about findings: rules selected and ignored, severities, comments, pyproject.toml."""

import json
import re
from pathlib import Path

import pytest
from support.checking import BROKEN, CARELESS, CLEAN, check, checked, codes
from support.command import Result, in_process
from support.files import INVALID, written

BOTH = """\
input: [1, 8, 8]
layers:
  - conv: {out_channels: 2, kernel_size: 9}
  - relu  # poolcalc: ignore[PC100]
"""


def configured(folder: Path, table: str) -> None:
    written(folder, "pyproject.toml", f'[project]\nname = "x"\n\n[tool.poolcalc]\n{table}\n')


def plain(*arguments: str, cwd: Path) -> Result:
    return in_process("check", *arguments, cwd=cwd)


def plain_codes(*arguments: str, cwd: Path) -> list[str]:
    """Return what is found of the kinds that these tests know; other rules have tests of their own."""
    found = json.loads(plain(*arguments, "--format", "json", cwd=cwd).out)["findings"]
    return [finding["code"] for finding in found if finding["code"] in {"PC000", "PC001", "PC100"}]


# The command line


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((), ["PC100", "PC001"]),
        (("--select", "PC100"), ["PC100"]),
        (("--select", "PC1", "--select", "unused-ignore"), ["PC100", "PC001"]),
        (("--select", "PC0,PC1", "--ignore", "impossible-layer"), ["PC001"]),
        (("--ignore", "PC"), []),
        (("--ignore", "PC1,pc001"), []),
    ],
)
def test_rules_are_selected_by_code_beginning_and_name(
    arguments: tuple[str, ...], expected: list[str], tmp_path: Path
) -> None:
    assert plain_codes(*arguments, written(tmp_path, "x.yaml", BOTH), cwd=tmp_path) == expected


def test_nothing_hides_an_invalid_file(tmp_path: Path) -> None:
    name = written(tmp_path, "x.yaml", INVALID)
    for arguments in (("--select", "PC100"), ("--ignore", "PC"), ("--ignore", "PC0")):
        assert plain(name, *arguments, cwd=tmp_path).code == 1
    assert "cannot be ignored" in " ".join(plain(name, "--ignore", "PC000", cwd=tmp_path).err.split())


# Comments


@pytest.mark.parametrize(
    "layer",
    [
        "  - conv: {out_channels: 2, kernel_size: 9}  # poolcalc: ignore[PC100] too large on purpose",
        "  - conv: {out_channels: 2, kernel_size: 9} #poolcalc:ignore[impossible-layer]",
        "  - conv: {out_channels: 2, kernel_size: 9}  # poolcalc: ignore[ PC1 ]",
        "  # poolcalc: ignore[PC100] too large\n  - conv: {out_channels: 2, kernel_size: 9}",
        "  # poolcalc: ignore[PC100]\n  # because it is too large\n  - conv: {out_channels: 2, kernel_size: 9}",
        "  - conv:  # poolcalc: ignore[PC100]\n      out_channels: 2\n      kernel_size: 9",
        "  - repeat:\n      times: 2\n      layers:\n        - max_pool: 9  # poolcalc: ignore[PC100]",
    ],
)
def test_a_comment_hides_what_is_found_on_its_line_or_below(layer: str, tmp_path: Path) -> None:
    name = written(tmp_path, "x.yaml", f"input: [1, 8, 8]\nlayers:\n{layer}\n")
    review = checked(name, cwd=tmp_path)
    assert review["findings"] == []
    assert review["summary"]["ignored"] >= 1
    assert check(name, cwd=tmp_path).out.startswith("1 file: no findings, ")


def test_a_comment_beside_a_layer_does_not_hide_the_next_one(tmp_path: Path) -> None:
    layers = "  - relu  # poolcalc: ignore[PC100]\n  - conv: {out_channels: 2, kernel_size: 9}\n"
    assert codes(written(tmp_path, "x.yaml", f"input: [1, 8, 8]\nlayers:\n{layers}"), cwd=tmp_path) == [
        "PC001",
        "PC100",
    ]


def test_what_only_looks_like_a_comment_hides_nothing(tmp_path: Path) -> None:
    text = (
        "description: >\n  # poolcalc: ignore[PC100]\nreference: '# poolcalc: ignore[PC100]'\n"
        'name: "# poolcalc: ignore[PC100]"\ninput: [1, 8, 8]\nlayers:\n  - relu\n'
    )
    assert codes(written(tmp_path, "x.yaml", text), cwd=tmp_path) == []


@pytest.mark.parametrize(
    ("comment", "column", "message"),
    [
        ("ignore[PC100] why", 29, "PC100 is ignored here, and not found"),
        ("ignore[impossible-layer]", 29, "impossible-layer is ignored here, and not found"),
        ("ignore[PC10O]", 29, "no rule is called 'PC10O'"),
        ("ignore[PC000]", 29, "PC000 is ignored here, and not found"),
        ("ignore", 22, "this comment ignores nothing"),
        ("ignore[]", 22, "this comment ignores nothing"),
        ("", 22, "this comment ignores nothing"),
    ],
)
def test_a_comment_that_hides_nothing_is_reported_at_its_place(
    comment: str, column: int, message: str, tmp_path: Path
) -> None:
    name = written(tmp_path, "x.yaml", f"input: [1, 8, 8]\nlayers:\n  - relu # poolcalc: {comment}\n")
    (finding,) = checked(name, cwd=tmp_path)["findings"]
    place = finding["line"], finding["column"]
    assert (finding["code"], finding["severity"], place, finding["message"]) == (
        "PC001",
        "warning",
        (3, column),
        message,
    )
    assert finding["help"]


def test_every_entry_of_a_comment_counts_for_itself(tmp_path: Path) -> None:
    layer = "  - conv: {out_channels: 2, kernel_size: 9}  # poolcalc: ignore[PC001, PC100]"
    (finding,) = checked(written(tmp_path, "x.yaml", f"input: [1, 8, 8]\nlayers:\n{layer}\n"), cwd=tmp_path)["findings"]
    assert finding["message"] == "PC001 is ignored here, and not found"


def test_whether_a_comment_is_needed_does_not_depend_on_what_is_selected(tmp_path: Path) -> None:
    name = written(tmp_path, "x.yaml", CARELESS)
    needed = written(tmp_path, "y.yaml", CARELESS.replace("size: 3", "size: 19"))
    for arguments in ((), ("--ignore", "PC100"), ("--select", "PC001")):
        assert plain_codes(*arguments, name, cwd=tmp_path) == ["PC001"]
        assert plain_codes(*arguments, needed, cwd=tmp_path) == []


def test_what_another_run_needs_is_not_unused(tmp_path: Path) -> None:
    verified = written(tmp_path, "y.yaml", CARELESS.replace("PC100", "PC500"))
    assert plain_codes(verified, cwd=tmp_path) == []
    assert plain_codes(verified, "--forward", cwd=tmp_path) == ["PC001"]


# pyproject.toml


@pytest.mark.parametrize(
    ("table", "arguments", "expected"),
    [
        ('select = ["PC0", "PC100"]', (), ["PC100", "PC001"]),
        ('select = ["PC100"]', (), ["PC100"]),
        ('select = ["PC100"]', ("--select", "unused-ignore"), ["PC001"]),
        ('ignore = ["PC"]', (), []),
        ('ignore = ["impossible-layer"]', ("--select", "PC100"), ["PC100"]),
        ('ignore = ["PC"]\nselect = ["PC100"]', (), ["PC100"]),
        ('select = ["PC0", "PC100"]\nignore = ["PC100"]', ("--ignore", "PC001"), []),
    ],
)
def test_pyproject_selects_unless_the_command_line_does(
    table: str, arguments: tuple[str, ...], expected: list[str], tmp_path: Path
) -> None:
    configured(tmp_path, table)
    assert plain_codes(written(tmp_path, "x.yaml", BOTH), *arguments, cwd=tmp_path) == expected


def test_severities_and_what_fails_are_the_teams_to_say(tmp_path: Path) -> None:
    name = written(tmp_path, "x.yaml", BROKEN)
    configured(tmp_path, 'select = ["PC100"]\nseverity = {PC1 = "error", impossible-layer = "warning"}')
    result = plain(name, cwd=tmp_path)
    assert result.code == 0
    assert "warning[PC100]" in result.out
    configured(tmp_path, 'select = ["PC100"]\nfail-on = "warning"\n[tool.poolcalc.severity]\nPC = "warning"')
    assert plain(name, cwd=tmp_path).code == 1
    assert plain(name, "--fail-on", "error", cwd=tmp_path).code == 0
    configured(tmp_path, 'select = ["PC100"]\nfail-on = "never"')
    assert plain(name, cwd=tmp_path).code == 0


def test_the_nearest_table_above_each_file_governs_it(tmp_path: Path) -> None:
    configured(tmp_path, 'select = ["PC100"]')
    configured(tmp_path / "strict", 'select = ["PC0"]\nfail-on = "warning"')
    written(tmp_path, "strict/bare/pyproject.toml", '[project]\nname = "y"\n')
    for folder in ("", "strict/", "strict/bare/", "plain/"):
        written(tmp_path, f"{folder}x.poolcalc.yaml", BOTH)
    written(tmp_path, "elsewhere/clean.yaml", CLEAN)
    result = plain(str(tmp_path), "--format", "github", cwd=tmp_path / "elsewhere")
    found = re.findall(rf"file={tmp_path}([a-z/]*)x\.poolcalc\.yaml,.*title=(PC\d+)", result.out)
    assert sorted(found) == [
        ("/", "PC100"),
        ("/plain/", "PC100"),
        ("/strict/", "PC001"),
        ("/strict/bare/", "PC001"),
    ]


def test_standard_input_and_bundled_architectures_are_governed_by_the_working_directory(tmp_path: Path) -> None:
    configured(tmp_path, 'selcet = ["PC100"]')
    for name in ("-", "lenet5"):
        assert plain(name, cwd=tmp_path).code == 2


@pytest.mark.parametrize(
    ("table", "line", "message"),
    [
        ('selcet = ["PC100"]', 5, "unknown key 'selcet'\n.*\n.*\n.*\n.*\n.*\n.*did you mean 'select'"),
        ("\nbanana = 1", 6, "unknown key 'banana'"),
        ('select = ["PC10O"]', 5, "no rule is called 'PC10O'"),
        ('select = "PC100"', 5, "expected a list of codes and names for 'select'"),
        ("ignore = [1]", 5, "expected a list of codes and names for 'ignore'"),
        ('ignore = ["PC000"]', 5, "invalid-architecture cannot be ignored"),
        ('fail-on = "errors"', 5, "expected error, warning or never for 'fail-on', found 'errors'"),
        ("fail-on = []", 5, "expected error, warning or never for 'fail-on'"),
        ('severity = "error"', 5, "expected a table for 'severity'"),
        ('severity = {PC100 = "info"}', 5, "expected error or warning for 'severity', found 'info'"),
        ('severity = {PC999 = "error"}', 5, "no rule is called 'PC999'"),
        ('[tool.poolcalc.severity]\nPC100 = "fatal"', 5, "expected error or warning"),
        ("select = [", 5, "not TOML"),
    ],
)
def test_mistakes_in_pyproject_are_told_with_their_line(table: str, line: int, message: str, tmp_path: Path) -> None:
    configured(tmp_path, table)
    result = plain(written(tmp_path, "x.yaml", CLEAN), cwd=tmp_path)
    assert (result.code, result.out) == (2, "")
    assert f"--> pyproject.toml:{line}" in result.err or "not TOML" in result.err
    assert re.search(message, result.err)


def test_a_pyproject_that_is_no_text_is_told_by_its_name(tmp_path: Path) -> None:
    tmp_path.joinpath("pyproject.toml").write_bytes(b"\xff")
    result = plain(written(tmp_path, "x.yaml", CLEAN), cwd=tmp_path)
    assert result.code == 2
    assert "not UTF-8" in result.err
    assert "pyproject.toml" in result.err


# What explains the rest

LAST = """\
input: [64, 64, 3]
layers:
  - conv: {out_channels: 9, kernel_size: 4, padding: same}
"""


def test_warnings_that_follow_from_a_doubtful_input_are_left_out_until_it_is_settled(tmp_path: Path) -> None:
    def found(text: str, *arguments: str) -> list[tuple[str, list[str]]]:
        name = written(tmp_path, "x.yaml", text)
        review = json.loads(plain(name, *arguments, "--format", "json", cwd=tmp_path).out)
        return [(finding["code"], finding["notes"][1:]) for finding in review["findings"]]

    (finding,) = found(LAST)
    assert finding == ("PC108", ["left out until this is settled: 1 warning"])
    for settled in (
        LAST.replace("3]\n", "3]  # poolcalc: ignore[PC108]\n", 1),
        LAST.replace("[64, 64, 3]", "[3, 64, 64]"),
    ):
        assert [code for code, _ in found(settled)] == ["PC105"]
    assert [code for code, _ in found(LAST, "--ignore", "PC108")] == ["PC105"]
    assert [code for code, _ in found(LAST, "--select", "PC105")] == ["PC105"]
    # An error is one on either reading, and a comment that hides nothing says so.
    wrong = LAST + "  - relu  # poolcalc: ignore[PC100]\n" + "expect: {params: 7}\n"
    assert [code for code, _ in found(wrong)] == ["PC108", "PC001", "PC600"]
