"""Every rule, one file each; adding one touches its file and this table. A file is imported when it is needed."""

from functools import cache
from importlib import import_module

from poolcalc.rule.rule import Rule

CLASSES = {
    "impossible_layer": "ImpossibleLayer",
    "mismatched_merge": "MismatchedMerge",
    "lost_rows": "LostRows",
    "shifted_merge": "ShiftedMerge",
    "skipped_pixels": "SkippedPixels",
    "half_pixel_shift": "HalfPixelShift",
    "hanging_window": "HangingWindow",
    "unrestored_size": "UnrestoredSize",
    "narrow_field": "NarrowField",
    "contextless_layer": "ContextlessLayer",
    "gridding": "Gridding",
    "uneven_field": "UnevenField",
    "vanishing_object": "VanishingObject",
    "coarse_output": "CoarseOutput",
    "pooled_prediction": "PooledPrediction",
    "large_dense_layer": "LargeDenseLayer",
    "heavy_stage": "HeavyStage",
    "unconfirmed_shape": "UnconfirmedShape",
    "refuted_field": "RefutedField",
    "broken_expectation": "BrokenExpectation",
}
"""The class of every rule, by its file, in the order of their codes."""


def rules() -> tuple[Rule, ...]:
    """Return all rules, by code."""
    return tuple(map(_rule, CLASSES))


def doubts() -> tuple[Rule, ...]:
    """Return the rules that every command applies: what they find makes the numbers themselves doubtful."""
    return tuple(map(_rule, ("impossible_layer", "mismatched_merge", "unconfirmed_shape", "refuted_field")))


@cache
def _rule(file: str) -> Rule:
    rule: Rule = getattr(import_module(f"{__name__}.{file}"), CLASSES[file])()
    return rule
