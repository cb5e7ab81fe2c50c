"""A made-up vocabulary laid out as that of the multilingual Whisper: the same ids for the same special tokens."""
import make_model

END, START, LANGUAGES, TRANSLATE, TRANSCRIBE, NO_TIMESTAMPS = 50257, 50258, 50259, 50358, 50359, 50363
TEXT_TOKENS = 50257
CODES = """en zh de es ru ko fr ja pt tr pl ca nl ar sv it id hi fi vi he uk el ms cs ro da hu ta no th ur hr bg lt la mi ml cy
sk te fa lv bn sr az sl kn et mk br eu is hy ne mn bs kk sq sw gl mr pa si km sn yo so af oc ka be tg sd gu am yi lo uz fo ht
ps tk nn mt sa lb my bo tl mg as tt haw ln ha ba jw su""".split()


def text():
    """Tokens in the order of their ids as byte-level letters, and merges: the bytes, then words of two letters and more."""
    tokens, merges = make_model.vocabulary(TEXT_TOKENS + 1)
    # The last one is empty in Whisper's vocabulary too; CTranslate2 takes a model without it for an English one.
    return tokens[2:] + [""], merges


def special():
    """The tokens behind those of text, in the order of their ids."""
    return (["<|endoftext|>", "<|startoftranscript|>"] + [f"<|{code}|>" for code in CODES]
            + ["<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>"]
            + [f"<|{index * 0.02:.2f}|>" for index in range(1501)])


def as_bytes(tokens):
    """What the byte-level letters of each token stand for."""
    printable = list(range(33, 127)) + list(range(161, 173)) + list(range(174, 256))
    others = [byte for byte in range(256) if byte not in printable]
    letters = {chr(byte): byte for byte in printable} | {chr(256 + index): byte for index, byte in enumerate(others)}
    return [bytes(letters[letter] for letter in token) for token in tokens]


def script(length):
    """Ids of `length` different words of four letters: a text that compresses badly and never repeats itself."""
    first = TEXT_TOKENS - 20_001
    return [first + index * 7919 % 20_000 for index in range(length)]
