# The workflow stands in workflow/Snakefile; from here it is found as a module, too. A plain `include:` would drop its
# default target, and a run without arguments would do nothing.
workflow.include("workflow/Snakefile", overwrite_default_target=True)
