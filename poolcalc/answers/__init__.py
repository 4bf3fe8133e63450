"""What every verb answers, one file each; all look at one report, the analysis with what confirms it."""

from poolcalc.answers.printed import Report

__all__ = ["Report"]
