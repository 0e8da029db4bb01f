"""The YAML files of the project: no doubled keys, and each held by the schema that editors use for it."""

import json
import subprocess

import jsonschema
import pytest
import yaml

from comarca.config.schema import config_schema, schema_text
from comarca.registry import DATA


class Strict(yaml.SafeLoader):
    """A loader that refuses a key that stands twice in one mapping; YAML's own keeps the last one."""

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        doubled = {key for key in keys if keys.count(key) > 1}
        if doubled:
            raise yaml.constructor.ConstructorError(
                None, None, f"doubled: {sorted(map(str, doubled))}", node.start_mark
            )
        return super().construct_mapping(node, deep)


class WithTags(Strict):
    """The same for mkdocs.yml, which names Python objects."""


WithTags.add_multi_constructor("tag:yaml.org,2002:python/", lambda loader, suffix, node: suffix)


def yaml_files(root):
    done = subprocess.run(["git", "ls-files", "*.yaml", "*.yml", "*.cff"], cwd=root, capture_output=True, text=True)
    # Those of the cases name a folder that a test fills in.
    listed = [root / line for line in done.stdout.splitlines() if not line.startswith("tests/files/")]
    return listed or sorted((root / "config").rglob("*.yaml"))


def plain(path):
    """Read a file as JSON would give it: keys are text."""
    return json.loads(json.dumps(yaml.safe_load(path.read_text(encoding="utf-8"))))


def test_no_key_stands_twice(root):
    files = yaml_files(root)
    assert files
    for path in files:
        yaml.load(path.read_text(encoding="utf-8"), WithTags)


def test_a_doubled_key_is_seen():
    with pytest.raises(yaml.constructor.ConstructorError, match="doubled"):
        yaml.load("a: {b: 1, b: 2}", Strict)


def test_the_schema_of_the_configuration_is_up_to_date(root):
    written = (root / "config/schema.json").read_text(encoding="utf-8")
    assert written == schema_text(), "run: make schema"
    assert json.loads(written) == config_schema()
    jsonschema.Draft202012Validator.check_schema(config_schema())


def test_the_shipped_configurations_fit_the_schema_and_name_it(root):
    validator = jsonschema.Draft202012Validator(config_schema())
    shipped = [root / "config/config.yaml", *sorted((root / "config").glob("*/*.yaml"))]
    assert {"regions", "examples"} <= {path.parent.name for path in shipped}
    for path in shipped:
        validator.validate(plain(path))
        first = path.read_text(encoding="utf-8").splitlines()[0]
        target = first.removeprefix("# yaml-language-server: $schema=")
        assert (path.parent / target).resolve() == (root / "config/schema.json").resolve()


@pytest.mark.parametrize("roads", ["none", ["osm"], {"provider": "osm"}, {"provider": ["osm", "none"], "snap_m": 2}])
def test_the_short_forms_of_a_section_fit_the_schema(roads):
    jsonschema.validate({"regions": {"X": {"country": "NIC", "roads": roads}}}, config_schema())


@pytest.mark.parametrize("region", [{"country": "NIC", "rods": "none"}, {"country": "NIC", "roads": "gadm"}, {}])
def test_what_the_models_refuse_the_schema_refuses(region):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"regions": {"X": region}}, config_schema())


def test_the_registries_fit_their_schemas():
    indicators = json.loads((DATA / "schemas/indicators.json").read_text(encoding="utf-8"))
    sources = json.loads((DATA / "schemas/sources.json").read_text(encoding="utf-8"))
    for path in sorted((DATA / "indicators").glob("[a-z]*.yaml")):
        jsonschema.validate(plain(path), indicators)
    jsonschema.validate(plain(DATA / "sources.yaml"), sources)
