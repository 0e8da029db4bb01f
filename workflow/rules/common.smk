# Path of the package, configuration, wildcard constraints, and how rules ask the plan. No rules.
import os
import sys
from operator import attrgetter
from pathlib import Path

from snakemake.exceptions import WorkflowError

# Not `workflow.basedir`, which is that of the workflow that uses this one as a module.
ROOT = Path(str(workflow.current_basedir)).parents[1]
# So that jobs in an environment of their own, and workflows that use this one as a module, find the package.
sys.path.insert(0, str(ROOT / "src"))
os.environ.update(PYTHONPATH=os.pathsep.join(filter(None, [str(ROOT / "src"), os.environ.get("PYTHONPATH")])))

try:
    import comarca
except ModuleNotFoundError:
    how = "A workflow that comes from a repository needs the package too: pip install it from the same repository."
    raise WorkflowError(f"The package comarca is not installed. {how}") from None
from comarca.config.plain_yaml import require_plain_yaml
from comarca.errors import ComarcaError
from comarca.fetch.providers.index import PROVIDERS
from comarca.layers.index import LAYERS
from comarca.plan.code import module_files, script_modules
from comarca.plan.memory import asked_mb
from comarca.plan.region import BANDED
from comarca.plan.run import RunPlan
from comarca.plan.unfinished import take_over
from comarca.registry import DATA
from comarca.registry.products import ANALYSIS, ASSEMBLED, PUBLICATION, SHEET_INPUTS, SOURCE_TEXTS, jobs


def from_here(path):
    """Path from the working directory, for what lies below it: in a folder that was moved nothing is stale."""
    return os.path.relpath(path) if Path(path).is_relative_to(Path.cwd()) else str(path)


def project_file(path):
    """Path of a file of the project, or of Snakemake's copy of it where the workflow comes from a repository."""
    return from_here(ROOT / path) if ROOT.is_dir() else str(workflow.source_path(f"../../{path}"))


CONFIGURATION = "config/config.yaml"
READS_DEFAULT = not {"regions", "country"} & {*config} and Path(CONFIGURATION).is_file()
try:
    # Snakemake executes templates in the files it reads. Those of the command line it has read before this line.
    for path in {*map(str, workflow.configfiles), *([CONFIGURATION] if READS_DEFAULT else [])}:
        require_plain_yaml(path)
except ComarcaError as error:
    raise WorkflowError(str(error)) from None

if READS_DEFAULT:

    configfile: "config/config.yaml"


try:
    PLAN = RunPlan.read(config, project_file=project_file)
except ComarcaError as error:
    raise WorkflowError(str(error)) from None

if workflow.is_main_process and not workflow.touch:
    print(*PLAN.size(), sep="\n", file=sys.stderr)

if workflow.is_main_process and not workflow.dryrun:
    try:
        RUNNING, notes = take_over(PLAN.folders.values())
    except ComarcaError as error:
        raise WorkflowError(str(error)) from None
    # Before jobs are planned, as these layers are among them.
    notes += [] if workflow.touch else PLAN.retry_fallbacks()
    print(*notes, sep="\n", end="\n" if notes else "", file=sys.stderr)

#: Maps and products that are in one language speak this one.
LANGUAGE = PLAN.config.languages[0]
#: What maps are drawn from.
MAP_INPUTS = ("table", "flags", "columns", "shapes", "frames", "classes", "credits", "failed")


wildcard_constraints:
    region="|".join(PLAN.regions),
    family="|".join(PLAN.registry.families),
    layer="[a-z_]+",
    city_class="[a-z][a-z0-9_]*",
    column="[a-z][a-z0-9_]*",
    format="png|svg",
    scenario="[a-z][a-z0-9_]*",


def in_region(path):
    """Prefix a path with the region's results folder."""
    return f"results/{{region}}/{path}"


def in_report(product, path):
    """Path of a product, marked for Snakemake's report if its row has a label for it."""
    if product.keeps:
        return update(in_region(path))  # not deleted before it is written anew
    if not product.report:
        return in_region(path)
    marks = {"category": "Tables and texts", "subcategory": "{region}", "labels": {"product": product.report}}
    return report(in_region(path), caption=f"../report/{product.report}.rst", **marks)


def of(question, *arguments):
    """Input function or parameter: what the region's plan answers; arguments hold wildcards as paths do: `{layer}`."""

    def answer(w):
        try:
            found = attrgetter(question)(PLAN[w.region])
            return found(*(argument.format(**w) for argument in arguments)) if callable(found) else found
        except ComarcaError as error:
            raise WorkflowError(str(error)) from None

    return answer


def memory(rule):
    """Resource function: memory of a job by the size of what it reads, more each time that it is sent again."""
    return lambda w, input, attempt: asked_mb(rule, input.size_mb, attempt=attempt)


def code(script, *modules):
    """Files of the package that a rule's result hangs on: its script's imports, and modules it names itself."""
    path = project_file(f"workflow/scripts/{script}.py")

    def files(w):
        named = [name.format(**w) for name in modules]
        return [from_here(file) for file in module_files(*named, *script_modules(path))]

    return files
