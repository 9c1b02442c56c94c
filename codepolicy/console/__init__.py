"""The console: watch and drive a robot from a browser. Needs the extra `console`."""
