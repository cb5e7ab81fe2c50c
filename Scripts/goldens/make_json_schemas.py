#!/usr/bin/env python3
"""Stores which instances Python's jsonschema finds valid under schemas that use every keyword of every draft.

    python3 Scripts/goldens/make_json_schemas.py Tests/Fixtures/json_schemas

Needs: pip install jsonschema. Formats are not checked here; they have fixtures of their own.
"""
import hashlib
import json
import sys
from importlib.metadata import version
from pathlib import Path

from jsonschema import Draft202012Validator
from jsonschema.validators import validator_for

DRAFTS = {
    3: "http://json-schema.org/draft-03/schema#",
    4: "http://json-schema.org/draft-04/schema#",
    6: "http://json-schema.org/draft-06/schema#",
    7: "http://json-schema.org/draft-07/schema#",
    2019: "https://json-schema.org/draft/2019-09/schema",
    2020: "https://json-schema.org/draft/2020-12/schema",
}

# Judged under every schema.
POOL = [
    "null", "true", "false", "0", "1", "2", "-1", "3.5", "1.0", "10", "1e2", "-0.0", "18446744073709551616", '""', '"a"', '"ab"',
    '"abc"', '"\\u00e9"', '"\\ud83d\\ude00"', "[]", "[1]", "[1,2]", "[1,1]", "[1,1.0]", "[1,true]", '["a","b"]', '["a",1,null]',
    "[[1],[1]]", '[{"a":1,"b":2},{"b":2,"a":1}]', "[1,2,3,4]", "{}", '{"a":1}', '{"b":1}', '{"a":1,"b":2}', '{"a":"x"}',
    '{"a":"x","b":"y"}', '{"a":1,"b":2,"c":3}', '{"aa":1}', '{"x1":1}', '{"x1":"s","a":1}', '{"a":{"a":{"a":1}}}', '{"a":[1,{"a":2}]}',
    '{"a":null}', '{"c":3}', '{"a":1,"c":true}', '{"a":{}}', '{"":1}',
]

# What a schema says, in the newest draft unless a draft is named.
SCHEMAS = """
true
false
{}
{"type":"null"}
{"type":"boolean"}
{"type":"integer"}
{"type":"number"}
{"type":"string"}
{"type":"array"}
{"type":"object"}
{"type":["integer","string"]}
{"type":["number","integer","null"]}
{"enum":[1,"a",null,[1],{"a":1}]}
{"enum":[true,0]}
{"enum":[{"b":2,"a":1},[1,2]]}
{"const":1}
{"const":false}
{"const":{"a":[1,{"a":2}]}}
{"const":null}
{"minimum":1}
{"maximum":1,"type":"number"}
{"exclusiveMinimum":1}
{"exclusiveMaximum":1.5,"minimum":-0.5}
{"maximum":18446744073709551615}
{"minimum":18446744073709551616}
{"multipleOf":0.5}
{"multipleOf":2}
{"minLength":2}
{"maxLength":1}
{"minLength":1.0,"maxLength":2}
{"pattern":"b"}
{"pattern":"^a"}
{"pattern":"^[a-z]{2}$","maxLength":2}
{"minItems":2}
{"maxItems":1}
{"uniqueItems":true}
{"uniqueItems":false}
{"items":{"type":"integer"}}
{"items":false}
{"prefixItems":[{"type":"integer"},{"type":"string"}]}
{"prefixItems":[{"type":"integer"}],"items":{"type":"integer","minimum":2}}
{"prefixItems":[{"type":"integer"},true],"items":false}
{"contains":{"type":"string"}}
{"contains":{"const":1},"minContains":2}
{"contains":{"const":1},"maxContains":1}
{"contains":{"const":1},"minContains":0}
{"contains":{"const":1},"minContains":0,"maxContains":1}
{"minContains":3}
{"properties":{"a":{"type":"integer"},"b":{"type":"string"}}}
{"properties":{"a":false}}
{"required":["a","c"]}
{"required":[]}
{"properties":{"a":true},"additionalProperties":false}
{"properties":{"a":{}},"additionalProperties":{"type":"integer"}}
{"patternProperties":{"^x":{"type":"integer"},"[0-9]$":{"minimum":2}}}
{"properties":{"a":{}},"patternProperties":{"^x":{}},"additionalProperties":false}
{"additionalProperties":false}
{"propertyNames":{"maxLength":1}}
{"propertyNames":{"enum":["a","b"]}}
{"propertyNames":false}
{"propertyNames":{"not":{"pattern":"^a"}}}
{"minProperties":2}
{"maxProperties":1}
{"dependentRequired":{"a":["b"],"b":[]}}
{"dependentSchemas":{"a":{"required":["c"]},"b":false}}
{"allOf":[{"minimum":1},{"maximum":2}]}
{"allOf":[{"required":["a"]},{"properties":{"a":{"type":"integer"}}}],"maxProperties":1}
{"anyOf":[{"type":"string"},{"minimum":2}]}
{"anyOf":[{"required":["a"]},{"required":["b"]}],"type":"object"}
{"oneOf":[{"type":"integer"},{"minimum":2}]}
{"oneOf":[{"required":["a"]},{"required":["b"]}]}
{"oneOf":[true,{"type":"string"},false]}
{"not":{"type":"integer"}}
{"not":{"required":["a"]}}
{"not":{"properties":{"a":{"type":"integer"}}}}
{"not":{"items":{"type":"integer"}}}
{"not":{}}
{"not":{"not":{"type":"string"}}}
{"if":{"type":"object"},"then":{"required":["a"]},"else":{"type":"array"}}
{"if":{"required":["a"]},"then":{"properties":{"a":{"type":"integer"}}}}
{"if":{"type":"string"},"else":{"minimum":1}}
{"then":false,"else":false}
{"unevaluatedProperties":false}
{"properties":{"a":{}},"unevaluatedProperties":false}
{"allOf":[{"properties":{"a":{}}}],"unevaluatedProperties":false}
{"allOf":[{"unevaluatedProperties":false}],"properties":{"a":{}}}
{"anyOf":[{"properties":{"a":{"type":"integer"}},"required":["a"]},{"properties":{"b":{}},"required":["b"]}],"unevaluatedProperties":false}
{"anyOf":[{"properties":{"a":{"type":"integer"}},"required":["a"]},{"patternProperties":{"^x":{}}}],"unevaluatedProperties":false}
{"oneOf":[{"properties":{"a":{}},"required":["a"]},{"properties":{"b":{}},"required":["b"]}],"unevaluatedProperties":{"type":"boolean"}}
{"if":{"properties":{"a":{"type":"integer"}},"required":["a"]},"then":{"properties":{"b":{}}},"else":{"properties":{"c":{}}},"unevaluatedProperties":false}
{"if":{"required":["a"],"properties":{"a":{}}},"unevaluatedProperties":false}
{"dependentSchemas":{"a":{"properties":{"b":{}}}},"properties":{"a":{}},"unevaluatedProperties":false}
{"not":{"properties":{"a":{"type":"string"}},"required":["a"]},"unevaluatedProperties":false}
{"not":{"properties":{"a":{}},"unevaluatedProperties":false}}
{"not":{"anyOf":[{"properties":{"a":{}},"required":["a"]},{"properties":{"b":{}}}],"unevaluatedProperties":false}}
{"$ref":"#/$defs/r","unevaluatedProperties":false,"$defs":{"r":{"properties":{"a":{}},"allOf":[{"properties":{"b":{}}}]}}}
{"allOf":[{"additionalProperties":{"type":"integer"}}],"unevaluatedProperties":false}
{"allOf":[{"properties":{"b":true},"unevaluatedProperties":{"type":"string"}}],"unevaluatedProperties":false}
{"unevaluatedItems":false}
{"prefixItems":[{}],"unevaluatedItems":false}
{"prefixItems":[{}],"unevaluatedItems":{"type":"integer"}}
{"allOf":[{"prefixItems":[{}]},{"prefixItems":[{},{}]}],"unevaluatedItems":false}
{"anyOf":[{"prefixItems":[{"const":1}]},{"prefixItems":[{},{"const":"b"}]}],"unevaluatedItems":false}
{"contains":{"type":"string"},"unevaluatedItems":false}
{"anyOf":[{"contains":{"const":1}},{"contains":{"const":"a"}}],"unevaluatedItems":{"type":"null"}}
{"if":{"contains":{"const":1}},"then":{"prefixItems":[{},{}]},"unevaluatedItems":false}
{"not":{"prefixItems":[{"type":"integer"}],"unevaluatedItems":false}}
{"not":{"contains":{"const":1},"unevaluatedItems":false}}
{"allOf":[{"items":{"type":"integer"}}],"unevaluatedItems":false}
{"$defs":{"i":{"type":"integer"}},"$ref":"#/$defs/i","minimum":2}
{"properties":{"a":{"$ref":"#"}},"additionalProperties":false}
{"$defs":{"n":{"type":["object","integer"],"properties":{"a":{"$ref":"#/$defs/n"}}}},"$ref":"#/$defs/n"}
{"$defs":{"a/b":{"type":"integer"},"c~d":{"type":"string"},"e%f":{"type":"null"}},"anyOf":[{"$ref":"#/$defs/a~1b"},{"$ref":"#/$defs/c~0d"},{"$ref":"#/$defs/e%25f"}]}
{"$id":"http://example.com/root","$defs":{"x":{"$id":"x","type":"integer"},"y":{"$id":"deep/y","$ref":"../x"}},"$ref":"deep/y"}
{"$defs":{"x":{"$anchor":"here","type":"integer"}},"$ref":"#here"}
{"$id":"http://example.com/root","$defs":{"x":{"$id":"/x","$defs":{"y":{"$anchor":"here","type":"integer"}}}},"$ref":"/x#here"}
{"$id":"urn:example:root","$defs":{"x":{"type":"integer"}},"$ref":"urn:example:root#/$defs/x"}
{"$ref":"#/properties/a","properties":{"a":{"minProperties":1}}}
{"$ref":"#/x-schemas/one","x-schemas":{"one":{"type":"integer"}}}
{"$id":"http://example.com/r","$ref":"list","$defs":{"n":{"$dynamicAnchor":"T","type":"integer"},"list":{"$id":"list","type":"array","items":{"$dynamicRef":"#T"},"$defs":{"any":{"$dynamicAnchor":"T"}}}}}
{"$id":"http://example.com/r","type":"array","items":{"$dynamicRef":"#T"},"$defs":{"n":{"$anchor":"T","type":"integer"}}}
{"$id":"http://example.com/strict","$dynamicAnchor":"node","$ref":"tree","unevaluatedProperties":false,"$defs":{"tree":{"$id":"tree","$dynamicAnchor":"node","type":"object","properties":{"a":{"anyOf":[{"type":"integer"},{"$dynamicRef":"#node"}]}}}}}
{"default":{"$ref":"#/nowhere"},"examples":[{"$id":7}],"enum":[{"$ref":"#/nowhere"},{"a":1},"a"]}
{"properties":{"$ref":{"type":"string"},"a":{"type":"integer"}}}
{"title":1,"description":2,"x-any":{"type":"string"},"contentEncoding":"base64","contentMediaType":"application/json","contentSchema":false}
{"$ref":"https://json-schema.org/draft/2020-12/schema"}
2019 {"items":[{"type":"integer"},{"type":"string"}],"additionalItems":false}
2019 {"items":[{"type":"integer"}],"additionalItems":{"minimum":2}}
2019 {"items":{"type":"integer"},"additionalItems":false}
2019 {"additionalItems":false}
2019 {"items":[{}],"unevaluatedItems":{"type":"integer"}}
2019 {"$id":"http://example.com/strict","$recursiveAnchor":true,"$ref":"tree","unevaluatedProperties":false,"$defs":{"tree":{"$id":"tree","$recursiveAnchor":true,"type":"object","properties":{"a":{"anyOf":[{"type":"integer"},{"$recursiveRef":"#"}]}}}}}
2019 {"type":"object","properties":{"a":{"anyOf":[{"type":"integer"},{"$recursiveRef":"#"}]}},"additionalProperties":false}
2019 {"$defs":{"i":{"type":"integer"}},"$ref":"#/$defs/i","minimum":2}
2019 {"$ref":"https://json-schema.org/draft/2019-09/schema"}
7 {"definitions":{"i":{"type":"integer"}},"$ref":"#/definitions/i","minimum":2}
7 {"definitions":{"i":{"$id":"#here","type":"integer"}},"allOf":[{"$ref":"#here"}]}
7 {"dependencies":{"a":["b"],"b":{"minProperties":3}}}
7 {"items":[{"type":"integer"}],"additionalItems":false}
7 {"contains":{"const":1},"minContains":2,"dependentRequired":{"a":["c"]},"unevaluatedProperties":false}
7 {"if":{"type":"string"},"then":{"minLength":2}}
7 {"$ref":"http://json-schema.org/draft-07/schema#"}
6 {"if":{"type":"string"},"then":{"minLength":2}}
6 {"type":"integer"}
6 {"exclusiveMinimum":1,"examples":[false]}
6 {"propertyNames":{"pattern":"^a"},"contains":{"const":1}}
4 {"type":"integer"}
4 {"type":["integer","string"],"minimum":1,"exclusiveMinimum":true}
4 {"maximum":2,"exclusiveMaximum":true}
4 {"exclusiveMaximum":true}
4 {"const":1,"contains":false,"propertyNames":false}
4 {"id":"http://example.com/root","definitions":{"x":{"id":"x","type":"string"}},"allOf":[{"$ref":"x"}]}
4 {"id":"http://example.com/root","definitions":{"x":{"$id":"/ignored","definitions":{"y":{"type":"string"}},"allOf":[{"$ref":"#/definitions/x/definitions/y"}]}},"allOf":[{"$ref":"#/definitions/x"}]}
4 {"definitions":{"x":{"id":"#here","type":"string"}},"allOf":[{"$ref":"#here"}]}
4 {"dependencies":{"a":["b"],"b":{"minProperties":3}}}
4 {"properties":{"a":{"$ref":"http://json-schema.org/draft-04/schema#/definitions/positiveInteger"}}}
4 {"not":{"type":"integer"}}
3 {"type":"any"}
3 {"type":["integer",{"required":true,"properties":{"a":{"required":true}}}]}
3 {"disallow":["integer","string"]}
3 {"disallow":[{"type":"object","properties":{"a":{"type":"integer","required":true}}}]}
3 {"extends":{"minimum":1},"maximum":2}
3 {"extends":[{"minimum":1},{"divisibleBy":2}]}
3 {"properties":{"a":{"required":true},"b":{"required":false}}}
3 {"dependencies":{"a":"b","b":["c"],"c":{"minItems":9,"properties":{"a":{"required":true}}}}}
"""


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    cases = []
    for line in SCHEMAS.strip().splitlines():
        draft, schema = (line.split(" ", 1) if line[0].isdigit() else ("", line))
        schema = json.loads(schema)
        if draft:
            schema = {"$schema": DRAFTS[int(draft)], **schema}
        judge = validator_for(schema, default=Draft202012Validator)(schema)
        cases.append({"schema": schema, "valid": "".join("01"[judge.is_valid(json.loads(text))] for text in POOL)})
    name = "instances.json"
    lines = ",\n".join(json.dumps(case, ensure_ascii=False, separators=(",", ":")) for case in cases)
    (folder / name).write_text(f'{{"texts":{json.dumps(POOL)},\n"cases":[\n{lines}\n]}}\n')
    manifest = {
        "script": "Scripts/goldens/make_json_schemas.py",
        "command": "python3 Scripts/goldens/make_json_schemas.py Tests/Fixtures/json_schemas",
        "versions": {"jsonschema": version("jsonschema")},
        "sha256": {name: hashlib.sha256((folder / name).read_bytes()).hexdigest()},
    }
    (folder / "MANIFEST.json").write_text(json.dumps(manifest, indent=1) + "\n")
    print(len(cases), "schemas,", len(POOL), "instances each;", sum(case["valid"].count("1") for case in cases), "valid")


if __name__ == "__main__":
    main()
