# comarca: from a country code to a territory indicator table and maps.
from snakemake.utils import min_version

min_version("9.0")


include: "workflow/rules/common.smk"
include: "workflow/rules/fetch.smk"
include: "workflow/rules/harmonise.smk"
include: "workflow/rules/tables.smk"
include: "workflow/rules/rasters.smk"
include: "workflow/rules/land.smk"
include: "workflow/rules/network.smk"
include: "workflow/rules/indicators.smk"
include: "workflow/rules/publish.smk"


rule all:
    default_target: True
    input:
        region_products,
    localrule: True


# Everything but the maps.
rule tables:
    input:
        table_products,
    localrule: True


onsuccess:
    print_summary()
    print_failures()


onerror:
    print_failures()
