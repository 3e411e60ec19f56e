"""What QGIS makes of some layers: run by the system's Python, which has QGIS's bindings.

    QT_QPA_PLATFORM=offscreen /usr/bin/python3 qgis_client.py jobs.json findings.json

Reads a list of layers, loads and draws each as a person would who pastes the address, and
writes what it found. It judges nothing: the test that started it does.
"""

import json
import sys
import time
from pathlib import Path

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsFeatureRequest,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsPointXY,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsVectorLayer,
    QgsVectorTileLayer,
)
from qgis.PyQt.QtCore import QEventLoop, QSize, QTimer
from qgis.PyQt.QtGui import QColor

SIZE = QSize(900, 700)
BACKGROUND = QColor(255, 255, 255)
DRAWING_MS = 90_000


def open_layer(job):
    """The layer of a job, as the provider named opens it."""
    if job["kind"] == "raster":
        return QgsRasterLayer(job["source"], job["name"], job["provider"])
    if job["kind"] == "vector-tiles":
        layer = QgsVectorTileLayer(job["source"], job["name"])
        if layer.isValid() and job.get("styled"):
            said, fine = layer.loadDefaultStyle()
            if not fine:
                raise RuntimeError(f"its style: {said}")
        return layer
    return QgsVectorLayer(job["source"], job["name"], job["provider"])


def facts_of(job, layer):
    """What the layer says of itself."""
    extent = layer.extent()
    found = {
        "valid": layer.isValid(),
        "error": layer.error().message() if hasattr(layer, "error") else "",
        "crs": layer.crs().authid(),
        "extent": [
            extent.xMinimum(), extent.yMinimum(), extent.xMaximum(), extent.yMaximum(),
        ],
    }  # fmt: skip
    if isinstance(layer, QgsRasterLayer) and layer.isValid():
        found["size"] = [layer.width(), layer.height()]
        found["bands"] = layer.bandCount()
        found["metadata"] = layer.htmlMetadata()
        if "sample" in job:
            value, inside = layer.dataProvider().sample(QgsPointXY(*job["sample"]), 1)
            found["sample"] = value if inside else None
    if isinstance(layer, QgsVectorLayer) and layer.isValid():
        found["fields"] = [field.name() for field in layer.fields()]
        found["geometry"] = layer.geometryType()
        found["stated"] = layer.featureCount()
        found["read"] = sum(1 for _ in layer.getFeatures())
        if "bbox" in job:
            box = QgsFeatureRequest().setFilterRect(QgsRectangle(*job["bbox"]))
            found["read_in_bbox"] = [
                feature[job["key"]]
                for feature in open_layer(job).getFeatures(box)
                if feature.hasGeometry()
            ]
        first = next(layer.getFeatures(), None)
        if first is not None:
            found["first"] = {field.name(): str(first[field.name()]) for field in layer.fields()}
    return found


def draw(job, layer, folder):
    """A picture of the layer over an extent, in the reference system of a job."""
    crs = QgsCoordinateReferenceSystem(job["draw_crs"])
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(crs)
    settings.setOutputSize(SIZE)
    settings.setBackgroundColor(BACKGROUND)
    settings.setTransformContext(QgsProject.instance().transformContext())
    if "draw_extent" in job:
        settings.setExtent(QgsRectangle(*job["draw_extent"]))
    else:
        to_map = QgsCoordinateTransform(layer.crs(), crs, QgsProject.instance())
        settings.setExtent(to_map.transformBoundingBox(layer.extent()))
    drawing = QgsMapRendererParallelJob(settings)
    waiting = QEventLoop()
    drawing.finished.connect(waiting.quit)
    QTimer.singleShot(DRAWING_MS, waiting.quit)
    drawing.start()
    waiting.exec_()
    in_time = not drawing.isActive()
    if not in_time:
        drawing.cancel()
    path = Path(folder) / f"{job['name']}.png"
    drawing.renderedImage().save(str(path))
    seen = settings.visibleExtent()
    return {
        "image": str(path),
        "visible": [seen.xMinimum(), seen.yMinimum(), seen.xMaximum(), seen.yMaximum()],
        "in_time": in_time,
        "drawing_errors": [error.message for error in drawing.errors()],
    }


def main(jobs_file, findings_file):
    """Do every job, and write what was found after each."""
    asked = json.loads(Path(jobs_file).read_text(encoding="utf-8"))
    QgsApplication.setPrefixPath("/usr", True)
    application = QgsApplication([], False)
    application.initQgis()
    said = []
    QgsApplication.messageLog().messageReceived.connect(
        lambda message, tag, level: said.append(f"{tag}: {message}")
    )
    findings = {"version": application.applicationVersion(), "layers": {}}
    for job in asked["jobs"]:
        said.clear()
        began = time.monotonic()
        try:
            layer = open_layer(job)
            found = facts_of(job, layer)
            if layer.isValid():
                found |= draw(job, layer, asked["folder"])
        except Exception as error:  # noqa: BLE001 - the next layer may be fine; the test says which
            found = {"valid": False, "error": repr(error)}
        application.processEvents()
        found["said"] = list(said)
        found["seconds"] = round(time.monotonic() - began, 2)
        findings["layers"][job["name"]] = found
        layer = None
        Path(findings_file).write_text(json.dumps(findings, default=str), encoding="utf-8")
    application.exitQgis()


if __name__ == "__main__":
    main(*sys.argv[1:])
