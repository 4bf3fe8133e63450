"""The command's outermost shell: exit codes, and no traceback for a person."""

import os
import sys


def main() -> None:
    """Run the command and exit."""
    if sys.argv[1:] == ["--version"]:  # before anything is imported: asked for in scripts, many times
        from poolcalc import __version__

        print(f"poolcalc {__version__}")  # noqa: T201
        return
    # Several BLAS threads beside a busy neighbour are slower than one; and this halves NumPy's import.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    sys.exit(_guarded())


def _guarded() -> int:
    """Run the command line and return its exit code."""
    from poolcalc.cli.app import run

    try:
        code = run()
        sys.stdout.flush()
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)  # noqa: T201
        return 130
    except BrokenPipeError:
        # Python would complain once more when it flushes at exit; there is nobody left to read it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except Exception as error:
        if os.environ.get("POOLCALC_TRACEBACK"):
            raise
        print(f"error: internal error: {type(error).__name__}: {error}", file=sys.stderr)  # noqa: T201
        print("this is a mistake in poolcalc; POOLCALC_TRACEBACK=1 shows where, please report it", file=sys.stderr)  # noqa: T201
        return 3
    return code


if __name__ == "__main__":
    main()
