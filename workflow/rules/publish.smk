# Tables of the families -> the published products.


rule assemble_table:
    input:
        unpack(lambda w: {f: f"results/{w.region}/indicators/{f}.parquet" for f in families(w.region)}),
        unpack(absent_file),
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
        families=lambda w: families(w.region),
        columns=published_columns,
    message:
        "{wildcards.region}: assembling the indicator table."
    script:
        "../scripts/assemble_table.py"


rule assemble_columns:
    input:
        unpack(osm_header),
        unpack(receipt_of("population")),
        unpack(dated_tables),
        code=code("assemble_columns"),
    output:
        columns=in_region(ASSEMBLED["columns"]),
    log:
        in_region("logs/assemble_columns.log"),
    conda:
        "../envs/comarca.yaml"
    params:
        osm_layers=lambda w: list(osm_layers(region_of(w))),
        population_year=lambda w: region_of(w).population.year,
        tables=lambda w: list(dated_tables(w)),
        columns=published_columns,
        family_layers=lambda w: {name: list(family.layers) for name, family in REGISTRIES[w.region].families.items()},
        region=region_texts,
    message:
        "{wildcards.region}: dating and describing the columns."
    script:
        "../scripts/assemble_columns.py"


for job, products in jobs().items():

    rule:
        name:
            f"export_{job}"
        input:
            unpack(product_inputs(products)),
            code=code("export_products", *(product.module for product in products)),
        output:
            [in_report(product, path) for product in products for path in product_paths(product)],
        log:
            in_region(f"logs/export_{job}.log"),
        benchmark:
            in_region(f"benchmarks/export_{job}.tsv")
        conda:
            "../envs/comarca.yaml"
        params:
            modules=[(product.module, language) for product in products for language in product_languages(product)],
        message:
            "{wildcards.region}: writing {output}."
        script:
            "../scripts/export_products.py"


rule assemble_provenance:
    input:
        unpack(osm_header),
        unpack(receipts),
        table=in_region(ASSEMBLED["table"]),
        local=local_files,
        code=code("assemble_provenance"),
    output:
        provenance=in_region("provenance.json"),
        sources=in_region("SOURCES.md"),
        credits=in_region(ASSEMBLED["credits"]),
        table=in_region(ASSEMBLED["sources"]),
    log:
        in_region("logs/assemble_provenance.log"),
    conda:
        "../envs/comarca.yaml"
    params:
        local=local_sources,
        title=lambda w: region_title(w.region, "en"),
        cities=lambda w: region_of(w).cities.provider,
        fetched=lambda w: list(receipts(w)),
        config=lambda w: region_of(w).model_dump(mode="json", by_alias=True),
        benchmarks=in_region("benchmarks"),
        languages=list(CONFIG.languages),
    message:
        "{wildcards.region}: writing down where everything came from."
    script:
        "../scripts/assemble_provenance.py"


rule assemble_quality:
    input:
        unpack(absent_file),
        unpack(receipts),
        checks=check_files,
        table=in_region(ASSEMBLED["table"]),
        flags=in_region(ASSEMBLED["flags"]),
        columns=in_region(ASSEMBLED["columns"]),
        territories=in_region("layers/territories.parquet"),
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
    log:
        in_region("logs/assemble_quality.log"),
    conda:
        "../envs/comarca.yaml"
    params:
        not_computed=not_computed_columns,
        expected_area_km2=country_area_km2,
    message:
        "{wildcards.region}: gathering the checks."
    script:
        "../scripts/assemble_quality.py"


rule build_map_base:
    input:
        unpack(context_layers),
        territories=in_region("layers/territories.parquet"),
        code=code("build_map_base"),
    output:
        shapes=in_region(ASSEMBLED["shapes"]),
        frames=in_region(ASSEMBLED["frames"]),
    log:
        in_region("logs/build_map_base.log"),
    conda:
        "../envs/comarca.yaml"
    message:
        "{wildcards.region}: preparing what all maps share."
    script:
        "../scripts/build_map_base.py"


rule classify_maps:
    input:
        tables=classified_tables,
        columns=in_region(ASSEMBLED["columns"]),
        code=code("classify_maps"),
    output:
        classes=in_region(ASSEMBLED["classes"]),
    log:
        in_region("logs/classify_maps.log"),
    conda:
        "../envs/comarca.yaml"
    params:
        scheme=lambda w: region_of(w).maps.scheme,
        k=lambda w: region_of(w).maps.classes_count,
    message:
        "{wildcards.region}: making the classes of the maps."
    script:
        "../scripts/classify_maps.py"


rule plot_map:
    input:
        shapes=in_region(ASSEMBLED["shapes"]),
        frames=in_region(ASSEMBLED["frames"]),
        table=in_region(ASSEMBLED["table"]),
        classes=in_region(ASSEMBLED["classes"]),
        columns=in_region(ASSEMBLED["columns"]),
        credits=in_region(ASSEMBLED["credits"]),
        code=code("plot_map"),
    output:
        png=report(
            in_region("maps/{column}.png"),
            caption="../report/map.rst",
            category="Maps",
            subcategory="{region}",
            labels={"indicator": "{column}"},
        ),
        svg=in_region("maps/{column}.svg"),
    log:
        in_region("logs/plot_map/{column}.log"),
    conda:
        "../envs/comarca.yaml"
    params:
        language=CONFIG.languages[0],
    message:
        "{wildcards.region}: drawing the map of {wildcards.column}."
    script:
        "../scripts/plot_map.py"
