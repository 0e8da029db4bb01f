"""The profiles: what a job asks of a cluster."""

import re

import yaml


def test_no_job_asks_a_cluster_for_more_than_two_cpus(root):
    # Jobs of a group count together: Snakemake asks one node for the sum of what those side by side need.
    profile = yaml.safe_load((root / "profiles/slurm/config.yaml").read_text(encoding="utf-8"))
    assert not {"groups", "group-components"} & {*profile}
    rules = "\n".join(path.read_text(encoding="utf-8") for path in sorted((root / "workflow").rglob("*.smk")))
    assert not re.findall(r"^\s+group:", rules, flags=re.MULTILINE)
    threads = [int(count) for count in re.findall(r"^\s+threads:\s*(.+)$", rules, flags=re.MULTILINE)]
    assert threads
    assert max(threads) <= 2
