"""`poolcalc check` and `poolcalc explain` as people, hooks and CI systems meet them."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.checking import BROKEN, CARELESS, CLEAN, check, checked, codes
from support.command import POOLCALC, ROOT, Result, in_process, into_a_closed_pipe, on_pipes
from support.files import INVALID, written

from poolcalc.rules import rules

SNAPSHOTS = sorted(Path(__file__).parents[1].joinpath("snapshots").glob("*.txt"))

HERE = Path(__file__).parents[1]
FORMATS = ("text", "json", "markdown", "github", "sarif", "junit", "gitlab")

IMPORTED = """
import sys
from poolcalc.__main__ import main
try:
    main()
finally:
    print("numpy" in sys.modules, file=sys.stderr)
"""


@pytest.fixture
def designs(tmp_path: Path) -> Path:
    for name, text in {"clean": CLEAN, "broken": BROKEN, "careless": CARELESS, "invalid": INVALID}.items():
        written(tmp_path, f"{name}.poolcalc.yaml", text)
    return tmp_path


# What is printed


def test_findings_stand_at_the_line_the_user_wrote_and_one_line_sums_up(designs: Path) -> None:
    result = on_pipes("check", "--select", "PC0,PC100", ".", cwd=designs)
    assert (result.code, result.err) == (1, "")
    assert "error[PC100]: too_large: " in result.out
    assert " --> broken.poolcalc.yaml:4:5\n" in result.out
    assert "4 |   - conv: {out_channels: 2, kernel_size: 9, name: too_large}\n  |     ^^^^\n" in result.out
    assert result.out.splitlines()[-1] == "4 files: 3 errors, 1 warning"


def test_clean_files_get_one_line(tmp_path: Path) -> None:
    name = written(tmp_path, "clean.yaml", CLEAN)
    assert check(name, cwd=tmp_path) == Result(0, "1 file: no findings\n", "")


def test_everything_wrong_with_an_invalid_file_is_a_finding_in_every_format(designs: Path) -> None:
    for form in FORMATS:
        out = check("invalid.poolcalc.yaml", "--format", form, cwd=designs).out
        assert "kernal" in out, form
        assert "rellu" in out, form
        assert "PC000" in out, form


@pytest.mark.parametrize("form", FORMATS)
def test_the_summary_goes_to_standard_error_where_a_program_or_a_file_gets_the_rest(form: str, designs: Path) -> None:
    sums_up = form in {"text", "markdown", "github"}
    result = check(".", "--format", form, cwd=designs)
    assert ("4 files: 3 errors, 1 warning" in result.out) is sums_up
    assert result.err == ("" if sums_up else "4 files: 3 errors, 1 warning\n")
    into_file = check(".", "--format", form, "--output", "report", cwd=designs)
    assert into_file == Result(1, "", "4 files: 3 errors, 1 warning\n")
    assert designs.joinpath("report").read_text(encoding="utf-8") == result.out


def test_statistics_are_for_whoever_watches(designs: Path) -> None:
    result = check("--statistics", "clean.poolcalc.yaml", cwd=designs)
    assert result.out == "1 file: no findings\n"
    assert "files per second" in result.err


def test_output_never_overwrites_what_is_checked(designs: Path) -> None:
    result = check(".", "--output", "clean.poolcalc.yaml", cwd=designs)
    assert result.code == 2
    assert "would overwrite" in result.err
    assert designs.joinpath("clean.poolcalc.yaml").read_text(encoding="utf-8") == CLEAN


def test_a_finding_has_the_keys_that_reports_have(designs: Path) -> None:
    review = checked(".", cwd=designs)
    assert review["schema"] == "poolcalc.check/1"
    (broken,) = (finding for finding in review["findings"] if finding["code"] == "PC100")
    keys = ["code", "rule", "severity", "message", "layer", "file", "line", "column", "help", "notes"]
    assert list(broken) == keys
    assert (broken["layer"], broken["file"], broken["line"]) == ("too_large", "broken.poolcalc.yaml", 4)
    assert all(finding["layer"] is None for finding in review["findings"] if finding["code"] == "PC000")
    assert review["summary"] == {"files": 4, "errors": 3, "warnings": 1, "ignored": 0, "unreadable": 0}
    assert [file["architecture"] for file in review["files"]] == ["broken", "careless.poolcalc", "clean.poolcalc", None]
    assert [file["fails"] for file in review["files"]] == [True, False, False, True]


# Exit codes


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    ("names", "fail_on", "code"),
    [
        (("clean",), "warning", 0),
        (("careless",), "error", 0),
        (("careless",), "warning", 1),
        (("broken",), "error", 1),
        (("broken", "invalid"), "never", 0),
        (("invalid",), "error", 1),
        (("clean", "missing"), "never", 2),
    ],
)
def test_exit_codes_depend_on_what_fails_and_never_on_the_format(
    form: str, names: tuple[str, ...], fail_on: str, code: int, designs: Path
) -> None:
    files = [f"{name}.poolcalc.yaml" for name in names]
    assert check(*files, "--format", form, "--fail-on", fail_on, cwd=designs).code == code


def test_what_cannot_be_read_is_said_after_the_rest_was_checked(designs: Path) -> None:
    result = on_pipes("check", "--select", "PC0,PC100", "missing.yaml", "broken.poolcalc.yaml", cwd=designs)
    assert result.code == 2
    assert "error[PC100]" in result.out
    assert "no such file or bundled architecture: missing.yaml" in result.err
    assert result.out.splitlines()[-1] == "1 file: 1 error, 1 unreadable"


def test_a_closed_pipe_ends_it_quietly(designs: Path) -> None:
    result = into_a_closed_pipe("check", ".", cwd=designs)
    assert (result.code, result.err) == (141, "")


# Which files


def test_directories_are_searched_for_two_kinds_of_names(tmp_path: Path) -> None:
    for name in ("poolcalc.yaml", "b/x.poolcalc.yaml", "a/poolcalc.yaml", "other.yaml", ".git/poolcalc.yaml"):
        written(tmp_path, name, CLEAN)
    names = [file["file"] for file in checked(".", "b", "b/x.poolcalc.yaml", "other.yaml", cwd=tmp_path)["files"]]
    assert names == ["poolcalc.yaml", "a/poolcalc.yaml", "b/x.poolcalc.yaml", "other.yaml"]


def test_a_directory_without_architectures_is_an_error(tmp_path: Path) -> None:
    written(tmp_path, "nets/other.yaml", CLEAN)
    result = check("nets", cwd=tmp_path)
    assert result.code == 2
    assert "no architectures in the directory nets" in result.err


def test_bundled_architectures_and_standard_input_are_checked_too(tmp_path: Path) -> None:
    result = on_pipes("check", "--select", "PC0,PC100", "lenet5", "-", cwd=tmp_path, stdin=BROKEN.encode())
    assert result.code == 1
    assert "--> <stdin>:4:5" in result.out
    assert result.out.endswith("2 files: 1 error\n")


def test_the_input_can_be_another(designs: Path) -> None:
    assert checked("broken.poolcalc.yaml", "--input", "1x9x9", cwd=designs)["summary"]["errors"] == 0


def test_two_hundred_files_are_one_run(tmp_path: Path) -> None:
    for number in range(200):
        written(tmp_path, f"{number // 20}/{number}.poolcalc.yaml", BROKEN if number % 2 else CLEAN)
    result = on_pipes("check", "--select", "PC0,PC100", ".", "--format", "github", cwd=tmp_path)
    assert result.code == 1
    assert result.out.count("::error ") == 10
    assert result.out.splitlines()[-1] == "200 files: 100 errors"


def test_numpy_is_imported_for_the_forward_pass_only(designs: Path) -> None:
    name = "clean.poolcalc.yaml"
    assert on_pipes("check", name, cwd=designs, python=("-c", IMPORTED)).err == "False\n"
    assert on_pipes("check", "--forward", name, cwd=designs, python=("-c", IMPORTED)).err == "True\n"


def test_a_forward_pass_that_does_not_fit_leaves_the_rest_of_the_check(tmp_path: Path) -> None:
    layers = f"  - conv: {{out_channels: {2**20}, kernel_size: 1}}\n" * 2
    name = written(tmp_path, "huge.yaml", f"input: [1, 4096, 4096]\nlayers:\n{layers}")
    result = check("--forward", name, cwd=tmp_path)
    assert result.code == 1
    assert "memory" in result.err
    assert result.out == "1 file: no findings\n"


# explain


def test_explain_prints_what_why_and_examples(tmp_path: Path) -> None:
    by_code = on_pipes("explain", "PC100", cwd=tmp_path)
    assert by_code.code == 0
    assert by_code.out.startswith("# PC100 impossible-layer (error)\n\nA layer that cannot run on what it is given.\n")
    assert "Bad:" in by_code.out
    assert in_process("explain", "impossible-layer", cwd=tmp_path).out == by_code.out
    assert in_process("explain", "pc100", cwd=tmp_path).out == by_code.out


def test_explain_without_a_rule_explains_all(tmp_path: Path) -> None:
    out = in_process("explain", cwd=tmp_path).out
    found = [line.split()[1] for line in out.splitlines() if line.startswith("# PC")]
    assert found == [rule.id.code for rule in rules()] == sorted(found)
    assert in_process("explain", "PC00", cwd=tmp_path).out.count("# PC") == 2


def test_every_code_that_a_verb_prints_is_explained() -> None:
    printed = {code for text in SNAPSHOTS for code in re.findall(r"PC\d{3}", text.read_text(encoding="utf-8"))}
    assert {"PC000", "PC100", "PC600"} <= printed <= {rule.id.code for rule in rules()}


def test_rules_are_known_by_one_code_and_one_name() -> None:
    assert len({rule.id.code for rule in rules()}) == len({rule.id.name for rule in rules()}) == len(rules())
    assert all(rule.page.partition("\n")[0].endswith(".") for rule in rules())


@pytest.mark.parametrize(
    ("word", "remedy"),
    [
        ("PC10O", "did you mean 'PC100'?"),
        ("imposible-layer", "did you mean 'impossible-layer'?"),
        ("banana", "`poolcalc explain` lists the rules"),
    ],
)
def test_an_unknown_rule_suggests_one(word: str, remedy: str, tmp_path: Path) -> None:
    for arguments in (("explain", word), ("check", "lenet5", "--select", word), ("check", "lenet5", "--ignore", word)):
        result = in_process(*arguments, cwd=tmp_path)
        assert result.code == 2
        assert remedy in " ".join(result.err.replace("│", " ").split())


# What others run


def test_examples_of_what_is_no_rule_do_as_they_say(tmp_path: Path) -> None:
    for rule in rules()[:2]:
        for heading, expected in (("Bad:", [rule.id.code]), ("Good:", [])):
            example = rule.page.partition(f"{heading}\n\n```yaml\n")[2].partition("```")[0]
            assert codes(written(tmp_path, "example.yaml", example), cwd=tmp_path) == expected


def test_the_hook_takes_the_files_that_directories_are_searched_for() -> None:
    (hook,) = yaml.safe_load(HERE.parent.joinpath(".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert (hook["id"], hook["entry"], hook["language"]) == ("poolcalc", "poolcalc check", "python")
    names = ("poolcalc.yaml", "a/poolcalc.yaml", "a/x.poolcalc.yaml", "mypoolcalc.yaml", "poolcalc.yaml.md", "x.yaml")
    assert [bool(re.search(hook["files"], name)) for name in names] == [True, True, True, False, False, False]


@pytest.fixture(scope="module")
def action() -> Any:
    return yaml.safe_load(HERE.parent.joinpath("action.yml").read_text(encoding="utf-8"))


def test_the_action_passes_inputs_by_the_environment_and_uses_nothing_unpinned(action: Any) -> None:
    steps = action["runs"]["steps"]
    assert action["runs"]["using"] == "composite"
    assert not any("uses" in step or "${{" in step["run"] for step in steps)
    given = [value for step in steps for value in step.get("env", {}).values()]
    assert sorted(given) == sorted(f"${{{{ inputs.{name} }}}}" for name in action["inputs"])


@pytest.mark.parametrize(("fail_on", "code"), [("", 1), ("never", 0)])
def test_the_action_annotates_and_writes_the_summary(action: Any, fail_on: str, code: int, designs: Path) -> None:
    hostile = "$(touch pwned); x.poolcalc.yaml"
    written(designs, hostile, BROKEN)
    commands = designs / "bin"
    commands.mkdir()
    command = commands / "poolcalc"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" {" ".join(POOLCALC)} "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    inputs = {"PATHS": f"broken.poolcalc.yaml\n{hostile}\n", "SELECT": "PC100", "FAIL_ON": fail_on}
    done = subprocess.run(
        ["bash", "-c", action["runs"]["steps"][-1]["run"]],
        cwd=designs,
        env={
            "PATH": f"{commands}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "GITHUB_STEP_SUMMARY": str(designs / "summary.md"),
            **{f"CHECK_{name}": inputs.get(name, "") for name in ("PATHS", "INPUT", "SELECT", "IGNORE", "FAIL_ON")},
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (code, "")
    assert done.stdout.count("::error file=") == 2
    assert "poolcalc: 2 files: 2 errors" in designs.joinpath("summary.md").read_text(encoding="utf-8")
    assert not designs.joinpath("pwned").exists()
