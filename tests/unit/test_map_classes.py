"""Classes of maps keep every value in place; numbers and legends read as readers expect."""

import mapclassify
import numpy as np
import pandas as pd
import pytest
from map_cases import column
from matplotlib.colors import to_rgb
from skimage.color import deltaE_ciede2000, rgb2lab

from comarca.errors import ConfigError
from comarca.publish.maps.classify import SCHEMES, class_breaks, classify, fisher_jenks
from comarca.publish.maps.palettes import catchment_colors, nominal_colors
from comarca.publish.maps.style import class_colors
from comarca.publish.maps.theme import class_labels, column_classes, make_theme, not_drawable
from comarca.publish.words import number, unit_label

# Classes


@pytest.mark.parametrize("scheme", sorted(SCHEMES))
def test_every_scheme_keeps_every_value_and_makes_no_empty_class(scheme):
    values = np.random.default_rng(1).lognormal(2, 1, 400)
    classes = classify(values, scheme=scheme, k=5)
    counts = np.bincount(classes.assign(values), minlength=classes.count)
    assert counts.sum() == 400
    assert counts.min() > 0
    assert classes.count <= 5 or scheme == "pretty_breaks"


def test_rounding_the_breaks_moves_no_value():
    values = np.random.default_rng(2).normal(50, 10, 100)
    quintile = pd.qcut(values, 5, labels=False)
    assert (classify(values, scheme="quantiles", k=5).assign(values) == quintile).all()


def test_breaks_are_round():
    assert classify([1.234, 2.345, 7.89, 9.87], scheme="quantiles", k=2).breaks == (5.0,)


def test_few_distinct_values_make_as_many_classes():
    classes = classify([1, 1, 1, 2, 2, 2, 2, 2, 9], scheme="fisher_jenks", k=5)
    assert classes.count == 3
    assert classes.assign([1, 2, 9, np.nan]).tolist() == [0, 1, 2, -1]


def test_many_zeros_are_a_class_of_their_own():
    values = np.array([0] * 20 + list(range(1, 81)))
    classes = classify(values, scheme="quantiles", k=5, is_integer=True)
    assert classes.zero_apart
    assert (classes.assign(values) == 0).sum() == 20
    assert class_labels(classes, column("a_count", unit="1"), "en")[0] == "0"


def test_values_on_both_sides_of_zero_get_breaks_that_mirror_each_other():
    classes = classify(np.linspace(-10, 9, 400), scheme="equal_interval", k=6)
    assert 0.0 in classes.breaks
    assert [-limit for limit in reversed(classes.breaks)] == pytest.approx(list(classes.breaks))
    colors = class_colors(classes, "higher")
    assert len(colors) == classes.count
    # Better is blue-green, worse is brown.
    assert to_rgb(colors[-1])[2] > to_rgb(colors[-1])[0]
    assert to_rgb(colors[0])[0] > to_rgb(colors[0])[2]
    assert class_colors(classes, "lower") == colors[::-1]


def test_change_that_is_nearly_all_on_one_side_keeps_zero_as_a_break():
    classes = classify([-0.1, *np.linspace(0.5, 20, 100)], scheme="quantiles", k=5)
    assert classes.breaks[0] == 0.0 or classes.breaks[1] == 0.0
    assert len(class_colors(classes, "neither")) == classes.count


def test_no_value_makes_no_class():
    assert classify([np.nan, np.nan]) is None
    assert class_breaks([]) == ()


def test_one_value_makes_one_class():
    classes = classify([3.5, 3.5])
    assert classes.count == 1
    assert class_labels(classes, column(), "en") == ["3.5"]


def test_breaks_of_another_year_are_kept():
    breaks = class_breaks(range(1, 10), scheme="quantiles", k=3)
    classes = classify([100.0, 200.0], breaks=breaks)
    assert classes.breaks == breaks
    assert classes.assign([100.0, 0.0]).tolist() == [2, 0]


@pytest.mark.parametrize(
    ("options", "words"), [({"scheme": "quantile"}, "Did you mean 'quantiles'"), ({"k": 10}, "2 to 9")]
)
def test_a_wrong_scheme_or_number_is_refused(options, words):
    with pytest.raises(ConfigError, match=words):
        classify([1, 2, 3], **options)


# Words


@pytest.mark.parametrize(
    ("value", "language", "text"),
    [
        (1234.5, "en", "1,234.5"), (1234.5, "pt", "1.234,5"), (1234.5, "es", "1234,5"),
        (-12345.5, "es", "\u221212\u00a0345,5"),
        (-0.07, "es", "\u22120,07"),
        (1e6, "en", "1,000,000"), (0.0, "pt", "0"), (-1e-12, "en", "0"), (1 / 3, "en", "0.333333"),
    ],
)  # fmt: skip
def test_numbers_are_written_as_readers_expect(value, language, text):
    assert number(value, language) == text


def test_legends_run_from_the_least_to_the_greatest_value_with_equal_digits_and_no_shared_limit():
    times = classify([2.52, 4.0, 5.0, 9.9, 10.0, 15.02], breaks=(5.0, 10.0))
    assert class_labels(times, column(), "en") == ["2.5 to 4.9", "5.0 to 9.9", "10.0 to 15.0"]
    assert class_labels(times, column(), "es") == ["2,5 a 4,9", "5,0 a 9,9", "10,0 a 15,0"]
    shares = classify([0.1, 0.2, 0.3, 0.7, 0.9, 1.0], breaks=(0.7,))
    assert class_labels(shares, column("a_share", unit="1"), "es") == ["10,0 a 69,9", "70,0 a 100,0"]
    assert unit_label(column("a_share", unit="1"), "es") == "%"
    counts = classify([1, 2, 3, 7, 8, 9, 12, 13, 20], breaks=(7, 12), is_integer=True)
    assert class_labels(counts, column("a_count", unit="1"), "en") == ["1 to 6", "7 to 11", "12 to 20"]


@pytest.mark.parametrize("count", [6, 9, 14, 60])
def test_there_are_at_most_a_third_as_many_classes_as_values(count):
    assert classify(np.arange(float(count)) ** 2, k=5).count <= max(2, count // 3)


def test_values_that_hardly_differ_are_one_class():
    assert classify([0.9997, 0.99975, 0.9998, 0.99972, 0.99974, 0.99976]).count == 1


@pytest.mark.parametrize("k", [2, 3, 5, 7])
def test_the_classes_of_fisher_and_jenks_are_those_of_mapclassify(k):
    values = np.sort(np.random.default_rng(k).lognormal(size=60))
    expected = mapclassify.FisherJenks(values, k=k).bins[:-1]
    np.testing.assert_allclose(fisher_jenks(values, k), expected)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([np.nan, np.nan], "no_data_at_all"),
        ([3.0, 3.0, np.nan], "one_value"),
        ([3.01, 3.02], "one_value"),
        ([5000.0, 5004.0], "hardly_differs"),
        ([1, 2.0], ""),
    ],
)
def test_a_map_that_would_tell_nothing_is_not_drawn(values, reason):
    series = pd.Series(values)
    assert not_drawable(column(), series, column_classes(column(), series)) == reason


# Colours


def vision(colors, kind):
    """Colours as someone sees them who lacks one kind of cone (Machado, Oliveira & Fernandes 2009), or in grey."""
    rgb = np.array([to_rgb(color) for color in colors])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    matrices = {
        "all": [1, 0, 0, 0, 1, 0, 0, 0, 1],
        "protanopia": [
            0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998,
        ],
        "deuteranopia": [
            0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881,
        ],
        "tritanopia": [
            1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.303900,
        ],
        "grey": [0.2126, 0.7152, 0.0722] * 3,
    }  # fmt: skip
    seen = np.clip(linear @ np.reshape(matrices[kind], (3, 3)).T, 0, 1)
    return np.where(seen <= 0.0031308, 12.92 * seen, 1.055 * np.clip(seen, 1e-9, None) ** (1 / 2.4) - 0.055)


def smallest_difference(colors, kind):
    lab = rgb2lab(vision(colors, kind))
    pairs = [(a, b) for place, a in enumerate(lab) for b in lab[:place]]
    return min(float(deltaE_ciede2000(a, b)) for a, b in pairs)


URCA = [
    "city_over_5m", "city_100k_to_250k", "within_1h_of_250k_to_500k", "within_1h_of_20k_to_50k",
    "1h_to_2h_of_20k_to_50k", "2h_to_3h_of_50k_to_100k", "dispersed_town", "hinterland",
]  # fmt: skip

BANDS = ("city_", "within_1h_of_", "1h_to_2h_of_", "2h_to_3h_of_")
SIZES = ("over_5m", "1m_to_5m", "500k_to_1m", "250k_to_500k", "100k_to_250k", "50k_to_100k", "20k_to_50k")
URCA_ALL = [*(band + size for band in BANDS for size in SIZES), "dispersed_town", "hinterland"]
#: No city of more than 500,000, and none of 250,000 to 500,000 itself or at an hour or two.
URCA_16 = [
    code
    for code in URCA_ALL
    if not code.endswith(SIZES[:3]) and code not in {"city_250k_to_500k", "1h_to_2h_of_250k_to_500k"}
]


@pytest.mark.parametrize("kind", ["all", "protanopia", "deuteranopia", "tritanopia", "grey"])
@pytest.mark.parametrize("count", [3, 5, 8])
def test_classes_can_be_told_apart_by_every_eye_and_in_grey(kind, count):
    least = {3: 20, 5: 11, 8: 6}[count]
    assert smallest_difference(catchment_colors(URCA[-count:]), kind) > least
    assert smallest_difference(nominal_colors(count), kind) > least


@pytest.mark.parametrize(
    ("kind", "sixteen", "every"),
    [("all", 10, 4), ("protanopia", 10, 4), ("deuteranopia", 10, 4), ("tritanopia", 9, 4), ("grey", 3.9, 1.9)],
)
def test_sixteen_catchment_classes_and_even_all_thirty_differ(kind, sixteen, every):
    assert len(URCA_16) == 16
    assert smallest_difference(catchment_colors(URCA_16), kind) > sixteen
    assert smallest_difference(catchment_colors(URCA_ALL), kind) > every


def test_any_sixteen_catchment_classes_can_be_told_apart():
    draw = np.random.default_rng(16)
    for _ in range(8):
        chosen = [URCA_ALL[place] for place in sorted(draw.choice(len(URCA_ALL), 16, replace=False))]
        assert smallest_difference(catchment_colors(chosen), "all") > 4
        assert smallest_difference(catchment_colors(chosen), "grey") > 3.8


@pytest.mark.parametrize("band", BANDS)
def test_the_larger_the_city_the_darker_within_a_band(band):
    lightness = rgb2lab([to_rgb(color) for color in catchment_colors(URCA_ALL)])[:, 0]
    own = [lightness[place] for place, code in enumerate(URCA_ALL) if code.startswith(band)]
    assert len(own) == 7
    assert np.diff(own).min() > 5


# Legend


def theme_of(entry, values, *, language="en", k=5):
    return make_theme(entry, values, column_classes(entry, values, k=k), language=language)


def test_zero_and_no_data_are_told_apart():
    values = pd.Series([0.0, 0.0, 5.0, 6.0, np.nan])
    theme = theme_of(column(), values, k=3)
    assert (theme.keys[0].label, theme.keys[0].count, theme.keys[0].is_no_data) == ("0", 2, False)
    assert (theme.keys[-1].label, theme.keys[-1].count, theme.keys[-1].is_no_data) == ("No data", 1, True)
    assert theme.key_of.tolist()[0] == 0
    assert theme.key_of.tolist()[-1] == len(theme.keys) - 1


def test_a_map_without_any_value_has_only_no_data():
    theme = theme_of(column(), pd.Series([np.nan, np.nan]), language="pt")
    assert [(key.label, key.is_no_data) for key in theme.keys] == [("Sem dados em nenhum territ\u00f3rio", True)]


def test_classes_keep_the_registrys_order_and_only_those_present_get_a_colour():
    categories = {code: {"en": f"type {code}", "es": code, "pt": code} for code in ("W", "M", "L")}
    entry = column("a_class", kind="class", unit="", better="neither", categories=categories)
    theme = theme_of(entry, pd.Series(["L", "W", "L", None]))
    assert [(key.label, key.count) for key in theme.keys] == [("type W", 1), ("type L", 2), ("No data", 1)]
    assert [key.color for key in theme.keys[:2]] == nominal_colors(2)


def test_classes_from_little_to_much_have_the_colours_of_numbers():
    categories = {code: {"en": code, "es": code, "pt": code} for code in ("weak", "medium", "strong")}
    entry = column("a_class", kind="class", unit="", better="lower", categories=categories)
    theme = theme_of(entry, pd.Series(["strong", "weak"]))
    light = [sum(to_rgb(key.color)) for key in theme.keys]
    assert [key.label for key in theme.keys] == ["weak", "strong"]
    assert light[0] > light[1]


def test_booleans_say_yes_and_no():
    values = pd.Series([True, False, True], dtype="boolean")
    theme = theme_of(column("has_x", kind="boolean"), values, language="es")
    assert [(key.label, key.count) for key in theme.keys] == [("S\u00ed", 2), ("No", 1)]
