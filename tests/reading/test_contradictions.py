"""Parameters that exclude each other: reported at the key that is to blame, together with all other problems."""

import pytest

import poolcalc
from poolcalc.source import Place

ALL = """\
input: [4, 9, 9]
layers:
  - upsample: {scale_factor: 2, size: 4}
  - channel_slice: {stop: 2, start: 5}
  - max_pool: {kernel_size: 2, padding: 2}
  - conv_transpose: {out_channels: 4, kernel_size: 3, stride: 2, output_padding: 2}
  - conv: {out_channels: 4, kernel_size: 1, groups: 3}
  - pad: {padding: [[-1, 1], 0], mode: circular}
  - upsample: {size: 4, mode: trilinear}
  - upsample: {size: 4, align_corners: true}
  - upsample
  - relu: {slope: 1}
"""
KEYS = ["4", "5", "2", "2", "3", "[[-1, 1], 0]", "trilinear", "true", "upsample", "slope"]


def test_all_are_reported_at_once_each_at_its_key() -> None:
    with pytest.raises(poolcalc.InvalidArchitecture) as refusal:
        poolcalc.loads(ALL)
    places = [finding.about for finding in refusal.value.findings if isinstance(finding.about, Place)]
    lines = ALL.splitlines()
    assert [place.line for place in places] == [*range(3, 13)]
    for place, text in zip(places, KEYS, strict=True):
        assert lines[place.line - 1][place.column - 1 :].startswith(text)


def test_a_contradiction_in_a_repeat_is_reported_once() -> None:
    text = "input: [4, 9]\nlayers:\n  - repeat: {times: 3, layers: [{channel_slice: {start: 1, stop: 1}}]}\n"
    with pytest.raises(poolcalc.InvalidArchitecture) as refusal:
        poolcalc.loads(text)
    assert len(refusal.value.findings) == 1


def test_what_depends_on_the_number_of_axes_is_left_open_where_that_is_not_known() -> None:
    with pytest.raises(poolcalc.InvalidArchitecture) as refusal:
        poolcalc.loads("layers:\n  - upsample: {size: 4, mode: trilinear}\n")
    assert [finding.message for finding in refusal.value.findings] == ["the file has no input"]
