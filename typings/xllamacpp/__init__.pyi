class _Model:
    path: str

class _Cpu:
    n_threads: int

class CommonAdapterLoraInfo:
    def __init__(self, path: str = "", scale: float = 1.0) -> None: ...

class CommonParams:
    model: _Model
    hostnames: list[str]
    port: int
    n_ctx: int
    n_parallel: int
    warmup: bool
    lora_adapters: list[CommonAdapterLoraInfo]
    cpuparams: _Cpu
    cpuparams_batch: _Cpu

class Server:
    listening_address: str
    def __init__(self, params: CommonParams) -> None: ...
