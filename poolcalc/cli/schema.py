"""`poolcalc schema`: the JSON Schema of architecture files."""

from poolcalc.cli import options
from poolcalc.cli.output import write


def schema(output: options.Output = None) -> None:
    """Print the JSON Schema (draft 2020-12) of architecture files, for editors and validators."""
    import json

    from poolcalc.reading.schema import architecture_schema

    write(json.dumps(architecture_schema(), indent=1, ensure_ascii=False) + "\n", output)
