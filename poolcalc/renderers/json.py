"""JSON: the data of answers, for programs."""

import json
from collections.abc import Sequence
from io import StringIO

from poolcalc.renderers.answer import PLAIN, Answer, Style


def render(answers: Sequence[Answer], style: Style = PLAIN) -> str:
    """Return one object, or a list where several answers were asked for."""
    objects = [answer.data() for answer in answers]
    text = StringIO()  # `dumps` would first make a list of every word
    json.dump(objects if style.several or len(objects) != 1 else objects[0], text, indent=1)
    text.write("\n")
    return text.getvalue()
