"""A file that is no valid architecture.

Nothing else can be said about such a file, so this cannot be ignored or made a warning. All that is wrong is reported
at once.

Bad:

```yaml
input: [3, 8, 8]
layers:
  - conv: {out_chanels: 4, kernel_size: 3}
```

Good:

```yaml
input: [3, 8, 8]
layers:
  - conv: {out_channels: 4, kernel_size: 3}
```
"""

from poolcalc.finding import INVALID
from poolcalc.rule.rule import Rule


class InvalidArchitecture(Rule, code=INVALID.code, severity=INVALID.severity):
    """Found by whoever reads the file."""
