"""Random JSON Schemas (2020-12) over a small domain of values, and random values of that domain."""
import json

NAMES = ["a", "b", "ab", "x1"]
STRINGS = ["", "a", "b", "ab", "aab", "é", "1", "x1", "2024-02-29", "2023-02-29", "\n", '"', "😀😀"]
NUMBERS = [0, 1, -1, 2, 3, 10, 1.5, 0.1, -2.25, 100, 0.3]
PATTERNS = ["a", "^a", "b$", "^[ab]+$", "^.{2,3}$", "[^a]", "^(?!a)", "\\d", "^$", "(?=.*b)a"]


class SchemaSource:
    def __init__(self, random, depth=3):
        self.random, self.depth = random, depth

    def value(self, depth=2):
        r = self.random
        kind = r.choice(["null", "bool", "number", "string", "string", "number"] + ["array", "object"] * (2 if depth else 0))
        if kind == "null":
            return None
        if kind == "bool":
            return r.random() < 0.5
        if kind == "number":
            return r.choice(NUMBERS)
        if kind == "string":
            return r.choice(STRINGS)
        if kind == "array":
            return [self.value(depth - 1) for _ in range(r.randrange(4))]
        return {name: self.value(depth - 1) for name in r.sample(NAMES, r.randrange(4))}

    def schema(self, depth=None):
        r = self.random
        depth = self.depth if depth is None else depth
        if r.random() < 0.06:
            return r.random() < 0.8
        schema = {}
        for _ in range(r.choice([1, 1, 2, 2, 3, 4])):
            self.keyword(schema, depth)
        if r.random() < 0.05 and depth < self.depth:
            schema["$ref"] = r.choice(["#", "#/$defs/d"])
        return schema

    def document(self):
        schema = self.schema()
        if isinstance(schema, bool):
            return schema
        schema["$defs"] = {"d": self.schema(1)}
        return schema

    def keyword(self, schema, depth):
        r = self.random
        sub = lambda: self.schema(depth - 1)  # noqa: E731
        leaf = [
            lambda: schema.update(type=r.choice(["null", "boolean", "integer", "number", "string", "array", "object"])),
            lambda: schema.update(type=r.sample(["null", "boolean", "integer", "number", "string", "array", "object"], 2)),
            lambda: schema.update(enum=[self.value() for _ in range(r.randrange(1, 4))]),
            lambda: schema.update(const=self.value()),
            lambda: schema.update(required=r.sample(NAMES, r.randrange(1, 3))),
            lambda: schema.update(minProperties=r.randrange(3)),
            lambda: schema.update(maxProperties=r.randrange(4)),
            lambda: schema.update(dependentRequired={r.choice(NAMES): r.sample(NAMES, r.randrange(1, 3))}),
            lambda: schema.update(minItems=r.randrange(3)),
            lambda: schema.update(maxItems=r.randrange(4)),
            lambda: schema.update(uniqueItems=True),
            lambda: schema.update(minLength=r.randrange(3)),
            lambda: schema.update(maxLength=r.randrange(4)),
            lambda: schema.update(pattern=r.choice(PATTERNS)),
            lambda: schema.update(format=r.choice(["date", "ipv4", "email"])),
            lambda: schema.update(minimum=r.choice(NUMBERS)),
            lambda: schema.update(maximum=r.choice(NUMBERS)),
            lambda: schema.update(exclusiveMinimum=r.choice(NUMBERS)),
            lambda: schema.update(exclusiveMaximum=r.choice(NUMBERS)),
            lambda: schema.update(multipleOf=r.choice([1, 2, 3, 0.5, 0.25])),
        ]
        inner = [
            lambda: schema.update(properties={name: sub() for name in r.sample(NAMES, r.randrange(1, 4))}),
            lambda: schema.update(additionalProperties=sub()),
            lambda: schema.update(patternProperties={p: sub() for p in r.sample(PATTERNS, r.randrange(1, 3))}),
            lambda: schema.update(propertyNames=sub()),
            lambda: schema.update(unevaluatedProperties=sub()),
            lambda: schema.update(unevaluatedItems=sub()),
            lambda: schema.update(dependentSchemas={r.choice(NAMES): sub()}),
            lambda: schema.update(items=sub()),
            lambda: schema.update(prefixItems=[sub() for _ in range(r.randrange(1, 3))]),
            lambda: schema.update(contains=sub()),
            lambda: schema.update(contains=sub(), minContains=r.randrange(3), maxContains=r.randrange(1, 4)),
            lambda: schema.update(allOf=[sub() for _ in range(r.randrange(1, 3))]),
            lambda: schema.update(anyOf=[sub() for _ in range(r.randrange(1, 4))]),
            lambda: schema.update(oneOf=[sub() for _ in range(r.randrange(1, 4))]),
            lambda: schema.update({"not": sub()}),
            lambda: schema.update({"if": sub(), "then": sub(), "else": sub()}),
        ]
        if "$anchor" in schema:
            return
        r.choice(leaf + (inner if depth > 0 else []))()


def texts_of(value, random, orders=24):
    """JSON texts of `value`: its objects' properties in several orders."""
    def shuffled(value):
        if isinstance(value, list):
            return [shuffled(item) for item in value]
        if isinstance(value, dict):
            items = list(value.items())
            random.shuffle(items)
            return {key: shuffled(item) for key, item in items}
        return value

    texts = [json.dumps(value, ensure_ascii=False)]
    for _ in range(orders):
        texts.append(json.dumps(shuffled(value), ensure_ascii=random.random() < 0.5))
    return list(dict.fromkeys(texts))
