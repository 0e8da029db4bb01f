"""YAML that is nothing but data: no templates that Snakemake would execute, no tags, no growth beyond bounds.

``python -m comarca.config.plain_yaml FILE ...`` checks files without executing anything.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import yaml

from comarca.errors import ComarcaError, ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: Bounds of a configuration, far above what a region of every country of the world needs.
MAX_BYTES: Final = 4_000_000
MAX_DEPTH: Final = 50
MAX_KEYS: Final = 50_000
MAX_VALUES: Final = 500_000
#: Keys by which Snakemake hands a file to yte, a template language that executes Python.
_TEMPLATE: Final = frozenset({"__use_yte__", "__definitions__", "__variables__"})
#: Plain numbers that YAML 1.1 reads to another base: with a leading zero to 8, with colons to 60, after 0x and 0b.
_OTHER_BASE: Final = re.compile(r"[-+]?(0[0-7_]+|0x[0-9a-fA-F_]+|0b[01_]+|[1-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?)")
#: Digits of a whole number that is none: Python itself refuses some thousands.
_MAX_DIGITS: Final = 30
_WHOLE: Final = re.compile(r"[-+]?[0-9_]+")
#: Plain texts that YAML takes for days and times.
_TIME: Final = re.compile(r"\d{4}-\d\d?-\d\d?")
#: Plain texts that mean something as keys only.
_ODD: Final = frozenset({"=", "<<"})
#: Key of conditions on the rows of a file, whose values are compared with its cells as texts.
_WHERE: Final = "where"
_REMEDY: Final = "A configuration is read as plain YAML; write the values themselves."


class _Open(NamedTuple):
    """A mapping or list that is being read."""

    anchor: str | None
    keys: dict[str, int] | None
    start: int
    nodes: list[None]
    is_where: bool


def require_plain_yaml(path: str | Path, *, where: str = "configuration") -> None:
    """Refuse a YAML file that is more than data, before anything executes or expands it.

    Parameters
    ----------
    path : path-like
        The file; JSON is YAML too.
    where : str, optional
        What to call it in messages.

    Raises
    ------
    ConfigError
        If it is no YAML in UTF-8, has keys of Snakemake's templates (``__use_yte__``, ``__definitions__``,
        ``__variables__``, ``?``), several documents, tags, an alias, list or mapping as a key, a key that stands twice
        in one mapping, plain numbers that YAML reads to another base than 10, days and times that there are not, under
        ``where`` texts that it reads as something else (``NO``, ``1.10``), or more bytes, levels, keys, digits or, with
        its aliases expanded, values than a configuration can have. The message names the line.
    """
    name = f"{where}, {path}"
    size = Path(path).stat().st_size
    if size > MAX_BYTES:
        raise ConfigError(name, got=f"{size:,} bytes", expected=f"at most {MAX_BYTES:,} bytes")
    if Path(path).suffix.lower() == ".json" and _is_json(path):
        return
    body = Path(path).read_bytes()
    try:
        body.decode()
        _check(yaml.parse(body, Loader=yaml.CSafeLoader), name)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(
            name, got=" ".join(str(error).split()), expected="YAML in UTF-8",
            remedy="Save it as UTF-8, indent with blanks, not with tabs, put texts with special signs in quotes.",
        ) from error  # fmt: skip


def _is_json(path: str | Path) -> bool:
    """Tell whether a file is JSON, which Snakemake reads without templates."""
    try:
        json.loads(Path(path).read_bytes())
    except (ValueError, RecursionError):
        return False
    return True


def _check(events: Iterator[yaml.Event], name: str) -> None:
    """Go through the events of a parser once, counting what they would expand to."""
    sizes: dict[str, int] = {}
    levels: list[_Open] = []
    values = keys = documents = 0
    for event in events:
        where = f"{name}, line {_line(event)}"
        if (tag := getattr(event, "tag", None)) not in {None, "!"}:
            raise ConfigError(where, got=f"the tag {tag}", expected="plain values", remedy=_REMEDY)
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in sizes:
                raise ConfigError(where, got=f"*{event.anchor} inside itself", expected="an anchor defined before")
            values += sizes[event.anchor]
        elif isinstance(event, yaml.ScalarEvent):
            if event.implicit[0] and not _is_merge(event, levels):
                _refuse_other_value(event.value, is_where=bool(levels) and _leads_to_where(levels[-1]), where=where)
            values += 1
            sizes |= {event.anchor: 1} if event.anchor else {}
        elif isinstance(event, yaml.CollectionEndEvent):
            level = levels.pop()
            sizes |= {level.anchor: values - level.start} if level.anchor else {}
        if isinstance(event, yaml.NodeEvent) and levels:
            keys += _enter(levels[-1], event, where)
        if isinstance(event, yaml.CollectionStartEvent):
            is_where = bool(levels) and _leads_to_where(levels[-1])
            keys_of: dict[str, int] | None = {} if isinstance(event, yaml.MappingStartEvent) else None
            levels.append(_Open(event.anchor, keys_of, values, [], is_where))
            values += 1
        documents += isinstance(event, yaml.DocumentStartEvent)
        counts = ((documents, 1, "document"), (len(levels), MAX_DEPTH, "levels"), (keys, MAX_KEYS, "keys"),
                  (values, MAX_VALUES, "values, aliases expanded"))  # fmt: skip
        for count, most, what in counts:
            if count > most:
                raise ConfigError(where, got=f"more than {most:,} {what}", expected="a configuration")


def _is_merge(event: yaml.ScalarEvent, levels: Sequence[_Open]) -> bool:
    """Tell whether a text is the key ``<<`` of a mapping."""
    return event.value == "<<" and bool(levels) and levels[-1].keys is not None and len(levels[-1].nodes) % 2 == 0


def _leads_to_where(level: _Open) -> bool:
    """Tell whether what comes next in a mapping or list stands under ``where``."""
    return level.is_where or (bool(level.keys) and next(reversed(level.keys or {})) == _WHERE)


def _refuse_other_value(text: str, *, is_where: bool, where: str) -> None:
    """Refuse a plain text that YAML reads as another number, or under ``where`` as anything but itself."""
    if _WHOLE.fullmatch(text) and len(text) > _MAX_DIGITS:
        raise ConfigError(where, got=f"a number of {len(text):,} digits", expected=f"at most {_MAX_DIGITS} digits",
                          remedy="If it is a text, put it in quotes.")  # fmt: skip
    if _OTHER_BASE.fullmatch(text):
        raise ConfigError(where, got=f"{text}, which YAML reads to another base than 10",
                          expected="a number without leading zeros, or a text in quotes")  # fmt: skip
    if _TIME.match(text) or text in _ODD:
        _refuse_unreadable(text, where)
    if is_where:
        value = yaml.load(text, Loader=yaml.CSafeLoader)
        is_same = str(value).lower() == text.lower() if isinstance(value, bool) else str(value) == text
        if value is not None and not is_same:
            shown = str(value).lower() if isinstance(value, bool) else value
            raise ConfigError(where, got=f"{text}, which YAML reads as {shown}", expected=f"{shown}, or '{text}'",
                              remedy="Put texts of the file in quotes.")  # fmt: skip


def _refuse_unreadable(text: str, where: str) -> None:
    """Refuse a plain text that YAML takes for a value and cannot make one of, such as a day that there is not."""
    try:
        yaml.load(text, Loader=yaml.CSafeLoader)
    except (ValueError, yaml.YAMLError) as error:
        raise ConfigError(where, got=f"{text}, of which YAML can make no value", expected="a day such as 2026-03-31",
                          remedy="If it is a text, put it in quotes.") from error  # fmt: skip


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 0


def _enter(level: _Open, event: yaml.NodeEvent, where: str) -> int:
    """Note a node in the mapping it stands in; give 1 if it is a key."""
    if level.keys is None:
        return 0
    level.nodes.append(None)
    if len(level.nodes) % 2 == 0:
        return 0
    if isinstance(event, yaml.AliasEvent):
        raise ConfigError(where, got=f"the key *{event.anchor}", expected="keys that are written out", remedy=_REMEDY)
    if isinstance(event, yaml.CollectionStartEvent):
        raise ConfigError(where, got="a list or mapping as a key", expected="keys that are texts", remedy=_REMEDY)
    key = event.value if isinstance(event, yaml.ScalarEvent) else ""
    if key in _TEMPLATE or key.startswith("?"):
        raise ConfigError(where, got=f"the key {key}", expected="keys of a configuration", remedy=_REMEDY)
    if key and key in level.keys and key != "<<":
        raise ConfigError(
            where, got=f"the key {key!r} again, which stands in line {level.keys[key]}", expected="each key once",
            remedy="Put what stands under both into one.",
        )  # fmt: skip
    level.keys[key] = _line(event)
    return 1


def main(paths: Sequence[str]) -> int:
    """Check files and print what is wrong; give 1 if anything is.

    Parameters
    ----------
    paths : sequence of str
        Files.

    Returns
    -------
    int
        Status for the shell.
    """
    status = 0
    for path in paths:
        try:
            require_plain_yaml(path)
        except (ComarcaError, OSError) as error:
            status = 1
            sys.stderr.write(f"{error}\n")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
