"""From what the user wrote to a checked configuration, or to one clear message that names every wrong key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel, ValidationError

from comarca.config.region import Config
from comarca.errors import ConfigError, did_you_mean
from comarca.registry.countries import country

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import ErrorDetails


def read_config(raw: Mapping[str, Any], *, where: str = "configuration") -> Config:
    """Check a configuration.

    Parameters
    ----------
    raw : mapping
        What stands in the YAML files and on the command line. ``country: NIC`` or ``country: NIC,SLV`` is short for
        regions of these names: as the files describe them, else with all defaults; it replaces any other regions.
    where : str, optional
        What to call it in messages.

    Returns
    -------
    Config
        The checked configuration.

    Raises
    ------
    ConfigError
        If a key is unknown, a value is of the wrong kind, or a country code does not exist. All wrong keys are
        named in one message, each with the value, what was expected and the nearest right spelling.
    """
    data = dict(raw)
    if not isinstance(data.get("regions") or {}, dict):
        raise ConfigError(f"{where}, regions", got=data["regions"], expected="regions by name",
                          remedy="Write `regions: {URY: {country: URY}}`.")  # fmt: skip
    if short := data.pop("country", None):
        codes = [code.strip() for code in str(short).split(",") if code.strip()]
        described = data.get("regions") or {}
        _refuse_two_answers(codes, described, where)
        data["regions"] = {code: described.get(code) or {"country": code} for code in codes}
    for name, region in (data.get("regions") or {}).items():
        if isinstance(region, dict) and isinstance(region.get("country"), str):
            _require_country(region["country"], key=f"{where}, regions.{name}.country")
    try:
        return Config.model_validate(data)
    except ValidationError as error:
        problems = [_describe(problem) for problem in error.errors() if not _is_noise(problem)]
        first, *others = problems
        raise ConfigError(
            f"{where}, {first['key']}",
            got=first["got"],
            expected=first["expected"],
            remedy=" ".join([first["remedy"], *(_as_sentence(problem) for problem in others)]).strip(),
        ) from error


def _refuse_two_answers(codes: list[str], described: Mapping[str, Any], where: str) -> None:
    """Refuse a country on the command line beside sections of other names for the same country."""
    for name, section in described.items():
        stated = section.get("country") if isinstance(section, dict) else None
        if stated in codes and name not in codes:
            raise ConfigError(
                f"{where}, country", got=f"{stated}, and a region {name!r} of the same country",
                expected="one of both", remedy=f"Leave out `country`, or name the region {stated}.",
            )  # fmt: skip


def _require_country(code: str, *, key: str) -> None:
    try:
        country(code)
    except ConfigError as error:
        raise ConfigError(key, got=code, expected=error.expected, remedy=error.remedy) from None


def _is_noise(problem: ErrorDetails) -> bool:
    """Tell the complaint of the branch `false` of a family, which nobody meant."""
    return "literal[False]" in problem["loc"] and isinstance(problem["input"], dict)


def _describe(problem: ErrorDetails) -> dict[str, Any]:
    model, path = _walk(problem["loc"])
    key = ".".join(path)
    if problem["type"] == "extra_forbidden":
        fields = {field.alias or name for name, field in model.model_fields.items()}
        return {
            "key": key,
            "got": f"an unknown key with the value {problem['input']!r}",
            "expected": "one of " + ", ".join(sorted(fields)),
            "remedy": did_you_mean(path[-1], fields),
        }
    if problem["type"] == "missing":
        return {"key": key, "got": None, "expected": "a value", "remedy": "This key is required."}
    if problem["type"] in ("model_type", "model_attributes_type"):
        keys = ", ".join(sorted(field.alias or name for name, field in model.model_fields.items()))
        return {"key": key, "got": problem["input"], "expected": f"a section with keys, among {keys}", "remedy": ""}
    expected = problem["msg"].removeprefix("Input should be ").removeprefix("Value error, ")
    if problem["type"] == "dict_type":
        expected = "a section with keys"
    remedy = ""
    if problem["type"] == "string_type" and isinstance(problem["input"], bool | int | float):
        remedy = "Put it in quotation marks: without, YAML makes numbers of 05001 and 2020, and truths of Yes and No."
    elif problem["type"] == "tuple_type" and isinstance(problem["input"], str):
        remedy = f"Write it as a list: [{problem['input']}]."
    elif problem["type"] == "literal_error" and isinstance(problem["input"], str):
        remedy = did_you_mean(problem["input"], _literals(problem))
    return {"key": key, "got": problem["input"], "expected": expected, "remedy": remedy}


def _literals(problem: ErrorDetails) -> list[str]:
    return [part.strip(" '") for part in problem["ctx"]["expected"].replace(" or ", ",").split(",")]


def _as_sentence(problem: dict[str, Any]) -> str:
    return f"Also {problem['key']}: got {problem['got']!r}, expected {problem['expected']}. {problem['remedy']}".strip()


def _walk(location: tuple[int | str, ...]) -> tuple[type[BaseModel], list[str]]:
    """Follow an error's location through the models: the model it stands in, and the keys as the user wrote them."""
    model: type[BaseModel] = Config
    path: list[str] = []
    for part in location:
        if isinstance(part, str) and part.startswith(("literal[", "function-")):
            continue
        if part == model.__name__:
            continue
        owner = model.model_fields.get(str(part))
        inner = _model_in(owner.annotation) if owner else None
        path.append(str(part))
        if inner is not None:
            model = inner
    return model, path


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for inner in get_args(annotation) if (model := _model_in(inner))), None)
