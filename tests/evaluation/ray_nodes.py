"""A Ray cluster of two nodes on this machine, as a process: prints its address, kills its second node on the first
line of input, and ends with its input.
"""

from __future__ import annotations

import sys

from ray.cluster_utils import Cluster  # type: ignore[import-untyped]


def main() -> None:
    memory = {"object_store_memory": 80 << 20}
    cluster = Cluster(
        initialize_head=True,
        head_node_args={"num_cpus": 1, "include_dashboard": False, **memory},
        shutdown_at_exit=True,
    )
    second = cluster.add_node(num_cpus=1, **memory)
    print(cluster.address, flush=True)
    if sys.stdin.readline():
        cluster.remove_node(second, allow_graceful=False)
        print("killed", flush=True)
    sys.stdin.read()
    cluster.shutdown()


if __name__ == "__main__":
    main()
