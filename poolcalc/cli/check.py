"""`poolcalc check`: apply the rules to many files at once, for people, code review and CI."""

from collections.abc import Iterable
from dataclasses import replace
from enum import Enum
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer

from poolcalc import __version__
from poolcalc.cli import options
from poolcalc.cli.output import complain, print_error, require_writable, write
from poolcalc.cli.progress import bar
from poolcalc.errors import DoesNotFit, InvalidArchitecture, UnreadableFile
from poolcalc.renderers.findings import FORMATS, SUMMARISED, renderer

if TYPE_CHECKING:
    from poolcalc.network.expectation import Expectation
    from poolcalc.network.op import Shape
    from poolcalc.review.files import Checked, Review
    from poolcalc.review.policy import FailOn, InvalidPolicy, Policy

Form = Enum("Form", {form.upper(): form for form in FORMATS}, type=str)  # type: ignore[misc]
"""How to print findings."""
TEXT = Form("text")


class Failing(str, Enum):
    """The least severity that makes the check fail."""

    ERROR = "error"
    WARNING = "warning"
    NEVER = "never"


Architectures = Annotated[
    list[str],
    typer.Argument(
        metavar="ARCH...",
        help="Architecture file, directory to search for `poolcalc.yaml` and `*.poolcalc.yaml`, `-` for standard "
        "input, or the name of a bundled one.",
        show_default=False,
    ),
]
Select = Annotated[
    list[str] | None, typer.Option("--select", metavar="RULE", help="Only these rules: code, its beginning, name.")
]
Ignore = Annotated[
    list[str] | None, typer.Option("--ignore", metavar="RULE", help="Not these rules: code, its beginning, name.")
]
FailAt = Annotated[
    Failing | None, typer.Option("--fail-on", help="The least severity that fails; error unless configured.")
]
ExpectOutput = Annotated[
    str | None, typer.Option(metavar="CxHxW", help="Expect this output shape, beside what the files expect.")
]
MinRf = Annotated[str | None, typer.Option(metavar="N", help="Expect a receptive field of at least N.")]
MaxParams = Annotated[str | None, typer.Option(metavar="N", help="Expect at most N parameters, such as 25M.")]
MaxMacs = Annotated[str | None, typer.Option(metavar="N", help="Expect at most N MACs, such as 4G.")]
Forward = Annotated[bool, typer.Option("--forward", help="Also run each network in NumPy.")]
Forms = Annotated[Form, typer.Option("--format", "-f", help="What to print.")]
Statistics = Annotated[bool, typer.Option("--statistics", help="Say how long it took.")]


def check(  # noqa: PLR0913, PLR0917 - one for every option
    architectures: Architectures,
    size: options.Input = None,
    select: Select = None,
    ignore: Ignore = None,
    fail_on: FailAt = None,
    expect_output: ExpectOutput = None,
    min_rf: MinRf = None,
    max_params: MaxParams = None,
    max_macs: MaxMacs = None,
    forward: Forward = False,
    form: Forms = TEXT,
    output: options.Output = None,
    statistics: Statistics = False,
) -> None:
    """Look for mistakes in architectures: lost rows, branches that do not meet, fields that are too small.

    `[tool.poolcalc]` in the nearest pyproject.toml above a file that has this table sets `select`, `ignore`, `fail-on`
    and `severity`; `--select` replaces both lists, `--ignore` adds to them. A comment in the file,
    `# poolcalc: ignore[PC100] reason`, hides what is found on its line or, alone on a line, on the next.

    Exit code 1: a finding as severe as --fail-on. 2: a file that cannot be read.
    """
    start, shape = perf_counter(), options.shape(size)
    expected = _expected(expect_output, min_rf, max_params, max_macs)
    judged, unreadable = _judged(architectures, output, select or (), ignore or (), fail_on)
    review, incomplete = _review(judged, unreadable, shape, expected, forward=forward)
    _print(review, form.value, output)
    if statistics:
        seconds = perf_counter() - start
        complain(f"{len(judged):,} files in {seconds:.2f} s: {len(judged) / seconds:,.0f} files per second\n")
    failed = incomplete or any(file.fails for file in review.files)
    raise typer.Exit(2 if review.unreadable else int(failed))


def _expected(
    output: str | None, min_rf: str | None, max_params: str | None, max_macs: str | None
) -> "tuple[Expectation, ...]":
    """Return what the options expect of every network."""
    from poolcalc.reading.expectations import parse_expectations

    try:
        return parse_expectations(output=output, min_rf=min_rf, max_params=max_params, max_macs=max_macs)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _judged(
    architectures: list[str], output: str | None, select: Iterable[str], ignore: Iterable[str], fail_on: Failing | None
) -> "tuple[list[tuple[str, Policy]], list[UnreadableFile]]":
    """Return every file that is meant with its policy, and the directories without any."""
    from poolcalc.review.discovery import Policies, found
    from poolcalc.review.policy import InvalidPolicy, WrongRule, lenient, prefixes

    try:
        selected, ignored = prefixes(select), lenient(ignore)
    except WrongRule as error:
        raise typer.BadParameter(str(error), param_hint="--select and --ignore") from None
    names, unreadable = found(architectures)
    require_writable(output, names)
    policies = Policies()
    least: FailOn | None = fail_on.value if fail_on else None
    try:
        return [(name, policies.of(name).overridden(selected, ignored, least)) for name in names], unreadable
    except InvalidPolicy as error:
        _print_mistake(error)
        raise typer.Exit(2) from None


def _print_mistake(error: "InvalidPolicy") -> None:
    from poolcalc.renderers import diagnostics

    complain(diagnostics.drawn(f"error: {error.message}", error.source, error.place, (), error.help))


def _review(
    judged: "list[tuple[str, Policy]]",
    unreadable: list[UnreadableFile],
    shape: "Shape | None",
    expected: "tuple[Expectation, ...]",
    *,
    forward: bool,
) -> "tuple[Review, bool]":
    """Return what is found in all files, and whether some were too large to run."""
    from poolcalc.review.files import Review
    from poolcalc.rules import rules

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
    return Review(__version__, rules(), tuple(files), tuple(unreadable)), incomplete


def _checked(
    name: str, shape: "Shape | None", policy: "Policy", expected: "tuple[Expectation, ...]", *, forward: bool
) -> "Checked":
    """Return what is found in one file."""
    from poolcalc.api import analyze
    from poolcalc.cli.asking import confirmed, read_design
    from poolcalc.review.files import Checked, checked

    try:
        design = read_design(name, shape)
    except InvalidArchitecture as error:
        return Checked(error.source, policy, findings=error.findings)
    design = replace(design, expectations=(*design.expectations, *expected))
    return checked((confirmed(design) if forward else analyze(design)).facts, policy)


def _print(review: "Review", form: str, output: str | None) -> None:
    """Print a review; what goes to a file or to a program is summed up for whoever watches."""
    for error in review.unreadable:
        print_error(error)
    write(renderer(form)(review), output)
    if output is not None or form not in SUMMARISED:
        complain(f"{review.summary}\n")
