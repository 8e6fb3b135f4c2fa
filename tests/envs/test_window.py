"""The window, on SDL's dummy screen, with events posted as a person would cause them."""

import numpy as np
import pytest
from typer.testing import CliRunner

import agora.envs
from agora.cli import app
from agora.envs import paint
from agora.envs.api import Discrete
from agora.envs.canvas import Canvas, picture
from agora.envs.faces import window as window_module
from agora.envs.faces.window import Window

pygame = paint.load_pygame()


@pytest.fixture
def kuhn():
    game = agora.envs.game("agora/KuhnPoker-v0")
    return game, game.settle(game.new(3))


@pytest.fixture
def window():
    made = Window("a test")
    yield made
    made.close()


@pytest.fixture
def person(monkeypatch):
    """Hands out prepared events, one look at the window after the other, instead of waiting for a person."""
    looks = []
    monkeypatch.setattr(Window, "_events", lambda self, milliseconds: looks.pop(0) if looks else pytest.fail("waits"))
    return looks


def key(code):
    return pygame.event.Event(pygame.KEYDOWN, key=code, unicode="")


def typed(text):
    return [pygame.event.Event(pygame.TEXTINPUT, text=letter) for letter in text]


def click(x, y, button=1):
    return pygame.event.Event(pygame.MOUSEBUTTONDOWN, pos=(x, y), button=button)


def middle(canvas, action):
    target = next(target for target in canvas.targets if target.action == action)
    return target.x + target.width / 2, target.y + target.height / 2


def test_the_screen_shows_the_drawing(window, kuhn):
    canvas = picture(*kuhn, 0)
    window.show(canvas)
    shown = pygame.surfarray.array3d(pygame.display.get_surface()).swapaxes(0, 1)
    assert np.array_equal(shown, canvas.pixels())


def test_a_click_is_an_action(window, kuhn, person):
    canvas = picture(*kuhn, 0)
    person += [[click(2, 2)], [click(*middle(canvas, 0), button=3)], [click(*middle(canvas, 1))]]
    assert window.ask(*kuhn, 0) == [1]


def test_a_typed_line_is_an_action_and_can_be_corrected(window, kuhn, person):
    person += [typed("chexx"), [key(pygame.K_BACKSPACE), key(pygame.K_BACKSPACE), *typed("ck")], [key(pygame.K_RETURN)]]
    assert window.ask(*kuhn, 0) == [0]


def test_events_of_the_system_arrive(window, kuhn):
    canvas = picture(*kuhn, 0)
    window.show(canvas)
    for event in (*typed("b"), key(pygame.K_BACKSPACE), click(*middle(canvas, 0))):
        pygame.event.post(event)
    assert window.ask(*kuhn, 0) == [0]
    pygame.event.post(key(pygame.K_SPACE))
    window.wait(canvas, "The end.")


def test_escape_empties_the_line(window, kuhn, person):
    person += [typed("che"), [key(pygame.K_ESCAPE)], [*typed("bet"), key(pygame.K_KP_ENTER)]]
    assert window.ask(*kuhn, 0) == [1]


def test_a_bad_line_shows_the_reason(window, kuhn, person, monkeypatch):
    shown = []
    monkeypatch.setattr(window, "_put", lambda canvas: shown.append(canvas.svg()))
    person += [[*typed("dance"), key(pygame.K_RETURN)], [*typed("bet"), key(pygame.K_RETURN)]]
    assert window.ask(*kuhn, 0) == [1]
    assert "'dance' is no action here".replace("'", "&#x27;") not in shown[0]
    assert "'dance' is no action here".replace("'", "&#x27;") in shown[1]
    assert "You can say: check, bet" in shown[0]


def test_an_action_that_is_not_legal_now_is_refused(window, kuhn, person, monkeypatch):
    game, state = kuhn
    monkeypatch.setattr(game, "legal", lambda state, player=None: np.array([True, False]))
    canvas = picture(game, state, 0)
    person += [[click(*middle(canvas, 1))], [click(*middle(canvas, 0))]]
    assert window.ask(game, state, 0) == [0]


def test_closing_ends_the_question_and_the_window_stays_closed(window, kuhn, person):
    person += [[pygame.event.Event(pygame.QUIT)]]
    assert window.ask(*kuhn, 0) is None
    assert window.closed
    window.show(Canvas(10, 10))
    assert pygame.display.get_surface() is None


def test_closing_while_watching_is_no_error(window, kuhn):
    canvas = picture(*kuhn, 0)
    window.show(canvas)
    pygame.event.post(pygame.event.Event(pygame.QUIT))
    window.show(canvas)
    assert window.closed
    window.show(canvas)
    window.close()


def test_every_environment_is_shown_and_takes_a_typed_action(id, window, person):
    game = agora.envs.game(id, **agora.envs.words_options(id))
    state = game.settle(game.new(1))
    player = max(int(state.to_move), 0)
    before = game.save(state)
    if isinstance(game.spec.action, Discrete):
        action = int(np.flatnonzero(game.legal(state, player))[0])
    else:
        action = np.full(game.spec.action.shape, game.spec.action.high, np.float32)
    person += [[*typed(game.words.name(game.world, state, player, action)), key(pygame.K_RETURN)]]
    answer = window.ask(game, state, player)
    assert len(answer) == 1
    assert np.allclose(answer[0], action)
    assert game.save(state) == before


def test_every_target_of_a_drawing_is_a_legal_action(id):
    game = agora.envs.game(id)
    state = game.settle(game.new(1))
    player = max(int(state.to_move), 0)
    for target in picture(game, state, player).targets:
        window_module.checked(game, state, player, target.action)


def test_without_a_screen_the_error_says_what_to_do(kuhn, monkeypatch):
    def no_screen(size):
        raise pygame.error("No available video device")

    monkeypatch.setattr(pygame.display, "set_mode", no_screen)
    with pytest.raises(OSError, match=r"No available video device.*terminal"):
        Window("none").show(picture(*kuhn, 0))


def test_the_end_of_a_long_line_stays_visible():
    assert window_module._tail("x" * 500 + "|", 300).endswith("xx|")
    assert len(window_module._tail("x" * 500 + "|", 300)) < 50


def test_a_whole_game_is_played_with_the_mouse(person):
    game = agora.envs.game("agora/KuhnPoker-v0")
    canvas = picture(game, game.settle(game.new(0)), 0)
    person += [[click(*middle(canvas, 1))], [key(pygame.K_SPACE)]]
    result = CliRunner().invoke(app, ["play", "KuhnPoker", "--window", "--seed", "3"])
    assert result.exit_code == 0, result.output
    assert "Returns in chips: player 1 (you) " in result.stdout
    assert person == []


def test_closing_the_window_leaves_the_game(person):
    person += [[pygame.event.Event(pygame.QUIT)]]
    result = CliRunner().invoke(app, ["play", "KuhnPoker", "--window", "--seed", "3"])
    assert result.exit_code == 0
    assert "You left the game." in result.output
