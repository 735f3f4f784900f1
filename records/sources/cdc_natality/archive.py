"""A ZIP as a stream of what it holds: Stored, Deflate, Deflate64 and ZIP64, checksum verified, nothing put on disk.

The national files are compressed with Deflate64, which Python's own zipfile can list but not read.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import inflate64

from records.sources.cdc_natality.errors import DamagedArchive, TruncatedArchive, UnsupportedArchive, WrongChecksum

__all__ = ["inflated", "members"]

# Deflate can grow its input a thousandfold, so 16 KiB in is at most some 16 MiB out.
_COMPRESSED_STEP = 16 * 1024
_LOCAL_HEADER = struct.Struct("<4s22xHH")
_STORED, _DEFLATE, _DEFLATE64 = 0, 8, 9
_ENCRYPTED = 0x1


def members(path: Path) -> list[zipfile.ZipInfo]:
    """The fixed-width files inside, in the archive's order: its ``.txt`` members, or its only one.

    Raises `TruncatedArchive` where the list of members at the end is missing, `UnsupportedArchive` where none can be
    read.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            files = [m for m in archive.infolist() if not m.is_dir() and not m.filename.startswith("__MACOSX/")]
    except zipfile.BadZipFile:
        raise TruncatedArchive(
            f"{path.name} begins as a ZIP but its list of members, at the end, is missing or damaged: "
            "the file was cut off; fetch it again"
        ) from None
    texts = [m for m in files if m.filename.lower().endswith(".txt")] or (files if len(files) == 1 else [])
    if not texts:
        raise UnsupportedArchive(f"{path.name} holds {len(files)} files and none is a .txt of births")
    for member in texts:
        _refuse_unreadable(path, member)
    return texts


def inflated(path: Path, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """The member's content, piece by piece; raises at the end if it was short or its CRC-32 differs."""
    inflate = _inflater(member.compress_type)
    checksum, size = 0, 0
    for compressed in _compressed(path, member):
        try:
            piece = inflate(compressed)
        except (zlib.error, ValueError, EOFError) as error:
            raise DamagedArchive(
                f"{path.name} cannot be inflated after byte {size:,} of its content: it is damaged; fetch it again"
            ) from error
        checksum = zlib.crc32(piece, checksum)
        size += len(piece)
        if piece:
            yield piece
    if size != member.file_size:
        raise TruncatedArchive(f"{path.name} ends after {size:,} of the {member.file_size:,} bytes it announces")
    if checksum != member.CRC:
        raise WrongChecksum(
            f"{path.name}: the checksum of its content is {checksum:08x} and it announces {member.CRC:08x}; "
            "fetch it again"
        )


def _refuse_unreadable(path: Path, member: zipfile.ZipInfo) -> None:
    if member.flag_bits & _ENCRYPTED:
        raise UnsupportedArchive(f"{path.name} is encrypted; give the file it was made from")
    if member.compress_type not in (_STORED, _DEFLATE, _DEFLATE64):
        raise UnsupportedArchive(
            f"{path.name} is compressed by ZIP method {member.compress_type}; "
            "Stored (0), Deflate (8) and Deflate64 (9) can be read"
        )


def _inflater(method: int) -> Callable[[bytes], bytes]:
    if method == _STORED:
        return bytes
    if method == _DEFLATE:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress
    inflate: Callable[[bytes], bytes] = inflate64.Inflater().inflate
    return inflate


def _compressed(path: Path, member: zipfile.ZipInfo) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(member.header_offset)
        header = file.read(_LOCAL_HEADER.size)
        if len(header) < _LOCAL_HEADER.size or header[:4] != b"PK\x03\x04":
            raise DamagedArchive(f"{path.name} has no member where its list says, at byte {member.header_offset:,}")
        _, name_length, extra_length = _LOCAL_HEADER.unpack(header)
        file.seek(name_length + extra_length, 1)
        left = member.compress_size
        while left:
            piece = file.read(min(_COMPRESSED_STEP, left))
            if not piece:
                raise TruncatedArchive(f"{path.name} ends {left:,} bytes before its compressed data does")
            left -= len(piece)
            yield piece
