# Evidence on land -> tables by territory, and the Lorenz curves drawn from them.


rule build_parcels:
    input:
        unpack(of("inputs", "build_parcels")),
        territories=in_region("layers/territories.parquet"),
        code=code("build_parcels"),
    output:
        parcels=in_region("layers/parcels.parquet"),
        checks=in_region("checks/parcels.json"),
    log:
        in_region("logs/build_parcels.log"),
    benchmark:
        in_region("benchmarks/build_parcels.tsv")
    conda:
        "../envs/comarca.yaml"
    resources:
        mem_mb=lambda w, input, attempt: attempt * (500 + 6 * input.size_mb),
    params:
        source=of("section", "parcels"),
        country=of("config.country"),
        field_classes=of("land.field_classes"),
    message:
        "{wildcards.region}: giving parcels to territories."
    script:
        "../scripts/build_parcels.py"


rule build_land_cover:
    input:
        unpack(of("inputs", "build_land_cover")),
        territories=in_region("layers/territories.parquet"),
        code=code("build_land_cover"),
    output:
        patches=in_region("layers/land_cover_patches.parquet"),
        areas=in_region("layers/land_cover_areas.parquet"),
        checks=in_region("checks/land_cover_areas.json"),
    log:
        in_region("logs/build_land_cover.log"),
    benchmark:
        in_region("benchmarks/build_land_cover.tsv")
    conda:
        "../envs/comarca.yaml"
    resources:
        mem_mb=memory("build_land_cover"),
    params:
        years=of("raster_years", "land_cover"),
    message:
        "{wildcards.region}: finding patches of farmland."
    script:
        "../scripts/build_land_cover.py"


rule harmonise_holdings:
    input:
        unpack(of("inputs", "harmonise_table", "holdings")),
        territories=in_region("layers/territories.parquet"),
        code=code("harmonise_holdings"),
    output:
        holdings=in_region("layers/holdings.parquet"),
        checks=in_region("checks/holdings.json"),
    log:
        in_region("logs/harmonise_holdings.log"),
    conda:
        "../envs/comarca.yaml"
    params:
        source=of("section", "holdings"),
        country=of("config.country"),
    message:
        "{wildcards.region}: reading holdings by size class."
    script:
        "../scripts/harmonise_holdings.py"


rule harmonise_outcomes:
    input:
        unpack(of("inputs", "harmonise_outcomes")),
        territories=in_region("layers/territories.parquet"),
        code=code("harmonise_outcomes"),
    output:
        outcomes=in_region("layers/outcomes.parquet"),
        checks=in_region("checks/outcomes.json"),
    log:
        in_region("logs/harmonise_outcomes.log"),
    conda:
        "../envs/comarca.yaml"
    params:
        source=of("section", "outcomes"),
    message:
        "{wildcards.region}: reading income, poverty and inequality."
    script:
        "../scripts/harmonise_outcomes.py"


rule plot_lorenz:
    input:
        unpack(of("inputs", "plot_lorenz")),
        territories=in_region("layers/territories.parquet"),
        credit_lines=in_region(ASSEMBLED["credits"]),
        code=code("plot_lorenz"),
    output:
        folder=directory(in_region("lorenz")),
    log:
        in_region("logs/plot_lorenz.log"),
    benchmark:
        in_region("benchmarks/plot_lorenz.tsv")
    conda:
        "../envs/comarca.yaml"
    params:
        measures=of("lorenz_options"),
        units=of("unit_options"),
        options=of("map_options"),
    message:
        "{wildcards.region}: drawing the Lorenz curves."
    script:
        "../scripts/plot_lorenz.py"
