"""Layout files: what is written is read again, and nothing is passed over."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.imports.incidents.layout import IncidentLayout, read_layout
from service.store.errors import ImportRefusedError

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
LAYOUTS = st.builds(
    IncidentLayout,
    format_=st.none() | st.sampled_from(["police-uk", "csv"]),
    dataset=st.none() | TEXTS,
    time=st.none() | TEXTS,
    id_=st.none() | TEXTS,
    time_of_day=st.none() | TEXTS,
    decimal=st.none() | st.sampled_from([".", ","]),
    attribute=st.dictionaries(TEXTS, TEXTS, max_size=3),
)


@pytest.fixture
def refusal(tmp_path):
    """Why a layout with this content is refused."""

    def refusal(content):
        path = tmp_path / "trust.toml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        with pytest.raises(ImportRefusedError) as caught:
            read_layout(path)
        assert caught.value.path == str(path)
        return caught.value.reason

    return refusal


@given(layout=LAYOUTS)
def test_a_layout_that_was_written_is_read_as_it_was(layout, tmp_path_factory):
    path = tmp_path_factory.mktemp("layout") / "trust.toml"
    path.write_text(layout.to_toml(), "utf-8")
    assert read_layout(path) == layout


def test_the_keys_are_the_names_of_the_options():
    layout = IncidentLayout(time_of_day="Call Time", id_="Ref", attribute={"sex": "Gender"})
    assert tomllib.loads(layout.to_toml()) == {
        "time-of-day": "Call Time",
        "id": "Ref",
        "attribute": {"sex": "Gender"},
    }


def test_options_that_state_nothing_or_belong_to_one_delivery_are_left_out():
    options = {"time": "Date", "title": "", "crs": None, "strict": True, "attribute": ["a=b"]}
    layout = IncidentLayout.from_options(options, {"sex": "Gender"})
    assert layout == IncidentLayout(time="Date", attribute={"sex": "Gender"})


def test_a_byte_order_mark_does_not_matter(tmp_path):
    path = tmp_path / "trust.toml"
    path.write_bytes(b'\xef\xbb\xbftime = "Date"\n')
    assert read_layout(path) == IncidentLayout(time="Date")


def test_an_unknown_key_is_refused_and_the_allowed_ones_are_named(refusal):
    reason = refusal('tiem = "Date"')
    assert "unknown key 'tiem'" in reason
    assert "time, date-form, time-of-day" in reason


@pytest.mark.parametrize("key", ["strict", "replace", "rejects", "layout", "covers", "from", "to"])
def test_what_belongs_to_one_delivery_has_no_key(refusal, key):
    assert f"unknown key {key!r}" in refusal(f"{key} = true")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('date-form = "eu"', "date-form: input should be 'iso', 'uk' or 'us', got 'eu'"),
        ("x = 3", "x: input should be a valid string, got 3"),
        ('crs = ""', "crs: string should have at least 1 character"),
        ('attribute = "sex"', "attribute: input should be a valid dictionary"),
        ("[attribute]\nsex = 1", "attribute.sex: input should be a valid string, got 1"),
        ("time", "is not TOML"),
        (b'time = "\xff"', "is not UTF-8 text"),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_its_key(refusal, content, said):
    assert said in refusal(content)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ImportRefusedError, match=r"none\.toml: cannot be read: No such file"):
        read_layout(tmp_path / "none.toml")
