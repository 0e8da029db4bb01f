# Layers -> one table per family of indicators.


rule compute_family:
    input:
        unpack(of("inputs", "compute_family", "{family}")),
        code=code("compute_family", "comarca.indicators.{family}"),
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
        options=of("options", "{family}"),
        columns=of("columns", "{family}"),
    message:
        "{wildcards.region}: computing the {wildcards.family} indicators."
    script:
        "../scripts/compute_family.py"
