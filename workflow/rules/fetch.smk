# Files from providers, one job per layer of a region that is not the user's own. The receipt names the files, which
# regions share under data/raw.


rule fetch_layer:
    input:
        unpack(of("inputs", "fetch_layer", "{layer}")),
        code=code("fetch_layer"),
    output:
        receipt=in_region("fetched/{layer}.json"),
    log:
        in_region("logs/fetch_layer/{layer}.log"),
    wildcard_constraints:
        layer="|".join(PROVIDERS),
    localrule: True
    conda:
        "../envs/comarca.yaml"
    resources:
        downloads=1,
    params:
        country=of("config.country"),
        ladder=of("ladder", "{layer}"),
    message:
        "{wildcards.region}: fetching the layer {wildcards.layer}."
    script:
        "../scripts/fetch_layer.py"


# Which columns a region loses, because an optional layer could not be had from any provider.
rule list_absent:
    input:
        unpack(of("inputs", "list_absent")),
        code=code("list_absent"),
    output:
        absent=in_region("layers/absent.json"),
    log:
        in_region("logs/list_absent.log"),
    conda:
        "../envs/comarca.yaml"
    params:
        losses=of("losses"),
        columns=of("lost_columns"),
    message:
        "{wildcards.region}: noting what could not be had."
    script:
        "../scripts/list_absent.py"
