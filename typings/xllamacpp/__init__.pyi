class _Model:
    path: str

class _Cpu:
    n_threads: int

class CommonParams:
    model: _Model
    hostnames: list[str]
    port: int
    n_ctx: int
    n_parallel: int
    warmup: bool
    cpuparams: _Cpu
    cpuparams_batch: _Cpu

class Server:
    listening_address: str
    def __init__(self, params: CommonParams) -> None: ...
