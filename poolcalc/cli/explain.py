"""`poolcalc explain`: what a rule finds, why it matters, a bad and a good example."""

from typing import TYPE_CHECKING, Annotated

import typer

from poolcalc.cli import options
from poolcalc.cli.output import require_writable, write

if TYPE_CHECKING:
    from poolcalc.rule.rule import Rule


def _words(incomplete: str) -> list[str]:
    from poolcalc.rules import rules

    return [word for rule in rules() for word in rule.id[:2] if word.startswith(incomplete)]


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
    from poolcalc.review.policy import WrongRule, prefix
    from poolcalc.rules import rules

    require_writable(output, ())
    try:
        wanted = prefix(rule) if rule is not None else "PC"
    except WrongRule as error:
        raise typer.BadParameter(str(error), param_hint="RULE") from None
    write("\n\n".join(_explanation(each) for each in rules() if each.id.code.startswith(wanted)), output)


def _explanation(rule: "Rule") -> str:
    return f"# {rule.id.code} {rule.id.name} ({rule.id.severity})\n\n{rule.page}\n"
