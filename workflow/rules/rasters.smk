# Rasters of people at earlier dates and of light at night, files on forest, fire and protection -> tables.


rule build_population_by_year:
    input:
        unpack(of("inputs", "build_population_by_year")),
        territories=in_region("layers/territories.parquet"),
        code=code("build_population_by_year"),
    output:
        table=in_region("layers/population_by_year.parquet"),
        checks=in_region("checks/population_by_year.json"),
    log:
        in_region("logs/build_population_by_year.log"),
    benchmark:
        in_region("benchmarks/build_population_by_year.tsv")
    conda:
        "../envs/comarca.yaml"
    params:
        years=of("raster_years", "population"),
        raster_options=of("population_raster"),
        census=of("census"),
    message:
        "{wildcards.region}: summing the population of each year."
    script:
        "../scripts/build_population_by_year.py"


rule build_night_lights:
    input:
        unpack(of("inputs", "build_night_lights")),
        territories=in_region("layers/territories.parquet"),
        demand=in_region("layers/demand.parquet"),
        code=code("build_night_lights"),
    output:
        by_territory=in_region("layers/territory_lights.parquet"),
        by_demand=in_region("layers/demand_lights.parquet"),
        checks=in_region("checks/territory_lights.json"),
    log:
        in_region("logs/build_night_lights.log"),
    benchmark:
        in_region("benchmarks/build_night_lights.tsv")
    conda:
        "../envs/comarca.yaml"
    params:
        years=of("raster_years", "night_lights"),
        nodata=of("config.night_lights.nodata"),
        engine=of("config.zonal.engine"),
    message:
        "{wildcards.region}: measuring the light at night."
    script:
        "../scripts/build_night_lights.py"


rule build_environment_table:
    input:
        unpack(of("inputs", "build_environment_table", "{layer}")),
        territories=in_region("layers/territories.parquet"),
        code=code("build_environment_table"),
    output:
        parquet=in_region("layers/{layer}.parquet"),
        checks=in_region("checks/{layer}.json"),
    log:
        in_region("logs/build_environment_table/{layer}.log"),
    benchmark:
        in_region("benchmarks/build_environment_table/{layer}.tsv")
    wildcard_constraints:
        layer="forest_loss|fires|burnt_areas|protected_areas",
    conda:
        "../envs/comarca.yaml"
    params:
        source=of("section", "{layer}"),
    message:
        "{wildcards.region}: measuring {wildcards.layer} by territory."
    script:
        "../scripts/build_environment_table.py"
