"""How much memory and how many processors there are, read from what systems say; and passes with few channels."""

import ctypes
import os
import sys
from typing import Any

import numpy as np
import pytest
from support.analysis import analysed

from poolcalc.errors import DoesNotFit
from poolcalc.execution import memory, run
from poolcalc.execution.thin import full_shape, thin_layer, thin_shapes, thinned, with_channels
from poolcalc.execution.weights import Noise
from poolcalc.network.op import Shape, make
from poolcalc.ops import BY_NAME

MEMINFO = "MemTotal:  900 kB\nMemFree:  100 kB\nMemAvailable:  300 kB\n"
CGROUP = "/sys/fs/cgroup/memory."


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What the files of the system hold; those that are not named do not exist."""
    there: dict[str, str] = {}

    class File:
        def __init__(self, name: str) -> None:
            self.name = name

        def read_text(self, encoding: str) -> str:
            if self.name not in there:
                raise FileNotFoundError(self.name)
            return there[self.name]

    monkeypatch.setattr(memory, "Path", File)
    return there


def test_what_is_available_is_the_least_of_what_system_container_and_process_leave(
    files: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    resource = pytest.importorskip("resource")
    limits = {resource.RLIMIT_AS: (resource.RLIM_INFINITY, resource.RLIM_INFINITY)}
    monkeypatch.setattr(resource, "getrlimit", limits.__getitem__)
    monkeypatch.setattr(resource, "getpagesize", lambda: 4096)
    files["/proc/meminfo"] = MEMINFO
    files["/proc/self/statm"] = "10 5 1 1 0 1 0\n"
    assert memory.available() == 300 * 1024
    files |= {f"{CGROUP}max": "max\n", f"{CGROUP}current": "7\n"}
    assert memory.available() == 300 * 1024
    files |= {f"{CGROUP}max": "200000\n", f"{CGROUP}current": "50000\n"}
    assert memory.available() == 150_000
    limits[resource.RLIMIT_AS] = (100_000, resource.RLIM_INFINITY)
    assert memory.available() == 100_000 - 10 * 4096


def test_where_the_system_has_no_such_files_its_pages_are_counted(
    files: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": 7}
    monkeypatch.setattr(os, "sysconf", pages.__getitem__, raising=False)
    assert memory._free() == 7 * 4096  # noqa: SLF001
    files["/proc/meminfo"] = "MemTotal: 900 kB\n"
    assert memory._free() == 7 * 4096  # noqa: SLF001


@pytest.mark.parametrize(("platform", "told"), [("linux", [(-3, 4 << 20), (-1, 64 << 20)]), ("darwin", [])])
def test_the_allocator_of_linux_is_told_to_give_back_arrays_of_4_mib_and_what_is_free_beyond_64(
    platform: str, told: list[tuple[int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[tuple[int, int]] = []

    class Library:
        def mallopt(self, parameter: int, value: int) -> None:
            calls.append((parameter, value))

    monkeypatch.setattr(ctypes, "CDLL", lambda _: Library())
    monkeypatch.setattr(sys, "platform", platform)
    memory.give_back_large_arrays()
    assert calls == told


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has more than one C library")
def test_a_library_without_such_parameters_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _: object())
    memory.give_back_large_arrays()


@pytest.mark.parametrize(
    ("processors", "products", "threads"), [(2, "1", 2), (64, "1", run.MOST_THREADS), (64, "4", 1), (64, None, 1)]
)
def test_threads_are_used_where_products_keep_to_one(
    processors: int, products: str | None, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", {0: range(processors)}.__getitem__, raising=False)
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    if products:
        monkeypatch.setenv("OPENBLAS_NUM_THREADS", products)
    assert run.MOST_THREADS == 8
    assert run._default_threads() == threads  # noqa: SLF001


@pytest.mark.parametrize(("processors", "threads"), [(3, 3), (64, 8), (None, 1)])
def test_where_processors_are_not_assigned_all_are_counted(
    processors: int | None, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: processors)
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
    assert run._default_threads() == threads  # noqa: SLF001


def test_a_pass_takes_the_seconds_between_its_beginning_and_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = iter([100.0, 103.5])
    monkeypatch.setattr(run, "perf_counter", lambda: next(ticks))
    assert run.run(analysed("input: [1, 9]\nlayers: [relu]\n")).seconds == 3.5


def test_shares_of_the_time_add_up_to_all_of_it() -> None:
    assert run._shares([1, 2, 1]) == [0.25, 0.75, 1]  # noqa: SLF001
    assert run._shares([0, 0]) == [0, 0]  # noqa: SLF001


def test_as_much_as_there_is_fits_and_a_byte_more_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "available", lambda: 5 << 20)
    run._require_memory(5 << 20, thin=False)  # noqa: SLF001
    with pytest.raises(DoesNotFit, match=r"about 5.0 MiB of memory, 5.0 MiB are available"):
        run._require_memory((5 << 20) + 1, thin=False)  # noqa: SLF001
    monkeypatch.setattr(memory, "available", lambda: None)
    run._require_memory(1 << 60, thin=False)  # noqa: SLF001


# Few channels


@pytest.mark.parametrize(
    ("shape", "channels", "thin"),
    [((64, 9), 2, (2, 9)), ((1, 9, 8), 2, (1, 9, 8)), ((64, 9), None, (64, 9)), ((64,), 2, (64,)), ((2, 9), 2, (2, 9))],
)
def test_maps_lose_channels_and_vectors_nothing(shape: Shape, channels: int | None, thin: Shape) -> None:
    assert thinned(shape, channels) == thin


def test_channels_are_left_out_or_repeated() -> None:
    x = np.arange(3, dtype=np.float32).reshape(3, 1)
    assert [with_channels(x, count).ravel().tolist() for count in (1, 3, 5)] == [[0], [0, 1, 2], [0, 1, 2, 0, 1]]


@pytest.mark.parametrize(
    ("keyword", "parameters", "shapes", "needed"),
    [
        ("conv", {"out_channels": 64, "kernel_size": 1}, [(2, 9)], [(2, 9)]),
        # Pixels that are taken apart need four channels each, vectors that are added are as long as each other.
        ("pixel_shuffle", {"upscale_factor": 2}, [(2, 9, 9)], [(4, 9, 9)]),
        ("add", {}, [(5,), (3,)], [(3,), (3,)]),
        ("add", {}, [(2, 9), (1, 9)], [(2, 9), (1, 9)]),
        ("linear", {"out_features": 9}, [(5,)], [(5,)]),
    ],
)
def test_an_operator_takes_the_few_channels_that_there_are_or_those_that_it_needs(
    keyword: str, parameters: dict[str, Any], shapes: list[Shape], needed: list[Shape]
) -> None:
    op = make(BY_NAME[keyword], max(1, len(shapes[0]) - 1), **parameters)
    thin, found = thin_shapes(op, shapes, 2)
    assert found == needed
    assert thin.output_shape(found)[0] <= max(2, *(shape[0] for shape in needed))
    _, inputs = thin_layer(op, [np.zeros(shape, np.float32) for shape in shapes], 2)
    assert [x.shape for x in inputs] == needed


def test_of_a_thin_map_sizes_are_found_and_channels_predicted() -> None:
    assert full_shape((2, 7, 6), (2, 7, 6), (64, 9, 9)) == (64, 7, 6)
    assert full_shape((2, 7, 6), (2, 7, 5), (64, 7, 6)) is None


def test_a_thin_pass_runs_with_so_many_channels() -> None:
    analysis = analysed("input: [8, 9]\nlayers: [conv: {out_channels: 16, kernel_size: 3}, flatten, linear: 3]\n")
    found = run.run(analysis, channels=2)
    assert found.channels == 2
    assert found.found == {"conv1": (16, 7), "flatten1": (112,), "linear1": (3,)}


def test_a_thin_layer_hands_on_so_many_channels_and_whole_vectors() -> None:
    """Of 16 channels 2, of 1 channel 1, of a vector of 2·7 all; the shapes are those with all channels."""
    layers = (
        "conv: {out_channels: 16, kernel_size: 3}, flatten, conv: {out_channels: 1, kernel_size: 3, from: conv1}, "
        "concat: [conv1, conv1]"
    )
    conv, flatten, narrow, both = analysed(f"input: [8, 9]\nlayers: [{layers}]\n").sized.values()
    noise = Noise(0)
    x, shape = run._forward(conv, [noise.image((2, 9))], noise, 2)  # noqa: SLF001
    assert x is not None
    assert (x.shape, shape) == ((2, 7), (16, 7))
    for layer, handed, whole in ((flatten, (14,), (112,)), (narrow, (1, 5), (1, 5)), (both, (2, 7), (32, 7))):
        y, shape = run._forward(layer, [x] * len(layer.node.inputs), noise, 2)  # noqa: SLF001
        assert y is not None
        assert (y.shape, shape) == (handed, whole)
