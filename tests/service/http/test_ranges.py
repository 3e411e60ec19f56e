"""Parts of answers: what a client that reads a window of a file asks for (RFC 9110, 14)."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.http.ranges import wanted_part
from tests.service import world

RASTER = f"/v1/heatmaps/{world.DATASET}/raster.tif?cell_m=50"
PACKAGE = f"/v1/choropleths/{world.DATASET}/{world.CELLS}.gpkg"


@pytest.fixture(scope="module")
def whole(client):
    answer = client.get(RASTER)
    assert answer.status_code == 200
    return answer


def part_of(client, header, **headers):
    return client.get(RASTER, headers={"Range": header, **headers})


def test_an_answer_says_that_it_may_be_asked_for_in_parts(client, whole):
    assert whole.headers["Accept-Ranges"] == "bytes"
    head = client.head(RASTER)
    assert head.headers["Accept-Ranges"] == "bytes"
    assert head.headers["Content-Length"] == str(len(whole.content))
    assert head.content == b""


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("bytes=0-0", slice(0, 1)),
        ("bytes=10-99", slice(10, 100)),
        ("bytes=100-", slice(100, None)),
        ("bytes=-50", slice(-50, None)),
        ("bytes=0-999999999", slice(0, None)),
        ("bytes=-999999999", slice(0, None)),
        ("Bytes = 3 - 5 ", slice(3, 6)),
    ],
)
def test_one_range_is_that_part(client, whole, header, part):
    answer = part_of(client, header)
    expected = whole.content[part]
    start = whole.content.index(expected) if len(expected) > 20 else part.start
    assert answer.status_code == 206
    assert answer.content == expected
    assert answer.headers["Content-Length"] == str(len(expected))
    stop = start + len(expected) - 1
    assert answer.headers["Content-Range"] == f"bytes {start}-{stop}/{len(whole.content)}"
    for name in ("ETag", "Content-Type", "Cache-Control"):
        assert answer.headers[name] == whole.headers[name]


@pytest.mark.parametrize(
    "header",
    ["bytes=0-1,5-9", "lines=0-5", "bytes=", "bytes=-", "bytes=9-3", "bytes=a-b", "0-5", "",
     "bytes=1-2-3", "bytes=0-" + "9" * 5_000, "bytes=١-٢"],
)  # fmt: skip
def test_what_is_not_one_range_gets_the_whole(client, whole, header):
    answer = client.get(RASTER, headers=[(b"range", header.encode())])
    assert answer.status_code == 200
    assert answer.content == whole.content


def test_ranges_on_two_lines_get_the_whole(client, whole):
    answer = client.get(RASTER, headers=[("Range", "bytes=0-1"), ("Range", "bytes=2-3")])
    assert (answer.status_code, answer.content) == (200, whole.content)


@pytest.mark.parametrize("behind", ["bytes={length}-", "bytes=999999999-", "bytes=-0"])
def test_a_range_behind_the_end_is_refused_with_the_length(client, whole, behind):
    length = len(whole.content)
    answer = part_of(client, behind.format(length=length))
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == f"bytes */{length}"
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert str(length) in answer.json()["detail"]


def test_a_part_of_the_answer_that_the_client_has(client, whole):
    answer = part_of(client, "bytes=0-9", **{"If-Range": whole.headers["ETag"]})
    assert (answer.status_code, answer.content) == (206, whole.content[:10])


@pytest.mark.parametrize(
    "named", ['"another"', "W/{tag}", "Sat, 21 Nov 2026 00:00:00 GMT", '{tag}, "b"', "*"]
)
def test_parts_of_another_answer_are_not_mixed_with_this_one(client, whole, named):
    named = named.format(tag=whole.headers["ETag"])
    answer = part_of(client, "bytes=0-9", **{"If-Range": named})
    assert (answer.status_code, answer.content) == (200, whole.content)
    # Nor is a range behind its end refused: the whole is what the client needs.
    assert part_of(client, "bytes=999999999-", **{"If-Range": named}).status_code == 200


def test_who_has_the_whole_is_told_so(client, whole):
    answer = part_of(client, "bytes=0-9", **{"If-None-Match": whole.headers["ETag"]})
    assert (answer.status_code, answer.content) == (304, b"")


def test_a_head_has_no_parts(client, whole):
    answer = client.head(RASTER, headers={"Range": "bytes=0-9"})
    assert answer.status_code == 200
    assert answer.headers["Content-Length"] == str(len(whole.content))


def test_an_error_has_no_parts(client):
    answer = client.get("/v1/datasets/nonsense", headers={"Range": "bytes=0-9"})
    assert (answer.status_code, answer.json()["status"]) == (404, 404)


def test_an_empty_answer_is_given_whole(client):
    address = f"/v1/boundaries/{world.CELLS}/tiles/13/0/0.mvt"
    answer = client.get(address, headers={"Range": "bytes=0-9"})
    assert (answer.status_code, answer.content) == (200, b"")


def test_a_page_that_is_named_may_ask_for_parts(resources, serve):
    origin = {"Origin": "https://maps.example.org"}
    settings = resources.settings.model_copy(update={"cors_origins": (origin["Origin"],)})
    client = serve(dataclasses.replace(resources, settings=settings))
    asked = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "range"}
    assert client.options(RASTER, headers={**origin, **asked}).status_code == 200
    told = client.get(RASTER, headers={**origin, "Range": "bytes=0-9"})
    exposed = told.headers["Access-Control-Expose-Headers"]
    assert {"Content-Range", "Accept-Ranges", "ETag"} <= set(exposed.split(", "))


@pytest.mark.parametrize("address", [RASTER, PACKAGE, f"/v1/choropleths/{world.DATASET}/cell.csv"])
def test_parts_put_together_are_the_whole(client, address):
    length = int(client.head(address).headers["Content-Length"])
    step = max(length // 7, 1)
    parts = [
        client.get(address, headers={"Range": f"bytes={at}-{at + step - 1}"})
        for at in range(0, length, step)
    ]
    assert {part.status_code for part in parts} == {206}
    assert b"".join(part.content for part in parts) == client.get(address).content


@given(length=st.integers(1, 300), first=st.integers(0, 400), size=st.integers(1, 400))
def test_a_part_is_what_a_slice_is(length, first, size):
    body = bytes(i % 251 for i in range(length))
    start, stop = wanted_part(f"bytes={first}-{first + size - 1}", length)
    assert body[start:stop] == body[first : first + size]
    start, stop = wanted_part(f"bytes={first}-", length)
    assert body[start:stop] == body[first:]
    start, stop = wanted_part(f"bytes=-{size}", length)
    assert body[start:stop] == body[-size:]


@given(header=st.text(max_size=30))
def test_no_text_is_an_error(header):
    part = wanted_part(header, 100)
    assert part is None or 0 <= part[0] <= part[1] <= 100
