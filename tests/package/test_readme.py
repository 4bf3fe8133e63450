"""What the README shows is what happens: its commands run, its outputs are compared, its Python code is executed."""

import ast
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from support.command import ROOT, in_process

import poolcalc

README = ROOT.joinpath("README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


def blocks(language: str, holding: str = "") -> list[str]:
    """Return the blocks of a language that hold a text."""
    return [text for kind, text in BLOCKS if kind == language and holding in text]


def commands() -> list[str]:
    """Return the arguments of poolcalc in every shell block."""
    return [line for text in blocks("sh") for line in re.findall(r"\bpoolcalc (\w[^#\n]*)", text)]


def printed(arguments: str, cwd: Path) -> str:
    result = in_process(*shlex.split(arguments), cwd=cwd)
    assert result.code in {0, 1}, result.err
    return result.out + result.err


def assert_shown(shown: str, found: str) -> None:
    """Require the same lines; `…` stands for the rest of a line, or for lines."""
    pattern = re.escape(shown.strip()).replace(re.escape("   …\n"), "(?:.*\n)+?").replace("…", ".*")
    assert re.search(f"^{pattern}$", found, re.MULTILINE), f"{shown}\n--- is not ---\n{found}"


@pytest.mark.parametrize("arguments", commands())
def test_every_command_of_the_readme_runs(arguments: str, tmp_path: Path) -> None:
    assert printed(arguments, tmp_path) or list(tmp_path.iterdir())


def test_the_first_table_is_what_the_first_command_prints(tmp_path: Path) -> None:
    assert blocks("text")[0] == printed(commands()[0], tmp_path)


def test_the_excerpts_are_what_the_commands_above_them_print(tmp_path: Path) -> None:
    excerpts = blocks("text", "$ poolcalc ")
    assert excerpts
    for excerpt in excerpts:
        command, _, shown = excerpt.partition("\n")
        assert_shown(shown, printed(command.removeprefix("$ poolcalc "), tmp_path))


def test_the_mistake_is_reported_as_shown(tmp_path: Path) -> None:
    (shown,) = blocks("text", "kernal_size")
    (layer,) = re.findall(r"^3 \| (.*)$", shown, re.MULTILINE)
    tmp_path.joinpath("net.yaml").write_text(f"input: [3, 32, 32]\nlayers:\n{layer}\n", encoding="utf-8")
    assert_shown(shown, printed("shapes net.yaml", tmp_path))


def test_the_example_of_a_file_can_be_run_and_expectations_be_added_to_it() -> None:
    (example,) = blocks("yaml", "layers:")
    (expected,) = blocks("yaml", "expect:")
    graph = poolcalc.loads(example + expected)
    assert poolcalc.confirm(graph).layers[-1].shape == (10,)
    assert graph.expectations


def test_the_python_code_gives_what_its_comments_say() -> None:
    (code,) = blocks("python")
    names: dict[str, Any] = {}
    compared = 0
    for line in code.splitlines():
        statement, _, comment = line.partition("  # ")
        if re.match(r"(?!\w+ = )[\w.,\[\]\"'()= -]+$", statement) and re.match(r"[\d(\[\"'-]|None|True|False", comment):
            assert eval(statement, names) == ast.literal_eval(comment), line  # noqa: S307 - our own page
            compared += 1
        else:
            exec(statement, names)  # noqa: S102 - our own page
    assert compared >= 7
