"""Names of files and folders made from what a person said, in any script."""

from __future__ import annotations

import os
import re
import unicodedata


def slug(text: str, limit: int) -> str:
    """Lower-case words of `text` joined by hyphens, at most `limit` characters; "" where nothing is left.

    Letters that the file system's encoding lacks are left out.
    """
    words = re.sub(r"[\W_]+", "-", unicodedata.normalize("NFKC", text).casefold()).strip("-")
    try:
        os.fsencode(words)
    except UnicodeEncodeError:
        words = re.sub(r"[^a-z0-9]+", "-", words).strip("-")
    return words[:limit].strip("-")
