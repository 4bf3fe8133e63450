"""`--output`: files are written whole, and never over the architecture."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.command import (
    NEVER,
    POOLCALC,
    Result,
    in_process,
    ok,
    on_pipes,
    on_terminals,
)
from support.files import SMALL, written


def forbid(path: Path, mode: int = 0) -> None:
    path.chmod(mode)
    if os.access(path, os.W_OK):
        pytest.skip("this user may read and write everything")


def test_output_goes_to_a_file_and_nothing_else_is_printed(small: str, tmp_path: Path) -> None:
    printed = ok(on_pipes("rf", small, cwd=tmp_path))
    assert ok(on_pipes("rf", small, "--output", "out.txt", cwd=tmp_path)) == ""
    assert tmp_path.joinpath("out.txt").read_text(encoding="utf-8") == printed
    assert sorted(file.name for file in tmp_path.iterdir()) == ["out.txt", "small.yaml"]  # no draft is left


@pytest.mark.parametrize("verb", ["list", "schema"])
def test_every_verb_can_write_to_a_file(verb: str, tmp_path: Path) -> None:
    printed = ok(in_process(verb, cwd=tmp_path))
    assert ok(in_process(verb, "-o", "out.txt", cwd=tmp_path)) == ""
    assert tmp_path.joinpath("out.txt").read_text(encoding="utf-8") == printed


def test_output_to_a_file_is_complete_whatever_the_terminal(tmp_path: Path) -> None:
    written_there = on_terminals("shapes", "resnet18", "--no-forward", "-o", "out.txt", cwd=tmp_path, width=40)
    assert (written_there.code, written_there.out) == (0, "")
    piped = ok(on_pipes("shapes", "resnet18", "--no-forward", cwd=tmp_path))
    assert tmp_path.joinpath("out.txt").read_text(encoding="utf-8") == piped


def test_a_file_is_replaced_as_a_whole(small: str, tmp_path: Path) -> None:
    written(tmp_path, "out.json", "x" * 100_000)
    ok(in_process("rf", small, "-f", "json", "-o", "out.json", cwd=tmp_path))
    json.loads(tmp_path.joinpath("out.json").read_text(encoding="utf-8"))


def test_a_file_that_cannot_be_written_completely_is_left_alone(small: str, tmp_path: Path) -> None:
    pytest.importorskip("resource")
    written(tmp_path, "out.txt", "as before")
    code = """
import resource
from poolcalc.__main__ import main

resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
main()
"""
    result = on_pipes("rf", small, "-o", "out.txt", cwd=tmp_path, python=("-B", "-c", code))
    assert result == Result(2, "", "error: cannot write out.txt: File too large\n")
    assert tmp_path.joinpath("out.txt").read_text(encoding="utf-8") == "as before"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["out.txt", "small.yaml"]


def test_nothing_is_written_for_an_invalid_architecture(invalid: str, tmp_path: Path) -> None:
    written(tmp_path, "out.txt", "as before")
    assert in_process("rf", invalid, "-o", "out.txt", cwd=tmp_path).code == 1
    assert tmp_path.joinpath("out.txt").read_text(encoding="utf-8") == "as before"


@pytest.mark.parametrize("alias", ["small.yaml", "./small.yaml", "symbolic.yaml", "hard.yaml"])
def test_the_architecture_itself_is_never_overwritten(alias: str, small: str, tmp_path: Path) -> None:
    tmp_path.joinpath("symbolic.yaml").symlink_to(small)
    tmp_path.joinpath("hard.yaml").hardlink_to(tmp_path / small)
    result = in_process("shapes", "mini_cnn", small, "-o", alias, cwd=tmp_path)
    assert result == Result(2, "", f"error: --output {alias} would overwrite the architecture itself\n")
    assert tmp_path.joinpath(small).read_text(encoding="utf-8") == SMALL


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("nowhere/out.txt", "there is no directory "),
        (".", "it is a directory"),
        ("", "it is a directory"),
        ("small.yaml/out.txt", "there is no directory "),
        ("x" * 5000, "File name too long"),
    ],
)
def test_a_file_that_cannot_be_written_is_reported_before_the_network_is_run(
    target: str, reason: str, small: str, tmp_path: Path
) -> None:
    result = in_process("shapes", "vgg19", "--batch", "100000", "-o", target, cwd=tmp_path)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(f"error: cannot write {target}: {reason}")


def test_a_directory_that_must_not_be_written_is_reported(small: str, tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir()
    forbid(locked, 0o500)
    result = in_process("rf", small, "-o", "locked/out.txt", cwd=tmp_path)
    assert result == Result(2, "", "error: cannot write locked/out.txt: Permission denied\n")


def test_a_symbolic_link_is_followed_not_replaced(small: str, tmp_path: Path) -> None:
    tmp_path.joinpath("link.txt").symlink_to("out.txt")
    ok(in_process("rf", small, "-o", "link.txt", cwd=tmp_path))
    assert tmp_path.joinpath("link.txt").is_symlink()
    assert tmp_path.joinpath("out.txt").read_text(encoding="utf-8").startswith("small")


def test_a_file_keeps_its_mode_and_its_owner(small: str, tmp_path: Path) -> None:
    out = Path(written(tmp_path, "out.txt", "as before"))
    tmp_path.joinpath(out).chmod(0o640)
    before = tmp_path.joinpath(out).stat()
    ok(in_process("rf", small, "-o", "out.txt", cwd=tmp_path))
    after = tmp_path.joinpath(out).stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
    assert after.st_size > before.st_size


def test_a_new_file_has_the_mode_of_new_files(small: str, tmp_path: Path) -> None:
    written(tmp_path, "other.txt", "")
    ok(in_process("rf", small, "-o", "out.txt", cwd=tmp_path))
    assert tmp_path.joinpath("out.txt").stat().st_mode == tmp_path.joinpath("other.txt").stat().st_mode


def test_a_planted_draft_is_not_followed(small: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, "victim.txt", "as before")
    monkeypatch.setattr(os, "urandom", bytes)  # whoever plants it has guessed the name
    tmp_path.joinpath(f".out.txt.{'0' * 16}").symlink_to("victim.txt")
    result = in_process("rf", small, "-o", "out.txt", cwd=tmp_path)
    assert result == Result(2, "", "error: cannot write out.txt: File exists\n")
    assert tmp_path.joinpath("victim.txt").read_text(encoding="utf-8") == "as before"


def test_of_two_at_once_one_whole_file_remains(tmp_path: Path) -> None:
    commands = [
        subprocess.Popen([sys.executable, *POOLCALC, "rf", name, "-f", "json", "-o", "out.json"], cwd=tmp_path)
        for name in ("vgg16", "densenet121") * 2
    ]
    assert [command.wait(timeout=NEVER) for command in commands] == [0] * 4
    assert json.loads(tmp_path.joinpath("out.json").read_text(encoding="utf-8"))
    assert [file.name for file in tmp_path.iterdir()] == ["out.json"]


def test_a_named_pipe_takes_the_text_and_stays_a_pipe(small: str, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        ok(in_process("rf", small, "-o", "pipe", cwd=tmp_path))
        assert os.read(reader, 1 << 16).decode() == ok(in_process("rf", small, cwd=tmp_path))
    finally:
        os.close(reader)
    assert pipe.is_fifo()
