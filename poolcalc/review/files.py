"""What came of checking some files: findings, after the team's policy and the comments in the files have been heard."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import NamedTuple

from poolcalc.errors import UnreadableFile
from poolcalc.finding import INVALID, Finding, RuleId
from poolcalc.network.design import Design
from poolcalc.reading.comments import remarks
from poolcalc.review.policy import Policy, WrongRule, prefix
from poolcalc.rule.facts import Facts
from poolcalc.rule.rule import Rule
from poolcalc.rules import rules
from poolcalc.rules.unused_ignore import UnusedIgnore
from poolcalc.source import Place, Source
from poolcalc.wording import counted


@dataclass(frozen=True)
class Checked:
    """One file.

    policy: what decides which findings count. architecture: its name, None where the file is invalid.
    findings: in the order of the file. places: where its layers stand in it. ignored: how many more findings a comment
    in the file hides.
    """

    source: Source
    policy: Policy
    architecture: str | None = None
    findings: tuple[Finding, ...] = ()
    places: Mapping[str, Place] = field(default_factory=dict)
    ignored: int = 0

    def place(self, finding: Finding) -> Place | None:
        """Return where a finding stands in the file, None where nothing there says so."""
        return finding.place(self.places)

    def spot(self, finding: Finding) -> str:
        """Write the file's name, and line and column where it has them."""
        place = self.place(finding)
        return f"{self.source.name}:{place.line}:{place.column}" if place else self.source.name

    @property
    def fails(self) -> bool:
        """Whether the check fails because of this file."""
        return any(map(self.policy.fails, self.findings))

    def count(self, severity: str) -> int:
        """Return how many findings have this severity."""
        return sum(finding.rule.severity == severity for finding in self.findings)

    @cached_property
    def fingerprints(self) -> tuple[str, ...]:
        """What tells each finding from all others, and stays when lines move and other layers change."""
        seen: Counter[tuple[str, str]] = Counter()
        marks = []
        for finding in self.findings:
            what = finding.rule.code, finding.layer or finding.message
            seen[what] += 1
            marks.append(
                sha256(
                    repr((self.source.name.removeprefix("./"), *what, seen[what])).encode("utf-8", "replace")
                ).hexdigest()
            )
        return tuple(marks)


class Review(NamedTuple):
    """All files of one run, and what could not be read. version: poolcalc's. rules: all that could find something."""

    version: str
    rules: tuple[Rule, ...]
    files: tuple[Checked, ...]
    unreadable: tuple[UnreadableFile, ...] = ()

    @property
    def errors(self) -> int:
        """Findings that are errors."""
        return sum(file.count("error") for file in self.files)

    @property
    def warnings(self) -> int:
        """Findings that are warnings."""
        return sum(file.count("warning") for file in self.files)

    @property
    def ignored(self) -> int:
        """Findings that comments hide."""
        return sum(file.ignored for file in self.files)

    @property
    def summary(self) -> str:
        """One line that says how it went."""
        found = [counted(n, word) for n, word in ((self.errors, "error"), (self.warnings, "warning")) if n]
        more = [f"{self.ignored} ignored"] if self.ignored else []
        more += [f"{len(self.unreadable)} unreadable"] if self.unreadable else []
        return f"{counted(len(self.files), 'file')}: {', '.join([*(found or ['no findings']), *more])}"

    @property
    def worst_first(self) -> Iterator[tuple[Checked, Finding]]:
        """Errors, then warnings, both in the order of the files."""
        for severity in ("error", "warning"):
            yield from ((file, one) for file in self.files for one in file.findings if one.rule.severity == severity)


def checked(facts: Facts, policy: Policy) -> Checked:
    """Apply the rules that a policy selects to one network, as far as what they need was run."""
    # Whether a comment is needed shows only where its rule runs.
    every = policy.selects(UnusedIgnore.id.code) and "poolcalc:" in facts.design.source.text
    selected = [rule for rule in rules() if every or policy.selects(rule.id.code)]
    applied = [rule for rule in selected if rule.applies(facts)]
    findings = [finding for rule in applied for finding in rule.check(facts)]
    return review(facts.design, findings, policy, ran=applied)


def review(design: Design, findings: Iterable[Finding], policy: Policy, *, ran: Collection[Rule]) -> Checked:
    """Return the review of a valid file.

    findings: all that rules found, selected or not. ran: these rules; what hides findings of others may well be needed.
    """
    source, places = design.source, design.places
    ignores = tuple(_ignores(source.text))
    used: set[_Ignore] = set()
    kept = []
    ignored = 0
    for finding in dict.fromkeys(findings):
        heard = {ignore for ignore in ignores if ignore.covers(finding.rule, finding.place(places))}
        used |= heard
        if policy.selects(finding.rule.code):
            ignored += bool(heard)
            kept += [] if heard else [finding]
    kept = _without_consequences(kept)
    if policy.selects(UnusedIgnore.id.code):
        codes = [rule.id.code for rule in ran]
        kept += [ignore.complaint() for ignore in ignores if ignore not in used and ignore.concerns(codes)]
    kept.sort(key=lambda finding: (finding.place(places) or Place())[:2])
    return Checked(source, policy, design.name, tuple(map(policy.judged, kept)), places, ignored)


def _without_consequences(findings: list[Finding]) -> list[Finding]:
    """Leave out warnings that follow from one which explains them, and say there how many."""
    kept = [finding for finding in findings if finding.explains or finding.rule.severity == "error"]
    if len(kept) == len(findings) or not any(finding.explains for finding in kept):
        return findings
    note = f"left out until this is settled: {counted(len(findings) - len(kept), 'warning')}"
    return [each._replace(notes=(*each.notes, note)) if each.explains else each for each in kept]


class _Ignore(NamedTuple):
    """One entry of an ignoring comment.

    line: the one that it is about. meaning: the beginning of a code, or why it has none.
    """

    place: Place
    word: str
    line: int
    meaning: str | WrongRule

    def covers(self, rule: RuleId, place: Place | None) -> bool:
        here = place is not None and place.line == self.line
        return here and isinstance(self.meaning, str) and rule.code.startswith(self.meaning)

    def concerns(self, codes: Iterable[str]) -> bool:
        """Return whether it would have hidden something, if anything could have been found."""
        if isinstance(self.meaning, WrongRule) or INVALID.code.startswith(self.meaning[:3]):
            return True
        return any(code.startswith(self.meaning) for code in codes)

    def complaint(self) -> Finding:
        wrong = self.meaning if isinstance(self.meaning, WrongRule) else None
        message = wrong.message if wrong else f"{self.word} is ignored here, and not found"
        return Finding(UnusedIgnore.id, message, self.place, help=wrong.help if wrong else "remove it from the comment")


_LIST = re.compile(r"ignore\[([^\[\]]*)\]")


def _ignores(text: str) -> Iterator[_Ignore]:
    lines = text.split("\n")
    for place, words in remarks(text):
        line = _subject(lines, place.line)
        found = _LIST.match(words)
        entries = list(re.finditer(r"[^\s,][^,]*", found[1])) if found else []
        for entry in entries:
            word = entry[0].rstrip()
            column = place.column + len("ignore[") + entry.start()
            yield _Ignore(Place(place.line, column, len(word)), word, line, _meaning(word))
        if not entries:
            remedy = "write `# poolcalc: ignore[PC100] why it is right`"
            yield _Ignore(place, "", line, WrongRule("this comment ignores nothing", remedy))


def _meaning(word: str) -> str | WrongRule:
    try:
        return prefix(word)
    except WrongRule as error:
        return error


def _subject(lines: Sequence[str], line: int) -> int:
    """Return the line that a comment is about: its own, or where it stands alone the first below with anything else."""
    while line < len(lines) and lines[line - 1].lstrip().startswith("#"):
        line += 1
    return line
