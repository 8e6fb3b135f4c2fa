"""F41: what a submission may say about itself, errors that name key, value and way out, names that pass for others."""

import pytest

from agora.leaderboard.submission.manifest import FILE, missing, read
from agora.leaderboard.submission.names import check_name, looks_like, skeleton
from agora.leaderboard.submission.new_agent import write_new_agent

GOOD = {"name": '"a"', "author": '"me"', "entry": '"agent.py:Agent"', "ids": '["agora/KuhnPoker-v0"]'}


def written(folder, **keys):
    """A submission whose manifest has ``keys`` as TOML; None leaves a key out."""
    (folder / "agent.py").write_text("")
    lines = [f"{key} = {value}" for key, value in (GOOD | keys).items() if value is not None]
    (folder / FILE).write_text("\n".join(lines), encoding="utf-8")
    return folder


def test_a_manifest_is_read(tmp_path):
    manifest = read(written(tmp_path, requires='["numpy"]', author='"Ada Lovelace"'))
    assert (manifest.name, manifest.author, manifest.kind) == ("a", "Ada Lovelace", "python")
    assert (manifest.entry, manifest.ids) == ("agent.py:Agent", ["agora/KuhnPoker-v0"])
    assert missing(manifest) == []


def test_names_are_composed(tmp_path):
    assert read(written(tmp_path, name='"Ren\\u0065\\u0301"')).name == "Ren\u00e9"


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"name": None}, "the key 'name' is missing; give a text, such as name = \"my agent\""),
        ({"ids": None}, "the key 'ids' is missing"),
        ({"nmae": '"x"'}, "there is no key \"nmae\"; did you mean 'name'\\?"),
        ({"zzzzz": "1"}, "the keys are name, author, entry, ids, requires, kind"),
        ({"name": "3"}, "name = 3 is not allowed: give a text"),
        ({"ids": '"agora/KuhnPoker-v0"'}, 'ids = "agora/KuhnPoker-v0" is not allowed: give a list of environments'),
        ({"ids": "[3]"}, r"ids = \[3\] is not allowed: give a list of environments"),
        ({"ids": "[]"}, r"ids = \[\] is not allowed: name at least one"),
        ({"ids": '["agora/KunPoker-v0"]'}, "did you mean 'agora/KuhnPoker-v0'"),
        ({"ids": '["agora/KuhnPoker-v0", "agora/KuhnPoker-v0"]'}, "named twice"),
        ({"kind": '"pyhton"'}, 'kind = "pyhton" is not allowed: give "python", "saved" or "remote"'),
        ({"requires": '["torch>=2"]'}, "not the name of a module"),
        ({"requires": '["os.path"]'}, "not the name of a module"),
        ({"entry": '"agent.py"'}, 'entry = "agent.py" is not allowed: give FILE:NAME'),
        ({"entry": '"nothing.py:Agent"'}, "there is no nothing.py in the submission"),
        ({"entry": '"../agent.py:Agent"'}, "there is no ../agent.py in the submission"),
        ({"entry": '"/etc/agent.py:Agent"'}, "in the submission"),
        ({"entry": '"os.path:join"'}, "there is no os/path.py in the submission"),
        ({"entry": '"a b:c"'}, "give FILE:NAME"),
        ({"kind": '"saved"', "entry": '"."'}, "there is no agent.toml in that folder"),
        ({"kind": '"saved"', "entry": '"../other"'}, "there is no agent.toml in that folder"),
        ({"kind": '"remote"'}, "give an address such as https"),
        ({"kind": '"remote"', "entry": '"ftp://host/x"'}, "give an address"),
        ({"kind": '"remote"', "entry": '"https://"'}, "give an address"),
        ({"kind": '"remote"', "entry": '"https://host:99999/"'}, "give an address"),
        ({"kind": '"remote"', "entry": '"https://me:secret@host/"'}, "leave user and password out"),
        ({"name": '""'}, "it has 0 characters; give 1 to 40"),
        ({"author": f'"{"x" * 61}"'}, "it has 61 characters; give 1 to 60"),
        ({"name": '"a\\u001b[31mb"'}, r'name = "a\\u001b\[31mb" is not allowed: it holds a control character, U\+001B'),
        ({"author": '"a\\u202eb"'}, r"author = .*invisible character .* U\+202E"),
        ({"name": "["}, "is not valid TOML"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(keys, message, tmp_path):
    with pytest.raises(ValueError, match=message) as caught:
        read(written(tmp_path, **keys))
    assert str(caught.value).startswith(FILE)
    assert str(caught.value).isprintable()


def test_a_manifest_that_is_missing_huge_or_no_text_is_told(tmp_path):
    with pytest.raises(ValueError, match=f"no {FILE} in .*agora new-agent"):
        read(tmp_path)
    (tmp_path / FILE).write_bytes(b"\xff\xfe")
    with pytest.raises(ValueError, match="not valid TOML"):
        read(tmp_path)
    (tmp_path / FILE).write_bytes(b"#" * 70_000)
    with pytest.raises(ValueError, match="70000 bytes; 65536 are allowed"):
        read(tmp_path)
    (tmp_path / FILE).write_text(f"name = {'[' * 30_000}")
    with pytest.raises(ValueError, match="not valid TOML"):
        read(tmp_path)


def test_entries_of_every_kind_are_found(tmp_path):
    (tmp_path / "pkg").mkdir()
    for name in ("pkg/__init__.py", "pkg/brain.py", "agent.toml", "pkg/agent.toml"):
        (tmp_path / name).write_text("")
    for kind, entry in [
        ("python", "pkg/brain.py:Agent"),
        ("python", "pkg.brain:Agent"),
        ("python", "pkg:Agent"),
        ("saved", "."),
        ("saved", "pkg"),
        ("remote", "https://example.org/agent"),
        ("remote", "http://127.0.0.1:8000"),
    ]:
        assert read(written(tmp_path, kind=f'"{kind}"', entry=f'"{entry}"')).entry == entry


def test_entries_outside_the_submission_are_not_found_even_if_they_exist(tmp_path):
    for name in ("agent.py", "agent.toml"):
        (tmp_path / name).write_text("")
    (tmp_path / "mine").mkdir()
    for source in ("../agent.py", str(tmp_path / "agent.py"), "sub/../../agent.py"):
        with pytest.raises(ValueError, match="in the submission; name a file that is in it"):
            read(written(tmp_path / "mine", entry=f'"{source}:Agent"'))
    for folder in ("..", str(tmp_path)):
        with pytest.raises(ValueError, match=r"there is no agent\.toml in that folder"):
            read(written(tmp_path / "mine", kind='"saved"', entry=f'"{folder}"'))


def test_modules_are_looked_for_and_not_imported(tmp_path, monkeypatch):
    (tmp_path / "explosive.py").write_text("raise SystemExit('imported')")
    monkeypatch.syspath_prepend(tmp_path)
    manifest = read(written(tmp_path, requires='["explosive", "numpy", "no_such_module", "__main__"]'))
    assert "no_such_module" in missing(manifest)
    assert {"explosive", "numpy"}.isdisjoint(missing(manifest))


@pytest.mark.parametrize(
    "name", ["a", "Random 2", "x" * 40, "日本語", "René", "GPT-5 (low)", "Анна", "9 lives", "مهدي"]
)
def test_good_names(name):
    assert check_name(name) == name


CONTROLS = ["a\tb", "a\nb", "a\x00b", "a\x1b[2Jb", "a\u202eb", "a\u2066b", "a\u200eb", "a\u200bb", "a\ufeffb"]
SPACES = ["a\u00a0b", "a\u3000b", "a\u2028b", " a", "a ", "a  b"]
UNDEFINED = ["a\ue000b", "a\ud800b", "a\U000e0041b", "Z\u0300\u0301\u0302", "\u0301a"]
FORMULAS = ["=cmd|' /C calc'!A0", "+1", "-1", "@me", "|", "<b>"]


@pytest.mark.parametrize("name", ["", "x" * 41, *CONTROLS, *SPACES, *UNDEFINED, *FORMULAS], ids=ascii)
def test_names_that_cannot_be_seen_or_break_tables_are_refused(name):
    with pytest.raises(ValueError):
        check_name(name)


TIDIED = ["RANDOM", "Random", "ran dom", "ran-dom", "random.", "rándom", "ra\u0301ndom", "rаndоm\u0323"]
STYLED = ["ｒａｎｄｏｍ", "𝐫𝐚𝐧𝐝𝐨𝐦", "ⓡⓐⓝⓓⓞⓜ"]
REPLACED = ["rand0m", "rаndom", "rаndоm", "rɑndom", "randorn", "гandom", "rαndοm", "RΑΝDΟΜ", "ranđom"]


@pytest.mark.parametrize("fake", [*TIDIED, *STYLED, *REPLACED], ids=ascii)
def test_names_that_pass_for_a_rivals_are_caught(fake):
    assert looks_like(fake, ["market", "random"]) == "random"


def test_one_stroke_letters_pass_for_each_other():
    assert len({skeleton(name) for name in ("mill", "miII", "m1ll", "MI11", "mıll", "mіӏӏ")}) == 1
    assert skeleton("vvin") == skeleton("win")


def test_different_names_stay_apart():
    names = ["random", "random 2", "market", "equilibrium", "PPO", "PSRO", "SAC", "greedy", "my agent", "日本", "Анна"]
    assert len({skeleton(name) for name in names}) == len(names)
    assert looks_like("randy", names) is None
    assert looks_like("cl", ["d"]) is None  # not caught, as the module says


def test_a_new_agent_is_named_like_its_folder_and_overwrites_nothing(tmp_path):
    files = write_new_agent(tmp_path / "deep" / "my-bot")
    assert {path.name for path in files} == {"README.md", FILE, "agent.py", "test_agent.py"}
    assert read(tmp_path / "deep" / "my-bot").name == "my-bot"
    with pytest.raises(ValueError, match="there already"):
        write_new_agent(tmp_path / "deep" / "my-bot")
    write_new_agent(tmp_path / 'quote" = 1')
    assert read(tmp_path / 'quote" = 1').name == "my agent"
