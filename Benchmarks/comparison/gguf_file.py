"""Reads from a GGUF file what the limits of its speed depend on."""
import os
import struct

SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
STRING, ARRAY = 8, 9


class GGUF:
    def __init__(self, path):
        self.path, self.fields = path, {}
        with open(path, "rb") as self.file:
            if self.file.read(4) != b"GGUF":
                raise ValueError(f"{path} is no GGUF file")
            _, tensors, fields = self.unpack("IQQ")
            for _ in range(fields):
                key = self.string()
                self.fields[key] = self.value(self.unpack("I")[0])
            sizes = {}
            for _ in range(tensors):
                name = self.string()
                shape = self.unpack(f"{self.unpack('I')[0]}Q")
                sizes[name] = shape
                self.unpack("IQ")
            alignment = self.fields.get("general.alignment", 32)
            start = (self.file.tell() + alignment - 1) // alignment * alignment
        self.weight_bytes = os.path.getsize(path) - start
        matrices = {name: shape[0] * shape[1] for name, shape in sizes.items() if len(shape) == 2}
        embedding = matrices.get("token_embd.weight", 0)
        head = matrices.get("output.weight", embedding)
        self.layer_parameters = sum(matrices.values()) - embedding - matrices.get("output.weight", 0)
        self.head_parameters = head

    def unpack(self, form):
        return struct.unpack("<" + form, self.file.read(struct.calcsize("<" + form)))

    def string(self):
        return self.file.read(self.unpack("Q")[0]).decode(errors="replace")

    def value(self, kind):
        if kind == STRING:
            return self.string()
        if kind != ARRAY:
            return self.unpack(SCALARS[kind])[0]
        inner, count = self.unpack("IQ")
        if inner in (STRING, ARRAY):
            for _ in range(count):
                self.value(inner)
        else:
            self.file.seek(count * struct.calcsize(SCALARS[inner]), os.SEEK_CUR)
        return f"{count} values"

    def number(self, key):
        return self.fields[self.fields["general.architecture"] + "." + key]
