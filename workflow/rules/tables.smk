# Tables that people keep -> tables by territory.


rule harmonise_table:
    input:
        table=lambda w: getattr(region_of(w), w.layer).path,
        territories=in_region("layers/territories.parquet"),
        code=code("harmonise_table"),
    output:
        layer=in_region("layers/{layer}.parquet"),
        checks=in_region("checks/{layer}.json"),
    log:
        in_region("logs/harmonise_table/{layer}.log"),
    wildcard_constraints:
        layer="employment|firms",
    conda:
        "../envs/comarca.yaml"
    params:
        source=lambda w: getattr(region_of(w), w.layer).model_dump(),
    message:
        "{wildcards.region}: reading the table of {wildcards.layer}."
    script:
        "../scripts/harmonise_table.py"


rule harmonise_attributes:
    input:
        tables=lambda w: [table.path for table in region_of(w).attributes],
        territories=in_region("layers/territories.parquet"),
        code=code("harmonise_attributes"),
    output:
        table=in_region("indicators/attributes.parquet"),
        checks=in_region("checks/families/attributes.json"),
    log:
        in_region("logs/harmonise_attributes.log"),
    conda:
        "../envs/comarca.yaml"
    params:
        sources=lambda w: [table.model_dump() for table in region_of(w).attributes],
    message:
        "{wildcards.region}: joining the tables of your own."
    script:
        "../scripts/harmonise_attributes.py"
