"""The server in a real browser: hand in by the form, watch the queue, read the table."""

import threading

import pytest

from agora.leaderboard.server import tokens, worker
from agora.leaderboard.server.editions import Play
from agora.leaderboard.submission.packing import pack
from browser import chromium
from serving import serving
from submissions import submission


@pytest.fixture(scope="module")
def page():
    with chromium() as browser, browser.new_context(viewport={"width": 390, "height": 844}) as context:
        yield context.new_page()


def test_submit_watch_the_queue_read_the_table(page, tmp_path):
    complaints = []
    page.on("console", lambda message: message.type == "error" and complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    archive = pack(submission(tmp_path / "mine", name="by the form", author="Ada"), tmp_path / "mine.zip")
    with serving(tmp_path) as server:
        token = tokens.create(server.engine, "Ada", ["submit"])
        play = Play(server.folder, server.engine, server.season, server.folder.database, trust=True)
        page.goto(f"{server.url}/submit")
        page.get_by_label("Token").fill(token)
        page.get_by_label("Archive").set_input_files(archive)
        page.get_by_role("button", name="Hand in").click()
        page.get_by_role("heading", name="Submission 1").wait_for()
        assert page.url.endswith("/submissions/1")
        assert page.locator(".badge").inner_text() == "received"
        thread = threading.Thread(target=worker.work, args=(play, "w"), kwargs={"until_idle": True})
        thread.start()
        page.locator(".badge.done").wait_for(timeout=120_000)  # the page loads itself anew
        thread.join()
        assert "It goes by the rules" in page.locator("pre.log").inner_text()
        page.get_by_role("link", name="Queue").first.click()
        assert "by the form" in page.locator("tbody").inner_text()
        page.get_by_role("link", name="Rankings").click()
        page.get_by_text("by the form").first.wait_for()
        for path in ("/leaderboard.html", "/api", "/agents/index.html", "/verify.html", "/submit"):
            page.goto(server.url + path)
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, path
        page.goto(f"{server.url}/leaderboard.html")
        styled = page.evaluate("getComputedStyle(document.body).margin")
        assert styled != "8px"  # as a browser has it without the style
    assert complaints == []
