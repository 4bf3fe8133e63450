"""The command's outermost shell: exit codes, and no traceback for a person."""

import gc
import os
import sys


def main() -> None:
    """Run the command and exit."""
    gc.set_threshold(200_000)  # what a command makes lives to its end; looking for garbage would be a tenth of its time
    # Several BLAS threads beside a busy neighbour are slower than one; and this halves NumPy's import.
    for library in ("OPENBLAS", "MKL", "OMP"):
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")
    sys.stdin = sys.stdin or open(os.devnull, encoding="utf-8")  # noqa: PTH123, SIM115 - None where the shell closed it
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")  # the help is full of signs that not every stream can encode
    code = _guarded()
    gc.freeze()  # or the interpreter would look through everything once more as it exits
    sys.exit(code)


def _guarded() -> int:
    """Run the command line and return its exit code."""
    try:
        code = _run()
        sys.stdout.flush()
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)  # noqa: T201
        return 130
    except BrokenPipeError:
        from poolcalc.cli.output import abandon

        abandon(sys.stdout)
        abandon(sys.stderr)
        return 141
    except Exception as error:  # noqa: BLE001 - whatever it is, it is our mistake
        if os.environ.get("POOLCALC_TRACEBACK"):
            import traceback

            traceback.print_exc()
            return 3
        print(f"error: internal error: {type(error).__name__}: {error}", file=sys.stderr)  # noqa: T201
        print("this is a mistake in poolcalc; POOLCALC_TRACEBACK=1 shows where, please report it", file=sys.stderr)  # noqa: T201
        return 3
    return code


def _run() -> int:
    if sys.argv[1:] == ["--version"]:  # before anything is imported: asked for in scripts, many times
        from poolcalc import __version__

        print(f"poolcalc {__version__}")  # noqa: T201
        return 0
    from poolcalc.cli.app import run

    return run()


if __name__ == "__main__":
    main()
