"""What is packed is what a dictionary holds."""

from hashlib import blake2b

from hypothesis import given
from hypothesis import strategies as st

from socialcare.store.packed import Packed

# few, and of few first bytes, so that they are found, replaced and lie side by side
DIGESTS = st.integers(0, 30).map(
    lambda n: bytes([n % 2, n % 3]) + blake2b(bytes([n]), digest_size=10).digest()
)
STEPS = st.lists(st.tuples(DIGESTS, st.none() | st.binary(max_size=300)), max_size=60)


@given(steps=STEPS, young=st.integers(0, 10))
def test_whatever_is_put_in_and_taken_out_it_holds_what_a_dictionary_holds(
    steps: list[tuple[bytes, bytes | None]], young: int
) -> None:
    packed, plain = Packed(young), dict[bytes, bytes]()
    for digest, content in steps:
        if content is None:
            packed.remove(digest)
            plain.pop(digest, None)
        else:
            packed.put(digest, content)
            plain[digest] = content
        assert packed.get(digest) == plain.get(digest)
    for digest, _ in steps:
        assert (digest in packed) == (digest in plain)
        assert packed.get(digest) == plain.get(digest)
