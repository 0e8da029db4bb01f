import pytest

from comarca.units import HA_PER_KM2, KM_PER_MILE, M2_PER_HA, M2_PER_KM2, M_PER_KM, MIN_PER_HOUR, latin_digits


def test_constants_of_conversion_agree_with_each_other():
    assert M_PER_KM**2 == M2_PER_KM2
    assert M2_PER_KM2 / M2_PER_HA == HA_PER_KM2
    assert MIN_PER_HOUR == 60
    assert KM_PER_MILE * M_PER_KM == 1609.344


@pytest.mark.parametrize(
    ("text", "latin"),
    [
        ("12.5", "12.5"),
        ("\u0661\u0662\u066b\u0665", "12.5"),
        ("\u06f1\u066c\u06f2\u06f3\u06f4", "1,234"),
        ("\u0967\u0968 km", "12 km"),
        ("\uff11\uff0e\uff15", "1.5"),
        ("Ca\u00f1ada 3", "Ca\u00f1ada 3"),
        ("5\u00b2", "5\u00b2"),
    ],
)
def test_digits_of_other_scripts_are_written_as_0_to_9(text, latin):
    assert latin_digits(text) == latin
