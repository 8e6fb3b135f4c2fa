"""The API against its own description: schemathesis sends what the OpenAPI schema allows, and what it does not."""

import pytest

pytest.importorskip("schemathesis", reason="There is no schemathesis: pip install 'agora-rl[test]'.")

import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode

from agora.leaderboard.server import tokens
from serving import serving

EXAMPLES = 8  # of every operation


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("fuzz")) as running:
        running.token = tokens.create(running.engine, "Ada", ["submit", "admin"])
        running.hand_in(b"one that is there", running.token)
        yield running


OPERATIONS = [
    ("GET", "/api/v1/health"),
    ("GET", "/api/v1/season"),
    ("GET", "/api/v1/tables"),
    ("GET", "/api/v1/token"),
    ("POST", "/api/v1/submissions"),
    ("GET", "/api/v1/submissions"),
    ("GET", "/api/v1/queue"),
    ("GET", "/api/v1/submissions/{id}"),
    ("GET", "/api/v1/submissions/{id}/events"),
    ("DELETE", "/api/v1/submissions/{id}"),
    ("GET", "/api/v1/audit"),
    ("POST", "/api/v1/close"),  # last, for nothing is taken in after it
]


@pytest.fixture(scope="module")
def described(server):
    return schemathesis.openapi.from_url(f"{server.url}/api/v1/openapi.json")


def test_all_operations_are_tried(described):
    assert sorted(OPERATIONS) == sorted(
        (one.ok().method.upper(), one.ok().path) for one in described.get_all_operations()
    )


TRIED = [(*one, GenerationMode.POSITIVE) for one in OPERATIONS]
TRIED += [(*one, GenerationMode.NEGATIVE) for one in OPERATIONS[3:]]  # the first ones take nothing that could be wrong


@pytest.mark.parametrize(("method", "path", "mode"), TRIED)
def test_every_answer_is_as_described(method, path, mode, described, server):
    """No failure of the server, no undescribed status or body, no missing check of token or parameters."""
    cases = described[path][method].as_strategy(generation_mode=mode)
    quickly = settings(
        max_examples=EXAMPLES, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )

    @quickly
    @given(cases)
    def check(case):
        case.call_and_validate(headers={"Authorization": f"Bearer {server.token}"})

    check()
