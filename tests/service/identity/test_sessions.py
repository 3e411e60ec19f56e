"""Sessions: another secret each time, ended for every process, never longer than they may be."""

import time

import pytest

from service.access.audience import Identity
from service.access.policy import Role
from service.identity.private_folder import PrivateFolder
from service.identity.sessions import MOST, Sessions

SOMEBODY = Identity(Role.PARTNER, "ab12", frozenset({"callouts"}))


@pytest.fixture
def folder(tmp_path):
    return PrivateFolder(tmp_path / "access")


def start(sessions, identity=SOMEBODY, seconds=60.0):
    return sessions.start(identity, expires=time.time() + seconds, is_of_token=False)


def test_a_session_is_known_to_every_process_until_it_is_ended_in_one(folder):
    one, other = Sessions(folder), Sessions(folder)
    assert other.find("unknown") is None
    secret = start(one)
    assert other.find(secret).identity == one.find(secret).identity == SOMEBODY
    one.end(secret)
    assert one.find(secret) is None
    assert Sessions(folder).find(secret) is None


def test_a_session_ends_by_itself(folder):
    sessions = Sessions(folder)
    assert sessions.find(start(sessions, seconds=-1.0)) is None


def test_the_file_has_no_secret(folder):
    secret = start(Sessions(folder))
    assert secret not in (folder.path / "sessions.json").read_text()


def test_each_key_has_so_many_sessions_and_the_oldest_end(folder):
    sessions = Sessions(folder)
    other = start(sessions, Identity(Role.ANALYST, "cd34"))
    secrets = [start(sessions) for _ in range(MOST + 2)]
    assert len(set(secrets)) == MOST + 2
    assert [sessions.find(secret) is None for secret in secrets[:3]] == [True, True, False]
    assert sessions.find(other) is not None
