"""The configuration of files on forest, fire, protection and the internet, which nothing fetches."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from comarca.config.base import FilePath, PlacesSource, Source, VectorSource, Year


class Canals(VectorSource):
    """Canals and ditches that carry water to fields."""

    provider: tuple[Literal["osm", "file", "none"], ...] = Field(
        ("none",),
        description="Where the canals come from; `osm` reads the extract a second time: waterway = canal, unless its "
        "usage is another, and ditch with usage = irrigation.",
    )


class ForestLoss(Source):
    """Forest of the year 2000 and the years in which it was lost, as Hansen's tiles have them."""

    SEVERAL: ClassVar[bool] = True

    provider: tuple[Literal["file", "none"], ...] = Field(
        ("none",), description="Where the tiles come from; `path` is that of tree cover in 2000, per cent, or a list."
    )
    loss: FilePath | tuple[FilePath, ...] | None = Field(
        None,
        description="Raster on the same grid with the year of the loss, counted from 2000 or by the calendar, and 0 "
        "where there was none; or a list of as many tiles.",
    )
    threshold_percent: Annotated[float, Field(gt=0, le=100)] = Field(
        30.0, description="From this tree cover on a cell was forest in 2000, per cent."
    )

    @model_validator(mode="after")
    def _two_rasters(self) -> Self:
        if ("file" in self.provider) != (self.loss is not None):
            raise ValueError("`loss`, the raster with the years of loss, goes with provider `file`")
        return self


class Fires(PlacesSource):
    """Active fires that satellites saw, as the country archives of FIRMS have them."""

    provider: tuple[Literal["file", "none"], ...] = Field(("none",), description="Where the fires come from.")
    longitude: str | None = Field(None, description="Column of a table with the longitude, degrees.")
    latitude: str | None = Field(None, description="Column of a table with the latitude, degrees.")
    date: str = Field("acq_date", description="Column with the date, of which the year is read.")
    confidence: str = Field(
        "confidence", description="Column with the confidence, 0 to 100 or low, nominal, high; used if it is there."
    )
    min_confidence: Annotated[float, Field(ge=0, le=100)] = Field(
        30.0, description="Least confidence that counts; the word low stands for 0, nominal for 30, high for 80."
    )
    kind: str = Field(
        "type", description="Column with the kind of source; where it is there, only 0, fire of vegetation, counts."
    )
    years: tuple[Year, Year] | None = Field(
        None, description="First and last year that the archive covers; null takes those of its first and last fire."
    )
    MAY_REPEAT: ClassVar[frozenset[str]] = frozenset({"years"})

    @model_validator(mode="after")
    def _years_are_in_order(self) -> Self:
        if self.years is not None and self.years[0] > self.years[1]:
            raise ValueError("years must be the first and the last one")
        return self


class BurntAreas(VectorSource):
    """Burnt land: polygons, or a raster of whole numbers whose cells above 0 are burnt."""

    provider: tuple[Literal["file", "none"], ...] = Field(("none",), description="Where the burnt areas come from.")
    nodata: float | Literal["none"] | None = Field(
        None, description="Value of a raster that means no data, if the file does not say; `none`: every value is data."
    )


class ProtectedAreas(VectorSource):
    """Protected land, as polygons."""

    provider: tuple[Literal["file", "none"], ...] = Field(("none",), description="Where the protected areas come from.")


class Internet(VectorSource):
    """Measured speed of the internet by map tile, as Ookla's open tiles have it (CC BY-NC-SA: not for commerce)."""

    provider: tuple[Literal["file", "none"], ...] = Field(
        ("none",), description="Where the tiles come from. Ookla's are licensed for non-commercial use only."
    )
    speed: str = Field("avg_d_kbps", description="Column with the mean download speed, kbit/s.")
    tests: str = Field("tests", description="Column with the number of tests.")
    quadkey: str = Field("quadkey", description="Column of a Parquet table with the quadkey of the tile.")
