"""The matrix: every operation, asked by every role about a dataset of every kind.

Two worlds differ in all that is not published. Whoever sees published cells only must be answered
the same, byte for byte, in both: then nothing but the cells can be in an answer.
"""

import itertools

import pytest
from typer.testing import CliRunner

from service.__main__ import COMMANDS
from service.__main__ import app as commands
from tests.service import world
from tests.service.access import decisions, matrix
from tests.service.access.matrix import SEEN
from tests.service.kinds import DATASETS

POLICIES = {
    "open": "open",
    "censored": "small-5",
    "perturbed": "ons-cell-key",
    "unpublished": "small-5",
    "expired": "small-5",
}


@pytest.fixture(scope="module")
def services(tmp_path_factory):
    """A service of each world, with datasets of all kinds under their policies."""
    with matrix.services(tmp_path_factory.mktemp("matrix"), POLICIES) as services:
        yield services


@pytest.fixture(scope="module")
def service(services):
    return services["first"]


@pytest.fixture(scope="module")
def operations(service):
    return matrix.operations(service.client.app)


def some(operations, names):
    return [operations[name] for name in sorted(names) if name in operations]


def test_every_operation_has_one_decision(operations):
    decided = list(itertools.chain(*matrix.ALL))
    assert set(operations) == set(decided)
    assert len(decided) == len(set(decided))


def test_every_command_has_one_decision():
    named = list(COMMANDS)
    decided = [
        *decisions.ANSWERING_COMMANDS,
        *decisions.COMMAND_GROUPS_OF_ANSWERS,
        *decisions.ADMINISTRATION,
    ]
    assert sorted(name.replace("_", "-") for name in named) == sorted(decided)


ABOUT_ONE = decisions.FROM_CELLS | decisions.FROM_RECORDS


def test_a_dataset_that_a_role_does_not_see_does_not_exist(service, operations):
    """Answers about it are those about a name of no dataset: status, headers and text."""
    absent, faults = matrix.absent_cases(), []
    for number, operation in enumerate(some(operations, ABOUT_ONE)):
        faults += matrix.absence_faults(service, operation, matrix.in_turn(absent, number))
    assert not faults, "\n".join(faults)


def test_a_dataset_past_its_agreement_is_refused_with_the_reason_alone(service, operations):
    """To roles that saw it before: they are told why it is gone, and nothing else."""
    dataset, told, wrong = DATASETS["expired"], matrix.STOPPED["expired"], []
    for number, operation in enumerate(some(operations, ABOUT_ONE)):
        role = told[number % len(told)]
        address = operation.addresses(service.client.app, dataset)[0]
        answer = service.ask(role, address, operation.method)
        is_told = "its agreement ended on 2020-01-01" in answer.text
        numbers = matrix.named_in(answer.text.replace(dataset, ""), ["expired"])
        is_listed = operation.operation_id in decisions.COLLECTIONS  # there is no such one
        if (
            answer.status_code != (404 if is_listed else 403)
            or numbers
            or (not is_told and not is_listed)
        ):
            wrong.append(f"{address}: {answer.status_code} {answer.text[:200]}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("role", SEEN)
def test_no_list_names_or_counts_what_a_role_does_not_see(service, operations, role):
    wrong, hidden = [], [kind for kind in DATASETS if kind not in SEEN[role]]
    names = decisions.LISTS | decisions.SAME_FOR_ALL | decisions.RECORDS_OF_ALL
    for operation in some(operations, names):
        for address in operation.addresses(service.client.app, DATASETS["open"]):
            text = matrix.text_of(service.ask(role, address))
            wrong += [f"{address} tells of {kind}" for kind in matrix.named_in(text, hidden)]
            # The county has another dataset without a protection, and rules that name it.
            if "unprotected" in hidden and world.DATASET in text:
                wrong.append(f"{address} names {world.DATASET}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("role", SEEN)
def test_records_of_all_datasets_are_nothing_for_whoever_sees_cells_of_any(
    service, operations, role
):
    wrong = []
    for operation in some(operations, decisions.RECORDS_OF_ALL):
        expected = 403 if "published" in SEEN[role].values() else 200
        if role == "limited" and operation.operation_id.startswith("readFlags"):
            expected = 404  # the rules name a dataset that the key is not for
        for address in operation.addresses(service.client.app, DATASETS["open"]):
            answer = service.ask(role, address)
            if answer.status_code != expected:
                wrong.append(f"{address}: {answer.status_code} {answer.text[:200]}")
            if expected != 200 and world.DATASET in answer.text:
                wrong.append(f"{address} names {world.DATASET}")
    assert not wrong, "\n".join(wrong)


def test_whoever_sees_records_is_answered_as_their_owner_is(service, operations):
    """With keys and protections the answers are those of a service without either."""
    exact, faults = matrix.cases("exact"), []
    for number, operation in enumerate(some(operations, ABOUT_ONE)):
        faults += matrix.exactness_faults(service, operation, matrix.in_turn(exact, number))
    assert not faults, "\n".join(faults)


def test_what_is_published_is_all_that_an_answer_depends_on(services, operations):
    """Places, days, hours, attributes, files, hidden counts and totals make no difference.

    What reads records is refused.
    """
    published, faults = matrix.cases("published"), []
    names = ABOUT_ONE | decisions.LISTS - {"readMetrics"}
    for number, operation in enumerate(some(operations, names)):
        faults += matrix.published_faults(services, operation, matrix.in_turn(published, number))
    assert not faults, "\n".join(faults)


def test_the_owner_sees_everything_on_the_command_line(service, monkeypatch):
    """Whatever is protected, unpublished or past its agreement: the answer is that without."""
    questions = {
        "unprotected": ["choropleth", "{}", world.CELLS],
        "open": ["hotspots", "{}", world.CELLS, "--permutations", "0"],
        "censored": ["trend", "{}"],
        "perturbed": ["peaks", "{}"],
        "unpublished": ["crosstab", "{}", "--rows", "layer:cell", "--columns", "year"],
        "expired": ["datasets", "{}", "--json"],
    }
    for kind, question in questions.items():
        arguments = [part.format(DATASETS[kind]) for part in question]
        outputs = []
        for folder in (service.folder, service.bare_folder):
            monkeypatch.setenv("HOTSPOTS_DATA_DIR", str(folder))
            result = CliRunner().invoke(commands, arguments)
            assert result.exit_code == 0, result.stderr
            outputs.append(result.stdout)
        assert outputs[0] == outputs[1] != "", kind
