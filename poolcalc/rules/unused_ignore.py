"""A comment that ignores what is not found.

It hides the next finding of its kind, which nobody has judged. It goes with the change that made it superfluous. A
comment counts for the layer on its own line; one that stands alone on a line counts for the layer below.

Bad:

```yaml
input: [3, 8, 8]
layers:
  - conv: {out_channels: 4, kernel_size: 3}  # poolcalc: ignore[PC100] it fits
```

Good:

```yaml
input: [3, 8, 8]
layers:
  - conv: {out_channels: 4, kernel_size: 3}
```
"""

from poolcalc.rule.rule import Rule


class UnusedIgnore(Rule, code="PC001", severity="warning"):
    """Found by the review, once all other rules have looked."""
