"""Workers and submissions: nothing is done twice at a time, nothing is lost, and the log of events tells it all."""

import multiprocessing
import os
import signal
from datetime import timedelta
from itertools import pairwise, product
from typing import get_args

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from agora.leaderboard.store import queue
from agora.leaderboard.store.database import open_database, transaction
from agora.leaderboard.store.queue import State
from agora.leaderboard.store.schema import events, now, submissions

HOUR = 3600.0
NEVER = 0.0
"""A lease that is over at once, as of a worker that died."""


def enter(engine, number=1):
    """The ids of ``number`` new submissions."""
    with transaction(engine) as connection:
        return [
            queue.submit(connection, "me", f"agent {each}", "0" * 64, 10, "archives/0.zip", ["agora/KuhnPoker-v0"])
            for each in range(number)
        ]


def finish(engine, submission, worker, state, text="because"):
    with transaction(engine) as connection:
        queue.finish(connection, submission, worker, state, text)


def change(engine, submission, state, text="because"):
    with transaction(engine) as connection:
        queue.change(connection, submission, state, text)


def row_of(engine, submission):
    with transaction(engine) as connection:
        return connection.execute(select(submissions).where(submissions.c.id == submission)).one()


def events_of(engine, submission):
    with transaction(engine) as connection:
        found = select(events).where(events.c.submission == submission).order_by(events.c.id)
        return connection.execute(found).all()


def states(engine, submission):
    return [event.state for event in events_of(engine, submission)]


def test_the_way_of_a_submission_from_received_to_ranked(engine):
    (submission,) = enter(engine)
    before = row_of(engine, submission)
    assert (before.state, before.attempts, before.worker, before.lease) == ("received", 0, "", None)
    assert before.ids == ["agora/KuhnPoker-v0"]
    assert queue.claim(engine, "anna", HOUR) == submission
    held = row_of(engine, submission)
    assert (held.state, held.attempts, held.worker) == ("checking", 1, "anna")
    assert now() + timedelta(minutes=59) < held.lease <= now() + timedelta(hours=1)
    finish(engine, submission, "anna", "queued", "plays legally")
    waiting = row_of(engine, submission)
    assert (waiting.state, waiting.attempts, waiting.worker, waiting.lease) == ("queued", 0, "", None)
    assert waiting.reason == "plays legally"
    assert queue.claim(engine, "berta", HOUR) == submission
    finish(engine, submission, "berta", "ranked", "in edition 2")
    after = row_of(engine, submission)
    assert (after.state, after.reason, after.worker, after.lease) == ("ranked", "in edition 2", "", None)
    assert after.changed > after.created
    assert states(engine, submission) == ["received", "checking", "queued", "playing", "ranked"]
    told = events_of(engine, submission)
    assert [event.text for event in told[1:]] == [
        "checking, attempt 1 of 3",
        "plays legally",
        "playing, attempt 1 of 3",
        "in edition 2",
    ]
    assert all(one.time <= other.time for one, other in pairwise(told))
    assert queue.claim(engine, "anna", HOUR) is None


def test_nothing_to_do_is_none(engine):
    assert queue.claim(engine, "anna", HOUR) is None
    assert queue.requeue_expired(engine) == []


def test_first_come_first_served_but_what_waits_to_be_played_goes_before(engine):
    first, second, third = enter(engine, 3)
    assert queue.claim(engine, "anna", HOUR) == first
    assert queue.claim(engine, "berta", HOUR) == second
    finish(engine, second, "berta", "queued")
    assert queue.claim(engine, "berta", HOUR) == second
    assert queue.claim(engine, "carla", HOUR) == third


def test_only_one_submission_is_played_at_a_time(engine):
    first, second, third = enter(engine, 3)
    for submission in (first, second):
        assert queue.claim(engine, "anna", HOUR) == submission
        finish(engine, submission, "anna", "queued")
        if submission == first:
            assert queue.claim(engine, "anna", HOUR) == first
    assert queue.claim(engine, "berta", HOUR) == third
    assert queue.claim(engine, "carla", HOUR) is None
    with pytest.raises(IntegrityError):
        change(engine, second, "playing")
    finish(engine, first, "anna", "ranked")
    assert queue.claim(engine, "carla", HOUR) == second


def test_whoever_died_loses_the_submission_to_another_and_the_third_time_it_has_failed(engine):
    (submission,) = enter(engine)
    for worker, attempt in (("anna", 1), ("berta", 2), ("carla", 3)):
        assert queue.claim(engine, worker, NEVER) == submission
        assert (row_of(engine, submission).worker, row_of(engine, submission).attempts) == (worker, attempt)
    assert queue.claim(engine, "dora", HOUR) is None
    row = row_of(engine, submission)
    assert (row.state, row.attempts, row.worker, row.lease) == ("failed", 3, "", None)
    assert row.reason == "worker carla was not heard of any more; given up after 3 attempts"
    assert states(engine, submission) == ["received", *["checking", "received"] * 2, "checking", "failed"]


def test_whoever_died_while_playing_leaves_the_submission_in_the_queue(engine):
    (submission,) = enter(engine)
    queue.claim(engine, "anna", HOUR)
    finish(engine, submission, "anna", "queued")
    assert queue.claim(engine, "anna", NEVER) == submission
    assert queue.requeue_expired(engine) == [submission]
    assert (row_of(engine, submission).state, row_of(engine, submission).attempts) == ("queued", 1)
    assert queue.requeue_expired(engine) == []
    assert queue.claim(engine, "berta", HOUR) == submission
    assert row_of(engine, submission).state == "playing"


def test_an_attempt_that_is_given_up_counts_like_one_that_ended_by_death(engine):
    (submission,) = enter(engine)
    for attempt in (1, 2, 3):
        assert queue.claim(engine, "anna", HOUR) == submission
        queue.give_up(engine, submission, "anna", f"the disk is full {attempt}")
    assert queue.claim(engine, "anna", HOUR) is None
    assert row_of(engine, submission).reason == "the disk is full 3; given up after 3 attempts"
    assert events_of(engine, submission)[2].text == "the disk is full 1"


def test_a_check_that_took_three_attempts_leaves_three_for_playing(engine):
    (submission,) = enter(engine)
    for _ in range(2):
        queue.claim(engine, "anna", NEVER)
    queue.claim(engine, "anna", HOUR)
    finish(engine, submission, "anna", "queued")
    for _ in range(2):
        assert queue.claim(engine, "anna", NEVER) == submission
    assert queue.claim(engine, "anna", HOUR) == submission
    finish(engine, submission, "anna", "ranked")


def test_a_lease_that_is_renewed_is_not_over(engine):
    (submission,) = enter(engine)
    queue.claim(engine, "anna", NEVER)
    queue.renew(engine, submission, "anna", HOUR)
    assert queue.claim(engine, "berta", HOUR) is None
    assert row_of(engine, submission).worker == "anna"
    queue.renew(engine, submission, "anna", NEVER)
    assert queue.claim(engine, "berta", HOUR) == submission


def test_who_does_not_have_a_submission_any_more_is_told_to_stop(engine):
    (submission,) = enter(engine)
    queue.claim(engine, "anna", NEVER)
    queue.claim(engine, "berta", HOUR)
    lost = f"Submission {submission} is checking and not with worker anna any more"
    with pytest.raises(ValueError, match=lost):
        queue.renew(engine, submission, "anna", HOUR)
    with pytest.raises(ValueError, match=lost):
        finish(engine, submission, "anna", "queued")
    with pytest.raises(ValueError, match=lost):
        queue.give_up(engine, submission, "anna", "no")
    change(engine, submission, "withdrawn", "by its author")
    with pytest.raises(ValueError, match="is withdrawn and not with worker berta any more"):
        finish(engine, submission, "berta", "queued")
    assert row_of(engine, submission).reason == "by its author"
    with pytest.raises(ValueError, match="There is no submission 999"):
        queue.renew(engine, 999, "anna", HOUR)


ALLOWED = {
    ("received", "checking"),
    ("received", "withdrawn"),
    ("checking", "received"),
    ("checking", "queued"),
    ("checking", "rejected"),
    ("checking", "failed"),
    ("checking", "withdrawn"),
    ("queued", "playing"),
    ("queued", "withdrawn"),
    ("playing", "queued"),
    ("playing", "ranked"),
    ("playing", "rejected"),
    ("playing", "failed"),
    ("ranked", "withdrawn"),
}


def test_forbidden_changes_of_state_are_refused_and_leave_no_event(engine):
    with transaction(engine) as connection:
        for old, new in product(get_args(State), repeat=2):
            submission = queue.submit(connection, "me", "agent", "0" * 64, 10, "archives/0.zip", [])
            entry = submissions.c.id == submission
            connection.execute(submissions.update().where(entry).values(state=old))
            if (old, new) in ALLOWED:
                queue.change(connection, submission, new, "because")
            else:
                with pytest.raises(ValueError, match=f"is {old} and cannot become {new}, only") as refused:
                    queue.change(connection, submission, new, "because")
                assert "\n" not in str(refused.value)
            told = connection.scalars(select(events.c.state).where(events.c.submission == submission)).all()
            state = connection.execute(select(submissions.c.state).where(entry)).scalar_one()
            assert (told, state) == ((["received", new], new) if (old, new) in ALLOWED else (["received"], old))
            connection.execute(submissions.update().where(entry).values(state="withdrawn"))


def test_there_is_no_other_state(engine):
    (submission,) = enter(engine)
    with pytest.raises(ValueError, match="There is no state 'won': choose one of received, checking"):
        change(engine, submission, "won")


def test_a_change_and_its_event_are_there_together_or_not_at_all(engine, monkeypatch):
    (submission,) = enter(engine)
    monkeypatch.setattr(queue, "note", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        queue.claim(engine, "anna", HOUR)
    with pytest.raises(ZeroDivisionError):
        enter(engine)
    monkeypatch.undo()
    assert row_of(engine, submission).state == "received"
    assert queue.claim(engine, "anna", HOUR) == submission
    assert queue.claim(engine, "anna", HOUR) is None


def test_an_event_belongs_to_a_submission(engine):
    with pytest.raises(Exception, match=r"(?i)foreign key"), transaction(engine) as connection:
        connection.execute(insert(events).values(submission=7, time=now(), state="received", text=""))


def test_ids_are_never_used_again(engine):
    first, second = enter(engine, 2)
    with transaction(engine) as connection:
        connection.execute(events.delete())
        connection.execute(submissions.delete())
    assert enter(engine)[0] > second > first


def claim_all(address, worker, ready, told):
    """Claims until there is nothing left, checks what is to be checked and plays what is to be played."""
    engine = open_database(address)
    found = []
    try:
        ready.wait(60)
        for _ in range(2000):
            submission = queue.claim(engine, worker, HOUR)
            if submission is None and set(all_states(engine)) == {"ranked"}:
                break
            if submission is not None:
                state = row_of(engine, submission).state
                found.append((submission, state))
                finish(engine, submission, worker, "queued" if state == "checking" else "ranked")
    finally:
        told.put(found)
        engine.dispose()


def all_states(engine):
    with transaction(engine) as connection:
        return connection.scalars(select(submissions.c.state)).all()


def test_two_that_claim_at_once_never_get_the_same(database):
    engine = open_database(database)
    entered = enter(engine, 12)
    engine.dispose()
    context = multiprocessing.get_context("fork")
    ready, told = context.Barrier(3), context.Queue()
    processes = [context.Process(target=claim_all, args=(database, f"worker {n}", ready, told)) for n in range(3)]
    for process in processes:
        process.start()
    found = [claimed for _ in processes for claimed in told.get()]
    for process in processes:
        process.join()
    assert sorted(found) == sorted((submission, state) for submission in entered for state in ("checking", "playing"))
    engine = open_database(database)
    for submission in entered:
        assert states(engine, submission) == ["received", "checking", "queued", "playing", "ranked"]
    engine.dispose()


def test_who_holds_a_row_does_not_keep_others_of_postgresql_waiting(postgresql):
    engine = open_database(postgresql())
    first, second = enter(engine, 2)
    with transaction(engine) as connection:
        connection.execute(select(submissions).where(submissions.c.id == first).with_for_update()).one()
        assert queue.claim(engine, "anna", HOUR) == second
    assert queue.claim(engine, "anna", HOUR) == first
    engine.dispose()


def die(address, claimed):
    engine, submission = open_database(address), None
    try:
        submission = queue.claim(engine, "anna", NEVER)
    finally:
        claimed.put(submission)
    claimed.close()
    claimed.join_thread()
    with transaction(engine) as connection:
        queue.finish(connection, submission, "anna", "queued", "never comes to be true")
        os.kill(os.getpid(), signal.SIGKILL)


def test_a_worker_that_is_killed_in_a_transaction_leaves_the_submission_to_another(database):
    engine = open_database(database)
    (submission,) = enter(engine)
    engine.dispose()
    context = multiprocessing.get_context("fork")
    claimed = context.Queue()
    process = context.Process(target=die, args=(database, claimed))
    process.start()
    assert claimed.get() == submission
    process.join()
    assert process.exitcode == -signal.SIGKILL
    engine = open_database(database)
    assert queue.claim(engine, "berta", HOUR) == submission
    assert row_of(engine, submission).attempts == 2
    assert states(engine, submission) == ["received", "checking", "received", "checking"]
    engine.dispose()
