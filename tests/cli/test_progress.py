"""The progress bar: on terminals, for long work."""

from pathlib import Path

from support.command import IMPATIENT, PATIENT, ok, on_pipes, on_terminals

from poolcalc.cli import progress


def test_no_bar_is_drawn_for_short_work(tmp_path: Path) -> None:
    assert progress.PATIENCE == 1.0
    assert on_terminals("shapes", "mini_cnn", cwd=tmp_path, python=("-c", PATIENT)).err == ""


def test_a_bar_is_drawn_on_a_terminal_and_erased(tmp_path: Path) -> None:
    result = on_terminals("shapes", "mini_cnn", cwd=tmp_path, python=("-c", IMPATIENT))
    assert result.code == 0
    assert "running mini_cnn" in result.err
    assert result.err.rstrip("\r\n").endswith("\x1b[2K")
    assert "running" not in result.out


def test_no_bar_is_drawn_in_a_pipe(tmp_path: Path) -> None:
    environment = {"FORCE_COLOR": "1", "TTY_COMPATIBLE": "1"}
    ok(on_pipes("shapes", "mini_cnn", cwd=tmp_path, python=("-c", IMPATIENT), environment=environment))
