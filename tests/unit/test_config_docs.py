from comarca.config.reference import config_reference


def test_the_reference_of_keys_is_up_to_date(root):
    assert (root / "config/README.md").read_text(encoding="utf-8") == config_reference(), (
        "run: .venv/bin/python -m comarca.config.reference > config/README.md"
    )
