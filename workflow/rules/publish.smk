# Tables of the families -> the published products.


rule assemble_table:
    input:
        unpack(lambda w: {f: f"results/{w.region}/indicators/{f}.parquet" for f in families(w.region)}),
        unpack(absent_file),
        territories=in_region("layers/territories.parquet"),
        code=code("assemble_table"),
    output:
        table=in_region("indicators/table.parquet"),
        flags=in_region("indicators/flags.parquet"),
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


rule assemble_years:
    input:
        unpack(osm_header),
        unpack(receipt_of("population")),
        unpack(dated_tables),
        code=code("assemble_years"),
    output:
        years=in_region("indicators/years.json"),
    log:
        in_region("logs/assemble_years.log"),
    conda:
        "../envs/comarca.yaml"
    params:
        osm_layers=lambda w: list(osm_layers(region_of(w))),
        population_year=lambda w: region_of(w).population.year,
        tables=lambda w: list(dated_tables(w)),
        columns=published_columns,
        family_layers=lambda w: {name: list(family.layers) for name, family in REGISTRIES[w.region].families.items()},
    message:
        "{wildcards.region}: dating the columns."
    script:
        "../scripts/assemble_years.py"


rule export_csv:
    input:
        table=in_region("indicators/table.parquet"),
        code=code("export_csv"),
    output:
        csv=report(
            in_region("indicators.csv"),
            caption="../report/indicators.rst",
            category="Tables and texts",
            subcategory="{region}",
            labels={"product": "table"},
        ),
    log:
        in_region("logs/export_csv.log"),
    conda:
        "../envs/comarca.yaml"
    message:
        "{wildcards.region}: writing {output.csv}."
    script:
        "../scripts/export_csv.py"


rule export_long:
    input:
        table=in_region("indicators/table.parquet"),
        flags=in_region("indicators/flags.parquet"),
        years=in_region("indicators/years.json"),
        code=code("export_long"),
    output:
        long=in_region("indicators_long.csv"),
    log:
        in_region("logs/export_long.log"),
    conda:
        "../envs/comarca.yaml"
    params:
        columns=published_columns,
    message:
        "{wildcards.region}: writing {output.long}."
    script:
        "../scripts/export_long.py"


rule export_codebook:
    input:
        table=in_region("indicators/table.parquet"),
        years=in_region("indicators/years.json"),
        code=code("export_codebook"),
    output:
        codebook=report(
            in_region("codebook.csv"),
            caption="../report/codebook.rst",
            category="Tables and texts",
            subcategory="{region}",
            labels={"product": "codebook"},
        ),
    log:
        in_region("logs/export_codebook.log"),
    conda:
        "../envs/comarca.yaml"
    params:
        columns=published_columns,
    message:
        "{wildcards.region}: writing {output.codebook}."
    script:
        "../scripts/export_codebook.py"


rule export_geoparquet:
    input:
        table=in_region("indicators/table.parquet"),
        territories=in_region("layers/territories.parquet"),
        code=code("export_geoparquet"),
    output:
        geoparquet=in_region("indicators.parquet"),
    log:
        in_region("logs/export_geoparquet.log"),
    conda:
        "../envs/comarca.yaml"
    params:
        columns=published_columns,
    message:
        "{wildcards.region}: writing {output.geoparquet}."
    script:
        "../scripts/export_geoparquet.py"


rule export_geopackage:
    input:
        unpack(context_layers),
        table=in_region("indicators/table.parquet"),
        territories=in_region("layers/territories.parquet"),
        code=code("export_geopackage"),
    output:
        geopackage=in_region("indicators.gpkg"),
    log:
        in_region("logs/export_geopackage.log"),
    conda:
        "../envs/comarca.yaml"
    params:
        columns=published_columns,
        language=CONFIG.languages[0],
    message:
        "{wildcards.region}: writing {output.geopackage}."
    script:
        "../scripts/export_geopackage.py"


rule export_xlsx:
    input:
        table=in_region("indicators/table.parquet"),
        sources=in_region("indicators/sources.parquet"),
        years=in_region("indicators/years.json"),
        code=code("export_xlsx"),
    output:
        xlsx=in_region("indicators.xlsx"),
    log:
        in_region("logs/export_xlsx.log"),
    conda:
        "../envs/comarca.yaml"
    params:
        columns=published_columns,
        language=CONFIG.languages[0],
    message:
        "{wildcards.region}: writing {output.xlsx}."
    script:
        "../scripts/export_xlsx.py"


rule export_stata:
    input:
        table=in_region("indicators/table.parquet"),
        code=code("export_stata"),
    output:
        dta=in_region("indicators.dta"),
    log:
        in_region("logs/export_stata.log"),
    conda:
        "../envs/comarca.yaml"
    params:
        columns=published_columns,
        language=CONFIG.languages[0],
        title=lambda w: region_title(w.region),
    message:
        "{wildcards.region}: writing {output.dta}."
    script:
        "../scripts/export_stata.py"


rule export_datapackage:
    input:
        table=in_region("indicators/table.parquet"),
        sources=in_region("indicators/sources.parquet"),
        code=code("export_datapackage"),
    output:
        datapackage=in_region("datapackage.json"),
    log:
        in_region("logs/export_datapackage.log"),
    conda:
        "../envs/comarca.yaml"
    params:
        columns=published_columns,
        title=lambda w: region_title(w.region, "en"),
    message:
        "{wildcards.region}: writing {output.datapackage}."
    script:
        "../scripts/export_datapackage.py"


rule export_atlas_pdf:
    input:
        base=in_region("indicators/map_base.pickle"),
        table=in_region("indicators/table.parquet"),
        classes=in_region("indicators/map_classes.pickle"),
        years=in_region("indicators/years.json"),
        credit_lines=in_region("indicators/credits.json"),
        sources=in_region("SOURCES.md"),
        code=code("export_atlas_pdf"),
    output:
        atlas=in_region("atlas.pdf"),
    log:
        in_region("logs/export_atlas_pdf.log"),
    benchmark:
        in_region("benchmarks/export_atlas_pdf.tsv")
    conda:
        "../envs/comarca.yaml"
    params:
        columns=published_columns,
        family_titles=family_titles,
        options=map_options,
    message:
        "{wildcards.region}: writing {output.atlas}."
    script:
        "../scripts/export_atlas_pdf.py"


rule export_atlas_html:
    input:
        base=in_region("indicators/map_base.pickle"),
        table=in_region("indicators/table.parquet"),
        flags=in_region("indicators/flags.parquet"),
        classes=in_region("indicators/map_classes.pickle"),
        years=in_region("indicators/years.json"),
        credit_lines=in_region("indicators/credits.json"),
        sources=in_region("SOURCES.md"),
        code=code("export_atlas_html"),
    output:
        atlas=report(
            in_region("atlas.html"),
            caption="../report/atlas.rst",
            category="Tables and texts",
            subcategory="{region}",
            labels={"product": "atlas"},
        ),
    log:
        in_region("logs/export_atlas_html.log"),
    benchmark:
        in_region("benchmarks/export_atlas_html.tsv")
    conda:
        "../envs/comarca.yaml"
    params:
        columns=published_columns,
        family_titles=family_titles,
        options=map_options,
        languages=list(CONFIG.languages),
    message:
        "{wildcards.region}: writing {output.atlas}."
    script:
        "../scripts/export_atlas_html.py"


rule assemble_provenance:
    input:
        unpack(osm_header),
        unpack(receipts),
        table=in_region("indicators/table.parquet"),
        local=local_files,
        code=code("assemble_provenance"),
    output:
        provenance=in_region("provenance.json"),
        sources=in_region("SOURCES.md"),
        credits=in_region("indicators/credits.json"),
        table=in_region("indicators/sources.parquet"),
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
        table=in_region("indicators/table.parquet"),
        flags=in_region("indicators/flags.parquet"),
        years=in_region("indicators/years.json"),
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
        columns=published_columns,
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
        base=in_region("indicators/map_base.pickle"),
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
        code=code("classify_maps"),
    output:
        classes=in_region("indicators/map_classes.pickle"),
    log:
        in_region("logs/classify_maps.log"),
    conda:
        "../envs/comarca.yaml"
    params:
        columns=published_columns,
        options=map_options,
    message:
        "{wildcards.region}: making the classes of the maps."
    script:
        "../scripts/classify_maps.py"


rule plot_map:
    input:
        base=in_region("indicators/map_base.pickle"),
        table=in_region("indicators/table.parquet"),
        classes=in_region("indicators/map_classes.pickle"),
        years=in_region("indicators/years.json"),
        credit_lines=in_region("indicators/credits.json"),
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
        column=map_column,
        options=map_options,
    message:
        "{wildcards.region}: drawing the map of {wildcards.column}."
    script:
        "../scripts/plot_map.py"
