"""Every rule, one file each; adding one touches its file and this table. A file is imported when it is needed."""

from functools import cache
from importlib import import_module

from poolcalc.rule.rule import Rule

DOUBTS = {
    "impossible_layer": "ImpossibleLayer",
    "mismatched_merge": "MismatchedMerge",
    "doubtful_layout": "DoubtfulLayout",
    "unconfirmed_shape": "UnconfirmedShape",
    "refuted_field": "RefutedField",
}
"""The classes, by their files, of the rules that every command applies: what they find makes the numbers doubtful."""

OTHERS = {
    "invalid_architecture": "InvalidArchitecture",
    "unused_ignore": "UnusedIgnore",
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
    "overreaching_kernel": "OverreachingKernel",
    "vanishing_object": "VanishingObject",
    "coarse_output": "CoarseOutput",
    "pooled_prediction": "PooledPrediction",
    "large_dense_layer": "LargeDenseLayer",
    "heavy_stage": "HeavyStage",
    "unused_layer": "UnusedLayer",
    "broken_expectation": "BrokenExpectation",
}
"""Those that `poolcalc check` applies."""


@cache
def rules() -> tuple[Rule, ...]:
    """Return all rules, in the order of their codes."""
    return tuple(sorted(map(_rule, DOUBTS | OTHERS), key=lambda rule: rule.id))


def doubts() -> tuple[Rule, ...]:
    """Return the rules that every command applies."""
    return tuple(map(_rule, DOUBTS))


@cache
def _rule(file: str) -> Rule:
    rule: Rule = getattr(import_module(f"{__name__}.{file}"), (DOUBTS | OTHERS)[file])(rules)
    return rule
