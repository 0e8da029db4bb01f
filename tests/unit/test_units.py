from comarca.units import HA_PER_KM2, KM_PER_MILE, M2_PER_HA, M2_PER_KM2, M_PER_KM, MIN_PER_HOUR


def test_constants_of_conversion_agree_with_each_other():
    assert M_PER_KM**2 == M2_PER_KM2
    assert M2_PER_KM2 / M2_PER_HA == HA_PER_KM2
    assert MIN_PER_HOUR == 60
    assert KM_PER_MILE * M_PER_KM == 1609.344
