"""The wheel that users get: complete, and working from anywhere without the sources."""

import os
import subprocess
import sys
from collections.abc import Sequence
from configparser import ConfigParser
from email.message import Message
from email.parser import Parser
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from zipfile import ZipFile

import pytest
from support.command import ROOT

import poolcalc

pytestmark = [
    pytest.mark.skipif(not ROOT.joinpath("pyproject.toml").is_file(), reason="the sources are not here"),
    pytest.mark.skipif(find_spec("pip") is None, reason="there is no pip"),
]


def pip(*arguments: str) -> subprocess.CompletedProcess[str]:
    quiet = ("--quiet", "--disable-pip-version-check", "--no-input", "--no-cache-dir", "--retries=0")
    command = [sys.executable, "-m", "pip", *arguments, *quiet]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel, built by the installed hatchling, or by one that pip fetches."""
    folder = tmp_path_factory.mktemp("wheel")
    isolation = ("--no-build-isolation",) if find_spec("hatchling") else ()
    built = pip("wheel", str(ROOT), "--no-deps", "--wheel-dir", str(folder), *isolation)
    if not isolation and built.returncode and "No matching distribution found for hatchling" in built.stderr:
        pytest.skip("hatchling is not installed and cannot be fetched")
    assert built.returncode == 0, built.stderr
    (path,) = folder.iterdir()
    return path


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the installed package."""
    folder = tmp_path_factory.mktemp("installed")
    done = pip("install", str(wheel), "--no-deps", "--target", str(folder))
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def metadata(wheel: Path) -> Message:
    with ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return Parser().parsestr(archive.read(name).decode())


def run(command: Sequence[str], installed: Path, cwd: Path) -> str:
    """Run a command with the installed package, far away from the sources."""
    environment = {**os.environ, "PYTHONPATH": str(installed), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, check=True, timeout=60)
    return done.stdout.decode()


def test_the_wheel_holds_the_package_and_the_architectures_and_nothing_else(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    package = {
        file.relative_to(ROOT).as_posix()
        for file in ROOT.joinpath("poolcalc").rglob("*")
        if file.suffix == ".py" or file.name == "py.typed"
    }
    bundled = {f"poolcalc/architectures/{file.name}" for file in ROOT.joinpath("architectures").glob("*.yaml")}
    assert names == package | bundled
    assert len(bundled) == len(poolcalc.architectures())
    assert "poolcalc/py.typed" in names


def test_the_installed_package_finds_its_architectures(installed: Path, tmp_path: Path) -> None:
    code = """
import poolcalc
print(poolcalc.__file__)
print(*poolcalc.architectures())
print(poolcalc.analyze(poolcalc.load("vgg16")).params)
"""
    file, names, params = run([sys.executable, "-c", code], installed, tmp_path).splitlines()
    assert Path(file).is_relative_to(installed)
    assert tuple(names.split()) == poolcalc.architectures()
    assert params == "138357544"


def test_the_installed_command_works(installed: Path, tmp_path: Path) -> None:
    script = next(file for file in installed.joinpath("bin").iterdir() if file.stem == "poolcalc")
    assert run([str(script), "--version"], installed, tmp_path) == f"poolcalc {poolcalc.__version__}\n"
    listed = run([sys.executable, "-m", "poolcalc", "list", "-f", "csv"], installed, tmp_path)
    assert len(listed.splitlines()) == 1 + len(poolcalc.architectures())


def test_the_metadata_says_what_users_and_tools_look_for(metadata: Message) -> None:
    assert metadata["Name"] == "poolcalc"
    assert metadata["Version"] == poolcalc.__version__
    assert metadata["Summary"]
    assert metadata["License-Expression"] == "MIT"
    assert metadata.get_all("License-File") == ["LICENSE"]
    assert metadata["Requires-Python"] == ">=3.10"
    assert metadata["Description-Content-Type"] == "text/markdown"
    assert str(metadata.get_payload()).startswith("# poolcalc")
    classifiers = metadata.get_all("Classifier") or []
    assert {"Typing :: Typed", "Environment :: Console"} <= set(classifiers)
    assert any(classifier.startswith("Programming Language :: Python :: 3.") for classifier in classifiers)
    needed = {line.partition(">")[0] for line in metadata.get_all("Requires-Dist") or [] if "extra ==" not in line}
    assert {"numpy", "pyyaml", "rich", "typer"} <= needed
    assert {"test", "lint", "oracle"} <= set(metadata.get_all("Provides-Extra") or [])


def test_the_licence_and_the_command_are_in_the_wheel(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        texts = {name.partition(".dist-info/")[2]: name for name in archive.namelist() if ".dist-info/" in name}
        assert archive.read(texts["licenses/LICENSE"]) == ROOT.joinpath("LICENSE").read_bytes()
        scripts = ConfigParser()
        scripts.read_string(archive.read(texts["entry_points.txt"]).decode())
    assert dict(scripts["console_scripts"]) == {"poolcalc": "poolcalc.__main__:main"}


def test_the_package_knows_its_own_version() -> None:
    try:
        installed_version = version("poolcalc")
    except PackageNotFoundError:
        pytest.skip("the package is not installed here")
    assert installed_version == poolcalc.__version__
