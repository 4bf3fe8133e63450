"""NumPy kernels, for one image of any number of axes; the only modules beside `forward/` that import NumPy at the top.

Nothing here knows the shape rules: sizes come out of the arrays. No kernel loops over output positions, only over the
taps of a kernel and over blocks. A NaN that is read makes its output NaN, which is what proves receptive fields.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

WORKSPACE = 1 << 19
"""Values in a thread's work buffer, 2 MiB: as fast as 4 MiB, because it stays in the cache."""

AnyArray = NDArray[Any]
