"""Draw the sheet of one territory, or of all of them in one file."""

from comarca import io
from comarca.errors import InputError, did_you_mean
from comarca.guards.file_names import file_names
from comarca.jobs import run
from comarca.publish.analysis import read_curves
from comarca.publish.assembled import Assembled
from comarca.publish.maps.files import base_of
from comarca.publish.maps.sheet import SheetData
from comarca.publish.maps.sheet_files import write_sheets


def main(*, language: str, territory: str, threads: int, sheet: str, **files: str) -> None:
    data = Assembled(files, language)
    table = data.table.set_index("territory_id", drop=False)
    territory = {name: code for code, name in file_names(table.index).items()}.get(territory, territory)
    if territory and territory not in table.index:
        raise InputError(sheet, got=territory, expected="the code of a territory",
                         remedy=did_you_mean(territory, table.index))  # fmt: skip
    periods = [column.fields["period"] for column in data.columns if column.name.startswith("dynamics_type_")]
    drawn = SheetData(
        base=base_of(data),
        table=table,
        columns=data.columns,
        profiles=io.read_table(data.path("profiles")),
        similar=io.read_table(data.path("similar_territories")),
        periods=periods,
        curves=read_curves(data.path("lorenz_curves")),
        language=language,
        source_line=data.credit,
        title=data.title,
    )
    with io.atomic_path(sheet) as part:
        write_sheets(drawn, [territory] if territory else list(table.index), part, workers=threads)


if "snakemake" in globals():
    run(main, snakemake)
