"""The folder of keys and secrets: who may read it, and which keys are about to end."""

import datetime
from collections.abc import Iterator
from typing import Final

from service.config.permissions import OF_GROUP, OF_OTHERS
from service.config.settings import Settings
from service.doctor.files import paths_below
from service.doctor.findings import Finding
from service.identity.errors import DamagedKeysError
from service.identity.keys import Keys
from service.identity.private_folder import PrivateFolder

SOON: Final = datetime.timedelta(days=30)


def access_findings(settings: Settings, day: datetime.date) -> Iterator[Finding]:
    """What is wrong with the folder of keys and secrets, and what soon will be.

    Parameters
    ----------
    settings : Settings
        They name it.
    day : date
        By which keys are looked at.

    Yields
    ------
    Finding
        A fault where others may read it or the keys cannot be read; a note for each key that
        ends within a month, and where everybody is shown records on purpose.
    """
    folder = settings.access_folder
    if folder.is_dir():
        excess = [p for p in paths_below(folder) if p.lstat().st_mode & (OF_GROUP | OF_OTHERS)]
        if folder in excess:  # nobody else gets at what is in a folder that they may not enter
            problem = "other users may read keys, secrets or the audit"
            yield Finding("access", str(folder), problem, f"chmod -R go= {folder}")
    try:
        keys = Keys(PrivateFolder(folder)).all()
    except DamagedKeysError as error:
        mend = "put the file back from a copy, or remove it and make keys anew"
        yield Finding("access", error.path, f"{error}: nobody is let in by a key", mend)
        keys = ()
    for key in keys:
        last = datetime.date.fromisoformat(key.expires)
        if not key.fault(day) and last - day <= SOON:
            problem = f"{key.title}: it is valid to {last} and no longer"
            mend = f"hotspots keys rotate {key.key_id}, and give its holder the new one"
            yield Finding("key", key.key_id, problem, mend, is_fault=False)
    if settings.access.anonymous_role in ("partner", "analyst"):
        problem = f"whoever brings no key is taken for a {settings.access.anonymous_role}"
        mend = "leave HOTSPOTS_ACCESS__ANONYMOUS_ROLE out, unless all who reach it may be that"
        yield Finding("access", "HOTSPOTS_ACCESS__ANONYMOUS_ROLE", problem, mend, is_fault=False)
