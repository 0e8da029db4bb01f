"""A picture on several pages of a file is stored once."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
from matplotlib.backends.backend_pdf import PdfPages
from pypdf import PdfReader

from comarca.publish.maps.layout import Box, new_page
from comarca.publish.maps.picture import Picture, paint
from comarca.publish.maps.sheet import strip_places


def test_a_picture_of_five_pages_is_stored_once() -> None:
    pixels = paint((1.0, 0.5), lambda figure: figure.text(0.1, 0.4, "x") and None)
    stream = io.BytesIO()
    with PdfPages(stream) as pdf:
        for _ in range(5):
            figure, page = new_page(3, 3)
            page.add_artist(Picture(pixels, Box(1, 1, 1, 0.5)))
            figure.savefig(pdf, format="pdf")
    reader = PdfReader(stream)
    stored = {image.indirect_reference.idnum for page in reader.pages for image in page.images}
    assert len(reader.pages) == 5
    assert len(stored) == 1


def test_pixels_stand_upright_on_the_page() -> None:
    pixels = np.zeros((2, 1, 4), np.uint8)
    pixels[..., 3] = 255
    pixels[1] = 255  # the upper row is white
    stream = io.BytesIO()
    figure, page = new_page(3, 3)
    page.add_artist(Picture(pixels, Box(1, 1, 1, 1)))
    figure.savefig(stream, format="pdf")
    (image,) = PdfReader(stream).pages[0].images
    shown = np.asarray(image.image.convert("L"))
    assert shown[0, 0] == 255
    assert shown[-1, 0] == 0


def test_places_of_values_run_from_worse_to_better() -> None:
    values = pd.Series([0.0, 5.0, 10.0, None])
    places = strip_places(values, falling=False)
    assert places is not None
    assert np.allclose(places[:3], [0, 0.5, 1])
    assert np.isnan(places[3])
    falling = strip_places(values, falling=True)
    assert falling is not None
    assert np.allclose(falling[:3], [1, 0.5, 0])
    assert strip_places(pd.Series([1.0, 1.0]), falling=False) is None
