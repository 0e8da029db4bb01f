# Tables of the families -> the published products.


rule assemble_table:
    input:
        unpack(of("inputs", "assemble_table")),
        territories=in_region("layers/territories.parquet"),
        code=code("assemble_table"),
    output:
        table=in_region(ASSEMBLED["table"]),
        flags=in_region(ASSEMBLED["flags"]),
    log:
        in_region("logs/assemble_table.log"),
    conda:
        "../envs/comarca.yaml"
    params:
        columns=of("table_columns"),
        keep_empty=of("config.keep_empty_columns"),
    message:
        "{wildcards.region}: assembling the indicator table."
    script:
        "../scripts/assemble_table.py"


rule assemble_columns:
    input:
        unpack(of("inputs", "assemble_columns")),
        code=code("assemble_columns"),
    output:
        described=in_region(ASSEMBLED["columns"]),
    log:
        in_region("logs/assemble_columns.log"),
    conda:
        "../envs/comarca.yaml"
    params:
        osm_layers=of("layers_of_extract"),
        population_year=of("config.population.latest_year"),
        columns=of("printed_columns"),
        family_layers=of("family_layers"),
        texts=of("texts"),
    message:
        "{wildcards.region}: dating and describing the columns."
    script:
        "../scripts/assemble_columns.py"


for job, products in jobs().items():

    rule:
        name:
            f"export_{job}"
        input:
            unpack(of("product_files", *(name for product in products for name in product.inputs))),
            code=code("export_products", *(product.module for product in products)),
        output:
            products=[in_report(part, path) for part in products for _, path in part.editions(LANGUAGE)],
        log:
            in_region(f"logs/export_{job}.log"),
        benchmark:
            in_region(f"benchmarks/export_{job}.tsv")
        conda:
            "../envs/comarca.yaml"
        resources:
            mem_mb=memory("export_products"),
        params:
            modules=[(part.module, language) for part in products for language, _ in part.editions(LANGUAGE)],
        message:
            "{wildcards.region}: writing {output.products}."
        script:
            "../scripts/export_products.py"


rule assemble_provenance:
    input:
        unpack(of("inputs", "assemble_provenance")),
        table=in_region(ASSEMBLED["table"]),
        code=code("assemble_provenance"),
    output:
        record=in_region("provenance.json"),
        markdown=in_region("SOURCES.md"),
        spanish=in_region("SOURCES_es.md"),
        portuguese=in_region("SOURCES_pt.md"),
        licence=in_region("LICENSE.md"),
        credit_lines=in_region(ASSEMBLED["credits"]),
        sources=in_region(ASSEMBLED["sources"]),
    log:
        in_region("logs/assemble_provenance.log"),
    conda:
        "../envs/comarca.yaml"
    params:
        own_files=of("own_files"),
        own_descriptions=of("own_descriptions"),
        titles=of("titles"),
        cities=of("config.cities.provider"),
        region_config=of("plain_config"),
        benchmarks=in_region("benchmarks"),
        languages=list(PLAN.config.languages),
    message:
        "{wildcards.region}: writing down where everything came from."
    script:
        "../scripts/assemble_provenance.py"


rule assemble_quality:
    input:
        unpack(of("inputs", "assemble_quality")),
        table=in_region(ASSEMBLED["table"]),
        flags=in_region(ASSEMBLED["flags"]),
        columns=in_region(ASSEMBLED["columns"]),
        territories=in_region("layers/territories.parquet"),
        classes=in_region(ASSEMBLED["classes"]),
        code=code("assemble_quality"),
    output:
        json=in_region("quality.json"),
        markdown=report(
            in_region("quality.md"),
            caption="../report/quality.rst",
            category="Tables and texts",
            subcategory="{region}",
            labels={"product": "quality"},
        ),
        failed=in_region(ASSEMBLED["failed"]),
        spanish=in_region("quality_es.md"),
        portuguese=in_region("quality_pt.md"),
    log:
        in_region("logs/assemble_quality.log"),
    conda:
        "../envs/comarca.yaml"
    params:
        titles=of("titles"),
        resting=of("checked_columns"),
        country=of("config.country"),
        not_computed=of("not_computed"),
        factors=of("factor_columns"),
        column_keys=of("column_keys"),
        area_range_km2=of("area_range_km2"),
    message:
        "{wildcards.region}: gathering the checks."
    script:
        "../scripts/assemble_quality.py"


# The data set ready to be published; by name also: make publish REGION=...
rule publish_region:
    input:
        unpack(of("product_files", "table", "columns", "sources", "territories")),
        products=of("published_files"),
        code=code("publish_region"),
    output:
        crate=in_region(PUBLICATION),
    log:
        in_region("logs/publish_region.log"),
    conda:
        "../envs/comarca.yaml"
    params:
        statement=of("statement", PLAN.config.contact or ""),
        region_config=of("whole_config"),
    message:
        "{wildcards.region}: gathering the data set to be published."
    script:
        "../scripts/publish_region.py"


rule build_map_base:
    input:
        unpack(of("shown_layers")),
        territories=in_region("layers/territories.parquet"),
        world=str(DATA / "world.parquet"),
        code=code("build_map_base"),
    output:
        shapes=in_region(ASSEMBLED["shapes"]),
        frames=in_region(ASSEMBLED["frames"]),
    log:
        in_region("logs/build_map_base.log"),
    conda:
        "../envs/comarca.yaml"
    params:
        country=of("config.country"),
    message:
        "{wildcards.region}: preparing what all maps share."
    script:
        "../scripts/build_map_base.py"


rule classify_maps:
    input:
        unpack(of("inputs", "classify_maps")),
        columns=in_region(ASSEMBLED["columns"]),
        code=code("classify_maps"),
    output:
        classes=in_region(ASSEMBLED["classes"]),
    log:
        in_region("logs/classify_maps.log"),
    conda:
        "../envs/comarca.yaml"
    params:
        scheme=of("config.maps.scheme"),
        k=of("config.maps.classes_count"),
    message:
        "{wildcards.region}: making the classes of the maps."
    script:
        "../scripts/classify_maps.py"


rule draw_maps:
    input:
        unpack(of("product_files", *MAP_INPUTS, *ANALYSIS, *SOURCE_TEXTS.values())),
        differences=of("scenario_files", "assembled/scenarios/{{scenario}}/differences.parquet"),
        people=of("scenario_files", "assembled/scenarios/{{scenario}}/people.parquet"),
        scenario_checks=of("scenario_files", "checks/scenarios/{{scenario}}.json"),
        code=code("draw_maps"),
    output:
        listing=in_region("maps/index.json"),
        contacts=report(
            in_region("maps/index.html"),
            caption="../report/map.rst",
            category="Maps",
            subcategory="{region}",
            labels={"product": "maps"},
        ),
        atlas=in_region("atlas.pdf"),
    log:
        in_region("logs/draw_maps.log"),
    benchmark:
        in_region("benchmarks/draw_maps.tsv")
    conda:
        "../envs/comarca.yaml"
    threads: 2
    resources:
        mem_mb=lambda w, input, attempt: attempt * (1_000 + 30 * input.size_mb),
    params:
        titles=of("scenario_titles", LANGUAGE),
        names=of("destination_names", LANGUAGE),
        language=LANGUAGE,
    message:
        "{wildcards.region}: drawing the maps and the atlas."
    script:
        "../scripts/draw_maps.py"


# A single map by its name: of one column, of two against each other (a__b), of several beside each other (a__b__c).
rule plot_map:
    input:
        unpack(of("product_files", *MAP_INPUTS)),
        code=code("plot_map"),
    output:
        png=in_region("maps/{column}.png"),
        svg=in_region("maps/{column}.svg"),
    log:
        in_region("logs/plot_map/{column}.log"),
    conda:
        "../envs/comarca.yaml"
    params:
        mapped=of("mapped_column", "{column}"),
        language=LANGUAGE,
    message:
        "{wildcards.region}: drawing the map of {wildcards.column}."
    script:
        "../scripts/plot_map.py"
