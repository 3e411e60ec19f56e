"""Who may read what this program writes: its user alone, or a group that is named as well."""

import os
import stat
from pathlib import Path

from service.config.settings import PREFIX, InvalidSettingError, Settings

try:
    import grp
except ImportError:  # Windows, whose files have no such permissions
    grp = None  # type: ignore[assignment]

FOR_OWNER, FOR_GROUP = 0o077, 0o027  # what the permissions of files and folders are without
OF_OTHERS = stat.S_IRWXO
OF_GROUP = stat.S_IRWXG


def protect_files(settings: Settings) -> None:
    """From now on make files for the user of this process, or for the group of the settings.

    Raises
    ------
    InvalidSettingError
        If there is no such group, or the data folder cannot be given to it.
    """
    if not settings.data_group or grp is None:
        os.umask(FOR_OWNER)
        return
    variable = f"{PREFIX}DATA_GROUP"
    try:
        group = grp.getgrnam(settings.data_group).gr_gid
    except KeyError:
        reason = f"there is no group {settings.data_group!r} on this system"
        raise InvalidSettingError(variable, reason) from None
    os.umask(FOR_GROUP)
    try:
        _give(settings.data_dir, group)
    except OSError as error:
        reason = f"{settings.data_dir} cannot be given to the group: {error.strerror}"
        raise InvalidSettingError(variable, reason) from error


def _give(folder: Path, group: int) -> None:
    """Make a folder one of a group, as is then whatever is made in it."""
    folder.mkdir(parents=True, exist_ok=True)
    status = folder.stat()
    if status.st_uid != os.geteuid() or (status.st_gid == group and status.st_mode & stat.S_ISGID):
        return  # of another user, who has to do it; or done
    os.chown(folder, -1, group)
    folder.chmod(0o2750)
