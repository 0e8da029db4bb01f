# Layers -> one table per family of indicators.


rule compute_family:
    input:
        unpack(family_layers),
        unpack(absent_file),
        code=family_code,
    output:
        table=in_region("indicators/{family}.parquet"),
        checks=in_region("checks/families/{family}.json"),
    log:
        in_region("logs/compute_family/{family}.log"),
    benchmark:
        in_region("benchmarks/compute_family/{family}.tsv")
    conda:
        "../envs/comarca.yaml"
    params:
        layers=lambda w: list(family_layers(w)),
        options=family_options,
        columns=family_columns,
    message:
        "{wildcards.region}: computing the {wildcards.family} indicators."
    script:
        "../scripts/compute_family.py"
