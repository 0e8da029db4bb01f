# The workflow stands in workflow/Snakefile; from here it is found as a module, too.
include: "workflow/Snakefile"
