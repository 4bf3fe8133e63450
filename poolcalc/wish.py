"""What a reader may want next; the command line knows by which option."""

from enum import Enum


class Wish(Enum):
    """A wish that a note or an error leaves open, in words that name no option."""

    UNFOLD = "show all layers"
    PROVE = "prove it by execution"
    LIST_ALL = "list every layer"
    TRY_SIZES = "try sizes one by one"
    NAME_A_LAYER = "name one"
    FEWER_CHANNELS = "run the same geometry with fewer channels"
    LESS_WORK = "run a smaller input, or take the formulas alone"
