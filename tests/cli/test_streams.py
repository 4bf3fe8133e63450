"""Standard streams: all is written, or the exit code and a line say that it was not."""

import os
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest
from support.command import NEVER, POOLCALC, Result, ok, on_pipes

VERBS = [
    ("--version",),
    ("--help",),
    ("shapes", "--help"),
    ("list",),
    ("schema",),
    ("explain", "PC102"),
    ("shapes", "mini_cnn", "--no-forward"),
    ("rf", "mini_cnn", "-f", "json"),
    ("sizes", "mini_cnn", "-f", "markdown"),
    ("diff", "vgg11", "vgg16", "-f", "csv"),
    ("check", ".", "-f", "sarif"),
]
BUFFERED = [{}, {"PYTHONUNBUFFERED": "1"}]

LIMITED = """
import resource
from poolcalc.__main__ import main

resource.setrlimit(resource.RLIMIT_FSIZE, (1024, 1024))
main()
"""


AFTER = """
import os, sys

os.{}
os.execv(sys.executable, [sys.executable, "-m", "poolcalc", *sys.argv[1:]])
"""


def after(how: str) -> tuple[str, str]:
    """Return what Python runs for a command, after something was done to its streams."""
    return "-c", AFTER.format(how)


@pytest.fixture
def checked(small: str, tmp_path: Path) -> Path:
    tmp_path.joinpath(small).rename(tmp_path / "small.poolcalc.yaml")
    return tmp_path


@pytest.mark.parametrize("environment", BUFFERED, ids=["buffered", "unbuffered"])
@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
def test_a_full_device_is_one_line_and_exit_code_2(
    verb: tuple[str, ...], environment: dict[str, str], checked: Path
) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no full device")
    full = "dup2(os.open('/dev/full', os.O_WRONLY), 1)"
    result = on_pipes(*verb, cwd=checked, python=after(full), environment=environment)
    assert result == Result(2, "", "error: cannot write standard output: No space left on device\n")


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
def test_output_into_a_stream_that_the_shell_closed_is_not_lost_in_silence(
    verb: tuple[str, ...], checked: Path
) -> None:
    result = on_pipes(*verb, cwd=checked, python=after("close(1)"))
    assert result == Result(2, "", "error: cannot write standard output: it is closed\n")


@pytest.mark.parametrize("closed", [0, 2])
def test_a_closed_stream_that_nothing_goes_through_does_no_harm(closed: int, small: str, tmp_path: Path) -> None:
    assert on_pipes("rf", small, cwd=tmp_path, python=after(f"close({closed})")).code == 0
    assert on_pipes("rf", small, "-o", "out.txt", cwd=tmp_path, python=after("close(1)")).code == 0
    assert tmp_path.joinpath("out.txt").read_text(encoding="utf-8") == ok(on_pipes("rf", small, cwd=tmp_path))


@pytest.mark.parametrize("how", ["close(2)", "dup2(os.open('/dev/full', os.O_WRONLY), 2)"])
@pytest.mark.parametrize("arguments", [("shapes", "nowhere"), ("shape",), ("shapes", "invalid.yaml")])
def test_what_cannot_be_said_on_standard_error_is_exit_code_2(
    how: str, arguments: tuple[str, ...], invalid: str, tmp_path: Path
) -> None:
    assert on_pipes(*arguments, cwd=tmp_path, python=after(how)) == Result(2, "", "")


@pytest.mark.parametrize("environment", BUFFERED, ids=["buffered", "unbuffered"])
def test_a_file_that_takes_a_part_is_an_error(environment: dict[str, str], tmp_path: Path) -> None:
    pytest.importorskip("resource")
    with tmp_path.joinpath("out.json").open("wb") as out:
        done = subprocess.run(
            [sys.executable, "-B", "-c", LIMITED, "rf", "vgg16", "-f", "json"],
            cwd=tmp_path,
            env={**os.environ, **environment},
            stdout=out,
            stderr=subprocess.PIPE,
            timeout=NEVER,
            check=False,
        )
    assert (done.returncode, done.stderr) == (2, b"error: cannot write standard output: File too large\n")


@pytest.mark.parametrize("environment", BUFFERED, ids=["buffered", "unbuffered"])
def test_a_pipe_that_does_not_wait_gets_everything(environment: dict[str, str], tmp_path: Path) -> None:
    whole = ok(on_pipes("rf", "densenet121", "-f", "json", cwd=tmp_path)).encode()
    assert len(whole) > 100_000  # more than a pipe holds
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    got: list[bytes] = []

    def read() -> None:
        with os.fdopen(reader, "rb") as stream:
            got.append(stream.read())

    with subprocess.Popen(
        [sys.executable, *POOLCALC, "rf", "densenet121", "-f", "json"],
        cwd=tmp_path,
        env={**os.environ, **environment},
        stdout=writer,
    ) as process:
        os.close(writer)
        thread = Thread(target=read)
        thread.start()
        assert process.wait(timeout=NEVER) == 0
        thread.join()
    assert got == [whole]
