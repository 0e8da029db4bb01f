"""Write the table as CSV."""

from comarca import io
from comarca.jobs import job

if "snakemake" in globals():
    with job(snakemake.log[0]):
        io.write_csv(io.read_table(snakemake.input.table), snakemake.output.csv)
