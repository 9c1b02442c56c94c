"""Real cameras and recorded ones, one file and, where a library is needed, one extra each."""
