"""What rules find: their own examples, figures worked out by hand, silence where all is well, remedies that work."""

import re
from collections.abc import Iterator
from dataclasses import replace
from textwrap import dedent

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.networks import architectures

import poolcalc
from poolcalc.finding import Finding
from poolcalc.network.design import Design
from poolcalc.network.edit import appended, inserted, with_input, with_output, with_window, without
from poolcalc.network.graph import Graph
from poolcalc.network.op import make
from poolcalc.ops.conv import Conv
from poolcalc.ops.crop import Crop
from poolcalc.rule.facts import Facts
from poolcalc.rule.rule import Remedy, Rule
from poolcalc.rules import doubts, rules

BY_NAME = {rule.id.name: rule for rule in rules()}
EXAMPLES = [
    pytest.param(rule, *examples, id=rule.id.name)
    for rule in rules()
    if rule.id.code >= "PC1" and (examples := re.findall(r"```yaml\n(.*?)```", rule.page, re.DOTALL))
]

KNOWN_FINDINGS = {
    # The stem has no padding and (224 − 11) mod 4 = 1, (224 − 3) mod 2 = 1.
    "nin": ["PC102"],
    "squeezenet1_1": ["PC102"],
    # Says so in its own comment: 13 rows do not divide by 2.
    "small_cnn": ["PC102"],
    # Averages over patches of 10×10 in an image of 28×28.
    "mini_cnn": ["PC210"],
    # Most of their parameters are in the first dense layer.
    "alexnet": ["PC400"],
    "c3d": ["PC400"],
    "vgg11": ["PC400"],
    "vgg16": ["PC400"],
    "vgg19": ["PC400"],
}
"""What stands against bundled networks at their native sizes, and why; against all others nothing does."""


def facts(network: Design | str) -> Facts:
    return poolcalc.analyze(poolcalc.loads(dedent(network)) if isinstance(network, str) else network).facts


def findings(network: Design | str) -> list[Finding]:
    known = facts(network)
    return [finding for rule in rules() for finding in rule.check(known)]


def only(network: Design | str, name: str) -> Finding:
    """Return the one finding of a network, which is by that rule."""
    (finding,) = findings(network)
    assert finding.rule.name == name
    return finding


def chain(*layers: str, size: str = "[3, 32, 32]", more: str = "") -> str:
    return f"input: {size}\n{more}layers:\n" + "".join(f"  - {layer}\n" for layer in layers)


# The rules as a whole


def test_codes_are_unique_and_sorted() -> None:
    codes = [rule.id.code for rule in rules()]
    assert codes == sorted(set(codes))
    assert all(re.fullmatch(r"PC[0-6]\d\d", code) for code in codes)


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id.name)
def test_names_and_pages_read_well(rule: Rule) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)+|gridding", rule.id.name)
    first, blank, *rest = rule.page.split("\n")
    assert first.endswith(".")
    assert not blank
    assert rest
    assert type(rule).__name__ == "".join(word.capitalize() for word in rule.id.name.split("-"))


@pytest.mark.parametrize(("rule", "bad", "good"), EXAMPLES)
def test_the_bad_example_fires_and_the_good_one_is_silent(rule: Rule, bad: str, good: str) -> None:
    assert {finding.rule.code for finding in findings(bad)} == {rule.id.code}
    assert not findings(good)


def test_every_rule_about_networks_has_examples() -> None:
    without_examples = {rule.id.code for rule in rules()} - {param.values[0].id.code for param in EXAMPLES}  # type: ignore[union-attr]
    assert without_examples == {"PC000", "PC001", "PC500", "PC501"}  # about the file, and mistakes of the tool


@pytest.mark.parametrize("network", poolcalc.architectures())
def test_bundled_networks_raise_no_false_alarm(network: str) -> None:
    design = poolcalc.load(network)
    found = findings(design)
    assert [finding.rule.code for finding in found] == KNOWN_FINDINGS.get(network, [])
    for finding in found:  # the file says why it stays
        place = finding.place(design.places)
        assert place
        assert f"# {finding.rule.code} is right" in design.source.text.split("\n")[place.line - 1]


@pytest.mark.parametrize("network", ["resnet18", "resnet50", "vgg16", "mobilenet_v2"])
def test_odd_sizes_do_no_harm_where_padding_takes_them_up(network: str) -> None:
    odd = poolcalc.load(network, input_shape=(3, 225, 225))
    assert not [finding for finding in findings(odd) if finding.rule.severity == "error"]


# Sizes


def test_an_odd_width_of_the_unet_is_explained() -> None:
    unet = poolcalc.load("unet", input_shape=(1, 572, 570))
    first, *others = findings(unet)
    assert (first.rule.code, first.layer) == ("PC101", "concat1")
    assert "crop4 gives 512×56×55, upconv4 gives 512×56×54" in first.notes
    told = "\n".join(first.notes)
    assert "the paths part after down4.dropout1, which has 63 columns" in told
    assert "pool4 ⌊(63 − 2)/2⌋ + 1 = 31 (63 is no multiple of 2; 1 left over)" in told
    assert "upconv4 (27 − 1)·2 + 2 = 54" in told
    assert "crop4 63 − 4 − 4 = 55" in told
    assert first.help
    assert "an input of 1×572×556 or 1×572×572" in first.help
    assert "`output_padding: [0, 1]` in upconv4" in first.help
    assert [(other.rule.code, other.layer) for other in others] == [("PC102", f"pool{n}") for n in (2, 3, 4)]


def test_an_odd_size_of_a_feature_pyramid_is_explained() -> None:
    finding = only(poolcalc.load("fpn_resnet50", input_shape=(3, 225, 225)), "mismatched-merge")
    assert finding.layer == "merged4"
    assert "found 15 and 16" in finding.message
    told = "\n".join(finding.notes)
    assert "layer4.0.conv2 ⌊(15 + 1 + 1 − 3)/2⌋ + 1 = 8 (15 is no multiple of 2), upsampled5 8·2 = 16" in told
    assert "conv1 ⌊(225 + 3 + 3 − 7)/2⌋ + 1 = 113" in told
    assert finding.help
    assert "an input of 3×224×224 or 3×256×256" in finding.help
    for size, name in ((15, "upsampled5"), (29, "upsampled4"), (57, "upsampled3")):
        assert f"`size: {size}` instead of a factor in {name}" in finding.help


PYRAMID = (
    "conv: {out_channels: 4, kernel_size: 3, stride: 2, padding: 1, name: fine}",
    "conv: {out_channels: 4, kernel_size: 3, stride: 2, padding: 1, name: middle}",
    "conv: {out_channels: 4, kernel_size: 3, stride: 2, padding: 1, name: coarse}",
    "upsample: {scale_factor: 2, name: up2}",
    "add: [up2, middle]",
    "upsample: {scale_factor: 2, name: up1}",
    "add: [up1, fine]",
)


def test_a_map_is_not_made_so_small_that_it_is_repeated() -> None:
    # 6, 3, 2, 1: up1 is 4 and fine 3. From 2 all maps are 1, and both merges repeat one beside 2 and 4 units.
    finding = next(each for each in findings(chain(*PYRAMID, size="[3, 6]")) if each.rule.name == "mismatched-merge")
    assert finding.message == "add2: add needs equal sizes on axis 0, found 4 and 3"
    assert finding.help
    assert finding.help.startswith("use an input of 3×7; or `size: 3` instead of a factor in up1")


def test_what_would_have_to_grow_from_merge_to_merge_is_not_proposed() -> None:
    # 20, 10, 5, 3: up2 is 6 beside 5. One row less gives 5, 10 and 10; one more in middle gives 6, 12 and 10, where
    # two more are missing.
    finding = only(chain(*PYRAMID, size="[3, 20]"), "mismatched-merge")
    assert finding.help
    assert "`- crop: [[0, 1]]` between up2 and add1" in finding.help
    assert "- pad" not in finding.help


def test_channels_that_differ_are_no_matter_of_sizes() -> None:
    text = chain("conv: {out_channels: 4, kernel_size: 1, name: a}", "add: [a, input]")
    assert only(text, "impossible-layer").layer == "add1"


def test_the_layer_that_enlarges_may_lie_before_the_end_of_a_branch() -> None:
    text = chain(
        "conv: {out_channels: 4, kernel_size: 3, padding: 1, name: fine}",
        "max_pool: 2",
        "upsample: {scale_factor: 2, name: enlarged}",
        "conv: {out_channels: 4, kernel_size: 3, padding: 1, name: smooth}",
        "concat: [fine, smooth]",
        size="[3, 33, 33]",
    )
    (finding,) = findings(text)  # the row that the pool leaves out is one that the merge would read
    assert finding.rule.code == "PC101"
    assert finding.help
    assert finding.help.startswith("use an input of 3×32×32 or 3×36×36; or `size: 33` instead of a factor in enlarged")


def test_merges_always_count_and_an_input_that_suits_is_named() -> None:
    assert {BY_NAME["impossible-layer"], BY_NAME["mismatched-merge"]} <= set(doubts())
    half, wide = "conv: {out_channels: 4, kernel_size: 3, stride: 2}", "conv: {out_channels: 4, kernel_size: 9}"
    finding = only(chain(half, wide, size="[3, 17, 17]"), "impossible-layer")
    # 9 rows after the first layer: (n − 3)/2 + 1 ≥ 9 from n = 19 on.
    assert finding.help
    assert finding.help.endswith("; or use an input of 3×19×19 to the network")


def test_lost_rows_are_counted_with_the_pixels_that_nothing_sees() -> None:
    # Row 12 of conv2 sees rows 24 … 31 of the input, row 11 sees 22 … 29.
    finding = only(poolcalc.load("small_cnn"), "lost-rows")
    assert finding.message == "pool2: loses 1 of 13 rows and 1 of 13 columns at the end"
    assert finding.notes == (
        "⌊(13 − 2)/2⌋ + 1 = 6",
        f"{32 * 32 - 30 * 30} of 1,024 input pixels are never read: rows 30–31 and columns 30–31",
    )
    assert finding.help == (
        "use `ceil_mode: true` in pool2; or `padding: 1` in pool2; or `padding: [[0, 1], [0, 1]]` in pool2"
    )


def test_pixels_that_several_lost_rows_keep_from_the_output_are_counted_once() -> None:
    # 19 rows, 9, 4: row 18 is lost first, and then rows 16 and 17.
    first, second = findings(chain("max_pool: 2", "max_pool: 2", size="[3, 19, 16]"))
    assert first.notes == ("⌊(19 − 2)/2⌋ + 1 = 9", f"{3 * 16} of {19 * 16} input pixels are never read: rows 16–18")
    assert second.notes == ("⌊(9 − 2)/2⌋ + 1 = 4",)


def test_a_pixel_that_reaches_the_output_through_statistics_alone_is_not_read() -> None:
    finding = only(chain("relu", "group_norm: 1", "max_pool: 2", size="[3, 17, 16]"), "lost-rows")
    assert finding.notes[1] == "16 of 272 input pixels are never read: row 16"


def test_a_remainder_of_padding_is_no_loss() -> None:
    # (32 + 2 − 3) mod 2 = 1: the row that is left over is the padding behind.
    assert not findings(chain("conv: {out_channels: 4, kernel_size: 3, stride: 2, padding: 1}"))


def test_no_window_is_proposed_that_lies_on_padding_for_the_most_part() -> None:
    # 1 of 17 rows is left over: 2 more on both sides leave 1 of the 4 behind; 3 at the end would make 3 of 4 padding.
    finding = only(chain("max_pool: 4", size="[3, 17, 17]"), "lost-rows")
    assert finding.help == "use `padding: 2` in max_pool1; or an input of 3×16×16 or 3×20×20"


def test_patches_stay_where_they_are() -> None:
    finding = only(chain("conv: {out_channels: 8, kernel_size: 4, stride: 4}", size="[3, 17, 17]"), "lost-rows")
    assert finding.help == "use an input of 3×16×16 or 3×20×20"


def test_rows_that_another_branch_reads_are_not_lost() -> None:
    pool, beside = "max_pool: {kernel_size: 2, name: half}", "conv: {out_channels: 4, kernel_size: 3, from: input}"
    assert only(chain(pool, size="[3, 33, 33]"), "lost-rows").layer == "half"
    assert not findings(chain(pool, beside, size="[3, 33, 33]", more="outputs: [half, conv1]\n"))


def test_rows_between_windows_are_skipped_not_lost() -> None:
    finding = only(chain("max_pool: {kernel_size: 1, stride: 4}"), "skipped-pixels")
    assert finding.message == "max_pool1: reads only 8×8 of the 32×32 positions of input, 6 %"


def test_dilation_may_skip_as_much_as_a_small_kernel() -> None:
    # Taps at 0, 2, 4 and a stride of 2: odd rows are never read.
    finding = only(
        chain("conv: {out_channels: 4, kernel_size: 3, stride: 2, dilation: 2, padding: 2}"), "skipped-pixels"
    )
    assert "reads only 16×16 of the 32×32 positions" in finding.message
    assert finding.help
    assert finding.help.startswith("use `dilation: 1`")


def test_a_size_that_is_meant_as_a_factor_is_named() -> None:
    finding = only(chain("upsample: {size: [2, 2]}", size="[3, 16, 16]"), "skipped-pixels")
    assert "Keras' size is a factor, here `scale_factor: 2`, which gives 3×32×32" in finding.notes[1]


def test_a_shift_is_measured_in_input_pixels() -> None:
    text = chain(
        "max_pool: {kernel_size: 2, name: half}",
        "conv: {out_channels: 3, kernel_size: 3, padding: [[0, 2], [1, 1]], name: one_sided}",
        "add: [half, one_sided]",
    )
    finding = only(text, "shifted-merge")
    assert finding.message == "add1: one_sided looks 2 input rows behind half"
    assert finding.help == "use `padding: 1` in one_sided"


def test_half_a_cell_is_what_an_even_kernel_shifts_at_best() -> None:
    # The middle of −1 … 2 is half a pixel ahead, behind two such kernels one.
    even = "conv: {out_channels: 3, kernel_size: 4, padding: [[1, 2], [1, 2]]}"
    assert not findings(chain(even, "add: [conv1, input]"))
    assert only(chain(even, even, "add: [conv2, input]"), "shifted-merge").message == (
        "add1: input looks 1 input row before conv2"
    )


def test_a_branch_with_a_wide_tail_on_one_side_is_not_shifted() -> None:
    # Windows start at their own place, so middles lie ahead: of fine by 1, low 3, lower 7, up1 7 − 2 = 5, m1 4, up0 3,
    # m0 between 1 and 3, down less than 3 + 2 = 5: from low, less than half a cell of 4. Its hull reaches further.
    pool = "max_pool: {kernel_size: 3, stride: 2, padding: same"
    assert not findings(
        chain(
            "conv: {out_channels: 4, kernel_size: 3, stride: 2, padding: same, name: fine}",
            f"{pool}, name: low}}",
            f"{pool}}}",
            "conv: {out_channels: 4, kernel_size: 3, padding: 1}",
            "upsample: {scale_factor: 2, name: up1}",
            "add: {from: [low, up1], name: m1}",
            "upsample: {scale_factor: 2, name: up0}",
            "add: {from: [fine, up0], name: m0}",
            f"{pool}, name: down}}",
            "add: {from: [low, down], name: out}",
            size="[1, 64]",
        )
    )


def test_causal_networks_shift_on_purpose() -> None:
    text = chain("conv: {out_channels: 3, kernel_size: 3, padding: [[2, 0]], name: causal}", "add: [causal, input]")
    assert not findings(text.replace("[3, 32, 32]", "[3, 32]"))
    assert only(text.replace("[3, 32, 32]", "[3, 32]").replace("[[2, 0]]", "[[0, 2]]"), "shifted-merge")


def test_padding_at_the_end_that_is_cut_off_again_is_causal() -> None:
    both = "conv: {out_channels: 3, kernel_size: 3, padding: 2}"
    causal = chain(both, "crop: {cropping: [[0, 2]]}", "add: [crop1, input]", size="[3, 32]")
    assert not findings(causal)
    # Unit 31 of what follows sees pixel 32, one beyond the end: the network looks ahead, and the shift is a slip.
    ahead = causal + "  - conv: {out_channels: 3, kernel_size: 3, padding: 1}\n"
    assert only(ahead, "shifted-merge").message == "add1: input looks 1 input position behind crop1"


def test_a_hanging_window_is_counted() -> None:
    finding = only(chain("avg_pool: {kernel_size: 5, ceil_mode: true}"), "hanging-window")
    assert finding.message == "avg_pool1: only 2 of 5 rows of the last window lie on the map"
    assert not findings(chain("avg_pool: {kernel_size: 3, stride: 2, ceil_mode: true}"))  # 2 of 3


def test_a_transposed_convolution_does_not_restore_an_odd_size() -> None:
    text = chain(
        "conv: {out_channels: 4, kernel_size: 3, stride: 2, padding: 1}",
        "conv_transpose: {out_channels: 4, kernel_size: 2, stride: 2}",
        size="[3, 33, 32]",
    )
    finding = only(text, "unrestored-size")
    assert finding.message == "conv_transpose1: gives 34 rows where there were 33 before conv1"
    # (17 − 1)·2 + 2 − 2·1 + 1 = 33
    change = "`padding: [1, 0]` with `output_padding: [1, 0]` in conv_transpose1"
    assert finding.help == f"use {change}; or an input of 3×32×32 or 3×36×32"


def test_one_cause_of_sizes_that_are_not_restored_is_one_finding() -> None:
    down = ["conv: {out_channels: 4, kernel_size: 3, stride: 2, padding: 1}"] * 3
    up = ["conv_transpose: {out_channels: 4, kernel_size: 4, stride: 2, padding: 1}"] * 3
    finding = only(chain(*down, *up, size="[1, 28, 28]"), "unrestored-size")
    assert finding.message == "conv_transpose1: gives 8 rows where there were 7 before conv3"
    # (4 − 1)·2 + 4 − 2·2 + 1 = 7
    change = "`padding: 2` with `output_padding: 1` in conv_transpose1"
    assert finding.help == f"use {change}; or an input of 1×24×24 or 1×32×32"


def test_padding_and_a_window_that_cancel_hide_no_size_and_change_none() -> None:
    body = "[{pad: {padding: 1, mode: reflect}}, {conv: {out_channels: 4, kernel_size: 3}}]"
    down = "conv: {out_channels: 4, kernel_size: 3, stride: 2, padding: 1}"
    text = chain(down, down, f"residual: {{body: {body}}}", "upsample: 4", size="[3, 362, 362]")
    finding = only(text, "unrestored-size")
    assert finding.message == "upsample1: gives 364 rows where there were 362 before conv1"
    padded = ("pad: [[0, 1], [0, 1]]", "conv: {out_channels: 4, kernel_size: 3, stride: 2}", "upsample: 2")
    assert not findings(chain(*padded))


# Receptive fields


def test_a_narrow_field_is_widened_by_as_many_convolutions_as_it_takes() -> None:
    finding = only(poolcalc.load("mini_cnn"), "narrow-field")
    assert finding.message == "max_pool2: its units see 10 rows, the input has 28"
    # 10 + 3·2·4 = 34 ≥ 28, and two would give 26.
    assert finding.help == "use 3 more `conv: {out_channels: 64, kernel_size: 3, padding: 1}` after max_pool2"


def test_a_flatten_before_a_linear_layer_puts_patches_together() -> None:
    task = "task: classification\n"
    small = "conv: {out_channels: 2, kernel_size: 3, padding: 1}"
    assert only(chain(small, "gap", "flatten", "linear: 4", more=task), "narrow-field")
    assert not findings(chain(small, "flatten", "linear: 4", more=task))


def test_what_becomes_of_a_map_is_not_guessed() -> None:
    patches, task = "conv: {out_channels: 8, kernel_size: 8, stride: 8}", "task: classification\n"
    assert not findings(chain(patches, more=task))
    finding = only(chain(patches, "gap", more=task), "narrow-field")
    assert finding.message == "conv1: its units see 8 rows, the input has 32"
    assert finding.help is None


def test_objects_ask_for_a_field_of_their_size() -> None:
    task = "task: detection\n"
    small = "conv: {out_channels: 2, kernel_size: 3, padding: 1}"
    design = poolcalc.loads(chain(small, small, more=task))
    assert not findings(replace(design, objects=(5,)))
    assert (
        only(replace(design, objects=(5, 6)), "narrow-field").message
        == "conv2: its units see 5 rows, objects have up to 6"
    )


def test_a_field_larger_than_the_input_makes_later_kernels_idle() -> None:
    layer = "conv: {out_channels: 4, kernel_size: 5, padding: 2}"
    finding = only(chain(layer, layer, layer, layer, "gap", size="[3, 5, 5]"), "contextless-layer")
    # Fields 5, 9, 13: the third layer reads units that look 4 pixels to either side, which is all from any of 5.
    assert finding.message == "conv3: adds no context: every unit that it reads sees all of the 5×5 pixels"
    assert finding.notes[0].endswith(": conv3, conv4")
    assert finding.help == "use the network without them; or an input of 3×13×13"


@pytest.mark.parametrize("rest", [("gap",), ("relu",), ()])
def test_units_at_the_border_and_results_are_no_idle_kernels(rest: tuple[str, ...]) -> None:
    wide, small = (f"conv: {{out_channels: 4, kernel_size: {k}, padding: {k // 2}}}" for k in (21, 3))
    # The first of 20 units sees 11 pixels, and 12 by the layer after it.
    assert not findings(chain(wide, small, *rest, size="[1, 20]"))
    wide = "conv: {out_channels: 4, kernel_size: 39, padding: 19}"
    assert bool(findings(chain(wide, small, *rest, size="[1, 20]"))) == (rest == ("gap",))


def test_holes_are_named_at_the_first_dilated_layer() -> None:
    layer = "conv: {out_channels: 4, kernel_size: 3, padding: 2, dilation: 2}"
    finding = only(chain(layer, layer, layer), "gridding")
    assert finding.layer == "conv1"
    assert finding.notes == ("the central unit of conv3 sees 7 of the 13 rows that its field spans",)
    assert finding.help == "use `dilation: 1` with `padding: 1` in conv1"


@pytest.mark.parametrize(("size", "units", "uneven"), [(7, 5, True), (64, 6, False)])
def test_a_little_more_than_others_read_is_no_pattern(size: int, units: int, *, uneven: bool) -> None:
    # Of 7 units, 5 windows read 2, 2, 3, 2, 2; of 64, 6 windows read 11 or 12.
    found = findings(chain(f"adaptive_avg_pool: {units}", "relu", size=f"[3, {size}]"))
    assert [finding.rule.name for finding in found] == ["uneven-field"] * uneven


def test_a_kernel_that_the_stride_does_not_divide_is_uneven() -> None:
    layer = "conv_transpose: {out_channels: 4, kernel_size: 5, stride: 3, padding: 1}"
    finding = only(chain(layer), "uneven-field")
    assert finding.message == "conv_transpose1: its units read 1 to 2 rows, by their position"
    assert only(chain("adaptive_avg_pool: 5", size="[3, 8, 8]"), "uneven-field").notes == ("8 is no multiple of 5",)
    assert not findings(chain("adaptive_avg_pool: 4", size="[3, 8, 8]"))


# Tasks and cost

HALF = "conv: {out_channels: 4, kernel_size: 3, stride: 2, padding: 1}"


def test_an_object_vanishes_where_it_becomes_smaller_than_two_cells() -> None:
    design = poolcalc.loads(chain(HALF, "max_pool: 2", HALF, size="[3, 64, 64]", more="task: detection\n"))
    finding = only(replace(design, objects=(4,)), "vanishing-object")
    assert finding.layer == "max_pool1"
    assert finding.message == "max_pool1: an object of 4 pixels vanishes: units are 4 pixels apart from here on"
    assert finding.notes == (
        "conv2, the finest map that is used, shows it on 4/8 = 0.5 cells",
        "if the size must go down here: a conv with stride 2 learns what to keep",
    )
    assert finding.help
    assert finding.help.endswith("conv1 (units 2 pixels apart) as one more output, as a feature pyramid does")
    larger = only(replace(design, objects=(6,)), "vanishing-object")  # 1.5 cells there, and less than one at the end
    assert (
        larger.message
        == "max_pool1: an object of 6 pixels shrinks below two cells: units are 4 pixels apart from here on"
    )
    assert larger.notes[0] == "conv2, the finest map that is used, shows it on 6/8 = 0.75 cells"


def test_a_finer_output_keeps_an_object() -> None:
    text = chain(HALF, HALF, HALF, size="[3, 64, 64]", more="task: detection\noutputs: [conv1, conv3]\n")
    design = poolcalc.loads(text.replace("conv: {", "conv: {", 1))
    assert not findings(replace(design, objects=(4,)))


def test_a_coarse_segmentation_can_be_enlarged() -> None:
    finding = only(chain(HALF, HALF, HALF, HALF, size="[3, 64, 64]", more="task: segmentation\n"), "coarse-output")
    assert finding.message == "conv4: its units are 16 pixels apart, too coarse for segmentation"
    assert finding.help == "use `stride: 1` in conv1; or `- upsample: 16` at the end; or `stride: 1` in conv2"


def test_a_global_branch_beside_a_local_one_is_fine() -> None:
    text = chain(
        "conv: {out_channels: 4, kernel_size: 3, padding: 1, name: local}",
        "gap",
        "multiply: [local, gap1]",
        more="task: segmentation\n",
    )
    assert not findings(text)


def test_what_a_global_pool_would_save_is_worked_out() -> None:
    finding = only(poolcalc.load("vgg16"), "large-dense-layer")
    assert finding.message == f"fc1: has {25088 * 4096 + 4096:,} parameters, 74 % of the network's"
    assert finding.notes[1] == f"global average pooling before flatten1 would save {48 * 512 * 4096:,} parameters, 73 %"


def test_the_memory_of_a_stage_is_added_up() -> None:
    wide = "conv: {out_channels: 64, kernel_size: 3, padding: 1}"
    finding = only(chain(wide, "relu", HALF, size="[3, 1024, 1024]"), "heavy-stage")
    values = 2 * 64 * 1024 * 1024
    assert f"{values * 4 >> 20} MiB" in finding.message
    assert f"{values:,} of {values + 4 * 512 * 512:,} values" in finding.notes[0]


def test_many_layers_are_no_heavy_stage() -> None:
    # 13 layers of 2²⁴ values hold three quarters of all, and the one of 2²⁶ before them the rest.
    stem = "conv: {out_channels: 64, kernel_size: 3, padding: 1}"
    body = ["conv: {out_channels: 64, kernel_size: 3, stride: 2, padding: 1}", *["relu"] * 12]
    assert not findings(chain(stem, *body, size="[3, 1024, 1024]"))
    assert not findings(chain(*[stem] * 5, size="[3, 1024, 1024]"))


def test_a_classifier_is_not_cut_into_tiles() -> None:
    wide, half = (
        f"conv: {{out_channels: {c}, kernel_size: 3, stride: {s}, padding: 1}}" for c, s in ((128, 1), (4, 2))
    )
    dense = only(chain(wide, half, size="[3, 1024, 1024]"), "heavy-stage")
    pooled = only(chain(wide, half, "gap", size="[3, 1024, 1024]"), "heavy-stage")
    assert (dense.help, pooled.help) == ("use tiles of 3×512×512", "use an input of 3×512×512")


# Remedies


def test_only_remedies_that_work_are_proposed() -> None:
    """A change that breaks a layer further on is not offered: here a larger map does not fit a given size any more."""
    text = chain(
        "max_pool: {kernel_size: 2, name: half}",
        "conv: {out_channels: 3, kernel_size: 3, from: half, name: inner}",
        "crop: {cropping: [[0, 11], [0, 11]], from: input, name: corner}",
        "concat: [inner, corner]",
        size="[3, 33, 33]",
    )
    rounding = replace(design := poolcalc.loads(text), graph=replace(design.graph, outputs=("concat1",)))
    assert not any("half" in (found.help or "") for found in findings(rounding))


def proposed(rule: Rule, known: Facts) -> Iterator[tuple[str, Remedy]]:
    """Yield what a rule would propose, with the layer that it is about."""
    for finding in rule.look(known):
        layer = known.layers[finding.layer]
        yield from (
            (finding.layer, remedy) for remedy in rule.remedies(known, layer) if rule.cures(remedy, known, layer)
        )


def is_worse(rule: Rule, changed: Facts, known: Facts) -> bool:
    """Return whether a rule finds something that it did not find before."""
    before, after = ([finding.layer for finding in rule.look(each)] for each in (known, changed))
    if rule.about_whole:
        return len(after) > len(before)
    return not rule.symptoms(changed) <= rule.symptoms(known)


@settings(suppress_health_check=list(HealthCheck))
@given(
    architectures(most=8),
    st.tuples(*[st.integers(-2, 3)] * 3),
    st.sampled_from(["classification", "detection", "segmentation", None]),
    st.sampled_from([(), (4,), (3, 12)]),
)
def test_what_is_proposed_for_a_broken_network_really_works(
    text: str, changes: tuple[int, ...], task: str | None, objects: tuple[int, ...]
) -> None:
    design = poolcalc.loads(text)
    sizes = tuple(max(1, size + change) for size, change in zip(design.graph.input[1:], changes, strict=False))
    known = facts(replace(design, graph=with_input(design.graph, sizes), task=task, objects=objects))
    for rule in rules():
        for name, remedy in proposed(rule, known):
            for changed in map(known.of, remedy.graphs):
                assert name not in {finding.layer for finding in rule.check(changed)}
                assert changed.impossible <= known.impossible
                assert known.impossible or not [
                    other.id for other in rules() if other.needs is None and is_worse(other, changed, known)
                ]
                readable = {"input"}
                for node in changed.graph.nodes:  # still in order
                    assert readable >= {*node.inputs}
                    assert node.name not in readable
                    readable.add(node.name)
                assert readable >= {*changed.graph.outputs}


# Edits

CHAIN = poolcalc.loads(chain(HALF, "relu", HALF)).graph


def wiring(graph: Graph) -> list[tuple[str, tuple[str, ...]]]:
    return [(node.name, node.inputs) for node in graph.nodes]


def test_edits_leave_the_graph_they_start_from_alone() -> None:
    before = wiring(CHAIN)
    crop = make(Crop, 2, cropping=1)
    assert wiring(inserted(CHAIN, "relu1", 0, crop)) == [
        ("conv1", ("input",)), ("inserted0", ("conv1",)), ("relu1", ("inserted0",)), ("conv2", ("relu1",)),
    ]  # fmt: skip
    assert wiring(appended(CHAIN, "conv2", crop))[-1] == ("inserted0", ("conv2",))
    assert appended(CHAIN, "conv2", crop).outputs == ("inserted0",)
    shorter, ended = without(CHAIN, "relu1"), without(CHAIN, "conv2")
    assert shorter
    assert wiring(shorter) == [("conv1", ("input",)), ("conv2", ("conv1",))]
    assert ended
    assert ended.outputs == ("relu1",)
    assert without(poolcalc.loads(chain(HALF)).graph, "conv1") is None
    assert with_output(CHAIN, "relu1").outputs == ("conv2", "relu1")
    changed = with_window(CHAIN, "conv2", stride=(1, 1))
    assert changed
    conv = changed.nodes[2].op
    assert isinstance(conv, Conv)
    assert conv.stride == (1, 1)
    assert wiring(CHAIN) == before
