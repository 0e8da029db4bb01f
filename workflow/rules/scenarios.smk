# What a planned, changed or closed road, a growing city or a new service would change.


rule compute_scenario:
    input:
        unpack(of("inputs", "compute_scenario", "{scenario}")),
        base=base_files,
        speeds=of("speeds_file"),
        surfaces=project_file("config/surfaces.csv"),
        demand=in_region("layers/demand.parquet"),
        territories=in_region("layers/territories.parquet"),
        code=code("compute_scenario"),
    output:
        differences=in_region("assembled/scenarios/{scenario}/differences.parquet"),
        people=in_region("assembled/scenarios/{scenario}/people.parquet"),
        indicators=in_region("assembled/scenarios/{scenario}/indicators.parquet"),
        checks=in_region("checks/scenarios/{scenario}.json"),
    log:
        in_region("logs/compute_scenario/{scenario}.log"),
    benchmark:
        in_region("benchmarks/compute_scenario/{scenario}.tsv")
    conda:
        "../envs/comarca.yaml"
    resources:
        mem_mb=lambda w, input, attempt: attempt * (1000 + 20 * input.size_mb),
    params:
        edits=of("scenario", "{scenario}"),
        columns=of("scenario_columns", "{scenario}"),
        steps=steps_of,
        folder=in_region("assembled/scenarios/{scenario}/run"),
        region_folder=lambda w, input: input.demand.removesuffix("layers/demand.parquet"),
        country=of("config.country"),
        kinds=of("service_kinds"),
        thresholds_min=of("access.time_thresholds_min"),
        reach_km=of("config.abroad_buffer_km"),
    message:
        "{wildcards.region}: computing what the scenario {wildcards.scenario} changes."
    script:
        "../scripts/compute_scenario.py"


rule export_scenario:
    input:
        unpack(of("product_files", "table", "columns", "shapes", "frames", "credits")),
        all_differences=of("scenario_files", "assembled/scenarios/{{scenario}}/differences.parquet"),
        differences=in_region("assembled/scenarios/{scenario}/differences.parquet"),
        people=in_region("assembled/scenarios/{scenario}/people.parquet"),
        indicators=in_region("assembled/scenarios/{scenario}/indicators.parquet"),
        checks=in_region("checks/scenarios/{scenario}.json"),
        code=code("export_scenario"),
    output:
        indicators_csv=in_region("scenarios/{scenario}/indicators.csv"),
        differences_csv=in_region("scenarios/{scenario}/differences.csv"),
        people_csv=in_region("scenarios/{scenario}/people.csv"),
        summary=in_region("scenarios/{scenario}/summary.pdf"),
    log:
        in_region("logs/export_scenario/{scenario}.log"),
    conda:
        "../envs/comarca.yaml"
    params:
        title=of("scenario_title", "{scenario}", LANGUAGE),
        names=of("destination_names", LANGUAGE),
        language=LANGUAGE,
    message:
        "{wildcards.region}: drawing what the scenario {wildcards.scenario} changes."
    script:
        "../scripts/export_scenario.py"


rule compute_critical_links:
    input:
        unpack(of("inputs", "compute_critical_links")),
        roads=in_region("layers/roads.parquet"),
        network=in_region("layers/linked_network.npz"),
        cities=in_region("layers/cities.parquet"),
        demand=in_region("layers/demand.parquet"),
        territories=in_region("layers/territories.parquet"),
        code=code("compute_critical_links"),
    output:
        table=in_region("critical_links.csv"),
        checks=in_region("checks/critical_links.json"),
    log:
        in_region("logs/compute_critical_links.log"),
    benchmark:
        in_region("benchmarks/compute_critical_links.tsv")
    conda:
        "../envs/comarca.yaml"
    resources:
        mem_mb=lambda w, input, attempt: attempt * (1000 + 20 * input.size_mb),
    params:
        options=of("critical_links"),
        intervals=of("city_intervals"),
        walking=of("walking"),
        max_snap_km=of("config.connectors.max_snap_km"),
    message:
        "{wildcards.region}: closing each link in turn."
    script:
        "../scripts/compute_critical_links.py"


rule compute_siting:
    input:
        unpack(of("inputs", "compute_siting")),
        network=in_region("layers/linked_network.npz"),
        demand=in_region("layers/demand.parquet"),
        territories=in_region("layers/territories.parquet"),
        code=code("compute_siting"),
    output:
        table=in_region("siting.csv"),
        people=in_region("assembled/siting.parquet"),
        checks=in_region("checks/siting.json"),
    log:
        in_region("logs/compute_siting.log"),
    benchmark:
        in_region("benchmarks/compute_siting.tsv")
    conda:
        "../envs/comarca.yaml"
    params:
        options=of("siting"),
        walking=of("walking"),
        max_snap_km=of("config.connectors.max_snap_km"),
    message:
        "{wildcards.region}: choosing places that bring most people within reach."
    script:
        "../scripts/compute_siting.py"


rule plot_siting:
    input:
        unpack(of("product_files", "table", "columns", "shapes", "frames", "credits")),
        people=in_region("assembled/siting.parquet"),
        code=code("plot_siting"),
    output:
        png=in_region("siting.png"),
    log:
        in_region("logs/plot_siting.log"),
    conda:
        "../envs/comarca.yaml"
    params:
        options=of("siting"),
        names=of("destination_names", LANGUAGE),
        language=LANGUAGE,
    message:
        "{wildcards.region}: drawing whom the chosen places bring within reach."
    script:
        "../scripts/plot_siting.py"
