"""`codepolicy mcp`: coding agents look, rehearse and run programs here, inside the guard.

`workcell` is the one world that all clients share and knows nothing of the protocol; `agent_tools` offers it as tools
and resources by the official SDK (extra `[mcp]`), and `http` lets clients in by a token.
"""
