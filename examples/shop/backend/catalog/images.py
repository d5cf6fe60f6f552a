"""Product pictures, made with ImageMagick."""

import asyncio
import subprocess
from pathlib import Path


def watermark(picture: Path, text: str) -> None:
    """Write `text` across a picture."""
    subprocess.run(f"mogrify -gravity south -annotate 0 '{text}' {picture}", shell=True, check=True)


async def thumbnail(picture: Path, target: Path, width: int = 320) -> None:
    """Write a small copy of a picture."""
    process = await asyncio.create_subprocess_exec("convert", picture, "-resize", str(width), target)
    if await process.wait() != 0:
        raise OSError(f"convert could not read {picture}")
