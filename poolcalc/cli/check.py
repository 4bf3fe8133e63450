"""`poolcalc check`: apply the rules to many files at once, for people, code review and CI."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from enum import Enum
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer

from poolcalc import __version__
from poolcalc.cli import options
from poolcalc.cli.output import complain, print_error, require_writable, write
from poolcalc.cli.progress import bar
from poolcalc.errors import DoesNotFit, InvalidArchitecture, UnreadableFile

if TYPE_CHECKING:
    from poolcalc.network.expectation import Expectation
    from poolcalc.network.op import Shape
    from poolcalc.review.files import Checked, Review
    from poolcalc.review.policy import FailOn, InvalidPolicy, Policy


class Form(str, Enum):
    """How to print findings."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    GITHUB = "github"
    SARIF = "sarif"
    JUNIT = "junit"
    GITLAB = "gitlab"


class Failing(str, Enum):
    """The least severity that makes the check fail."""

    ERROR = "error"
    WARNING = "warning"
    NEVER = "never"


SUMMARISED = (Form.TEXT, Form.MARKDOWN, Form.GITHUB)
"""Formats that hold the summary; beside the others it goes to standard error."""


def check(  # noqa: PLR0913, PLR0917 - one for every option
    architectures: Annotated[
        list[str],
        typer.Argument(
            metavar="ARCH...",
            help="Architecture file, directory to search for `poolcalc.yaml` and `*.poolcalc.yaml`, `-` for standard "
            "input, or the name of a bundled one.",
            show_default=False,
        ),
    ],
    size: options.Input = None,
    select: Annotated[
        list[str] | None, typer.Option("--select", metavar="RULE", help="Only these rules: code, its beginning, name.")
    ] = None,
    ignore: Annotated[
        list[str] | None, typer.Option("--ignore", metavar="RULE", help="Not these rules: code, its beginning, name.")
    ] = None,
    fail_on: Annotated[
        Failing | None, typer.Option("--fail-on", help="The least severity that fails; error unless configured.")
    ] = None,
    expect_output: Annotated[
        str | None, typer.Option(metavar="CxHxW", help="Expect this output shape, beside what the files expect.")
    ] = None,
    min_rf: Annotated[str | None, typer.Option(metavar="N", help="Expect a receptive field of at least N.")] = None,
    max_params: Annotated[
        str | None, typer.Option(metavar="N", help="Expect at most N parameters, such as 25M.")
    ] = None,
    max_macs: Annotated[str | None, typer.Option(metavar="N", help="Expect at most N MACs, such as 4G.")] = None,
    forward: Annotated[bool, typer.Option("--forward", help="Also run each network in NumPy.")] = False,
    form: Annotated[Form, typer.Option("--format", "-f", help="What to print.")] = Form.TEXT,
    output: options.Output = None,
    statistics: Annotated[bool, typer.Option("--statistics", help="Say how long it took.")] = False,
) -> None:
    """Look for mistakes in architectures: lost rows, branches that do not meet, fields that are too small.

    `[tool.poolcalc]` in the nearest pyproject.toml above a file that has this table sets `select`, `ignore`, `fail-on`
    and `severity`; `--select` replaces both lists, `--ignore` adds to them. A comment in the file,
    `# poolcalc: ignore[PC100] reason`, hides what is found on its line or, alone on a line, on the next.

    Exit code 1: a finding as severe as --fail-on. 2: a file that cannot be read.
    """
    from poolcalc.reading.expectations import parse_expectations
    from poolcalc.review.files import Review
    from poolcalc.review.policy import InvalidPolicy, WrongRule, lenient, prefixes
    from poolcalc.rules import rules

    start, shape = perf_counter(), options.shape(size)
    try:
        selected, ignored = prefixes(select or ()), lenient(ignore or ())
    except WrongRule as error:
        raise typer.BadParameter(str(error), param_hint="--select and --ignore") from None
    try:
        expected = parse_expectations(output=expect_output, min_rf=min_rf, max_params=max_params, max_macs=max_macs)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    names, unreadable = _found(architectures)
    require_writable(output, names)
    policies = _Policies()
    try:
        judged = [(name, policies.of(name).overridden(selected, ignored, _value(fail_on))) for name in names]
    except InvalidPolicy as error:
        _print_mistake(error)
        raise typer.Exit(2) from None

    files: list[Checked] = []
    incomplete = False
    with bar("checking") as progress:
        for done, (name, policy) in enumerate(judged):
            try:
                files.append(_checked(name, shape, policy, expected, forward=forward))
            except DoesNotFit as error:
                incomplete = bool(print_error(error))
                files.append(_checked(name, shape, policy, expected, forward=False))
            except UnreadableFile as error:
                unreadable.append(error)
            if progress:
                progress((done + 1) / len(judged))
    review = Review(__version__, rules(), tuple(files), tuple(unreadable))
    _print(review, form, output)
    if statistics:
        seconds = perf_counter() - start
        complain(f"{len(names):,} files in {seconds:.2f} s: {len(names) / seconds:,.0f} files per second\n")
    failed = incomplete or any(file.fails for file in files)
    raise typer.Exit(2 if unreadable else int(failed))


def _value(failing: Failing | None) -> "FailOn | None":
    return failing.value if failing else None


def _print(review: "Review", form: Form, output: str | None) -> None:
    """Print a review; what goes to a file or to a program is summed up for whoever watches."""
    for error in review.unreadable:
        print_error(error)
    write(_renderer(form)(review), output)
    if output is not None or form not in SUMMARISED:
        complain(f"{review.summary}\n")


def _renderer(form: Form) -> "Callable[[Review], str]":
    from importlib import import_module

    render: Callable[[Review], str] = import_module(f"poolcalc.renderers.findings.{form.value}").render
    return render


def _print_mistake(error: "InvalidPolicy") -> None:
    from poolcalc.renderers import diagnostics

    complain(diagnostics.drawn(f"error: {error.message}", error.source, error.place, (), error.help))


def _checked(
    name: str, shape: "Shape | None", policy: "Policy", expected: "tuple[Expectation, ...]", *, forward: bool
) -> "Checked":
    """Return what is found in one file."""
    from poolcalc.api import analyze
    from poolcalc.cli.reports import confirmed, read_design
    from poolcalc.review.files import Checked, checked

    try:
        design = read_design(name, shape)
        design = replace(design, expectations=(*design.expectations, *expected))
    except InvalidArchitecture as error:
        return Checked(error.source, policy, findings=error.findings)
    return checked((confirmed(design) if forward else analyze(design)).facts, policy)


def _found(architectures: Sequence[str]) -> tuple[list[str], list[UnreadableFile]]:
    """Return every file that is meant, each once, and the directories that hold none."""
    names: dict[str, None] = {}
    unreadable = []
    for architecture in architectures:
        if not os.path.isdir(architecture):  # noqa: PTH112 - Path's raises where a name is too long
            names[architecture] = None
        elif within := dict.fromkeys(_files(architecture)):
            names |= within
        else:
            remedy = "architectures are searched for by the names poolcalc.yaml and *.poolcalc.yaml"
            unreadable.append(UnreadableFile(f"no architectures in the directory {architecture}", remedy))
    return list(names), unreadable


def _files(directory: str) -> Iterator[str]:
    for folder, below, names in os.walk(directory):
        below[:] = sorted(name for name in below if not name.startswith("."))
        for name in sorted(names):
            if name == "poolcalc.yaml" or name.endswith(".poolcalc.yaml"):
                yield os.path.normpath(os.path.join(folder, name))  # noqa: PTH118 - keeps bytes that are no text


class _Policies:
    """Finds what governs a file: the nearest pyproject.toml above it that has a table for poolcalc."""

    def __init__(self) -> None:
        self.by_folder: dict[Path, Policy] = {}

    def of(self, name: str) -> "Policy":
        is_file = os.path.isfile(name)  # noqa: PTH113 - as above
        return self._governing(Path(os.path.abspath(name)).parent if is_file else Path.cwd())  # noqa: PTH100

    def _governing(self, folder: Path) -> "Policy":
        from poolcalc.review.policy import Policy

        if folder not in self.by_folder:
            own = _policy_in(folder)
            above = folder.parent
            self.by_folder[folder] = own or (Policy() if above == folder else self._governing(above))
        return self.by_folder[folder]


def _policy_in(folder: Path) -> "Policy | None":
    from poolcalc.review.policy import InvalidPolicy, read_policy
    from poolcalc.source import Place, Source

    file = folder / "pyproject.toml"
    name = os.path.relpath(file) if file.is_relative_to(Path.cwd()) else str(file)
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise InvalidPolicy(Source(name, ""), Place(), f"cannot read it: {reason}") from None
    return read_policy(Source(name, text))
