# Raw files -> canonical layers.


rule harmonise_osm:
    input:
        unpack(osm_source),
        code=code("harmonise_osm"),
    output:
        **{layer: osm_layer(layer) for layer in OSM_LAYERS},
        header=in_region("layers/osm/header.json"),
        checks=in_region("checks/osm.json"),
    log:
        in_region("logs/harmonise_osm.log"),
    benchmark:
        in_region("benchmarks/harmonise_osm.tsv")
    conda:
        "../envs/comarca.yaml"
    resources:
        mem_mb=lambda w, input: 1_000 + 20 * input.size_mb,
    params:
        path=lambda w: region_of(w).osm.path,
        country=lambda w: region_of(w).country,
        territories=lambda w: region_of(w).territories.model_dump(),
        buffer_km=lambda w: region_of(w).abroad_buffer_km,
    message:
        "{wildcards.region}: reading the OpenStreetMap extract."
    script:
        "../scripts/harmonise_osm.py"


rule harmonise_territories:
    input:
        unpack(territories_source),
        code=code("harmonise_territories"),
    output:
        territories=in_region("layers/territories.parquet"),
        checks=in_region("checks/territories.json"),
    log:
        in_region("logs/harmonise_territories.log"),
    conda:
        "../envs/comarca.yaml"
    params:
        source=lambda w: region_of(w).territories.model_dump(),
        country=lambda w: region_of(w).country,
    message:
        "{wildcards.region}: harmonising the territories."
    script:
        "../scripts/harmonise_territories.py"


rule harmonise_cities:
    input:
        unpack(lambda w: {"places": osm_layer("places")} if region_of(w).osm.is_given else {}),
        unpack(lambda w: {"file": region_of(w).cities.path} if region_of(w).cities.path else {}),
        unpack(receipt_of("cities")),
        territories=in_region("layers/territories.parquet"),
        code=code("harmonise_cities"),
    output:
        cities=in_region("layers/cities.parquet"),
        checks=in_region("checks/cities.json"),
    log:
        in_region("logs/harmonise_cities.log"),
    conda:
        "../envs/comarca.yaml"
    params:
        source=lambda w: region_of(w).cities.model_dump(),
        country=lambda w: region_of(w).country,
        abroad_buffer_km=lambda w: region_of(w).abroad_buffer_km,
    message:
        "{wildcards.region}: harmonising the cities."
    script:
        "../scripts/harmonise_cities.py"


rule harmonise_layer:
    input:
        source=lambda w: source_file(w.layer)(w),
        speeds=lambda w: region_of(w).speeds or ROOT / "config/speeds.csv",
        surfaces=ROOT / "config/surfaces.csv",
        territories=in_region("layers/territories.parquet"),
        code=code("harmonise_layer"),
    output:
        layer=in_region("layers/{layer}.parquet"),
        checks=in_region("checks/{layer}.json"),
    log:
        in_region("logs/harmonise_layer/{layer}.log"),
    benchmark:
        in_region("benchmarks/harmonise_layer/{layer}.tsv")
    wildcard_constraints:
        layer="roads|power|services|economy|land_use",
    conda:
        "../envs/comarca.yaml"
    params:
        own=lambda w: own_options(w, w.layer),
        service_kinds=service_kinds,
        country=lambda w: region_of(w).country,
        buffer_km=lambda w: region_of(w).abroad_buffer_km,
    message:
        "{wildcards.region}: harmonising the layer {wildcards.layer}."
    script:
        "../scripts/harmonise_layer.py"


rule harmonise_settlements:
    input:
        unpack(receipt_of("population")),
        territories=in_region("layers/territories.parquet"),
        cities=in_region("layers/cities.parquet"),
        places=osm_layer("places"),
        buildings=osm_layer("buildings"),
        land_use=in_region("layers/land_use.parquet"),
        code=code("harmonise_settlements"),
    output:
        population=in_region("layers/population.parquet"),
        checks=in_region("checks/population.json"),
    log:
        in_region("logs/harmonise_settlements.log"),
    conda:
        "../envs/comarca.yaml"
    message:
        "{wildcards.region}: spreading the population of places over their buildings."
    script:
        "../scripts/harmonise_settlements.py"
