# comarca with the exact versions of requirements.lock; docs/cluster.md says how to use it.
FROM python:3.11-slim-bookworm
RUN apt-get update && apt-get install --yes --no-install-recommends make && rm -rf /var/lib/apt/lists/*
WORKDIR /comarca
COPY pyproject.toml requirements.lock README.md LICENSE Makefile Snakefile ./
COPY src src
RUN make .venv/.ready
COPY workflow workflow
COPY config config
COPY profiles profiles
COPY data data
ENTRYPOINT [".venv/bin/snakemake", "--logger", "comarca", "--cores", "all"]
