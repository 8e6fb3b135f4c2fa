"""``agora serve`` as it runs: its processes, the real client, the jail."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from agora.leaderboard.log.verify import verify
from agora.leaderboard.server import tokens
from agora.leaderboard.server.folder import open_folder
from agora.leaderboard.server.run import open_store, serve
from agora.leaderboard.submission.new_agent import write_new_agent
from agora.leaderboard.submission.sending import submit_to
from serving import SEASON

SERVE = "import sys; from agora.leaderboard.server.run import serve; serve(sys.argv[1], sys.argv[2], port=0)"


def wait_for(condition, process, seconds=240):
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end
        assert process.poll() is None
        time.sleep(0.1)
    return found


def children(id):
    """Of all its threads."""
    return [int(child) for path in Path(f"/proc/{id}/task").glob("*/children") for child in path.read_text().split()]


def test_a_newcomer_hands_in_the_template_and_is_ranked(tmp_path):
    """The whole way: the server's own processes, the client of ``agora submit``, the jail, the end of the season."""
    season, data, log = tmp_path / "season.toml", tmp_path / "data", tmp_path / "log"
    season.write_text(SEASON)
    _, engine = open_store(data)
    token = tokens.create(engine, "Ada", ["submit", "admin"])
    write_new_agent(tmp_path / "newcomer")
    manifest = tmp_path / "newcomer" / "agora-agent.toml"
    manifest.write_text(manifest.read_text().replace("your name", "Ada"))
    with log.open("wb") as errors:
        process = subprocess.Popen([sys.executable, "-P", "-c", SERVE, season, data], stderr=errors)
    try:
        url = wait_for(lambda: re.search(r"at (http://127\.0\.0\.1:\d+),", log.read_text()), process)[1]
        receipt = submit_to(tmp_path / "newcomer", url, token)
        assert receipt.page == f"{url}/submissions/{receipt.id}"
        with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=60) as client:
            wait_for(lambda: "newcomer" in client.get("/agents/index.html").text, process)
            shown = client.get(f"/api/v1/submissions/{receipt.id}").json()
            assert (shown["state"], shown["name"], shown["author"]) == ("ranked", "newcomer", "Ada")
            assert "isolation level" in client.get(receipt.page).text
            assert client.post("/api/v1/close").status_code == 202
            wait_for(lambda: client.get("/log.jsonl").status_code == 200, process)
        started = children(process.pid)
        assert len(started) == 1
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    assert not [id for id in started if os.path.exists(f"/proc/{id}")]
    report = verify((data / "current").resolve() / "log.jsonl")
    assert report.ok, str(report)
    assert token not in log.read_text()
    assert "Traceback" not in log.read_text()
    assert {oct(path.stat().st_mode & 0o077) for path in data.rglob("*") if not path.is_symlink()} == {"0o0"}


def test_what_cannot_be_served_is_told_in_one_line(tmp_path):
    season = tmp_path / "season.toml"
    season.write_text(SEASON)
    with pytest.raises(ValueError, match=r"Cannot read the season .*absent.toml"):
        serve(tmp_path / "absent.toml", tmp_path / "data")
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(SEASON.replace("duplicates = []", 'duplicates = ["nobody"]'))
    with pytest.raises(ValueError, match="no agent 'nobody' of one's own to enter twice"):
        serve(wrong, tmp_path / "data")
    with pytest.raises(ValueError, match=r"There is no port 99999: give 1 to 65535"):
        serve(season, tmp_path / "data", port=99999)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ValueError, match=f"Cannot listen at 127.0.0.1, port {port}: .*choose another --host or"):
            serve(season, tmp_path / "data", port=port)
    (tmp_path / "data").chmod(0o755)
    with pytest.raises(ValueError, match=r"Others may read the data folder .*chmod 700"):
        open_folder(tmp_path / "data")
    (tmp_path / "file").write_text("")
    with pytest.raises(ValueError, match="Cannot make the data folder"):
        open_folder(tmp_path / "file")
