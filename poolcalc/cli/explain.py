"""`poolcalc explain`: what a rule finds, why it matters, a bad and a good example."""

from typing import TYPE_CHECKING, Annotated

import typer

from poolcalc.cli import options
from poolcalc.cli.output import require_writable, write

if TYPE_CHECKING:
    from poolcalc.review.policy import Known


def _words(incomplete: str) -> list[str]:
    from poolcalc.review.policy import known

    return [word for rule in known() for word in (rule.code, rule.name) if word.startswith(incomplete)]


def explain(
    rule: Annotated[
        str | None,
        typer.Argument(
            metavar="[RULE]", help="Code, its beginning, or name; all rules without.", autocompletion=_words
        ),
    ] = None,
    output: options.Output = None,
) -> None:
    """Explain a rule: what it finds, why it matters, a bad and a good example."""
    from poolcalc.review.policy import WrongRule, known, prefix

    require_writable(output, ())
    try:
        wanted = prefix(rule) if rule is not None else "PC"
    except WrongRule as error:
        raise typer.BadParameter(str(error), param_hint="RULE") from None
    write("\n\n".join(_explanation(entry) for entry in known() if entry.code.startswith(wanted)), output)


def _explanation(rule: "Known") -> str:
    return f"# {rule.code} {rule.name} ({rule.severity})\n\n{rule.text}\n"
