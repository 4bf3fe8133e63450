"""Every rule, one file each; adding one touches its file and this tuple."""

from poolcalc.rule import Rule
from poolcalc.rules.broken_expectation import BrokenExpectation
from poolcalc.rules.coarse_output import CoarseOutput
from poolcalc.rules.contextless_layer import ContextlessLayer
from poolcalc.rules.gridding import Gridding
from poolcalc.rules.half_pixel_shift import HalfPixelShift
from poolcalc.rules.hanging_window import HangingWindow
from poolcalc.rules.heavy_stage import HeavyStage
from poolcalc.rules.impossible_layer import ImpossibleLayer
from poolcalc.rules.large_dense_layer import LargeDenseLayer
from poolcalc.rules.lost_rows import LostRows
from poolcalc.rules.mismatched_merge import MismatchedMerge
from poolcalc.rules.narrow_field import NarrowField
from poolcalc.rules.pooled_prediction import PooledPrediction
from poolcalc.rules.refuted_field import RefutedField
from poolcalc.rules.shifted_merge import ShiftedMerge
from poolcalc.rules.skipped_pixels import SkippedPixels
from poolcalc.rules.unconfirmed_shape import UnconfirmedShape
from poolcalc.rules.uneven_field import UnevenField
from poolcalc.rules.unrestored_size import UnrestoredSize
from poolcalc.rules.vanishing_object import VanishingObject

RULES: tuple[Rule, ...] = (
    ImpossibleLayer(),
    MismatchedMerge(),
    LostRows(),
    ShiftedMerge(),
    SkippedPixels(),
    HalfPixelShift(),
    HangingWindow(),
    UnrestoredSize(),
    NarrowField(),
    ContextlessLayer(),
    Gridding(),
    UnevenField(),
    VanishingObject(),
    CoarseOutput(),
    PooledPrediction(),
    LargeDenseLayer(),
    HeavyStage(),
    UnconfirmedShape(),
    RefutedField(),
    BrokenExpectation(),
)
"""All rules, by code."""

_DOUBTS = (ImpossibleLayer, MismatchedMerge, UnconfirmedShape, RefutedField)

ALWAYS: tuple[Rule, ...] = tuple(rule for rule in RULES if isinstance(rule, _DOUBTS))
"""Rules that every command applies: what they find makes the numbers themselves doubtful."""
