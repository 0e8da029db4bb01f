"""A picture that many pages share: it is drawn once, and a file that holds them all stores it once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import matplotlib as mpl
import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.transforms import Affine2D

from comarca.publish.maps.style import RC

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from comarca.publish.maps.layout import Box

#: Dots per inch of the pictures.
DPI: Final = 220


def paint(size_in: tuple[float, float], draw: Callable[[Figure], None]) -> NDArray[np.uint8]:
    """Draw a figure into pixels.

    Parameters
    ----------
    size_in : tuple of float
        Width and height, inches.
    draw : callable
        Draws on the figure that it is given, whose ground is transparent.

    Returns
    -------
    ndarray of uint8, shape (height, width, 4)
        The lowest row first, as renderers take them.
    """
    with mpl.rc_context(RC):
        figure = Figure(figsize=size_in, dpi=DPI)
        figure.patch.set_alpha(0.0)
        canvas = FigureCanvasAgg(figure)
        draw(figure)
        canvas.draw()  # type: ignore[no-untyped-call]
        pixels = np.asarray(canvas.buffer_rgba())  # type: ignore[no-untyped-call]
    return np.ascontiguousarray(pixels[::-1])


class Picture(Artist):
    """Pixels in a box of a page whose data coordinates are inches.

    Parameters
    ----------
    pixels : ndarray
        From `paint`. The same array on several pages is stored once.
    box : Box
        Where on the page, inches.
    """

    def __init__(self, pixels: NDArray[np.uint8], box: Box) -> None:
        super().__init__()
        self.pixels = pixels
        self.box = box

    def draw(self, renderer: Any) -> None:
        """Put the pixels on the page."""
        corners = [
            (self.box.left, self.box.bottom),
            (self.box.left + self.box.width, self.box.bottom + self.box.height),
        ]
        (west, south), (east, north) = self.get_transform().transform(corners)
        context = renderer.new_gc()
        if renderer.option_scale_image():
            scale = Affine2D().scale(east - west, north - south)
            renderer.draw_image(context, west, south, self.pixels, scale)
        context.restore()
