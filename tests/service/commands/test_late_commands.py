"""Commands whose modules are imported when they are called."""

import subprocess
import sys

import typer
from typer.testing import CliRunner

from service.__main__ import COMMANDS, app

HELP = """
import sys
from service.__main__ import app
modules = [name for name in sys.modules if name.startswith("service.commands.")]
print(sorted(modules))
"""


def test_no_command_is_imported_before_it_is_called():
    done = subprocess.run([sys.executable, "-c", HELP], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['service.commands.late_commands']"


def test_every_name_leads_to_a_command_of_that_name():
    group = typer.main.get_command(app)
    assert list(group.commands) == list(COMMANDS)
    for name in COMMANDS:
        assert group.get_command(None, name).name == name
        assert group.get_command(None, name).help


def test_a_misspelt_name_is_told_the_one_that_is_nearest():
    result = CliRunner().invoke(app, ["trnd"])
    assert result.exit_code == 2
    assert "Did you mean 'trend'" in result.output
