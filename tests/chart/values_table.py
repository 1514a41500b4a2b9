"""The table of values in the chart's README, from the comments (`# -- …`) in values.yaml.

`python3 tests/chart/values_table.py` writes it anew.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

CHART = Path(__file__).parents[2] / "charts" / "clearml-presign-service"
START, END = "<!-- values -->\n", "<!-- end of values -->\n"


def documented(text: str) -> Iterator[tuple[str, str]]:
    """Each value that a comment documents, which stands right above it: (path, words)."""
    path: list[str] = []
    words = ""
    for line in text.splitlines():
        indent, rest = re.fullmatch(r"( *)(.*)", line).groups()
        if rest.startswith("# -- "):
            words = rest.removeprefix("# -- ")
        elif rest.startswith("#") and words:
            words += " " + rest.removeprefix("#").strip()
        elif key := re.match(r"([A-Za-z]+):", rest):
            path[len(indent) // 2 :] = [key.group(1)]
            if words:
                yield ".".join(path), words
            words = ""


def table() -> str:
    text = (CHART / "values.yaml").read_text()
    values: Any = yaml.safe_load(text)
    rows = ["| value | default | |", "|---|---|---|"]
    for path, words in documented(text):
        default = values
        for step in path.split("."):
            default = default[step]
        rows.append(f"| `{path}` | `{json.dumps(default, ensure_ascii=False)}` | {words} |")
    return "\n".join(rows) + "\n"


def leaves(value: Any, path: str = "") -> Iterator[str]:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from leaves(inner, f"{path}.{key}" if path else key)
    else:
        yield path


if __name__ == "__main__":
    readme = CHART / "README.md"
    before, rest = readme.read_text().split(START)
    readme.write_text(before + START + table() + END + rest.split(END)[1])
