# `remediator serve` in a container, for Container Apps or AKS (docs/container.md). Build it from the root of the repository.
FROM python:3.13.9-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
# The environment has no pip of its own: it is filled from outside, and nothing can be installed where it runs.
RUN python -m venv --without-pip /opt/remediator
COPY requirements-cli.txt requirements-dev.txt ./
RUN python -m pip --python /opt/remediator/bin/python install --require-hashes --only-binary=:all: -r requirements-cli.txt
RUN sed -n '/^uv-build==/,/[^\\]$/p' requirements-dev.txt > build.txt && python -m pip install --require-hashes -r build.txt
COPY pyproject.toml README.md LICENSE ./
COPY remediator ./remediator
RUN python -m pip wheel --no-deps --no-build-isolation --wheel-dir wheels . \
 && python -m pip --python /opt/remediator/bin/python install --no-deps --no-index wheels/*.whl

FROM python:3.13.9-slim-bookworm
COPY --from=build /opt/remediator /opt/remediator
# Nothing is written to the image: with a storage account the root may be read-only, without one mount a volume at /data.
ENV PATH=/opt/remediator/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 REMEDIATOR_MODE=azure REMEDIATOR_DATA_DIR=/data
USER 10001:10001
WORKDIR /
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8080/healthz', timeout=3)"]
ENTRYPOINT ["remediator"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8080"]
