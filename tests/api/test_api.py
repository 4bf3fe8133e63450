"""What Python code may rely on: names, types, numbers, threads, pickles and errors."""

import inspect
import json
import pickle
import typing
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from support.command import in_process

import poolcalc
from poolcalc.answers.diff import Difference
from poolcalc.answers.sizes import SizeStudy
from poolcalc.answers.view import UnitView
from poolcalc.execution.results import EffectiveField
from poolcalc.finding import Severity
from poolcalc.review.files import Checked
from poolcalc.review.policy import FailOn

SMALL = "input: [1, 8, 8]\nlayers:\n  - conv: {out_channels: 2, kernel_size: 3}\n  - relu\n"
BROKEN = "input: [1, 4, 4]\nlayers:\n  - conv: {out_channels: 2, kernel_size: 9}\n  - relu\n"
INVALID = "input: [1, 8, 8]\nlayers:\n  - rellu\n  - conv: {out_channels: 2, kernel_size: 3, stirde: 2}\n"
TOO_LARGE = (3, 2**20, 2**20)

RESULTS = {kind.__name__: kind for kind in (Checked, Difference, EffectiveField, SizeStudy, UnitView)} | {
    "FailOn": FailOn,
    "Severity": Severity,
}
"""What `poolcalc.api` imports only where it is used."""

KINDS = ("Design", "Graph", "Report")

NETWORKS = ("mini_cnn", "lenet5", "small_cnn", "pool_pyramid")


def public() -> list[str]:
    return [name for name in dir(poolcalc) if not name.startswith("_")]


def without_seconds(report: poolcalc.Report) -> dict[str, Any]:
    data = report.to_dict()
    data["forward"].pop("seconds")
    return data


# The surface


def test_the_public_names_are_these() -> None:
    assert public() == [
        *("Design", "DoesNotFit", "Graph", "InvalidArchitecture", "InvalidGraph", "NoSuchPlace", "PoolcalcError"),
        *("Report", "UnknownLayer", "UnreadableFile", "analyze", "architectures", "check", "confirm", "diff"),
        *("effective_field", "load", "loads", "pixel", "prove", "sizes", "unit"),
    ]


def test_every_public_name_can_be_imported_and_no_other() -> None:
    names: dict[str, Any] = {}
    exec("from poolcalc import *", names)  # noqa: S102 - what `import *` gives
    assert {name for name in names if name != "__builtins__"} == {"__version__", *public()}
    with pytest.raises(AttributeError, match="module 'poolcalc' has no attribute 'compute'"):
        getattr(poolcalc, "compute")  # noqa: B009 - a type checker knows that there is none


@pytest.mark.parametrize("name", public())
def test_every_public_name_is_documented_and_typed(name: str) -> None:
    thing = getattr(poolcalc, name)
    assert inspect.getdoc(thing)
    if not inspect.isfunction(thing):
        return
    hints = typing.get_type_hints(thing, localns=RESULTS)
    assert set(hints) == {*inspect.signature(thing).parameters, "return"}
    assert Any not in hints.values()


@pytest.mark.parametrize("kind", [poolcalc.Design, poolcalc.Graph, poolcalc.Report])
def test_every_public_member_is_documented(kind: type) -> None:
    members = inspect.getmembers(kind, lambda member: inspect.isfunction(member) or isinstance(member, property))
    assert [name for name, member in members if not name.startswith("_") and not inspect.getdoc(member)] == []


def test_type_checkers_are_told_that_the_package_is_typed() -> None:
    assert files("poolcalc").joinpath("py.typed").is_file()


# The functions


def test_a_bundled_architecture_is_loaded_by_name() -> None:
    report = poolcalc.analyze(poolcalc.load("resnet50"))
    assert report.layers[-1].shape == (1000,)
    assert report.to_dict()["totals"]["macs"] == 4_089_184_256


@pytest.mark.parametrize("kind", [str, Path], ids=["text", "path"])
def test_a_file_is_loaded_by_its_path(kind: Callable[[Path], str | Path], tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(SMALL, encoding="utf-8")
    design = poolcalc.load(kind(path))
    assert (design.name, design.source.name) == ("net", str(path))
    assert [node.name for node in design.graph.nodes] == ["conv1", "relu1"]


def test_a_path_is_never_a_bundled_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(poolcalc.UnreadableFile):
        poolcalc.load(Path("mini_cnn"))


def test_every_bundled_architecture_can_be_loaded() -> None:
    assert "vgg16" in poolcalc.architectures()
    for name in poolcalc.architectures():
        assert poolcalc.load(name).name == name


def test_text_is_read_and_named_in_messages() -> None:
    assert poolcalc.loads(SMALL, name="mine.yaml").name == "mine"
    with pytest.raises(poolcalc.InvalidArchitecture, match=r"^mine\.yaml:3:5: unknown operator"):
        poolcalc.loads(INVALID, name="mine.yaml")


def test_the_input_can_be_replaced() -> None:
    assert poolcalc.load("vgg16", input_shape=(3, 64, 96)).graph.input == (3, 64, 96)
    assert poolcalc.loads(SMALL, input_shape=(5, 9, 9)).graph.input == (5, 9, 9)


def test_analysing_runs_nothing_and_confirming_runs_everything() -> None:
    design = poolcalc.load("mini_cnn")
    assert poolcalc.analyze(design).forward is None
    shares: list[float] = []
    report = poolcalc.confirm(design, batch=2, seed=7, progress=shares.append)
    assert report.forward is not None
    assert (report.forward.batch, report.forward.seed) == (2, 7)
    assert all(report.confirmed(layer) for layer in report.layers)
    assert shares == sorted(shares)
    assert len(shares) == 2 * len(report.layers)
    assert shares[-1] == 1


def test_what_confirming_says_does_not_depend_on_the_seed() -> None:
    design = poolcalc.load("lenet5")
    reports = [without_seconds(poolcalc.confirm(design, seed=seed)) for seed in (3, 3, 4)]
    assert reports[0] == reports[1]
    assert reports[0]["layers"] == reports[2]["layers"]


@pytest.mark.parametrize("network", ["mini_cnn", "unet"])
def test_the_command_prints_the_same_numbers(network: str, tmp_path: Path) -> None:
    printed = in_process("shapes", network, "--no-forward", "--format", "json", cwd=tmp_path)
    assert json.loads(printed.out) == poolcalc.analyze(poolcalc.load(network)).to_dict()


def test_a_report_leads_from_a_layer_to_its_line() -> None:
    report = poolcalc.analyze(poolcalc.loads(BROKEN))
    (finding,) = report.findings
    assert (finding.rule.code, finding.layer, report.design.places["conv1"].line) == ("PC100", "conv1", 3)
    assert [layer.shape for layer in report.layers] == [None, None]


# Threads and processes


def test_many_threads_get_what_one_gets() -> None:
    def examined(name: str) -> dict[str, Any]:
        return without_seconds(poolcalc.confirm(poolcalc.load(name)))

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(examined, NETWORKS * 4)) == [examined(name) for name in NETWORKS] * 4


def test_one_graph_and_one_report_can_be_shared_by_threads() -> None:
    design = poolcalc.load("googlenet")
    report = poolcalc.analyze(design)
    with ThreadPoolExecutor(8) as pool:
        assert len({json.dumps(data) for data in pool.map(lambda _: report.to_dict(), range(16))}) == 1
        assert len({json.dumps(data.to_dict()) for data in pool.map(poolcalc.analyze, [design] * 8)}) == 1


@pytest.mark.parametrize("network", ["mini_cnn", "fpn_resnet50"])
def test_graphs_and_reports_survive_pickling(network: str) -> None:
    design = poolcalc.load(network)
    assert pickle.loads(pickle.dumps(design)) == design  # noqa: S301 - our own bytes
    for report in (
        poolcalc.analyze(design),
        poolcalc.confirm(design) if network == "mini_cnn" else poolcalc.analyze(design),
    ):
        report.to_dict()  # fills what is cached
        assert pickle.loads(pickle.dumps(report)) == report  # noqa: S301


def test_the_report_of_a_broken_network_survives_pickling() -> None:
    report = poolcalc.analyze(poolcalc.loads(BROKEN))
    copy = pickle.loads(pickle.dumps(report))  # noqa: S301
    assert copy.to_dict() == report.to_dict()
    assert copy.findings == report.findings


# Errors


def fail_to_read() -> None:
    poolcalc.load("mini_cnm")


def fail_to_parse() -> None:
    poolcalc.loads(INVALID)


def fail_to_fit() -> None:
    poolcalc.confirm(poolcalc.load("vgg16", input_shape=TOO_LARGE))


FAILURES = [
    (fail_to_read, poolcalc.UnreadableFile),
    (fail_to_parse, poolcalc.InvalidArchitecture),
    (fail_to_fit, poolcalc.DoesNotFit),
]


def raised_by(fail: Callable[[], None]) -> poolcalc.PoolcalcError:
    with pytest.raises(poolcalc.PoolcalcError) as raised:
        fail()
    return raised.value


@pytest.mark.parametrize(("fail", "kind"), FAILURES)
def test_errors_survive_pickling_so_that_process_pools_can_hand_them_on(
    fail: Callable[[], None], kind: type[poolcalc.PoolcalcError]
) -> None:
    error = raised_by(fail)
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert type(copy) is type(error) is kind
    assert str(copy) == str(error)
    assert vars(copy) == vars(error)


def test_an_error_says_what_to_do() -> None:
    missing = raised_by(fail_to_read)
    assert isinstance(missing, poolcalc.UnreadableFile)
    assert missing.message == "no such file or bundled architecture: mini_cnm"
    assert missing.help == "did you mean the bundled 'mini_cnn'?"
    assert str(missing) == f"{missing.message}; {missing.help}"
    assert "available; run the same geometry with fewer channels, or " in str(raised_by(fail_to_fit))
    assert "--" not in str(raised_by(fail_to_fit))


def test_an_invalid_architecture_holds_every_problem_with_its_place() -> None:
    error = raised_by(fail_to_parse)
    assert isinstance(error, poolcalc.InvalidArchitecture)
    assert [problem.about[:2] for problem in error.findings] == [(3, 5), (4, 45)]
    assert all(problem.help for problem in error.findings)
    assert str(error).count("\n") == 1


def test_every_error_of_the_package_derives_from_one() -> None:
    errors = [thing for name in public() if isinstance(thing := getattr(poolcalc, name), type) and name not in KINDS]
    assert len(errors) == 7
    assert all(issubclass(error, poolcalc.PoolcalcError) for error in errors)
    assert issubclass(poolcalc.PoolcalcError, Exception)
