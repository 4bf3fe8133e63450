"""Every rule, one file each; adding one touches its file and this tuple."""

from poolcalc.rule import Rule
from poolcalc.rules.impossible_layer import ImpossibleLayer
from poolcalc.rules.refuted_field import RefutedField
from poolcalc.rules.unconfirmed_shape import UnconfirmedShape

ALWAYS: tuple[Rule, ...] = (ImpossibleLayer(), UnconfirmedShape(), RefutedField())
"""Rules that every command applies: what they find makes the numbers themselves doubtful."""
