# Tables that people keep -> tables by territory.


rule harmonise_table:
    input:
        unpack(of("inputs", "harmonise_table", "{layer}")),
        territories=in_region("layers/territories.parquet"),
        code=code("harmonise_table"),
    output:
        parquet=in_region("layers/{layer}.parquet"),
        checks=in_region("checks/{layer}.json"),
    log:
        in_region("logs/harmonise_table/{layer}.log"),
    wildcard_constraints:
        layer="employment|firms|age_groups|public_finance",
    conda:
        "../envs/comarca.yaml"
    params:
        source=of("section", "{layer}"),
    message:
        "{wildcards.region}: reading the table of {wildcards.layer}."
    script:
        "../scripts/harmonise_table.py"


rule harmonise_city_population:
    input:
        unpack(of("inputs", "harmonise_city_population")),
        cities=in_region("layers/cities.parquet"),
        code=code("harmonise_city_population"),
    output:
        parquet=in_region("layers/city_population.parquet"),
        checks=in_region("checks/city_population.json"),
    log:
        in_region("logs/harmonise_city_population.log"),
    conda:
        "../envs/comarca.yaml"
    params:
        source=of("section", "city_population"),
    message:
        "{wildcards.region}: reading the inhabitants of the cities by year."
    script:
        "../scripts/harmonise_city_population.py"


rule harmonise_input_output:
    input:
        unpack(of("inputs", "harmonise_input_output")),
        code=code("harmonise_input_output"),
    output:
        parquet=in_region("layers/input_output.parquet"),
        checks=in_region("checks/input_output.json"),
    log:
        in_region("logs/harmonise_input_output.log"),
    conda:
        "../envs/comarca.yaml"
    params:
        source=of("section", "input_output"),
    message:
        "{wildcards.region}: reading the input-output table."
    script:
        "../scripts/harmonise_input_output.py"


rule harmonise_attributes:
    input:
        unpack(of("inputs", "harmonise_attributes")),
        territories=in_region("layers/territories.parquet"),
        code=code("harmonise_attributes"),
    output:
        table=in_region("indicators/attributes.parquet"),
        checks=in_region("checks/families/attributes.json"),
    log:
        in_region("logs/harmonise_attributes.log"),
    conda:
        "../envs/comarca.yaml"
    params:
        sources=of("attributes"),
    message:
        "{wildcards.region}: joining the tables of your own."
    script:
        "../scripts/harmonise_attributes.py"
