"""Which files are meant, and which policy governs each of them."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from poolcalc.errors import UnreadableFile
from poolcalc.review.policy import InvalidPolicy, Policy, read_policy
from poolcalc.source import Place, Source


def found(architectures: Sequence[str]) -> tuple[list[str], list[UnreadableFile]]:
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


class Policies:
    """Finds what governs a file: the nearest pyproject.toml above it that has a table for poolcalc."""

    def __init__(self) -> None:
        self.by_folder: dict[Path, Policy] = {}

    def of(self, name: str) -> Policy:
        """Return the policy for a file, or for what comes in where there is none of that name."""
        is_file = os.path.isfile(name)  # noqa: PTH113 - as above
        return self._governing(Path(os.path.abspath(name)).parent if is_file else Path.cwd())  # noqa: PTH100

    def _governing(self, folder: Path) -> Policy:
        if folder not in self.by_folder:
            own = _policy_in(folder)
            above = folder.parent
            self.by_folder[folder] = own or (Policy() if above == folder else self._governing(above))
        return self.by_folder[folder]


def _policy_in(folder: Path) -> Policy | None:
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
