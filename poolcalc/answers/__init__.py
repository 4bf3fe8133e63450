"""One report: the analysis and, where it was run, its confirmation; tables and JSON read the same object."""

from poolcalc.answers.report import Report

__all__ = ["Report"]
