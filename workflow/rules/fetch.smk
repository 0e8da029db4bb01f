# Files from providers, one job per layer of a region that is not the user's own. The receipt names the files, which
# regions share under data/raw.


rule fetch_layer:
    input:
        unpack(fetch_outline),
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
        country=lambda w: region_of(w).country,
        providers=lambda w: list(ladder_of(w).providers),
        options=lambda w: ladder_of(w).options,
        required=lambda w: ladder_of(w).is_required,
    message:
        "{wildcards.region}: fetching the layer {wildcards.layer}."
    script:
        "../scripts/fetch_layer.py"


rule join_tiles:
    input:
        unpack(lambda w: receipt_of(w.layer)(w)),
        code=code("join_tiles"),
    output:
        raster=in_region("fetched/{layer}.vrt"),
    log:
        in_region("logs/join_tiles/{layer}.log"),
    conda:
        "../envs/comarca.yaml"
    message:
        "{wildcards.region}: joining the tiles of {wildcards.layer}."
    script:
        "../scripts/join_tiles.py"


# Which columns a region loses, because an optional layer could not be had from any provider.
rule list_absent:
    input:
        unpack(optional_receipts),
        code=code("list_absent"),
    output:
        absent=in_region("layers/absent.json"),
    log:
        in_region("logs/list_absent.log"),
    conda:
        "../envs/comarca.yaml"
    params:
        losses=layers_at_stake,
        columns=columns_at_stake,
    message:
        "{wildcards.region}: noting what could not be had."
    script:
        "../scripts/list_absent.py"
