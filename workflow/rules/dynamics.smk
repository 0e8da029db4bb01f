# The finished table -> clusters, profiles, dynamics, propositions, functional territories; regions together.


# Clusters are columns of the table, but computed from other columns.
ruleorder: compute_clusters > compute_family


rule compute_clusters:
    input:
        unpack(of("inputs", "compute_clusters")),
        territories=in_region("layers/territories.parquet"),
        code=code("compute_clusters"),
    output:
        table=in_region("indicators/clusters.parquet"),
        checks=in_region("checks/families/clusters.json"),
    log:
        in_region("logs/compute_clusters.log"),
    benchmark:
        in_region("benchmarks/compute_clusters.tsv")
    conda:
        "../envs/comarca.yaml"
    params:
        options=of("config.clusters.tests"),
        columns=of("columns", "clusters"),
    message:
        "{wildcards.region}: finding spatial clusters."
    script:
        "../scripts/compute_clusters.py"


rule compute_profiles:
    input:
        unpack(of("inputs", "compute_profiles")),
        table=in_region(ASSEMBLED["table"]),
        territories=in_region("layers/territories.parquet"),
        code=code("compute_profiles"),
    output:
        profiles=in_region(ASSEMBLED["profiles"]),
        similar=in_region(ASSEMBLED["similar_territories"]),
        curves=in_region(ASSEMBLED["lorenz_curves"]),
        checks=in_region("checks/profiles.json"),
    log:
        in_region("logs/compute_profiles.log"),
    benchmark:
        in_region("benchmarks/compute_profiles.tsv")
    conda:
        "../envs/comarca.yaml"
    params:
        columns=of("measured_columns"),
        options=of("config.profile.model_dump"),
        measures=of("lorenz_options"),
        units=of("unit_options"),
    message:
        "{wildcards.region}: making structural profiles."
    script:
        "../scripts/compute_profiles.py"


rule compute_dynamics:
    input:
        unpack(of("inputs", "compute_dynamics")),
        table=in_region(ASSEMBLED["table"]),
        columns=in_region(ASSEMBLED["columns"]),
        profiles=in_region(ASSEMBLED["profiles"]),
        territories=in_region("layers/territories.parquet"),
        code=code("compute_dynamics"),
    output:
        dynamics_summary=in_region(ASSEMBLED["dynamics_summary"]),
        dynamics_transitions=in_region(ASSEMBLED["dynamics_transitions"]),
        dynamics_factors=in_region(ASSEMBLED["dynamics_factors"]),
        propositions=in_region(ASSEMBLED["propositions"]),
        checks=in_region("checks/dynamics.json"),
    log:
        in_region("logs/compute_dynamics.log"),
    benchmark:
        in_region("benchmarks/compute_dynamics.tsv")
    conda:
        "../envs/comarca.yaml"
    params:
        tests=of("config.propositions.model_dump"),
    message:
        "{wildcards.region}: setting changes beside factors, and holding the propositions of the research."
    script:
        "../scripts/compute_dynamics.py"


rule compute_functional:
    input:
        unpack(of("inputs", "compute_functional")),
        table=in_region(ASSEMBLED["table"]),
        columns=in_region(ASSEMBLED["columns"]),
        territories=in_region("layers/territories.parquet"),
        code=code("compute_functional"),
    output:
        functional=in_region("indicators_functional.csv"),
        members=in_region("functional_territories.csv"),
        layer=in_region("layers/functional_territories.parquet"),
        checks=in_region("checks/functional.json"),
    log:
        in_region("logs/compute_functional.log"),
    benchmark:
        in_region("benchmarks/compute_functional.tsv")
    conda:
        "../envs/comarca.yaml"
    resources:
        mem_mb=memory("compute_functional"),
    params:
        grouping=of("config.functional.model_dump"),
        families=of("analysed_families"),
    message:
        "{wildcards.region}: computing the indicators of functional territories."
    script:
        "../scripts/compute_functional.py"


rule plot_sheet:
    input:
        unpack(of("product_files", *SHEET_INPUTS)),
        code=code("plot_sheet"),
    output:
        sheet=in_region("sheets/{territory}.pdf"),
    log:
        in_region("logs/plot_sheet/{territory}.log"),
    wildcard_constraints:
        territory="[^/]+",
    conda:
        "../envs/comarca.yaml"
    params:
        language=LANGUAGE,
    message:
        "{wildcards.region}: drawing the sheet of {wildcards.territory}."
    script:
        "../scripts/plot_sheet.py"


rule plot_sheets:
    input:
        unpack(of("product_files", *SHEET_INPUTS)),
        code=code("plot_sheet"),
    output:
        sheet=in_region("sheets.pdf"),
    log:
        in_region("logs/plot_sheets.log"),
    benchmark:
        in_region("benchmarks/plot_sheets.tsv")
    conda:
        "../envs/comarca.yaml"
    threads: 2
    params:
        language=LANGUAGE,
        territory="",
    message:
        "{wildcards.region}: drawing the sheets of all territories."
    script:
        "../scripts/plot_sheet.py"


rule assemble_together:
    input:
        tables=lambda w: PLAN.together("table"),
        columns=lambda w: PLAN.together("columns"),
        code=code("assemble_together"),
    output:
        indicators="results/together/indicators.csv",
        common="results/together/codebook.csv",
        classes="results/together/map_classes.csv",
        only_some="results/together/left_out.csv",
    log:
        "results/together/logs/assemble_together.log",
    conda:
        "../envs/comarca.yaml"
    params:
        regions=list(PLAN.regions),
    message:
        "Putting the tables of all regions together."
    script:
        "../scripts/assemble_together.py"


rule assemble_summaries:
    input:
        tables=lambda w: PLAN.together("dynamics_summary"),
        code=code("assemble_summaries"),
    output:
        summary="results/together/dynamics_summary.csv",
    log:
        "results/together/logs/assemble_summaries.log",
    conda:
        "../envs/comarca.yaml"
    params:
        regions=[name for name, region in PLAN.regions.items() if region.has("outcomes")],
    message:
        "Putting the types of change of all regions together."
    script:
        "../scripts/assemble_summaries.py"
