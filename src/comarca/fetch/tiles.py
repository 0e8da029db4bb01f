"""Rasters of a layer under names that GDAL opens: the user's, or fetched tiles joined to one."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from comarca.fetch.receipts import data_year, load_layer_receipt, present_files
from comarca.rasters.mosaic import mosaic, raster_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from comarca.fetch.receipts import LayerReceipt


@contextmanager
def fetched_raster(receipt: LayerReceipt) -> Iterator[str]:
    """Name a fetched raster: its only file, or a virtual raster of its tiles that is there for as long as it is needed.

    Parameters
    ----------
    receipt : LayerReceipt
        Receipt of a raster layer that was had.

    Yields
    ------
    str
        Name under which GDAL opens it.

    Raises
    ------
    RetrievalError
        If a file has gone since.
    InputError
        If tiles do not lie on one grid.
    """
    paths = present_files(receipt)
    if len(paths) == 1:
        yield raster_name(paths[0])
        return
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / f"{receipt.layer}.vrt"
        mosaic(paths, target)
        yield str(target)


@contextmanager
def one_raster(path: str | None, receipt: str | None) -> Iterator[str]:
    """Name the raster of a layer: the user's, or what was fetched.

    Parameters
    ----------
    path : str or None
        The user's raster.
    receipt : str or None
        File of the receipt, where there is no such raster.

    Yields
    ------
    str
        Name under which GDAL opens it.
    """
    if path is not None:
        yield path
        return
    if receipt is None:
        raise ValueError("neither a raster nor a receipt")
    with fetched_raster(load_layer_receipt(receipt)) as name:
        yield name


@contextmanager
def dated_rasters(paths: Sequence[str], years: Sequence[int], receipt: LayerReceipt | None) -> Iterator[dict[int, str]]:
    """Name the rasters of a layer by year: the user's, or what was fetched.

    Parameters
    ----------
    paths : sequence of str
        The user's rasters.
    years : sequence of int
        Their years, in the same order.
    receipt : LayerReceipt or None
        What came of fetching the layer; None if nothing had to be fetched.

    Yields
    ------
    dict
        Year -> name under which GDAL opens the raster; empty for a layer that no provider had.
    """
    if receipt is None or receipt.provider == "file":
        yield dict(zip(years, paths, strict=True))
    elif receipt.status == "missing":
        yield {}
    else:
        with fetched_raster(receipt) as name:
            yield {data_year(receipt): name}
