"""Texts with the statistics of real use, made from what the machine has: the same machine makes the same texts."""
import ast
import collections
import gettext
import glob
import os
import random
import re
import shutil
import subprocess
import sysconfig

from .failure import Failure

NAMES = ("english", "chinese", "code", "mixed")
HAN = re.compile("[\u3400-\u9fff]")
OTHERS = ("ar", "cs", "de", "el", "es", "fr", "he", "hi", "hu", "it", "ja", "ko", "pl", "pt_BR", "ru", "ta", "th", "tr",
          "uk", "vi", "zh_CN", "zh_TW")


def sources(suffix, folders):
    """The texts of the files below the folders, in the order of their paths."""
    for folder in folders:
        paths = glob.glob(os.path.join(glob.escape(folder), "**", "*" + suffix), recursive=True)
        for path in sorted(paths):
            if "site-packages" in path or "dist-packages" in path or not os.path.isfile(path):
                continue
            with open(path, "rb") as file:
                data = file.read()
            try:
                yield data.decode("utf-8")
            except UnicodeDecodeError:
                pass


def messages(language):
    """The translated messages of the programs of this machine."""
    seen = set()
    for path in sorted(glob.glob(f"/usr/share/locale/{language}/LC_MESSAGES/*.mo")):
        try:
            with open(path, "rb") as file:
                catalog = gettext.GNUTranslations(file)._catalog
        except (OSError, UnicodeDecodeError, ValueError, IndexError):
            continue
        for key in sorted(catalog, key=str):
            text = catalog[key]
            if key and text and text not in seen:
                seen.add(text)
                yield text


def documentation():
    """The docstrings of the standard library."""
    for source in sources(".py", [sysconfig.get_path("stdlib")]):
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError):
            continue
        for node in ast.walk(tree):
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
                text = ast.get_docstring(node)
                if text and len(text) > 80:
                    yield text + "\n\n"


def descriptions():
    """The descriptions of Debian's packages, where apt knows them."""
    if not shutil.which("apt-cache"):
        return
    listing = subprocess.run(["apt-cache", "dumpavail"], capture_output=True, text=True, errors="replace").stdout
    for text in re.findall(r"^Description(?:-en)?: (.*(?:\n .*)*)", listing, re.M):
        yield re.sub(r"^ \.?", "", text, flags=re.M) + "\n\n"


def english():
    yield from documentation()
    yield from descriptions()


def code():
    yield from sources(".py", [sysconfig.get_path("stdlib")])
    yield from sources(".h", ["/usr/include"])


def chinese():
    """Messages that are mostly Han, then text with the same statistics."""
    found = [text for language in ("zh_CN", "zh_TW") for text in messages(language)
             if len(HAN.findall(text)) * 2 > len(text) and "%" not in text]
    if len(found) < 1000:
        raise Failure("no Chinese text: this machine lacks /usr/share/locale/zh_CN; give some with --text FILE")
    yield from (text + "\n" for text in found)
    yield from like(found, random.Random(1))


def like(texts, generator, order=3):
    """Endless lines in which each character follows the three before it as often as it does in the texts."""
    followers = collections.defaultdict(list)
    for text in texts:
        padded = "\n" * order + text + "\n"
        for at in range(len(text) + 1):
            followers[padded[at:at + order]].append(padded[at + order])
    while True:
        line = "\n" * order
        while len(line) == order or line[-1] != "\n":
            line += generator.choice(followers[line[-order:]])
        yield line[order:]


def mixed():
    """Paragraphs of prose, code and two dozen languages in turn, with emoji now and then."""
    generator = random.Random(2)
    streams = [(text + "\n" for text in messages(language)) for language in OTHERS]
    streams += [english(), code(), chinese()]
    while streams:
        at = generator.randrange(len(streams))
        count = 0
        for text in streams[at]:
            yield text[:4000]
            count += len(text)
            if count > 600:
                break
        else:
            streams.pop(at)
        if generator.random() < 0.1:
            yield "👍🏽 🎉 ✨\n"


MAKERS = {"english": english, "chinese": chinese, "code": code, "mixed": mixed}


def make(name, size, skip=0):
    """About `size` bytes of the corpus `name`, after its first `skip` bytes."""
    parts, total = [], 0
    for text in MAKERS[name]():
        data = text.encode("utf-8", "replace")
        total += len(data)
        if total > skip:
            parts.append(data)
        if total >= skip + size:
            break
    text = b"".join(parts)[:size].decode("utf-8", "ignore")
    if not text:
        raise Failure(f"found no {name} text on this machine")
    return text
