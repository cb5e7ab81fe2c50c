"""The shapes measured, and what their work costs: operations and bytes."""
import dataclasses

WINDOW_SECONDS, SAMPLE_RATE = 30, 16_000
WINDOW_SAMPLES = WINDOW_SECONDS * SAMPLE_RATE
FRAMES, POSITIONS, TEXT_POSITIONS = 3000, 1500, 448
MELS, VOCABULARY = 80, 51865


@dataclasses.dataclass(frozen=True)
class Shape:
    name: str
    width: int
    heads: int
    layers: int

    @property
    def encoder_operations(self):
        """Multiplications and additions of one window: convolutions, then projections, MLP and attention of each layer."""
        convolutions = 2 * FRAMES * 3 * MELS * self.width + 2 * POSITIONS * 3 * self.width * self.width
        layer = 2 * POSITIONS * 12 * self.width**2 + 4 * POSITIONS**2 * self.width
        return convolutions + self.layers * layer

    @property
    def cross_operations(self):
        return self.layers * 2 * POSITIONS * self.width * 2 * self.width

    @property
    def decoder_parameters(self):
        """Weights read for a token: self-attention, what cross-attention projects of the token, MLP, and the vocabulary."""
        return self.layers * (4 + 2 + 8) * self.width**2 + VOCABULARY * self.width

    def decoder_bytes(self, bytes_per_weight, bytes_per_key):
        """Of one token of one stream: all weights and the keys and values of the window."""
        return self.decoder_parameters * bytes_per_weight + self.cross_elements * bytes_per_key

    @property
    def cross_elements(self):
        return self.layers * POSITIONS * 2 * self.width


SHAPES = {shape.name: shape for shape in (Shape("tiny", 384, 6, 4), Shape("base", 512, 8, 6))}
# Bytes of a weight in each kind of format; keys and values count as 16-bit numbers.
WEIGHT_BYTES = {"16-bit": 2, "8-bit": 34 / 32}
PEAKS = {"16-bit": "bf16_gflop_s", "8-bit": "int8_gop_s"}


def limits(shape, kind, streams, tokens, probe):
    """The least time that the probed machine would need: ms of the encoder and of a token, audio seconds per second."""
    peak, bandwidth = probe[PEAKS[kind]] * 1e9, probe["read_gb_s"] * 1e9
    weight, key = WEIGHT_BYTES[kind], 2
    encoder, cross = shape.encoder_operations / peak, shape.cross_operations / peak
    token = shape.decoder_bytes(weight, key) / bandwidth
    # Streams decoded together read the weights once.
    together = (shape.decoder_parameters * weight + streams * shape.cross_elements * key) / bandwidth
    step = max(together, streams * 2 * (shape.decoder_parameters + shape.cross_elements) / peak)
    return {"encoder": 1e3 * encoder, "encoder and cross K/V": 1e3 * (encoder + cross), "decoder": 1e3 * token,
            "files": streams * WINDOW_SECONDS / (streams * (encoder + cross) + tokens * step)}
