"""The command's outermost shell: exit codes, and no traceback for a person."""

import gc
import os
import sys

from poolcalc.cli.streams import Unwritable, guard, report


def main() -> None:
    """Run the command and exit."""
    gc.set_threshold(200_000)  # what a command makes lives to its end; looking for garbage would be a tenth of its time
    # Several BLAS threads beside a busy neighbour are slower than one; and this halves NumPy's import.
    for library in ("OPENBLAS", "MKL", "OMP"):
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")
    guard()
    code = _guarded()
    gc.freeze()  # or the interpreter would look through everything once more as it exits
    sys.exit(code)


def _guarded() -> int:
    """Run the command line and return its exit code."""
    try:
        return _run()
    except KeyboardInterrupt:
        report("\ninterrupted\n")
        return 130
    except BrokenPipeError:
        return 141
    except Unwritable as error:
        report(f"error: cannot write {error.stream}: {error.strerror}\n")
        return 2
    except Exception as error:  # noqa: BLE001 - whatever it is, it is our mistake
        if os.environ.get("POOLCALC_TRACEBACK"):
            import traceback

            traceback.print_exc()
            return 3
        report(f"error: internal error: {type(error).__name__}: {error}\n")
        report("this is a mistake in poolcalc; POOLCALC_TRACEBACK=1 shows where, please report it\n")
        return 3


def _run() -> int:
    if sys.argv[1:] == ["--version"]:  # before anything is imported: asked for in scripts, many times
        from poolcalc import __version__

        print(f"poolcalc {__version__}")  # noqa: T201
        return 0
    from poolcalc.cli.app import run

    return run()


if __name__ == "__main__":
    main()
