# comarca with the exact versions of requirements.lock; docs/cluster.md says how to use it.
FROM python:3.11-slim-bookworm
# GDAL in rasterio's wheel and osmium's readers of XML need libexpat, which the image leaves out.
RUN apt-get update && apt-get install --yes --no-install-recommends libexpat1 make && rm -rf /var/lib/apt/lists/*
WORKDIR /comarca
COPY pyproject.toml requirements.lock README.md LICENSE Makefile Snakefile ./
COPY src src
RUN make .venv/.ready
COPY workflow workflow
COPY config config
COPY profiles profiles
COPY data data
ENTRYPOINT [".venv/bin/snakemake", "--logger", "comarca", "--cores", "all"]
