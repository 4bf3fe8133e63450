"""Keys of a mapping: those that are known, and what a misspelled one was meant to be."""

from collections.abc import Collection

from poolcalc.reading.tree import Problems, Record, Scalar, Value
from poolcalc.wording import nearest, shown

COMMON = {
    "name": "name of the layer, unique in its block",
    "from": "the layer to read, or a list of them for a merge; the layer above if left out",
}
"""The keys of every layer."""

Given = dict[str, Value]
"""Values by key or parameter."""

INFERRED = ("in_channels", "in_features", "num_features", "num_channels")
"""What PyTorch wants to be told and a calculator finds out."""


def known_entries(mapping: Record, known: Collection[str], wrong: str, problems: Problems) -> Given:
    """Return the values by key; report unknown keys as `wrong`, then read them as what was meant.

    So one slip is one problem: a misspelled `layers` is not a missing one too, and what stands behind it is checked.
    """
    given = {key.text: value for key, value in mapping.entries if key.text in known}
    if len(given) == len(mapping.entries):
        return given
    missing = [key for key in known if key not in given]
    for key, value in mapping.entries:
        if key.text in known:
            continue
        head, colon, rest = key.text.partition(":")
        meant = nearest(head, missing) if key.text not in INFERRED else None
        if colon and meant == head:
            remedy = f"put a blank behind the colon: `{head}: {rest}`"
            value = Scalar(key.place, rest) if isinstance(value, Scalar) and value.is_null else value  # noqa: PLW2901
        elif meant:
            remedy = f"did you mean {meant!r}?"
        elif key.text in INFERRED:
            remedy = "leave it out: it follows from the layer above"
        elif "(" in key.text or ")" in key.text:
            remedy = "write lists in square brackets"
        else:
            remedy = f"the keys are {', '.join(known)}"
        problems.add(key, f"{wrong} {shown(key.text)}", help=remedy)
        if meant:
            given.setdefault(meant, value)
    return given
