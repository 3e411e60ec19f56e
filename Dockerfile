# Hotspot Atlas in a container: no root, no compiler, the kernels compiled inside.
#
#   docker build -t hotspot-atlas .
#   docker run --rm -p 127.0.0.1:8000:8000 -v hotspots:/data hotspot-atlas
#   docker run --rm -v hotspots:/data -v "$PWD":/in hotspot-atlas import boundaries /in/lsoa.geojson ...
#
# There is no access control yet: publish the port on loopback, or behind something that has it.

FROM python:3.11-slim AS build

# GDAL in rasterio's wheel takes expat from the system.
RUN apt-get update \
 && apt-get install -y --no-install-recommends libexpat1 \
 && rm -rf /var/lib/apt/lists/*

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
RUN python3 -m venv /opt/hotspots

# Dependencies first: they change less often than the code.
COPY pyproject.toml constraints.txt ./
RUN python3 -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['dependencies'], sep='\n')" > /tmp/dependencies.txt \
 && /opt/hotspots/bin/pip install -c constraints.txt -r /tmp/dependencies.txt

# The page is built here too, with Node from a wheel that pip fetches for the build alone; not
# where service/web/dist is current already.
COPY README.md LICENSE ./
COPY spatial spatial
COPY boundaries boundaries
COPY service service
RUN /opt/hotspots/bin/pip install --no-deps . \
 && /opt/hotspots/bin/pip uninstall --yes pip setuptools

# Away from the sources: kernels are kept by the path of the module, which must be the installed one.
WORKDIR /
# Machine code for any processor of this architecture, made by asking for every kind of answer, so
# that a container does not compile when it starts. Members of group 0 may write there, which its
# user is: numba reads no folder that it cannot write. In a container that is read-only, or run by
# a user of another group, the kernels are compiled at every start.
ENV NUMBA_CPU_NAME=generic \
    NUMBA_CACHE_DIR=/opt/hotspots/kernels \
    MPLCONFIGDIR=/opt/hotspots/matplotlib \
    HOTSPOTS_DATA_DIR=/tmp/demonstration \
    PATH=/opt/hotspots/bin:$PATH
RUN hotspots demo --write-only \
 && python3 -c "from service.commands.output import resources; resources().prepare()" \
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
 && chmod -R g=u /opt/hotspots/kernels /opt/hotspots/matplotlib


FROM python:3.11-slim

RUN apt-get update \
 && apt-get install -y --no-install-recommends libexpat1 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --gid 0 --no-create-home --home-dir /data --shell /usr/sbin/nologin hotspots \
 && install -d -o 10001 -g 0 -m 0775 /data

COPY --from=build /opt/hotspots /opt/hotspots

ENV NUMBA_CPU_NAME=generic \
    NUMBA_CACHE_DIR=/opt/hotspots/kernels \
    MPLCONFIGDIR=/opt/hotspots/matplotlib \
    HOTSPOTS_DATA_DIR=/data \
    PATH=/opt/hotspots/bin:$PATH

USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 8000

HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD ["python3", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health/live', timeout=4)"]

# Loopback is the default of the service; inside a container it would reach nobody.
ENTRYPOINT ["hotspots"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
