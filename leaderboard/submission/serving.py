"""``agora serve-agent``: the agent in a folder, put behind HTTP for a submission of kind ``remote`` that names it."""

from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path

from agora.agents.api import Agent
from agora.envs.api import Spec
from agora.leaderboard.jail.serving import agent_server
from agora.leaderboard.jail.worker import find
from agora.leaderboard.submission import manifest as manifests
from agora.leaderboard.submission.manifest import Manifest


def folder_server(
    folder: str | Path, host: str = "127.0.0.1", port: int = 0, token_file: str | Path | None = None
) -> ThreadingHTTPServer:
    """A server of the agent in ``folder``, which listens and answers once ``serve_forever`` is called.

    The agent runs in this process, with all that this process may do.

    Args:
        folder: with a manifest of kind ``python`` or ``saved``.
        host: on which to listen; ``0.0.0.0`` for all of this machine.
        port: 0 for any that is free.
        token_file: holds what the judge must bring as bearer; None for nothing.

    Raises:
        ValueError: the manifest or the token is wrong, or the agent plays elsewhere itself.
        OSError: it cannot listen there.
    """
    folder = Path(folder).resolve()
    manifest = manifests.read(folder)
    if manifest.kind == "remote":
        raise ValueError(
            f"The agent in {folder} plays elsewhere itself, at {manifest.entry}: name the folder of its code."
        )
    token = "" if token_file is None else manifests.token_in(Path(token_file))
    return agent_server(partial(_agent, manifest, folder), host, port, token)


def _agent(manifest: Manifest, folder: Path, spec: Spec) -> Agent:
    if spec.id not in manifest.ids:
        raise ValueError(f"{manifest.name} plays {', '.join(manifest.ids)}, not {spec.id}")
    return find(folder, manifest.entry, spec)
