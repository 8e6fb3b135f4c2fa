"""Agents elsewhere: real servers on this machine, good ones and one for each way to misbehave (checklist C, D)."""

import os
import socket
import threading
from http.client import HTTPConnection

import msgspec
import numpy as np
import pytest

from agora.agents.random import RandomAgent
from agora.leaderboard.jail import addresses, protocol, remote, serving
from agora.leaderboard.jail.fault import Fault
from agora.leaderboard.jail.limits import Budget
from agora.leaderboard.jail.remote import SESSION, RemoteAgent
from agora.leaderboard.jail.worker import find
from agora.leaderboard.match import play
from elsewhere import CERTIFICATE, MISBEHAVES, Stranger, answer, closes, half, passes, says
from elsewhere import serving as served

HERE = ("localhost",)
SHORT = Budget(start=10.0, move=0.4, lane=0.0, bank=0.1, total=20.0)


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(remote, "_PAUSES", (0.01, 0.02))


def ask(agent, lanes=1):
    return agent.act(np.zeros((lanes, 11), np.float32), np.ones((lanes, 2), bool), np.arange(lanes))


@pytest.mark.parametrize("name", MISBEHAVES)
def test_who_misbehaves_forfeits_and_the_games_of_others_go_on(arena, name):
    does, cause, message = MISBEHAVES[name]
    with Stranger(does) as stranger, RemoteAgent(stranger.url, budget=SHORT, own_network=HERE) as agent:
        arena.caught(arena.play(agent, deals=1), cause, message)


def test_a_late_start_is_a_matter_of_time_too(arena):
    start = SHORT._replace(start=0.3)
    with (
        Stranger(MISBEHAVES["D29 byte by byte"][0], at_reset=True) as stranger,
        RemoteAgent(stranger.url, budget=start, own_network=HERE) as agent,
    ):
        arena.caught(arena.play(agent, deals=1), "time", "reset took longer")


def test_a_handshake_that_drips_is_a_matter_of_time_too(arena):
    """TLS that sends a record byte by byte, and never ends."""
    over = threading.Event()

    def drips(listener):
        connection, _ = listener.accept()
        with connection:
            for byte in b"\x16\x03\x03\x40\x00" + bytes(1000):
                try:
                    connection.sendall(bytes([byte]))
                except OSError:
                    return
                if over.wait(0.05):
                    return

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=drips, args=(listener,))
        thread.start()
        url = f"https://localhost:{listener.getsockname()[1]}"
        with RemoteAgent(url, budget=SHORT._replace(start=0.4), own_network=HERE) as agent:
            arena.caught(arena.play(agent, deals=1), "time", "reset took longer")
        over.set()
        thread.join()


def test_a_redirect_is_not_followed(arena):
    """Nor is the token sent there."""
    with Stranger(says(lambda request, reply: answer(reply))) as other:

        def redirects(request, reply):
            return answer(reply, "307 Temporary Redirect", f"Location: {other.url}")

        with Stranger(says(redirects)) as stranger:
            with RemoteAgent(stranger.url, "secret", SHORT, HERE) as agent:
                arena.caught(arena.play(agent, deals=1), "protocol", "answered with status 307")
            assert other.connections == 0


def test_what_is_sent_along_is_not_read(arena):
    """C26."""

    def claims(request, reply):
        return answer(reply, "200 OK", "X-Reward: 100", "Set-Cookie: winner=me")

    with Stranger(says(claims)) as stranger, RemoteAgent(stranger.url, budget=SHORT, own_network=HERE) as agent:
        assert {tuple(game.moves) for game in arena.play(agent)} == {(0, 0)}


@pytest.mark.parametrize("entry", ["clocks.py:Draws", "clocks.py:LooksAtStates"])
def test_an_agent_plays_the_same_games_elsewhere_as_in_the_jail(arena, entry):
    seating, seeds = arena.games((0, 1), deals=20)

    def games(agent):
        played = play(arena.game, [RandomAgent(), agent], seating, seeds, agent_seed=5)
        assert {game.ended for game in played} == {"terminated"}
        return msgspec.json.encode(played)

    with arena.jailed(entry, 1.0) as agent:
        jailed = games(agent)
    with (
        served(lambda spec: find(arena.folder, entry, spec)) as (url, _),
        RemoteAgent(url, own_network=HERE) as agent,
    ):
        assert games(agent) == jailed


def test_many_games_are_one_request_on_one_connection():
    with (
        Stranger(says(lambda request, reply: answer(reply))) as stranger,
        RemoteAgent(stranger.url, own_network=HERE) as agent,
    ):
        agent.reset(spec_of(), np.arange(256), 0)
        for _ in range(2):
            assert ask(agent, 256).tolist() == [0] * 256
    assert [kind for kind, _, _ in stranger.asked] == ["reset", "act", "act"]
    assert stranger.connections == 1


def spec_of():
    from agora import envs

    return envs.spec("agora/KuhnPoker-v0")


class Counts:
    """Counts how often it is asked."""

    needs = "observation"
    asked = 0

    def __init__(self, spec):
        pass

    def reset(self, spec, lanes, seed):
        pass

    def act(self, observation, legal, lanes, states=None):
        Counts.asked += 1
        return np.full(len(legal), Counts.asked % 2)


def test_a_lost_answer_is_asked_for_again_and_the_agent_is_not(monkeypatch):
    """The first answer to every request gets lost after the agent gave it."""
    Counts.asked, seen = 0, []
    send = serving._Handler._send

    def loses(self, status, body):
        name = self.headers[SESSION], len(body), body[:64]
        if name not in seen:
            seen.append(name)
            self.close_connection = True
        else:
            send(self, status, body)

    monkeypatch.setattr(serving._Handler, "_send", loses)
    with served(Counts) as (url, _), RemoteAgent(url, budget=SHORT, own_network=HERE) as agent:
        agent.reset(spec_of(), np.arange(1), 0)
        assert [ask(agent).tolist() for _ in range(3)] == [[1], [0], [1]]
    assert Counts.asked == 3
    assert len(seen) > 3


def test_the_server_answers_steps_in_their_order_only():
    """An old request again, but the last one, and one that is not its turn yet."""
    with served() as (_, server):

        def post(step, nonce, kind="act"):
            arrays = [np.arange(1)] if kind == "reset" else [np.zeros((1, 11)), np.ones((1, 2), bool), np.arange(1)]
            spec = protocol.spec_to_plain(spec_of()) if kind == "reset" else None
            request = protocol.Request(kind, step, nonce, protocol.described(arrays), spec)
            connection = HTTPConnection(*server.server_address)
            connection.request("POST", "/", protocol.frame(request, arrays), {SESSION: "a"})
            with connection.getresponse() as response:
                found = response.status, response.read()
            connection.close()
            return found

        assert [post(1, 5, "reset")[0], post(2, 6)[0]] == [200, 200]
        assert post(2, 6) == post(2, 6)
        assert [post(2, 7)[0], post(1, 5, "reset")[0], post(4, 8)[0], post(3, 9)[0]] == [400, 400, 400, 200]


def test_a_request_is_sent_again_as_it_was_and_not_without_end(arena):
    with Stranger(closes) as stranger, RemoteAgent(stranger.url, budget=SHORT, own_network=HERE) as agent:
        agent.reset(arena.game.spec, np.arange(1), 0)
        with pytest.raises(Fault, match="closed without an answer"):
            ask(agent)
    requests = [request for request in stranger.asked if request[0] == "act"]
    assert len(requests) == 3
    assert len(set(requests)) == 1


def test_what_went_wrong_is_told_and_not_what_had_been_in_the_way_before(arena):
    tries = []

    def closes_and_then_halves(connection, request, reply):
        tries.append(request.step)
        (closes if len(tries) == 1 else half)(connection, request, reply)

    with (
        Stranger(closes_and_then_halves) as stranger,
        RemoteAgent(stranger.url, budget=SHORT, own_network=HERE) as agent,
    ):
        arena.caught(arena.play(agent, deals=1), "protocol", "hung up")
    assert tries == [2, 2]


def test_nobody_there_is_a_crash(arena):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with RemoteAgent(f"http://localhost:{port}", budget=SHORT, own_network=HERE) as agent:
        arena.caught(arena.play(agent, deals=1), "crash", "cannot be reached: Connection refused")


def test_there_is_no_such_host(arena, monkeypatch):
    def unknown(*_, **__):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(addresses.socket, "getaddrinfo", unknown)
    with RemoteAgent("https://agent.invalid", budget=SHORT) as agent:
        arena.caught(arena.play(agent, deals=1), "crash", "cannot be reached: there is no such host")


def test_a_name_that_takes_long_to_look_up_costs_the_agents_time(arena, monkeypatch):
    waiting = threading.Event()
    monkeypatch.setattr(addresses.socket, "getaddrinfo", lambda *_, **__: waiting.wait(5))
    with RemoteAgent("https://agent.invalid", budget=SHORT._replace(start=0.2)) as agent:
        arena.caught(arena.play(agent, deals=1), "time", "reset took longer")
    waiting.set()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "0.0.0.0", "169.254.169.254", "10.1.2.3"])
def test_the_judges_own_network_is_not_asked(arena, host):
    with Stranger(says(lambda request, reply: answer(reply))) as stranger:
        port = stranger.url.split(":")[-1].rstrip("/")
        with RemoteAgent(f"https://{host}:{port}", budget=SHORT) as agent:
            message = "cannot be reached: its address is not on the public internet"
            arena.caught(arena.play(agent, deals=1), "crash", message)
    assert stranger.connections == 0


def test_a_name_that_changes_its_address_is_asked_where_it_was_first(monkeypatch):
    """Rebinding: looked up once, checked, and kept, also for later connections."""
    found, real = [], socket.getaddrinfo

    def rebinds(host, port, *rest, **more):
        if host != "agent.test":
            return real(host, port, *rest, **more)
        found.append("127.0.0.1" if not found else "169.254.169.254")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (found[-1], port))]

    monkeypatch.setattr(addresses.socket, "getaddrinfo", rebinds)
    does = says(lambda request, reply: answer(reply, "200 OK", "Connection: close"))
    with Stranger(does, at_reset=True) as stranger:
        url = stranger.url.replace("localhost", "agent.test")
        with RemoteAgent(url, budget=SHORT, own_network=["agent.test"]) as agent:
            agent.reset(spec_of(), np.arange(1), 0)
            assert [ask(agent).tolist() for _ in range(2)] == [[0], [0]]
    assert stranger.connections == 3
    assert found == ["127.0.0.1"]


def test_one_private_address_among_public_ones_is_enough_to_refuse(monkeypatch):
    both = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in ("8.8.8.8", "192.168.0.1")]
    monkeypatch.setattr(addresses.socket, "getaddrinfo", lambda *_, **__: both)
    with pytest.raises(PermissionError):
        addresses.look_up("example.org", 443, own_network=False)
    assert addresses.look_up("example.org", 443, own_network=True) == ["8.8.8.8", "192.168.0.1"]


PUBLIC = ["8.8.8.8", "1.1.1.1", "2606:4700::1111"]
PRIVATE = """
    127.0.0.1 127.8.9.1 10.0.0.1 172.16.0.1 192.168.1.1 100.64.0.1 169.254.169.254 0.0.0.0 224.0.0.1
    255.255.255.255 192.0.2.1 198.18.0.1 ::1 :: fe80::1 fe80::1%eth0 fc00::1 fd00:ec2::254 fec0::1 ff02::1 2001::1
    ::ffff:127.0.0.1 ::ffff:8.8.8.8 ::127.0.0.1 64:ff9b::7f00:1 64:ff9b:1::1 2002:7f00:1:: 2001:db8::1
"""


def test_what_anybody_can_reach():
    assert [address for address in PUBLIC if not addresses.is_public(address)] == []
    assert [address for address in PRIVATE.split() if addresses.is_public(address)] == []


@pytest.mark.parametrize("url", ["http://example.org/agent", "ftp://example.org", "example.org", "https://", ""])
def test_strangers_are_asked_over_https_only(url):
    with pytest.raises(ValueError, match=r"use https|is no address"):
        RemoteAgent(url)


def test_proxies_of_the_environment_are_not_used(monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with served() as (url, _), RemoteAgent(url, own_network=HERE) as agent:
        agent.reset(spec_of(), np.arange(1), 0)
        assert ask(agent).tolist() == [0]


def test_a_certificate_that_nobody_vouches_for_is_refused(arena):
    with served(tls=True) as (url, _), RemoteAgent(url, "secret", SHORT, HERE) as agent:
        arena.caught(arena.play(agent, deals=1), "crash", "cannot be reached: its certificate is not valid")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_a_certificate_is_for_one_host(arena, host, monkeypatch):
    """It is valid for localhost; by its number the same machine is somebody else."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    with served(tls=True) as (url, _), RemoteAgent(url.replace("localhost", host), "", SHORT, [host]) as agent:
        played = arena.play(agent, deals=1)
    if host == "localhost":
        assert {game.ended for game in played} == {"terminated"}
    else:
        arena.caught(played, "crash", "cannot be reached: its certificate is not valid (IP address mismatch")


def test_a_server_without_tls_is_told(arena):
    with served() as (url, _), RemoteAgent(url.replace("http:", "https:"), "", SHORT, HERE) as agent:
        arena.caught(arena.play(agent, deals=1), "crash", "cannot be reached: it does not speak TLS")


def test_the_token_is_asked_for_and_told_to_nobody(arena):
    with served(token="s3cret") as (url, _):
        with RemoteAgent(url, "s3cret", SHORT, HERE) as agent:
            assert {game.ended for game in arena.play(agent)} == {"terminated"}
        for wrong in ("", "s3cre", "s3crets"):
            with RemoteAgent(url, wrong, SHORT, HERE) as agent:
                arena.caught(arena.play(agent, deals=1), "protocol", "answered with status 401")


def test_what_an_agent_does_wrong_comes_through(arena):
    """Crash, memory and illegal answers have the causes that they have in the jail."""
    for entry, cause in (("process.py:raises", "crash"), ("clocks.py:WantsTheTruth", "illegal")):
        with (
            served(lambda spec, entry=entry: find(arena.folder, entry, spec)) as (url, _),
            RemoteAgent(url, budget=SHORT, own_network=HERE) as agent,
        ):
            arena.caught(arena.play(agent, deals=1), cause, "")


def test_a_match_that_is_over_is_forgotten(monkeypatch):
    made = []
    monkeypatch.setattr(serving._Sessions, "__init__", remembering(made, serving._Sessions.__init__))
    with served() as (url, _):
        for _ in range(3):
            with RemoteAgent(url, own_network=HERE) as agent:
                agent.reset(spec_of(), np.arange(1), 0)
                assert len(made[0]._sessions) == 1
    assert len(made[0]._sessions) == 0


def remembering(made, start):
    def begin(self, *arguments):
        made.append(self)
        start(self, *arguments)

    return begin


def test_matches_at_the_same_time_have_agents_of_their_own(monkeypatch):
    """Of more than the server keeps, the one asked least recently is gone."""
    monkeypatch.setattr(serving, "SESSIONS", 2)

    def make(spec):
        made.append(len(made))
        return Answers(made[-1] % 2)

    made = []
    with served(make) as (url, _):
        agents = [RemoteAgent(url, budget=SHORT, own_network=HERE) for _ in range(3)]
        for agent in agents[:2]:
            agent.reset(spec_of(), np.arange(1), 0)
        assert [ask(agent).tolist() for agent in (*agents[:2], agents[0])] == [[0], [1], [0]]
        agents[2].reset(spec_of(), np.arange(1), 0)
        with pytest.raises(Fault, match="the match is not known here"):
            ask(agents[1])
        assert [ask(agent).tolist() for agent in (agents[0], agents[2])] == [[0], [0]]
        for agent in agents:
            agent.close()


class Answers(Counts):
    """Always the same."""

    def __init__(self, action):
        self.action = action

    def act(self, observation, legal, lanes, states=None):
        return np.full(len(legal), self.action)


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"POST / HTTP/1.1\r\nAgora-Session: a\r\nContent-Length: 3\r\n\r\nabc", 400),
        (b"POST / HTTP/1.1\r\nAgora-Session: a\r\nContent-Length: 8\r\n\r\n\x01\0\0\0\0\0\0\0", 400),
        (b"POST / HTTP/1.1\r\nAgora-Session: a\r\nContent-Length: 9\r\n\r\n\x01\0\0\0\0\0\0\0\xff", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", 400),
        (b"POST / HTTP/1.1\r\nAgora-Session: a\r\n\r\n", 413),
        (b"POST / HTTP/1.1\r\nAgora-Session: a\r\nContent-Length: -1\r\n\r\n", 413),
        (b"POST / HTTP/1.1\r\nAgora-Session: a\r\nContent-Length: 99999999999\r\n\r\n", 413),
        (b"GET / HTTP/1.1\r\n\r\n", 501),
        (b"DELETE / HTTP/1.1\r\nAgora-Session: unknown\r\n\r\n", 200),
    ],
)
def test_the_server_refuses_what_is_no_request(request_, status):
    with served() as (url, server), socket.create_connection(server.server_address) as connection:
        connection.sendall(request_)
        assert int(connection.recv(64).split()[1]) == status
        connection.close()
        with RemoteAgent(url, own_network=HERE) as agent:  # it is still there
            agent.reset(spec_of(), np.arange(1), 0)
            assert ask(agent).tolist() == [0]


def test_closing_twice_and_asking_afterwards():
    with served(passes) as (url, _):
        agent = RemoteAgent(url, own_network=HERE)
        agent.close()
        agent.close()
        with pytest.raises(ValueError, match="has been closed"):
            agent.reset(spec_of(), np.arange(1), 0)


def test_nothing_of_this_process_is_left_open(arena):
    before = len(os.listdir("/proc/self/fd"))
    for name in ("status 500", "C24 half an answer", "D29 late"):
        does = MISBEHAVES[name][0]
        with Stranger(does) as stranger, RemoteAgent(stranger.url, budget=SHORT, own_network=HERE) as agent:
            arena.play(agent, deals=1)
    assert len(os.listdir("/proc/self/fd")) <= before
