"""Files of arrays: what is written comes back, and what is damaged is said to be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as some

from proofbook.enrichment.arrayfile import DamagedFile, read_arrays, write_arrays

KINDS = st.sampled_from(["u1", "i8", "<f4", "?", "S5", "<U3", "M8[s]"])


@given(
    st.dictionaries(
        st.text(max_size=5),
        KINDS.flatmap(lambda kind: some.arrays(kind, some.array_shapes(min_dims=0, min_side=0))),
        max_size=3,
    )
)
def test_arrays_come_back(
    tmp_path_factory: pytest.TempPathFactory, arrays: dict[str, np.ndarray]
) -> None:
    path = tmp_path_factory.mktemp("arrays") / "a.arrays"
    write_arrays(path, arrays, {"n": 1}, durable=False)
    told, found = read_arrays(path, verify=True)
    assert told == {"n": 1}
    assert list(found) == list(arrays)
    for name, array in arrays.items():
        assert (found[name].dtype, found[name].shape) == (array.dtype, array.shape)
        np.testing.assert_array_equal(found[name], array)


def test_every_changed_or_missing_byte_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "a.arrays"
    arrays = {"x": np.arange(7, dtype=np.int32), "y": np.frombuffer(b"words", np.uint8)}
    write_arrays(path, arrays, {"n": 1}, durable=True)
    content = path.read_bytes()

    def same() -> bool:
        try:
            told, found = read_arrays(path, verify=True)
        except DamagedFile:
            return False
        assert told == {"n": 1}
        assert all((found[n] == arrays[n]).all() for n in arrays)
        return True

    assert same()
    noticed = 0
    for place in range(len(content)):
        path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        noticed += not same()
        path.write_bytes(content[:place])
        assert not same(), place
    used = 16 + int.from_bytes(content[8:12], "little") + 7 * 4 + 5
    assert noticed == used  # all but the padding
    path.write_bytes(content + b"x")
    assert not same()


@pytest.mark.parametrize(
    "array", [np.array(["a", None], dtype=object), np.zeros(2, dtype=[("a", "i4")])]
)
def test_what_has_no_plain_bytes_is_refused(tmp_path: Path, array: np.ndarray) -> None:
    with pytest.raises(TypeError, match="only plain values"):
        write_arrays(tmp_path / "a.arrays", {"x": array}, {}, durable=False)
    assert not list(tmp_path.iterdir())
