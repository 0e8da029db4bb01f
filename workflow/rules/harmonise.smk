# Raw files -> canonical layers.


rule harmonise_osm:
    input:
        unpack(of("inputs", "harmonise_osm")),
        code=code("harmonise_osm"),
    output:
        **{name: in_region(layer.raw_path) for name, layer in LAYERS.items() if layer.from_osm},
        header=in_region(LAYERS["osm"].path),
        checks=in_region("checks/osm.json"),
    log:
        in_region("logs/harmonise_osm.log"),
    benchmark:
        in_region("benchmarks/harmonise_osm.tsv")
    conda:
        "../envs/comarca.yaml"
    resources:
        mem_mb=memory("harmonise_osm"),
    params:
        country=of("config.country"),
        territories=of("section", "territories"),
        buffer_km=of("config.abroad_buffer_km"),
    message:
        "{wildcards.region}: reading the OpenStreetMap extract."
    script:
        "../scripts/harmonise_osm.py"


rule harmonise_territories:
    input:
        unpack(of("inputs", "harmonise_territories")),
        code=code("harmonise_territories"),
    output:
        territories=in_region("layers/territories.parquet"),
        checks=in_region("checks/territories.json"),
    log:
        in_region("logs/harmonise_territories.log"),
    conda:
        "../envs/comarca.yaml"
    params:
        source=of("section", "territories"),
        country=of("config.country"),
    message:
        "{wildcards.region}: harmonising the territories."
    script:
        "../scripts/harmonise_territories.py"


rule harmonise_cities:
    input:
        unpack(of("inputs", "harmonise_cities")),
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
        source=of("section", "cities"),
        country=of("config.country"),
        abroad_buffer_km=of("config.abroad_buffer_km"),
        raster_options=of("population_raster"),
    message:
        "{wildcards.region}: harmonising the cities."
    script:
        "../scripts/harmonise_cities.py"


rule harmonise_layer:
    input:
        unpack(of("inputs", "harmonise_layer", "{layer}")),
        surfaces=project_file("config/surfaces.csv"),
        territories=in_region("layers/territories.parquet"),
        code=code("harmonise_layer"),
    output:
        parquet=in_region("layers/{layer}.parquet"),
        checks=in_region("checks/{layer}.json"),
    log:
        in_region("logs/harmonise_layer/{layer}.log"),
    benchmark:
        in_region("benchmarks/harmonise_layer/{layer}.tsv")
    wildcard_constraints:
        layer="|".join(name for name, layer in LAYERS.items() if layer.is_cut),
    conda:
        "../envs/comarca.yaml"
    resources:
        mem_mb=memory("harmonise_layer"),
    params:
        own=of("own_options", "{layer}"),
        # Its classes are what roads are read by; a change of speeds must not read them anew.
        speeds=of("speeds_file"),
        service_kinds=of("service_kinds"),
        country=of("config.country"),
        buffer_km=of("config.abroad_buffer_km"),
    message:
        "{wildcards.region}: harmonising the layer {wildcards.layer}."
    script:
        "../scripts/harmonise_layer.py"


rule harmonise_settlements:
    input:
        unpack(of("inputs", "harmonise_settlements")),
        code=code("harmonise_settlements"),
    output:
        settlements=in_region("layers/settlements.parquet"),
        checks=in_region("checks/settlements.json"),
    log:
        in_region("logs/harmonise_settlements.log"),
    conda:
        "../envs/comarca.yaml"
    params:
        census=of("census"),
    message:
        "{wildcards.region}: spreading the population of places over their buildings."
    script:
        "../scripts/harmonise_settlements.py"


rule harmonise_internet:
    input:
        unpack(of("inputs", "harmonise_internet")),
        territories=in_region("layers/territories.parquet"),
        code=code("harmonise_internet"),
    output:
        parquet=in_region("layers/internet.parquet"),
        checks=in_region("checks/internet.json"),
    log:
        in_region("logs/harmonise_internet.log"),
    conda:
        "../envs/comarca.yaml"
    params:
        source=of("section", "internet"),
    message:
        "{wildcards.region}: reading the speed of the internet."
    script:
        "../scripts/harmonise_internet.py"


rule harmonise_canals:
    input:
        unpack(of("inputs", "harmonise_canals")),
        territories=in_region("layers/territories.parquet"),
        code=code("harmonise_canals"),
    output:
        canals=in_region("layers/canals.parquet"),
        checks=in_region("checks/canals.json"),
    log:
        in_region("logs/harmonise_canals.log"),
    benchmark:
        in_region("benchmarks/harmonise_canals.tsv")
    conda:
        "../envs/comarca.yaml"
    params:
        source=of("section", "canals"),
    message:
        "{wildcards.region}: harmonising the layer canals."
    script:
        "../scripts/harmonise_canals.py"
