"""Settings: from the environment, checked, named exactly when they are wrong."""

import os
import pickle

import pytest

from service.config.settings import (
    InvalidSettingError,
    SettingError,
    Settings,
    TileSettings,
    UnknownSettingError,
    read_settings,
)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch):
    for name in list(os.environ):
        if name.startswith("HOTSPOTS_"):
            monkeypatch.delenv(name)


def test_without_variables_the_defaults_hold():
    assert read_settings() == Settings()
    assert read_settings().crs == "EPSG:27700"


def test_a_variable_sets_its_setting(monkeypatch, tmp_path):
    monkeypatch.setenv("HOTSPOTS_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("HOTSPOTS_STUDY_AREA", "district:D1")
    settings = read_settings()
    assert settings.data_dir == tmp_path
    assert settings.study_area == "district:D1"


def test_a_nested_variable_sets_one_of_a_group(monkeypatch):
    monkeypatch.setenv("HOTSPOTS_TILES__MAX_ZOOM", "15")
    assert read_settings().tiles == TileSettings(max_zoom=15)


@pytest.mark.parametrize("name", ["HOTSPOTS_DATADIR", "HOTSPOTS_PORT", "hotspots_data_dirs"])
def test_a_misspelt_variable_is_refused_by_name(monkeypatch, name):
    monkeypatch.setenv(name, "1")
    with pytest.raises(UnknownSettingError) as caught:
        read_settings()
    assert name.upper() in str(caught.value)
    assert "HOTSPOTS_DATA_DIR" in str(caught.value)


def test_a_misspelt_variable_of_a_group_is_refused_by_name(monkeypatch):
    monkeypatch.setenv("HOTSPOTS_TILES__MAXZOOM", "15")
    with pytest.raises(UnknownSettingError) as caught:
        read_settings()
    assert "HOTSPOTS_TILES__MAXZOOM" in str(caught.value)
    assert "HOTSPOTS_TILES__MAX_ZOOM" in caught.value.allowed


@pytest.mark.parametrize("name", ["HOTSPOTS_TEST_DATA", "HOTSPOTSX", "OTHER_HOTSPOTS_PORT"])
def test_variables_of_others_are_passed_over(monkeypatch, name):
    monkeypatch.setenv(name, "whatever")
    assert read_settings() == Settings()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("HOTSPOTS_CRS", "EPSG:4326", "projected and in metres"),
        ("HOTSPOTS_CRS", "EPSG:2263", "projected and in metres"),  # New York, in feet
        ("HOTSPOTS_CRS", "Airy", "that PROJ knows"),
        ("HOTSPOTS_LOG_LEVEL", "LOUD", "'DEBUG', 'INFO', 'WARNING' or 'ERROR'"),
        ("HOTSPOTS_TILES__MAX_ZOOM", "99", "less than or equal to 24"),
        ("HOTSPOTS_TILES__MIN_ZOOM", "20", "min_zoom (20) is above max_zoom (17)"),
        ("HOTSPOTS_TILES__CACHE_BYTES", "0", "greater than 0"),
        ("HOTSPOTS_TILES", "15", "dictionary"),
        ("HOTSPOTS_TILES", "abc", "tiles"),
        ("HOTSPOTS_CORS_ORIGINS", "maps.example.org", "https://maps.example.org"),
        ("HOTSPOTS_CORS_ORIGINS", '["*"]', "https://maps.example.org"),
        ("HOTSPOTS_HOSTS", "https://atlas.example", "without https://"),
        ("HOTSPOTS_HOSTS", "atlas,*", "got '*'"),
        ("HOTSPOTS_HOSTS", "atlas/maps", "without https:// and path"),
        ("HOTSPOTS_PROXIES", "nginx", "10.0.0.0/24"),
        ("HOTSPOTS_PROXIES", "10.0.0.7/24", "host bits"),
        ("HOTSPOTS_PUBLIC_URL", "maps.example.org", "https://maps.example.org"),
        ("HOTSPOTS_PUBLIC_URL", "https://maps.example.org/?a=b", "without query"),
        ("HOTSPOTS_PUBLIC_URL", "https://maps.example.org/<b>", "without query"),
        ("HOTSPOTS_PUBLIC_URL", "javascript:alert(1)", "https://maps.example.org"),
    ],
)
def test_a_value_that_is_not_allowed_is_named(monkeypatch, name, value, said):
    monkeypatch.setenv(name, value)
    with pytest.raises(InvalidSettingError, match=r"HOTSPOTS_|tiles") as caught:
        read_settings()
    assert said in str(caught.value)


def test_origins_are_listed_with_commas(monkeypatch):
    monkeypatch.setenv("HOTSPOTS_CORS_ORIGINS", "https://a.example, http://b.example:8080")
    assert read_settings().cors_origins == ("https://a.example", "http://b.example:8080")


def test_hosts_have_one_form(monkeypatch):
    assert Settings().host_names == frozenset()
    monkeypatch.setenv("HOTSPOTS_HOSTS", "Atlas.example.:8000, 10.0.0.7,[2001:DB8:0::7]:80")
    monkeypatch.setenv("HOTSPOTS_PUBLIC_URL", "https://Maps.example.org:444/atlas")
    names = {"atlas.example", "10.0.0.7", "2001:db8::7", "maps.example.org"}
    assert read_settings().host_names == names


@pytest.mark.parametrize(
    "url", ["https://maps.example.org", "http://10.0.0.7:8080/atlas", "http://[::1]:8000", ""]
)
def test_a_public_address_is_kept_without_the_slash_at_its_end(monkeypatch, url):
    monkeypatch.setenv("HOTSPOTS_PUBLIC_URL", f"{url}/" if url else "")
    assert read_settings().public_url == url


@pytest.mark.parametrize(
    "error", [UnknownSettingError("HOTSPOTS_X", ("A", "B")), InvalidSettingError("CRS", "no")]
)
def test_errors_of_settings_survive_pickling(error):
    again = pickle.loads(pickle.dumps(error))
    assert isinstance(again, SettingError)
    assert str(again) == str(error)


def test_settings_never_change():
    with pytest.raises(ValueError, match="frozen"):
        Settings().crs = "EPSG:2056"


@pytest.mark.parametrize(
    ("tiles", "hosts"),
    [
        ("", ()),
        ("https://tiles.example.org/{z}/{x}/{y}.png", ("https://tiles.example.org",)),
        ("http://localhost:8080/{z}/{x}/{y}.png?key=a", ("http://localhost:8080",)),
        ("https://maps.example.org/style.json?key=a", ("https://maps.example.org",)),
        ("/tiles/{z}/{x}/{y}.png", ()),
    ],
)
def test_a_background_is_tiles_or_a_style(monkeypatch, tiles, hosts):
    monkeypatch.setenv("HOTSPOTS_BACKGROUND__TILES", tiles)
    assert read_settings().background.allowed_hosts == hosts


@pytest.mark.parametrize(
    "tiles",
    [
        "tiles.example.org/{z}/{x}/{y}.png",
        "https://tiles.example.org/{z}/{x}.png",
        "https://{s}.example.org/{z}/{x}/{y}.png",
        "https://tiles.example.org/{s}/{z}/{x}/{y}.png",
        "//tiles.example.org/{z}/{x}/{y}.png",
        "https://tiles.example.org;script-src */{z}/{x}/{y}.png",
        "https://tiles.example.org 'unsafe-inline'/{z}/{x}/{y}.png",
        "javascript:{z}{x}{y}",
        "data:{z}/{x}/{y}",
        "https://maps.example.org/style",
    ],
)
def test_another_background_is_refused_by_name(monkeypatch, tiles):
    monkeypatch.setenv("HOTSPOTS_BACKGROUND__TILES", tiles)
    with pytest.raises(InvalidSettingError, match="HOTSPOTS_BACKGROUND__TILES"):
        read_settings()


def test_a_style_may_take_from_further_hosts(monkeypatch):
    monkeypatch.setenv("HOTSPOTS_BACKGROUND__TILES", "https://maps.example.org/style.json")
    monkeypatch.setenv(
        "HOTSPOTS_BACKGROUND__HOSTS", "https://*.example.net, https://maps.example.org"
    )
    assert read_settings().background.allowed_hosts == (
        "https://maps.example.org",
        "https://*.example.net",
    )


@pytest.mark.parametrize("name", ["HOTSPOTS_BACKGROUND__HOSTS", "HOTSPOTS_FRAME_ANCESTORS"])
@pytest.mark.parametrize("host", ["*", "example.org", "https://a.org; script-src *", "'self'"])
def test_what_is_no_host_is_refused(monkeypatch, name, host):
    monkeypatch.setenv(name, host)
    with pytest.raises(InvalidSettingError, match=name):
        read_settings()
