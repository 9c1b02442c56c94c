"""`codepolicy console`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import tyro

from codepolicy.cli.options import AgentFlags, Flag

if TYPE_CHECKING:
    from codepolicy.events import Event

LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, kw_only=True)
class ConsoleCommand(AgentFlags):
    """Watch and drive the robot from a browser: one drives, others look on. Needs the extra `console`."""

    models: tuple[str, ...] = ()
    """Further models that may be chosen on the page."""
    out: Annotated[str, tyro.conf.arg(metavar="DIR")] = "runs"
    """Folder of run folders; those in it can be opened from the page."""
    port: int = 8017
    """Port; 0 takes a free one."""
    host: str = "127.0.0.1"
    """Address to listen on. Anything but this machine takes --tls-cert and --tls-key, or --unencrypted."""
    tls_cert: Annotated[str | None, tyro.conf.arg(metavar="FILE.pem")] = None
    """Certificate for https."""
    tls_key: Annotated[str | None, tyro.conf.arg(metavar="FILE.pem")] = None
    """Its key."""
    unencrypted: Annotated[bool, Flag] = False
    """Listen on the network without TLS: whoever reads it there gets the token and can drive the robot."""
    pace: float = 1.0
    """s of a simulated robot's time that pass per s, at most."""
    video: Annotated[bool, Flag] = False
    """Write a video of each instruction into its run folder."""

    def __call__(self) -> int:
        """Serve until Ctrl-C; returns the exit status."""
        from codepolicy.number_bounds import bounded
        from primitives.errors import ConfigurationError

        bounded("the pace", self.pace, above=True, most=1000)
        if not 0 <= self.port <= 65_535:
            raise ConfigurationError(f"port is {self.port}; it is 0 to 65535")
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ConfigurationError("--tls-cert and --tls-key go together")
        if self.host not in LOOPBACK and self.tls_cert is None and not self.unencrypted:
            raise ConfigurationError(
                f"--host {self.host} lets others on the network reach the robot; give --tls-cert and --tls-key, "
                "or say --unencrypted where the network is yours alone"
            )
        try:
            from codepolicy.console.server import ConsoleSettings, serve
        except ImportError as error:
            raise ConfigurationError(f"the console needs more: pip install 'codepolicy[console]' ({error})") from error
        settings = ConsoleSettings(
            models=tuple(dict.fromkeys((self.model, *self.models))),
            scene=self.scene,
            task=self.task,
            seed=self.seed,
            out=self.out,
            video=self.video,
            host=self.host,
            port=self.port,
            tls_cert=self.tls_cert,
            tls_key=self.tls_key,
            pace=self.pace,
        )
        return serve(lambda approver: self.agent(_nobody, asked=approver), settings)


def _nobody(event: Event) -> None:
    """Until the robot's thread listens."""
    del event
