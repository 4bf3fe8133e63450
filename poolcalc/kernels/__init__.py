"""NumPy kernels, for one image of any number of axes; the only modules beside `forward/` that import NumPy at the top.

Nothing here knows the shape rules: sizes come out of the arrays. No kernel loops over output positions, only over the
taps of a kernel and over blocks. A NaN that is read makes its output NaN, which is what proves receptive fields.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

WORKSPACE = 1 << 20
"""Values in a work buffer, 4 MiB: large enough for the matrix product, small enough for the cache."""

AnyArray = NDArray[Any]
