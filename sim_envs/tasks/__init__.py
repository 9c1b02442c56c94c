"""One file per task; every module here is imported when tasks are listed, and registers what it defines."""
