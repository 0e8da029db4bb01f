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
    resources:
        mem_mb=memory("compute_family"),
    params:
        options=of("options", "{family}"),
        columns=of("columns", "{family}"),
    message:
        "{wildcards.region}: computing the {wildcards.family} indicators."
    script:
        "../scripts/compute_family.py"


# Bands around the values of the finished table; nothing but the products that show them waits for it.
rule compute_uncertainty:
    input:
        unpack(of("inputs", "compute_uncertainty")),
        table=in_region(ASSEMBLED["table"]),
        code=code("compute_uncertainty", *(f"comarca.indicators.{name}" for name in BANDED)),
    output:
        uncertainty=in_region(LAYERS["uncertainty"].path),
        checks=in_region("checks/uncertainty.json"),
    log:
        in_region("logs/compute_uncertainty.log"),
    benchmark:
        in_region("benchmarks/compute_uncertainty.tsv")
    conda:
        "../envs/comarca.yaml"
    resources:
        mem_mb=memory("compute_uncertainty"),
    params:
        families=of("banded_families"),
        settings=of("config.uncertainty.model_dump"),
        access=of("access_options"),
    message:
        "{wildcards.region}: computing how far values can be off."
    script:
        "../scripts/compute_uncertainty.py"
