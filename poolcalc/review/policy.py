"""What a team decides: which rules count, how severe they are, what makes a check fail. Never how anything is computed.

It stands in `[tool.poolcalc]` of a pyproject.toml and in options of the command line. Rules are named by code, by the
beginning of a code (`PC1` is all of PC100 to PC199), or by name.
"""

import re
import sys
from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple, NoReturn, TypeVar, cast, get_args

from poolcalc.errors import PoolcalcError
from poolcalc.finding import INVALID, Finding, Severity
from poolcalc.rules import rules
from poolcalc.source import Place, Source
from poolcalc.wording import nearest, shown

FailOn = Literal["error", "warning", "never"]
KEYS = ("select", "ignore", "fail-on", "severity")

_Word = TypeVar("_Word", bound=str)


class WrongRule(PoolcalcError):  # noqa: N818 - reads better where it is caught
    """What stands where a code or a name of a rule should stand."""

    def __init__(self, message: str, help: str) -> None:  # noqa: A002
        super().__init__(f"{message}; {help}")
        self.message, self.help = message, help


class InvalidPolicy(PoolcalcError):  # noqa: N818 - likewise
    """A pyproject.toml says something about checks that has no meaning."""

    def __init__(self, source: Source, place: Place, message: str, help: str | None = None) -> None:  # noqa: A002
        self.source, self.place, self.message, self.help = source, place, message, help
        super().__init__(f"{source.name}:{place.line}:{place.column}: {message}")


def prefix(word: str) -> str:
    """Return the code, or its beginning, that a word stands for.

    >>> prefix("PC1"), prefix("pc100"), prefix("impossible-layer")
    ('PC1', 'PC100', 'PC100')
    """
    word = word.strip()
    beginning = word.upper()
    for rule in rules():
        if rule.id.name == word:
            return rule.id.code
        if beginning.startswith("PC") and rule.id.code.startswith(beginning):
            return beginning
    close = _nearest_rule(word)
    remedy = f"did you mean {close!r}?" if close else "`poolcalc explain` lists the rules"
    raise WrongRule(f"no rule is called {shown(word)}", remedy)


def _nearest_rule(word: str) -> str | None:
    """Return the code or name that is nearest; letters that look like digits are read as such."""
    if re.fullmatch("[Pp][Cc].{1,4}", word):
        word = word[:2] + word[2:].translate(str.maketrans("OoIl", "0011"))
    words = {name.lower().replace("-", "_"): name for rule in rules() for name in rule.id[:2]}
    close = nearest(word.strip(), words)
    return words[close] if close else None


def prefixes(words: Iterable[str]) -> tuple[str, ...]:
    """Return what a list of codes and names stands for; an entry may hold several, with commas between."""
    return tuple(prefix(word) for entry in words for word in entry.split(",") if word.strip())


def lenient(words: Iterable[str]) -> tuple[str, ...]:
    """Return what is to be ignored or judged anew; refuse what must not be."""
    codes = prefixes(words)
    if INVALID.code in codes:
        raise WrongRule(f"{INVALID.name} cannot be ignored or judged anew", "leave the file out of the check")
    return codes


class Policy(NamedTuple):
    """Which findings count and how much.

    select, ignore: beginnings of codes; the longer one decides, `ignore` where both are as long.
    severity: beginnings of codes, and what their findings are instead. fail_on: the least severity that fails.
    """

    select: tuple[str, ...] = ("PC",)
    ignore: tuple[str, ...] = ()
    severity: tuple[tuple[str, Severity], ...] = ()
    fail_on: FailOn = "error"

    def selects(self, code: str) -> bool:
        """Return whether findings with this code count.

        >>> policy = Policy(select=("PC1", "PC20"), ignore=("PC2", "PC100"))
        >>> [code for code in ("PC100", "PC101", "PC201", "PC210", "PC300") if policy.selects(code)]
        ['PC101', 'PC201']
        """
        return code == INVALID.code or _longest(self.select, code) > _longest(self.ignore, code)

    def judged(self, finding: Finding) -> Finding:
        """Return a finding with the severity that it has here."""
        rule = finding.rule
        judged = [(len(start), severity) for start, severity in self.severity if rule.code.startswith(start)]
        _, severity = max(judged, default=(0, rule.severity))
        return finding if rule.code == INVALID.code else finding._replace(rule=rule._replace(severity=severity))

    def fails(self, finding: Finding) -> bool:
        """Return whether a finding makes the check fail."""
        return self.fail_on in ("warning", finding.rule.severity)

    def overridden(self, select: tuple[str, ...], ignore: tuple[str, ...], fail_on: FailOn | None) -> "Policy":
        """Return the policy with what the command line asks for.

        What is selected there replaces both lists, since exactly that was asked for; what is ignored there is added.
        """
        return self._replace(
            select=select or self.select,
            ignore=(*(() if select else self.ignore), *ignore),
            fail_on=fail_on or self.fail_on,
        )


def _longest(starts: Iterable[str], code: str) -> int:
    return max((len(start) for start in starts if code.startswith(start)), default=0)


def read_policy(source: Source) -> Policy | None:
    """Return what a pyproject.toml says; None where it has no table for poolcalc. Raises InvalidPolicy."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        tools = tomllib.loads(source.text).get("tool", {})
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        found = re.search(r" \(at line (\d+), column (\d+)\)$", str(error))
        place = Place(*map(int, found.groups())) if found else Place()
        reason = str(error)[: found.start()] if found else str(error)
        raise InvalidPolicy(source, place, f"not TOML: {reason[:1].lower()}{reason[1:]}") from None
    if not isinstance(tools, dict) or "poolcalc" not in tools:
        return None
    return _Table(source, tools["poolcalc"]).read()


class _Table(NamedTuple):
    source: Source
    table: Any

    def read(self) -> Policy:
        if not isinstance(self.table, dict):
            self.refuse("poolcalc", "expected a table", "write `[tool.poolcalc]`, and keys below")
        for key in self.table:
            if key not in KEYS:
                close = nearest(key, [name.replace("-", "_") for name in KEYS])
                remedy = f"did you mean {close.replace('_', '-')!r}?" if close else f"the keys are {', '.join(KEYS)}"
                self.refuse(key, f"unknown key {key!r}", remedy)
        default = Policy()
        return Policy(
            select=self.rules("select") if "select" in self.table else default.select,
            ignore=self.rules("ignore"),
            severity=self.severities(),
            fail_on=cast("FailOn", self.word("fail-on", self.table.get("fail-on", default.fail_on), get_args(FailOn))),
        )

    def rules(self, key: str) -> tuple[str, ...]:
        words = self.table.get(key, [])
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            self.refuse(key, f"expected a list of codes and names for {key!r}", f'write `{key} = ["PC1"]`')
        try:
            return lenient(words) if key == "ignore" else prefixes(words)
        except WrongRule as error:
            self.refuse(key, error.message, error.help)

    def severities(self) -> tuple[tuple[str, Severity], ...]:
        table = self.table.get("severity", {})
        if not isinstance(table, Mapping):
            self.refuse("severity", "expected a table for 'severity'", 'write `severity = {PC101 = "error"}`')
        try:
            codes = lenient(table)
        except WrongRule as error:
            self.refuse("severity", error.message, error.help)
        return tuple(
            (code, cast("Severity", self.word("severity", word, get_args(Severity))))
            for code, word in zip(codes, table.values(), strict=True)
        )

    def word(self, key: str, word: Any, words: tuple[_Word, ...]) -> str:
        if word not in words:
            self.refuse(key, f"expected {', '.join(words[:-1])} or {words[-1]} for {key!r}, found {word!r}")
        return str(word)

    def refuse(self, key: str, message: str, remedy: str | None = None) -> NoReturn:
        raise InvalidPolicy(self.source, _place(self.source.text, key), message, remedy)


def _place(text: str, key: str) -> Place:
    """Return where a key stands below the table's heading, as well as that can be told without the parser's help."""
    heading = re.search(r"^\s*\[\s*tool\s*\.\s*poolcalc\b", text, re.MULTILINE)
    start = heading.start() if heading else 0
    found = re.compile(rf"^[ \t]*(?:\[\s*tool\.poolcalc\.)?[\"']?({re.escape(key)})\b", re.MULTILINE).search(
        text, start
    )
    index = found.start(1) if found else start
    return Place(text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index), len(key) if found else 1)
