"""Everything that is printed about one network, word for word: every verb in every format.

`python -m pytest tests/snapshots --renew` writes the texts anew; whoever does so reads the diff.
"""

import re
from importlib import import_module
from inspect import signature
from pathlib import Path

import pytest
from support.command import in_process

import poolcalc
from poolcalc.cli.app import VERBS

HERE = Path(__file__).parent

QUESTIONS = {
    "shapes": "shapes sample.yaml",
    "shapes_verbose": "shapes sample.yaml --no-fold --verbose --thin",
    "shapes_impossible": "shapes impossible.yaml",
    "shapes_invalid": "shapes invalid.yaml",
    "rf": "rf sample.yaml --verify",
    "rf_from": "rf sample.yaml --from mix --without-gates",
    "rf_bounds": "rf sample.yaml --min 50 --max-jump 2",
    "rf_unit": "rf sample.yaml --at mix --unit center",
    "rf_pixel": "rf sample.yaml --pixel 3,4",
    "rf_effective": "rf sample.yaml --effective mix",
    "sizes": "sizes sample.yaml",
    "sizes_range": "sizes sample.yaml --range 20:26",
    "diff": "diff sample.yaml changed.yaml",
    "check": "check sample.yaml impossible.yaml invalid.yaml --fail-on warning --forward",
    "explain": "explain PC102",
}
"""What is asked, by the name of its snapshots. `list` and `schema` speak of all networks and operators, not of one."""


def formats(verb: str) -> list[str]:
    """Return the formats that a verb knows."""
    function = getattr(import_module(f"poolcalc.cli.{verb}"), VERBS[verb])
    form = signature(function).parameters.get("form")
    return [choice.value for choice in type(form.default)] if form else []


PRINTED = {
    f"{name}.{form}" if form else name: [*arguments.split(), *(["--format", form] if form else [])]
    for name, arguments in QUESTIONS.items()
    for form in formats(arguments.split()[0]) or [""]
}


def stable(text: str) -> str:
    """Replace what differs from run to run, or in a number's last digits, and write JSON's short lists in one line."""
    text = re.sub(r'("seconds": )[\d.e-]+', r"\1…", text)
    text = re.sub(r"\d+\.\d{7,}", lambda number: f"{float(number[0]):.6g}", text)
    for items in (r"[^][{}]+?", r"(?:[^][{}]|\[[^][{}\n]*\])+?"):  # numbers, then lists of them
        text = re.sub(rf"\[\s+({items})\s+\]", lambda found: f"[{' '.join(found[1].split())}]", text)
    return text


def require_printed(name: str, text: str, request: pytest.FixtureRequest) -> None:
    """Require that a snapshot holds that text, or write it."""
    snapshot = HERE / f"{name}.txt"
    if request.config.getoption("--renew"):
        snapshot.write_text(text, encoding="utf-8")
    assert snapshot.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("name", PRINTED)
def test_what_the_command_prints_is_what_the_snapshot_holds(name: str, request: pytest.FixtureRequest) -> None:
    result = in_process(*PRINTED[name], cwd=HERE)
    text = f"$ poolcalc {' '.join(PRINTED[name])}\n\n{result.out}\n"
    text += "".join(f"stderr: {line}\n" for line in result.err.splitlines())
    require_printed(name, stable(f"{text}exit code {result.code}\n"), request)


def test_what_a_notebook_shows_is_what_the_snapshot_holds(request: pytest.FixtureRequest) -> None:
    report = poolcalc.analyze(poolcalc.load(HERE / "sample.yaml"))
    html = report._repr_mimebundle_()["text/html"]
    require_printed("notebook", re.sub("(?=<(?:tr|thead|tfoot|p)>)", "\n", html) + "\n", request)


def test_every_snapshot_is_compared_and_every_verb_about_a_network_is_asked() -> None:
    assert {snapshot.stem for snapshot in HERE.glob("*.txt")} == {*PRINTED, "notebook"}
    asked = {arguments.split()[0] for arguments in QUESTIONS.values()}
    assert {*VERBS} - asked == {"list", "schema"}
