# Where people are, the road graph, and the time from the ones to the cities over the other.


rule build_demand:
    input:
        unpack(of("inputs", "build_demand")),
        territories=in_region("layers/territories.parquet"),
        code=code("build_demand"),
    output:
        demand=in_region("layers/demand.parquet"),
        checks=in_region("checks/demand.json"),
    log:
        in_region("logs/build_demand.log"),
    benchmark:
        in_region("benchmarks/build_demand.tsv")
    conda:
        "../envs/comarca.yaml"
    params:
        demand_cell_m=of("config.demand_cell_m"),
        raster_options=of("population_raster"),
        census=of("census"),
        country_code=of("config.country"),
        providers=of("population_providers"),
    message:
        "{wildcards.region}: gathering people in cells."
    script:
        "../scripts/build_demand.py"


rule build_degree_of_urbanisation:
    input:
        unpack(of("inputs", "build_degree_of_urbanisation")),
        territories=in_region("layers/territories.parquet"),
        demand=in_region("layers/demand.parquet"),
        code=code("build_degree_of_urbanisation"),
    output:
        classes=in_region("layers/degree_of_urbanisation.tif"),
        table=in_region("layers/degree_of_urbanisation.parquet"),
        population_quarters=in_region("layers/population_quarters.npz"),
        checks=in_region("checks/degree_of_urbanisation.json"),
    log:
        in_region("logs/build_degree_of_urbanisation.log"),
    benchmark:
        in_region("benchmarks/build_degree_of_urbanisation.tsv")
    conda:
        "../envs/comarca.yaml"
    params:
        raster_options=of("population_raster"),
        census=of("census"),
        demand_cell_m=of("config.demand_cell_m"),
        providers=of("population_providers"),
    message:
        "{wildcards.region}: classifying the population grid by degree of urbanisation."
    script:
        "../scripts/build_degree_of_urbanisation.py"


rule build_network:
    input:
        unpack(of("inputs", "build_network")),
        roads=in_region("layers/roads.parquet"),
        code=code("build_network"),
    output:
        network=in_region("layers/network.npz"),
        checks=in_region("checks/network.json"),
    log:
        in_region("logs/build_network.log"),
    benchmark:
        in_region("benchmarks/build_network.tsv")
    conda:
        "../envs/comarca.yaml"
    resources:
        mem_mb=memory("build_network"),
    params:
        country=of("config.country"),
        ferry_wait_min=of("access.ferry_wait_min"),
    message:
        "{wildcards.region}: building the road network."
    script:
        "../scripts/build_network.py"


rule export_network:
    input:
        network=in_region("layers/network.npz"),
        roads=in_region("layers/roads.parquet"),
        code=code("export_network"),
    output:
        graphml=in_region("layers/network.graphml"),
    log:
        in_region("logs/export_network.log"),
    conda:
        "../envs/comarca.yaml"
    message:
        "{wildcards.region}: giving the road network as a graph of OSMnx."
    script:
        "../scripts/export_network.py"


rule build_connectors:
    input:
        unpack(of("inputs", "build_connectors")),
        roads=in_region("layers/roads.parquet"),
        network=in_region("layers/network.npz"),
        cities=in_region("layers/cities.parquet"),
        demand=in_region("layers/demand.parquet"),
        territories=in_region("layers/territories.parquet"),
        code=code("build_connectors"),
    output:
        linked_network=in_region("layers/linked_network.npz"),
        connectors=in_region("layers/connectors.parquet"),
        checks=in_region("checks/linked_network.json"),
    log:
        in_region("logs/build_connectors.log"),
    benchmark:
        in_region("benchmarks/build_connectors.tsv")
    conda:
        "../envs/comarca.yaml"
    resources:
        mem_mb=memory("build_connectors"),
    params:
        intervals=of("city_intervals"),
        options=of("connectors"),
    message:
        "{wildcards.region}: joining cities and loose roads to the network."
    script:
        "../scripts/build_connectors.py"


rule build_city_network:
    input:
        network=in_region("layers/linked_network.npz"),
        cities=in_region("layers/cities.parquet"),
        demand=in_region("layers/demand.parquet"),
        territories=in_region("layers/territories.parquet"),
        code=code("build_city_network"),
    output:
        city_network=in_region("layers/city_network.npz"),
        origins=in_region("layers/origins.npz"),
    log:
        in_region("logs/build_city_network.log"),
    benchmark:
        in_region("benchmarks/build_city_network.tsv")
    conda:
        "../envs/comarca.yaml"
    resources:
        mem_mb=memory("build_city_network"),
    params:
        intervals=of("city_intervals"),
        walking=of("walking"),
        beyond=of("beyond"),
        max_snap_km=of("config.connectors.max_snap_km"),
    message:
        "{wildcards.region}: putting the cities on the road network."
    script:
        "../scripts/build_city_network.py"


rule build_friction:
    input:
        unpack(of("inputs", "build_friction")),
        territories=in_region("layers/territories.parquet"),
        speeds=project_file("config/offroad_speeds.csv"),
        code=code("build_friction"),
    output:
        friction=in_region("layers/friction.npz"),
        checks=in_region("checks/friction.json"),
    log:
        in_region("logs/build_friction.log"),
    benchmark:
        in_region("benchmarks/build_friction.tsv")
    conda:
        "../envs/comarca.yaml"
    params:
        legend=of("friction_legend"),
        cell_m=of("config.friction.cell_m"),
        barrier_share=of("config.friction.barrier_share"),
        walking=of("walking"),
    message:
        "{wildcards.region}: how fast people walk off the road."
    script:
        "../scripts/build_friction.py"


rule compute_travel_times:
    input:
        unpack(of("inputs", "compute_travel_times")),
        network=in_region("layers/city_network.npz"),
        cities=in_region("layers/cities.parquet"),
        territories=in_region("layers/territories.parquet"),
        demand=in_region("layers/demand.parquet"),
        origins=in_region("layers/origins.npz"),
        code=code("compute_travel_times"),
    output:
        times=in_region("layers/travel_times.parquet"),
        reached_cities=in_region("layers/reached_cities.parquet"),
        seats=in_region("layers/seat_times.parquet"),
        urca=in_region("layers/urca_times.parquet"),
        checks=in_region("checks/travel_times.json"),
    log:
        in_region("logs/compute_travel_times.log"),
    benchmark:
        in_region("benchmarks/compute_travel_times.tsv")
    conda:
        "../envs/comarca.yaml"
    resources:
        mem_mb=memory("compute_travel_times"),
    params:
        city_classes_persons=of("config.city_classes_persons"),
        walking=of("walking"),
        beyond=of("beyond"),
        abroad_buffer_km=of("config.abroad_buffer_km"),
        parent_seats=of("access.parent_seats"),
    message:
        "{wildcards.region}: travel time to the nearest city of each class and size, and to the seat of the unit above."
    script:
        "../scripts/compute_travel_times.py"


rule compute_travel_block:
    input:
        unpack(of("inputs", "compute_travel_times")),
        network=in_region("layers/city_network.npz"),
        cities=in_region("layers/cities.parquet"),
        territories=in_region("layers/territories.parquet"),
        code=code("compute_travel_block"),
    output:
        times=temp(in_region("layers/travel_blocks/{block}_of_{blocks}_times.tif")),
        reached=temp(in_region("layers/travel_blocks/{block}_of_{blocks}_cities.tif")),
    log:
        in_region("logs/compute_travel_block/{block}_of_{blocks}.log"),
    benchmark:
        in_region("benchmarks/compute_travel_block/{block}_of_{blocks}.tsv")
    wildcard_constraints:
        block="[0-9]+",
        blocks="[0-9]+",
    conda:
        "../envs/comarca.yaml"
    threads: 2
    resources:
        mem_mb=memory("compute_travel_block"),
    params:
        classes=of("config.city_classes_persons"),
        walking=of("walking"),
        cell_m=of("config.raster_cell_m"),
    message:
        "{wildcards.region}: travel time from each cell, block {wildcards.block} of {wildcards.blocks}."
    script:
        "../scripts/compute_travel_block.py"


for number, (classes, regions) in enumerate(PLAN.by_city_classes.items(), start=1):

    rule:
        name:
            "compute_travel_raster" if number == 1 else f"compute_travel_raster_{number}"
        input:
            unpack(of("inputs", "compute_travel_raster")),
            cities=in_region("layers/cities.parquet"),
            territories=in_region("layers/territories.parquet"),
            code=code("compute_travel_raster"),
        output:
            times=[in_region(f"layers/travel_time_{name}.tif") for name in classes],
            catchments=[in_region(f"layers/catchment_{name}.tif") for name in classes],
            areas=[in_region(f"layers/catchments_{name}.parquet") for name in classes],
        log:
            in_region("logs/compute_travel_raster.log"),
        benchmark:
            in_region("benchmarks/compute_travel_raster.tsv")
        wildcard_constraints:
            region="|".join(regions),
        conda:
            "../envs/comarca.yaml"
        params:
            classes=of("config.city_classes_persons"),
            cell_m=of("config.raster_cell_m"),
        message:
            "{wildcards.region}: rasters of travel time to cities of each class, and their catchments."
        script:
            "../scripts/compute_travel_raster.py"


rule compute_market_potential:
    input:
        unpack(of("inputs", "compute_market_potential")),
        network=in_region("layers/city_network.npz"),
        cities=in_region("layers/cities.parquet"),
        demand=in_region("layers/demand.parquet"),
        origins=in_region("layers/origins.npz"),
        territories=in_region("layers/territories.parquet"),
        code=code("compute_market_potential"),
    output:
        potential=in_region("layers/market_potential.parquet"),
        corridors=in_region("layers/corridors.parquet"),
    log:
        in_region("logs/compute_market_potential.log"),
    benchmark:
        in_region("benchmarks/compute_market_potential.tsv")
    conda:
        "../envs/comarca.yaml"
    resources:
        mem_mb=memory("compute_market_potential"),
    params:
        min_persons=of("min_city_persons"),
        half_life_min=of("access.half_life_min"),
        thresholds_min=of("access.time_thresholds_min"),
        country_percent_per_year=of("config.city_population.country_percent_per_year"),
        walking=of("walking"),
    message:
        "{wildcards.region}: market potential of the cities, and the flow between them."
    script:
        "../scripts/compute_market_potential.py"


rule compute_job_access:
    input:
        network=in_region("layers/linked_network.npz"),
        employment=in_region("layers/employment.parquet"),
        demand=in_region("layers/demand.parquet"),
        territories=in_region("layers/territories.parquet"),
        origins=in_region("layers/origins.npz"),
        code=code("compute_job_access"),
    output:
        jobs=in_region("layers/job_access.parquet"),
    log:
        in_region("logs/compute_job_access.log"),
    benchmark:
        in_region("benchmarks/compute_job_access.tsv")
    conda:
        "../envs/comarca.yaml"
    resources:
        mem_mb=memory("compute_job_access"),
    params:
        walking=of("walking"),
        max_snap_km=of("config.connectors.max_snap_km"),
    message:
        "{wildcards.region}: jobs within reach."
    script:
        "../scripts/compute_job_access.py"


rule compute_service_times:
    input:
        network=in_region("layers/linked_network.npz"),
        services=in_region("layers/services.parquet"),
        demand=in_region("layers/demand.parquet"),
        territories=in_region("layers/territories.parquet"),
        origins=in_region("layers/origins.npz"),
        code=code("compute_service_times"),
    output:
        times=in_region("layers/service_times.parquet"),
        checks=in_region("checks/service_times.json"),
    log:
        in_region("logs/compute_service_times.log"),
    benchmark:
        in_region("benchmarks/compute_service_times.tsv")
    conda:
        "../envs/comarca.yaml"
    resources:
        mem_mb=memory("compute_service_times"),
    params:
        kinds=of("service_kinds"),
        walking=of("walking"),
        beyond=of("beyond"),
    message:
        "{wildcards.region}: travel time to services."
    script:
        "../scripts/compute_service_times.py"
