"""Change the core, one place at a time, and see whether its tests notice.

    python tests/mutation/survivors.py                              # the whole core, half an hour
    python tests/mutation/survivors.py --shard 1/4                  # every fourth change
    python tests/mutation/survivors.py poolcalc/geometry/taps.py    # modules or folders

Prints every change that no test noticed, then how many of each module's were noticed; exits with 1 where those are less
than `LEAST`, or where `equivalent.yaml` names a change that there is not, or that is noticed.

No file is ever changed: a process of its own (POSIX alone has such) compiles the module with the change and gives the
new code to the functions of the module as it is loaded, or, where a change acts on import, imports it so.
"""

import argparse
import gc
import os
import signal
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from mmap import mmap
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import NamedTuple

import numpy as np  # noqa: F401 - once, for all the processes
import pytest
import yaml
from hypothesis import HealthCheck, Phase, settings
from mutants import Mutant, mutants

ROOT = Path(__file__).parents[2]
EQUIVALENT = Path(__file__).with_name("equivalent.yaml")
LEAST = 0.95

TESTS = {
    "poolcalc/geometry": ["geometry", "network", "ops", "analysis"],
    "poolcalc/kernels": ["kernels", "ops", "execution"],
    "poolcalc/families": ["ops", "network", "kernels", "execution", "rules"],
    "poolcalc/ops": ["ops", "network", "kernels", "execution", "rules"],
    "poolcalc/analysis": [
        *("analysis", "geometry", "rules", "answers/test_diff.py"),
        *("execution/test_effective.py", "execution/test_unproven.py"),
    ],
    "poolcalc/execution": ["execution", "kernels"],
}
"""The rooms whose tests have to notice what is changed in a room; its doctests help."""

QUICK = 0.3
"""Seconds of the slowest tests that are asked: what only slower ones notice is not stated, but come across."""

MEMORY = 4 << 30
"""Bytes that a changed module may take."""


class Change(NamedTuple):
    """A changed place of a module."""

    file: str
    mutant: Mutant

    @property
    def tests(self) -> list[str]:
        """The tests that have to notice it."""
        room = next(room for room in TESTS if self.file.startswith(f"{room}/"))
        return [room, *(f"tests/{name}" for name in TESTS[room])]

    def compiled(self) -> CodeType:
        """Return the module with the change."""
        return self.mutant.compiled((ROOT / self.file).read_text(encoding="utf-8"), str(ROOT / self.file))


class Examples:
    """A pytest plugin that draws the same few random examples every time: facts are to be stated, not come across."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> None:
        """Have tests, as they are imported, take these settings."""
        settings.register_profile(
            "mutation",
            max_examples=10,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        settings.load_profile("mutation")


class Trials:
    """A pytest plugin that, instead of running all tests once, tries changes on the tests that reach them."""

    def __init__(self, changes: Sequence[Change]) -> None:
        self.changes = changes
        self.survivors: set[Change] = set()

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run all tests as things are, and see what they call; then try every change."""
        functions = _functions({str(ROOT / change.file) for change in self.changes})
        seconds: dict[pytest.Item, float] = {}
        callers: dict[tuple[str, int], set[pytest.Item]] = defaultdict(set)
        for item in session.items:
            start = time.process_time()
            with _calls(set(functions)) as called:
                _run(item)
            seconds[item] = time.process_time() - start
            for function in called:
                callers[function].add(item)
        if session.testsfailed:
            return True  # pytest tells
        session.config.pluginmanager.unregister(name="terminalreporter")  # which would tell of every trial
        noticed: Counter[pytest.Item] = Counter()
        for change in self.changes:
            here = functions[str(ROOT / change.file)]
            changed = [function for function in here if change.mutant.line in _lines(function.__code__)]
            rooms = tuple(str(ROOT / path) for path in change.tests)
            reaching = set[pytest.Item]().union(*(callers[_key(function.__code__)] for function in changed))
            items = [item for item in reaching if seconds[item] < QUICK and str(item.path).startswith(rooms)]
            items.sort(key=lambda item: (-noticed[item], seconds[item]))
            trial = _Trial(change, here, items, mmap(-1, 4))
            # It takes less time than when all calls were noted.
            if not items or survives(trial.passes, 2 + sum(map(seconds.__getitem__, items))):
                self.survivors.add(change)
            else:
                noticed[trial.last] += 1
        return True


class _Trial(NamedTuple):
    """A change, the functions of its module and the tests that reach it. at: the number of the last one that ran."""

    change: Change
    functions: Sequence[FunctionType]
    items: Sequence[pytest.Item]
    at: mmap

    @property
    def last(self) -> pytest.Item:
        return self.items[int.from_bytes(self.at[:], "big")]

    def passes(self) -> bool:
        """Return whether all the tests pass; run in a process of its own, for the functions stay changed."""
        _replace(self.functions, self.change.compiled())
        for number, item in enumerate(self.items):
            self.at[:] = number.to_bytes(4, "big")
            _run(item)
            if item.session.testsfailed:
                return False
        return True


def _run(item: pytest.Item) -> None:
    item.ihook.pytest_runtest_protocol(item=item, nextitem=None)


def _functions(files: set[str]) -> dict[str, list[FunctionType]]:
    """Return the functions of modules, as they are loaded."""
    found: dict[str, list[FunctionType]] = {file: [] for file in files}
    for thing in gc.get_objects():
        if isinstance(thing, FunctionType) and thing.__code__.co_filename in files:
            found[thing.__code__.co_filename].append(thing)
    return found


def _key(code: CodeType) -> tuple[str, int]:
    return code.co_filename, code.co_firstlineno


def _codes(code: CodeType) -> Iterator[CodeType]:
    """Yield a code and all inside it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _lines(code: CodeType) -> range:
    return range(code.co_firstlineno, 1 + max(line or 0 for part in _codes(code) for *_, line in part.co_lines()))


def _replace(functions: Sequence[FunctionType], module: CodeType) -> None:
    """Give functions the code that they have in another version of their module."""
    codes = {(code.co_firstlineno, code.co_name): code for code in _codes(module)}
    for function in functions:
        function.__code__ = codes[function.__code__.co_firstlineno, function.__code__.co_name]


@contextmanager
def _calls(files: set[str]) -> Iterator[set[tuple[str, int]]]:
    """Collect which functions of some modules are called inside."""
    called: set[tuple[str, int]] = set()

    def trace(frame: FrameType, _event: str, _argument: object) -> None:
        if frame.f_code.co_filename in files:
            called.add(_key(frame.f_code))

    sys.settrace(trace)
    try:
        yield called
    finally:
        sys.settrace(None)


def survives(trial: Callable[[], bool], seconds: float) -> bool:
    """Return what a trial comes to in a process of its own: False for one that dies or takes longer than that."""
    import resource  # nor is this on every system

    child = os.fork()
    if not child:
        passed = False
        try:
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 2))
            signal.alarm(1 + 10 * int(seconds))  # for those that wait for each other
            silent = os.open(os.devnull, os.O_WRONLY)
            os.dup2(silent, 1)
            os.dup2(silent, 2)
            passed = trial()
        finally:
            os._exit(not passed)
    return os.waitpid(child, 0)[1] == 0


class _Planted(SourceFileLoader):
    """Imports one module from the code of a changed one."""

    def __init__(self, change: Change) -> None:
        module = change.file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        super().__init__(module, str(ROOT / change.file))
        self.code = change.compiled()

    def find_spec(self, fullname: str, path: object, target: object = None) -> ModuleSpec | None:
        """Return this loader for that module."""
        return spec_from_file_location(fullname, self.path, loader=self) if fullname == self.name else None

    def get_code(self, fullname: str) -> CodeType:
        """Return the changed code."""
        return self.code


def tried(changes: Sequence[Change]) -> set[Change]:
    """Return those of some changes that no test notices."""
    options = ["-qq", "--no-header", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning"]

    def imported(change: Change) -> bool:
        sys.meta_path.insert(0, _Planted(change))
        return pytest.main([*options, "-x", *change.tests], [Examples()]) == 0

    on_import = [change for change in changes if not change.mutant.running]
    survivors = {change for change in on_import if survives(partial(imported, change), 300)}
    trials = Trials([change for change in changes if change.mutant.running])
    tests = dict.fromkeys(path for change in trials.changes for path in change.tests)
    if trials.changes and pytest.main([*options, *tests], [Examples(), trials]):
        raise SystemExit(1)
    return survivors | trials.survivors


def modules(paths: Sequence[Path]) -> list[str]:
    """Return the modules of the core that are named, or lie in folders that are."""
    inside = [file for room in TESTS for file in sorted((ROOT / room).rglob("*.py"))]
    wanted = [path.resolve() for path in paths] or [ROOT]
    return [str(file.relative_to(ROOT)) for file in inside if {file, *file.parents} & set(wanted)]


def equivalents() -> dict[str, list[str]]:
    """Return the names of changes that change nothing, by module."""
    named = yaml.safe_load(EQUIVALENT.read_text(encoding="utf-8"))
    return {file: [name for names in reasons.values() for name in names] for file, reasons in named.items()}


def main() -> int:
    """Try what the command line asks for, and print what no test noticed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="*", type=Path, help="modules or folders of the core, all by default")
    parser.add_argument("--shard", default="1/1", help="which part of the changes, such as 2/4")
    arguments = parser.parse_args()
    number, shards = map(int, arguments.shard.split("/"))
    files = modules(arguments.paths)
    every = [Change(file, mutant) for file in files for mutant in mutants((ROOT / file).read_text(encoding="utf-8"))]
    equivalent = {(file, name) for file in files for name in equivalents().get(file, ())}
    stale = equivalent - {(change.file, change.mutant.name) for change in every}
    changes = every[number - 1 :: shards]
    survivors = tried(changes)
    weak = False
    print(flush=True)
    for file in files:
        here = [change for change in changes if change.file == file]
        same = {change for change in here if (file, change.mutant.name) in equivalent}
        stale |= {(file, change.mutant.name) for change in same - survivors}
        unnoticed = [change for change in here if change in survivors - same]
        counted = len(here) - len(same)
        share = 1 - len(unnoticed) / counted if counted else 1.0
        weak |= share < LEAST
        print(f"{share:6.1%}  {file}: {counted - len(unnoticed)} of {counted} noticed, {len(same)} equivalent")
        for change in unnoticed:
            print(f"        {change.mutant.line}: {change.mutant.name}")
    for file, name in sorted(stale):
        print(f"{EQUIVALENT.name}: in {file}, no such change, or one that is noticed: {name}")
    return int(weak or bool(stale))


if __name__ == "__main__":
    raise SystemExit(main())
