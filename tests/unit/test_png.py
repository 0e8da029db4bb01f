"""Pictures as PNG, read back by Pillow."""

import numpy as np
import pytest
from PIL import Image

from comarca.publish.maps.png import save_picture


def test_what_is_written_is_what_pillow_reads(tmp_path):
    pixels = np.random.default_rng(1).integers(0, 256, (7, 5, 3), dtype=np.uint8)
    save_picture(Image.fromarray(pixels), tmp_path / "a.png", dpi=200)
    with Image.open(tmp_path / "a.png") as image:
        image.verify()
    with Image.open(tmp_path / "a.png") as image:
        assert (image.format, image.mode) == ("PNG", "RGB")
        assert image.info["dpi"] == pytest.approx((200, 200), abs=0.01)
        assert np.array_equal(np.asarray(image), pixels)
