"""What is imported when: start-up is a feature, and asserting on modules is steadier than on seconds."""

from pathlib import Path

import pytest
from support.command import on_pipes

from poolcalc.cli.app import VERBS

HEAVY = {"numpy", "yaml", "rich", "typer", "pydantic"}

LISTED = """
import atexit, sys

@atexit.register
def report():
    print(*sys.modules, file=sys.stderr)

"""
COMMAND = LISTED + "from poolcalc.__main__ import main; main()"


def modules(*arguments: str, cwd: Path, code: str = COMMAND) -> set[str]:
    """Return what a command has imported when it ends."""
    result = on_pipes(*arguments, cwd=cwd, python=("-c", code))
    assert result.code == 0, result.err
    return set(result.err.split())


def imported(*arguments: str, cwd: Path, code: str = COMMAND) -> set[str]:
    """Return the packages that a command has imported when it ends."""
    return {module.partition(".")[0] for module in modules(*arguments, cwd=cwd, code=code)}


def test_importing_the_package_imports_nothing_heavy(tmp_path: Path) -> None:
    assert not imported(cwd=tmp_path, code=LISTED + "import poolcalc") & HEAVY


def test_loading_and_analysing_need_neither_numpy_nor_a_terminal(tmp_path: Path) -> None:
    code = LISTED + "import poolcalc; poolcalc.analyze(poolcalc.load('mini_cnn')).to_dict()"
    assert imported(cwd=tmp_path, code=code) & HEAVY == {"yaml"}


def test_the_version_needs_nothing(tmp_path: Path) -> None:
    assert not imported("--version", cwd=tmp_path) & HEAVY


@pytest.mark.parametrize("verb", [(), ("shapes",), ("rf",)])
def test_help_does_not_need_numpy(verb: tuple[str, ...], tmp_path: Path) -> None:
    assert "numpy" not in imported(*verb, "--help", cwd=tmp_path)


@pytest.mark.parametrize("verb", ["shapes", "rf", "check", "sizes", "diff"])
def test_options_are_read_without_yaml(verb: str, tmp_path: Path) -> None:
    assert "yaml" not in imported(verb, "--help", cwd=tmp_path)


@pytest.mark.parametrize(
    "arguments",
    [("rf", "mini_cnn"), ("shapes", "mini_cnn", "--no-forward"), ("list",), ("schema",)],
    ids=lambda arguments: arguments[0],
)
def test_only_the_forward_pass_needs_numpy(arguments: tuple[str, ...], tmp_path: Path) -> None:
    assert "numpy" not in imported(*arguments, cwd=tmp_path)


def test_the_forward_pass_needs_numpy_and_machines_never_need_rich(tmp_path: Path) -> None:
    """The first half shows that this test would notice."""
    packages = imported("shapes", "mini_cnn", "--format", "json", cwd=tmp_path)
    assert "numpy" in packages
    assert "rich" not in packages


@pytest.mark.parametrize("form", ["json", "csv"])
@pytest.mark.parametrize("arguments", [("rf", "mini_cnn"), ("list",)], ids=lambda arguments: arguments[0])
def test_formats_for_machines_do_not_need_rich(form: str, arguments: tuple[str, ...], tmp_path: Path) -> None:
    assert "rich" not in imported(*arguments, "--format", form, cwd=tmp_path)


def test_an_invalid_file_is_reported_without_rich_and_numpy(tmp_path: Path) -> None:
    tmp_path.joinpath("net.yaml").write_text("layers: []", encoding="utf-8")
    code = COMMAND.replace("main()", "\ntry:\n    main()\nexcept SystemExit:\n    pass")
    assert not imported("rf", "net.yaml", cwd=tmp_path, code=code) & {"numpy", "rich"}


def test_a_verb_imports_no_other_verb_and_a_network_only_its_operators(tmp_path: Path) -> None:
    ours = {name.removeprefix("poolcalc.") for name in modules("rf", "mini_cnn", cwd=tmp_path) if "poolcalc." in name}
    verbs = {name.removeprefix("cli.") for name in ours if name.startswith("cli.")}
    assert verbs & {*VERBS} == {"rf"}
    operators = {name.removeprefix("ops.") for name in ours if name.startswith("ops.")}
    assert operators == {"conv", "relu", "max_pool", "global_avg_pool", "flatten", "linear"}
    assert not {name for name in ours if name.startswith("analysis.sizes")}
