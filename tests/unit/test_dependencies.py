from pathlib import Path

from comarca.plan.code import module_files, script_modules


def names(*modules):
    return {Path(path).name for path in module_files(*modules)}


def test_a_module_depends_on_what_it_imports_however_deep():
    assert {"io.py", "schemas.py", "crs.py", "units.py", "errors.py"} <= names("comarca.layers.files")


def test_imports_for_type_checking_do_not_count():
    assert "region.py" not in names("comarca.layers.index")


def test_a_family_does_not_depend_on_another_family():
    assert "infrastructure.py" not in names("comarca.indicators.territory")


def test_a_scripts_imports_are_found_without_running_it(tmp_path):
    script = tmp_path / "script.py"
    script.write_text("from comarca import io\nfrom comarca.jobs import job\nraise SystemExit\n")
    assert script_modules(script) == ["comarca", "comarca.io", "comarca.jobs", "comarca.jobs.job"]
