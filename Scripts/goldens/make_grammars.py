#!/usr/bin/env python3
"""Stores which texts xgrammar and llguidance accept for grammars and structural tags.

    python3 Scripts/goldens/make_grammars.py Tests/Fixtures/grammars

Needs: pip install xgrammar llguidance.
"""
import hashlib, itertools, json, multiprocessing, random, sys
from importlib.metadata import version
from pathlib import Path

import xgrammar
from llguidance import LLMatcher, LLTokenizer
from llguidance._tokenizer import TokenizerWrapper
from xgrammar.testing import _is_grammar_accept_string

# EBNF: a grammar, texts to begin with (they and changed copies are labelled), and scalars to change them with.
EBNF = {
    "arithmetic": (r'''
root  ::= (expr "=" ws term "\n")+
expr  ::= term ([-+*/] term)*
term  ::= ident | num | "(" ws expr ")" ws
ident ::= [a-z] [a-z0-9_]* ws
num   ::= [0-9]+ ws
ws    ::= [ \t\n]*
''', ["x=1\n", "1+2*(a-3)=b\n", "(((1)))=2\nx = y\n", "a_1 * 2 = 3\n"], "()+-*=ab1 \n"),
    "left-recursive arithmetic": (r'''
root ::= e
e ::= e "+" t | e "-" t | t
t ::= t "*" f | t "/" f | f
f ::= "-" f | "(" e ")" | [0-9]+ | [0-9]+ "." [0-9]+
''', ["1+2*3", "(1-2)/-3", "((4))", "1.5*2-(3+4)*5"], "()+-*/.12"),
    "json in xgrammar's style": (r'''
root ::= basic_array | basic_object
basic_any ::= basic_number | basic_string | basic_boolean | basic_null | basic_array | basic_object
basic_number ::= ("0" | "-"? [1-9] [0-9]*) ("." [0-9]+)? ([eE] [+-]? [0-9]+)?
basic_string ::= (([\"] basic_string_1 [\"]))
basic_string_1 ::= "" | [^"\\\x00-\x1F] basic_string_1 | "\\" escape basic_string_1
escape ::= ["\\/bfnrt] | "u" [A-Fa-f0-9] [A-Fa-f0-9] [A-Fa-f0-9] [A-Fa-f0-9]
basic_boolean ::= "true" | "false"
basic_null ::= "null"
basic_array ::= "[" ("" | ws basic_any (ws "," ws basic_any)*) ws "]"
basic_object ::= "{" ("" | ws basic_string ws ":" ws basic_any ( ws "," ws basic_string ws ":" ws basic_any)*) ws "}"
ws ::= [ \n\t]*
''', ['{"a": [1, -2.5e3, true, null], "b": {"c": "\\u00e9\\n"}}', "[]", '["x", {"y": []}]', '{"é": "中"}'], '{}[]":,\\ 1ea\n'),
    "json in llama.cpp's style": (r'''
# comment
root   ::= object
value  ::= object | array | string | number | ("true" | "false" | "null") ws

object ::=
  "{" ws (
            string ":" ws value
    ("," ws string ":" ws value)*
  )? "}" ws

array  ::=
  "[" ws (
            value
    ("," ws value)*
  )? "]" ws

string ::=
  "\"" (
    [^"\\\x7F\x00-\x1F] |
    "\\" (["\\bfnrt] | "u" [0-9a-fA-F]{4}) # escapes
  )* "\"" ws

number ::= ("-"? ([0-9] | [1-9] [0-9]{0,15})) ("." [0-9]+)? ([eE] [-+]? [0-9] [1-9]{0,15})? ws

# Optional space: by convention, applied in this grammar after literal chars when allowed
ws ::= | " " | "\n" [ \t]{0,20}
'''.replace("ws ::= |", 'ws ::= "" |'), ['{"a":[1,2,{"b":null}],"c":"\\u00e9"}', "{}", '{"a": 1e5}\n\t', '{"k":[[],[]]}'], '{}[]":,\\ 1e\n\t'),
    "sql": (r'''
root ::= select ";"
select ::= "SELECT " columns " FROM " name (" WHERE " cond)? (" ORDER BY " name (" ASC" | " DESC")?)? (" LIMIT " [0-9]{1,3})?
columns ::= "*" | name (", " name)*
cond ::= cond " AND " atom | cond " OR " atom | atom
atom ::= name " " op " " value | "(" cond ")" | name " IN (" (value (", " value)* | select) ")"
op ::= "=" | "<>" | "<" | ">" | "<=" | ">="
value ::= [0-9]+ | "'" [^'\n]* "'"
name ::= [a-z_]+ ("." [a-z_]+)?
''', ["SELECT * FROM t;", "SELECT a, b.c FROM t WHERE a = 1 AND (b < 'x' OR c IN (1, 2)) ORDER BY a DESC LIMIT 10;",
      "SELECT a FROM t WHERE a IN (SELECT b FROM u WHERE c <> 3);"], "SELECT *(),;='<>a1 "),
    "xml": (r'''
root ::= element
element ::= "<a" attribute* ("/>" | ">" content "</a>") | "<b>" content "</b>"
attribute ::= " " [a-z]+ "=\"" [^"<]* "\""
content ::= (text | element)*
text ::= [^<>&]+ | "&" ("lt" | "gt" | "amp") ";"
''', ["<a/>", '<a x="1">t<b></b>&lt;</a>', "<b><b>中</b></b>", '<a x="1" y="2"><a/></a>'], '<>/ab" x=&;'),
    "unicode": (r'''
root ::= "é" [α-ω]+ [^\u4e00-\u9fff]? "\U0001F600" | "\x41" "\u0042" [\x43-\x45]{2} | "日本" [😀-😎]*
''', ["éαβ😀", "éωx😀", "ABCD", "ABEE", "日本😀😅", "日本"], "éαω中😀ABC日本x"),
    "c-like": (r'''
root ::= (declaration)*
declaration ::= dataType identifier "(" parameter? ")" "{" statement* "}"
dataType  ::= "int" ws | "float" ws | "char" ws
identifier ::= [a-zA-Z_] [a-zA-Z_0-9]*
parameter ::= dataType identifier
statement ::=
    ( dataType identifier ws "=" ws expression ";" ) |
    ( identifier ws "=" ws expression ";" ) |
    ( "return" ws expression ";" ) |
    ( "while" "(" condition ")" "{" statement* "}" ) |
    ( "if" "(" condition ")" "{" statement* "}" ("else" "{" statement* "}")? )
condition ::= expression relationOperator expression
relationOperator ::= ("<=" | "<" | "==" | "!=" | ">=" | ">")
expression ::= term (("+" | "-") term)*
term ::= factor(("*" | "/") factor)*
factor ::= identifier | number | "-" factor | "(" expression ")"
number ::= [0-9]+
ws ::= ([ \t\n]+)
''', ["int f(int x){return x;}", "int f(){while(a<b){a = a+1;}if(a==(-1)){return 2*b;}else{}}", ""], "int f(){}=;<a1 "),
    "lists": (r'''
root ::= item+
item ::= "- " [^\n]+ "\n" ("  " item){0,2}
''', ["- a\n", "- a\n  - b\n  - c\n- d\n", "- x\n  - y\n  - z\n  - w\n"], "- a\n "),
    "counted recursion": (r'''
root ::= "[" (root ","){0,3} "]" | "x"{2,4}
''', ["[]", "[xx,]", "[xx,xxx,xxxx,]", "[[],[[],],]", "xx", "xxxxx", "[[],[],[],[],]"], "[],x"),
    "large counts": (r'root ::= "a"{2,100000} ("(" root ")"){0,100000}', ["aa", "aaa(aa)(aaaa)", "a", "aa(aa(aa))"], "a()"),
    "spread over lines": ('root ::= "a"\n  | "b" # or\n  (\n "c" |\n"d"\n)?\n\n# end\n', ["a", "b", "bc", "bd", "ac"], "abcd"),
    "lookahead": ('root ::= item "," item\nitem ::= [a-z]+ (= ",")', ["a,b", "ab,c", "a"], "ab,"),
    "tag dispatch": (r'''
root ::= TagDispatch(("<tool>", tool), ("<code>", code), loop_after_dispatch=true, excludes=("</end>", "stop"))
tool ::= "{" [^}]* "}"
code ::= "`" [^`]* "`" "</code>"
''', ["text <tool>{x} more", "<code>`a`</code>", "no", "<tool", "<tool>{}<tool>{}", "</en", "sto"], "<tol>{}c`e/ "),
    "tag dispatch, once": ('root ::= TagDispatch(("aab", b), loop_after_dispatch=false)\nb ::= "1"+', ["aab1", "aaab11", "ab", "", "aab"], "ab1"),
    "regex macro": (r'root ::= "ID-" Regex("[0-9]{2,3}(x|y)?") | Regex("a.b", flags="i")', ["ID-12", "ID-123y", "a b", "AxB", "ID-1"], "ID-12xyab"),
    "substring macro": ('root ::= "<" Substring("abc", "de", "fg") ">"', ["<>", "<abc>", "<abcde>", "<defg>", "<ab>", "<abcfg>"], "abcdefg<>"),
    "lazy": ('root ::= a "x"\na[lazy] ::= [a-z]+ "x"', ["axx", "abxx", "ax", "axbx"], "abx"),
    "cycles": ('root ::= a\na ::= a "x" | a | "" a | a a | b\nb ::= c | "y"\nc ::= b | "z" c?', ["y", "yx", "zzy", "yzx", "x", ""], "xyz"),
    "hidden left recursion": ('root ::= empty root "x" | "y" | empty\nempty ::= "" | "e"', ["y", "eyx", "eeyxx", "x", "xx", "ex", ""], "xye"),
    "words": ('root ::= "a"{3} [^a]{2,} | ("ab" | "a" "b"?)* "!"', ["aaabb", "aaaxyz", "abaab!", "!", "aab"], "ab!x"),
}
EBNF_ERRORS = [
    'root ::= a', 'root ::= "a"\nroot ::= "b"', 'rot ::= "a"', 'root ::= "a', 'root ::= [a', 'root ::= ("a"', 'root ::= "a")', 'root ::= "a"{2',
    'root ::= "a"{3,2}', 'root ::= "a"{,2}', 'root ::= "\\q"', 'root ::= [b-a]', 'root ::= [\\d]', 'root = "a"', 'root ::= "a" b ::= "c"', '"a"',
    'root ::= "a" : "b"', 'root ::= *', 'root ::= "\\u12"', 'root ::= Foo("a")', 'root ::= Regex(1)', 'root ::= TagDispatch(("", a))\na ::= "x"',
    'root ::= TagDispatch(("ab", a), excludes=("a",))\na ::= "x"', 'root ::= "a"++', 'root ::= <[1]>', '', 'root ::= "a" & "b"',
]

LARK = {
    "arithmetic": (r'''
start: expr
?expr: expr "+" term -> add
     | expr "-" term -> sub
     | term
?term: term "*" factor | factor
factor: NUMBER | "(" expr ")" | "-" factor
NUMBER: /[0-9]+/
%ignore " "
''', ["1+2*3", "(1 - 2) * -3", "1", "1  +2"], "()+-* 12"),
    "json": (r'''
%import common.ESCAPED_STRING
%import common.SIGNED_NUMBER
%import common.WS
%ignore WS
start: value
value: object | array | ESCAPED_STRING | SIGNED_NUMBER | "true" | "false" | "null"
object: "{" [pair ("," pair)*] "}"
pair: ESCAPED_STRING ":" value
array: "[" [value ("," value)*] "]"
''', ['{"a": [1, 2.5e3, true]}', '[]', '{ }', '["x\\"y"]', '[ 1,-2 ]'], '{}[]":, 1e\\a'),
    "operators": ('start: "a"? "b"* "c"+ ["d" "e"] "f"~2 "g"~1..2 "h"{2} "i"{,2} "j"{1,} ("k" | "l")', ["cffghhjk", "abbccdeffgghhiijjl", "ffghhjk"], "abcdefghijkl"),
    "flags": ('start: "abc"i /d.e/s /[f-h]/i "x".."z" /j+k?/', ["ABCd\neFxj", "aBcdxeHzjjk", "abcdeGyj"], "aBCdeFxyzjk\n"),
    "terminals": ('start: WORD (SEP WORD)*\nWORD: LETTER+ | DIGIT~2\nLETTER: "a".."c"\nDIGIT: /[0-9]/\nSEP: "," | ";"', ["ab,12;c", "a", "1", "12"], "abc12,;"),
    "and, not": ('start: A B\nA: /[a-c]+/ & ~/(?s:.*)bb(?s:.*)/\nB: "!" | "?"', ["ab!", "abcba?", "abb!", "a"], "abc!?"),
    "empty": ('start: x "1" x\nx: "a" | \n  | "b" "c"', ["1", "a1bc", "bc1", "b1"], "abc1"),
    "inline schema": ('start: "<t>" arguments "</t>"\narguments: %json {"type": "object", "properties": {"c": {"type": "string"}},\n "required": ["c"], "additionalProperties": false}',
                      ['<t>{"c": "x"}</t>', '<t>{"c":1}</t>', '<t>{}</t>', '<t>{"c":"<t>"}</t>'], '<t>/{}":c1 '),
    "lazy": ('start: f*  END\nEND: /[^<]*/\nf: HD "=1" "</f>"\nhd[lazy]: /[^f]*<f/\nHD: "<f"', ["<f=1</f>x", "x", "<f=1</f><f=1</f>"], "<f=1/>x"),
    "suffix": ('start: y "z"\ny[suffix="x", capture]: /[a-z]+/', ["axz", "aaxz", "axxz", "az"], "axz"),
    "substring": ('start: "<" %regex {"substring_chunks": ["ab", "c", "ab"]} ">"', ["<>", "<ab>", "<cab>", "<abcab>", "<b>"], "<>abc"),
    "comments": ('// first\nstart: "a" // second\n  | "b" # third\n\n# fourth\n', ["a", "b", "ab"], "ab"),
    "imports": ('%import common (INT, CNAME, WS_INLINE)\n%import common.HEXDIGIT -> HEX\n%ignore WS_INLINE\nstart: CNAME "=" (INT | "0x" HEX+)', ["a = 1", "b_2=0xfF", "1=a"], "ab_1=0xf "),
    "cycles": ('start: a\na: a "x" | a | b\nb: "y" | "(" a ")"', ["y", "yx", "(yx)x", "x"], "xy()"),
    "unicode": ('start: "é"i /[α-ω]+/ "日本" /\\d/', ["éα日本1", "Éωβ日本٣", "éx日本1"], "éÉαω日本1٣x"),
}
LARK_ERRORS = [
    'start: a', 'start: A', 'x: "a"', 'start: "a"\nstart: "b"', 'start: "a', 'start: ("a"', 'start: ["a"', 'start: /a', 'start: "a"~2..1', 'start: A\nA: B\nB: A',
    'start: A\nA: b\nb: "x"', 'start: A\nA: %json {}', 'start: "b".."a"', 'start: "ab".."c"', 'start: "a" & "b"', 'start: %json {', '%import common.FOO\nstart: FOO',
    '%import other.FOO\nstart: FOO', 'Start: "a"', "start: 'a'", 'start.2: "a"', 'start: A\nA.2: "a"', 'start: x{"a"}\nx{y}: y', '%declare A\nstart: A',
    'start[foo]: "a"', '%foo\nstart: "a"', 'start: "a"*?',
]

SCHEMA = {"type": "object", "properties": {"c": {"type": "string"}}, "required": ["c"], "additionalProperties": False}


def tag(begin, content, end):
    return {"type": "tag", "begin": begin, "content": content, "end": end}


TAGS = {
    "const_string": ({"type": "const_string", "value": "ab"}, ["ab", "a", ""], "ab"),
    "regex": ({"type": "regex", "pattern": "[a-c]+x?"}, ["abx", "x", "c"], "abcx"),
    "grammar": ({"type": "grammar", "grammar": 'root ::= "(" root ")" | "x"'}, ["x", "((x))", "(x"], "()x"),
    "any_text": ({"type": "any_text", "excludes": ["ab", "c"]}, ["xyz", "aab", "ba", ""], "abcx"),
    "any_text, short": ({"type": "any_text", "max_chars": 3}, ["", "abc", "abcd", "日本語"], "ab"),
    "sequence, or": ({"type": "sequence", "elements": [{"type": "or", "elements": [{"type": "const_string", "value": "a"}, {"type": "const_string", "value": "b"}]},
                                                       {"type": "optional", "content": {"type": "const_string", "value": "?"}}]}, ["a", "b?", "?", "ab"], "ab?"),
    "plus, star, repeat": ({"type": "sequence", "elements": [{"type": "plus", "content": {"type": "const_string", "value": "a"}}, {"type": "star", "content": {"type": "const_string", "value": "b"}},
                                                             {"type": "repeat", "min": 1, "max": 2, "content": {"type": "const_string", "value": "c"}},
                                                             {"type": "repeat", "min": 2, "max": -1, "content": {"type": "const_string", "value": "d"}}]}, ["acdd", "aabbccddd", "cdd"], "abcd"),
    "tag": (tag("<t>", {"type": "any_text"}, "</t>"), ["<t>x</t>", "<t></t>", "<t><t></t>", "<t></t></t>"], "<t>/x"),
    "tag, ends": (tag("<t>", {"type": "json_schema", "json_schema": SCHEMA}, ["</t>", "</u>"]), ['<t>{"c":"x"}</t>', '<t>{"c": "</t>"}</u>', '<t>{}</t>'], '<tu>/{}":c'),
    "tag, nested": (tag("(", tag("<", {"type": "any_text"}, ">"), ")"), ["(<>)", "(<)>)", "(<x>)", "(x)"], "(<>)x"),
    "triggered_tags": ({"type": "triggered_tags", "triggers": ["<f="], "tags": [tag("<f=a>", {"type": "json_schema", "json_schema": SCHEMA}, "</f>"), tag("<f=b>", {"type": "regex", "pattern": "[0-9]+"}, "</f>")]},
                       ['x<f=a>{"c":"y"}</f>z', "<f=b>12</f><f=b>3</f>", "text", "<f=", "<f=c>", "<f"], '<f=ab>/1{}":c x'),
    "triggered_tags, at least one": ({"type": "triggered_tags", "triggers": ["<f"], "at_least_one": True, "tags": [tag("<f>", {"type": "const_string", "value": "1"}, "</f>")]},
                                     ["<f>1</f>", "<f>1</f>x<f>1</f>y", "x<f>1</f>", ""], "<f>1/x"),
    "triggered_tags, first": ({"type": "triggered_tags", "triggers": ["<f", "<g"], "stop_after_first": True, "excludes": ["no"],
                               "tags": [tag("<f>", {"type": "const_string", "value": "1"}, "</f>"), tag("<g>", {"type": "any_text"}, "</g>")]},
                              ["x<f>1</f>", "<g>no</g>", "no", "n", "x<f>1</f>y", ""], "<fg>1/nox"),
    "triggered_tags, exactly one": ({"type": "triggered_tags", "triggers": ["<f"], "at_least_one": True, "stop_after_first": True,
                                     "tags": [tag("<f>", {"type": "const_string", "value": "1"}, "</f>"), tag("<fg>", {"type": "const_string", "value": "2"}, "")]},
                                    ["<f>1</f>", "<fg>2", "x<fg>2", ""], "<fg>12/x"),
    "triggered_tags in a tag": (tag("[", {"type": "triggered_tags", "triggers": ["<"], "tags": [tag("<f>", {"type": "any_text"}, ">")]}, "]"),
                                ["[]", "[x<f>]>y]", "[x]y]", "[<f>>]", "[<]"], "[]<f>x"),
    "tags_with_separator": ({"type": "tags_with_separator", "separator": ", ", "tags": [tag("<a>", {"type": "const_string", "value": "1"}, "</a>"), tag("<b>", {"type": "any_text"}, "</b>")]},
                            ["", "<a>1</a>", "<a>1</a>, <b>,</b>", "<b></b>, "], "<ab>1/, "),
    "tags_with_separator, one": ({"type": "tags_with_separator", "separator": "", "at_least_one": True, "stop_after_first": True, "tags": [tag("<a>", {"type": "const_string", "value": "1"}, "")]},
                                 ["", "<a>1", "<a>1<a>1"], "<a>1"),
    "dispatch": ({"type": "dispatch", "rules": [["<f>", {"type": "regex", "pattern": "[0-9]+"}], ["<g>", {"type": "const_string", "value": "x"}]], "excludes": ["stop"]},
                 ["a<f>12b<g>x", "<f", "<g>y", "stop", "sto"], "<fg>12xstop"),
    "dispatch, once": ({"type": "dispatch", "loop": False, "rules": [["<f>", {"type": "regex", "pattern": "[0-9]+"}]]}, ["a<f>12", "<f>1<f>2", "", "x"], "<f>12x"),
    "reasoning, then calls": ({"type": "sequence", "elements": [tag("<think>", {"type": "any_text"}, "</think>"),
                                                                {"type": "triggered_tags", "triggers": ["<f>"], "tags": [tag("<f>", {"type": "json_schema", "json_schema": SCHEMA}, "</f>")]}]},
                              ['<think>x</think>y<f>{"c":"z"}</f>', "<think></think>", "<think><f></think>", "x"], '<think>/f{}":cx'),
}
TAG_ERRORS = [
    {"type": "foo"}, {"type": "const_string"}, {"type": "const_string", "value": 1}, {"type": "sequence", "elements": []}, {"type": "or", "elements": []}, {"type": "tag", "begin": "a", "end": "b"},
    {"type": "tag", "begin": "a", "content": {"type": "any_text"}, "end": []}, {"type": "triggered_tags", "triggers": [], "tags": []},
    {"type": "triggered_tags", "triggers": ["x"], "tags": [tag("a", {"type": "any_text"}, "b")]},
    {"type": "triggered_tags", "triggers": ["a", "ab"], "tags": [tag("abc", {"type": "any_text"}, "b")]},
    {"type": "repeat", "min": 3, "max": 2, "content": {"type": "any_text"}}, {"type": "dispatch", "rules": []}, {"type": "grammar", "grammar": "root ::= x"}, {"type": "regex", "pattern": "("},
    {"type": "json_schema"}, {"type": "json_schema", "json_schema": {}, "style": "foo"}, 1, None,
]


class ByteTokenizer:
    eos_token_id, bos_token_id = 256, None
    tokens = [bytes([byte]) for byte in range(256)] + [b"<eos>"]
    special_token_ids = [256]

    def __call__(self, text):
        return list(text if isinstance(text, bytes) else text.encode())


BYTES = LLTokenizer(TokenizerWrapper(ByteTokenizer()))


def lark_accepts(grammar, text):
    matcher = LLMatcher(BYTES, LLMatcher.grammar_from_lark(grammar))
    if matcher.is_error():
        raise ValueError(matcher.get_error())
    tokens = list(text.encode())
    if tokens and matcher.try_consume_tokens(tokens) < len(tokens):
        return False
    return matcher.is_accepting()


def variants(source, seeds, scalars, count):
    """The seeds, their beginnings, and copies with one or two scalars changed."""
    texts = list(dict.fromkeys(seeds))
    while len(texts) < count:
        text = list(source.choice(seeds))
        for _ in range(source.choice([1, 1, 1, 2])):
            place = source.randrange(len(text) + 1)
            change = source.randrange(5)
            if change == 0:
                text.insert(place, source.choice(scalars))
            elif change == 1 and place < len(text):
                text[place] = source.choice(scalars)
            elif change == 2 and place < len(text):
                del text[place]
            elif change == 3:
                text = text[:place]
            elif place < len(text):
                text[place:place] = text[place:place + source.randrange(1, 6)]
        text = "".join(text)
        texts.append(text)
        count -= text in texts[:-1]
    return list(dict.fromkeys(texts))


def labelled(accepts, seeds, scalars, seed, count=60):
    texts = variants(random.Random(seed), seeds, scalars, count)
    result = {"accepted": [], "refused": []}
    for text in texts:
        result["accepted" if accepts(text) else "refused"].append(text)
    return result


def random_grammar(source):
    """A small EBNF grammar over a and b with every kind of recursion."""
    rules = source.randrange(1, 5)

    def part(depth):
        kind = source.randrange(12 if depth else 6)
        if kind < 2:
            return source.choice(['"a"', '"b"', '"ab"', "[ab]"])
        if kind == 2:
            return source.choice(['""', '"a"*', '"b"?'])
        if kind < 6:
            return "root" if (rule := source.randrange(rules)) == 0 else f"r{rule}"
        if kind < 10:
            return "(" + " ".join(part(depth - 1) for _ in range(source.randrange(1, 4))) + ")"
        if kind == 10:
            return "(" + part(depth - 1) + " | " + part(depth - 1) + ")"
        return "(" + part(depth - 1) + ")" + source.choice(["?", "*", "+", "{2}", "{1,3}", "{2,}"])

    lines = []
    for rule in range(rules):
        body = " | ".join(part(2) for _ in range(source.randrange(1, 4)))
        lines.append(("root" if rule == 0 else f"r{rule}") + " ::= " + body)
    return "\n".join(lines) + "\n"


def accepted_by_xgrammar(grammar, texts, results):
    compiled = xgrammar.Grammar.from_ebnf(grammar)
    results.send([text for text in texts if _is_grammar_accept_string(compiled, text)])


def in_child(function, *arguments):
    """What the function sends, None where it crashes (xgrammar does for some grammars) or takes long."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=function, args=(*arguments, sender))
    child.start()
    sender.close()
    try:
        result = receiver.recv() if receiver.poll(5) else None
    except EOFError:
        result = None
    child.kill()
    child.join()
    return result


def write(folder, name, value):
    (folder / name).write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n")


def fails(make):
    try:
        make()
    except Exception:
        return True
    return False


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    ebnf = []
    for name, (grammar, seeds, scalars) in EBNF.items():
        compiled = xgrammar.Grammar.from_ebnf(grammar)
        ebnf.append({"name": name, "grammar": grammar, **labelled(lambda text: _is_grammar_accept_string(compiled, text), seeds, scalars, name)})
    for grammar in EBNF_ERRORS:
        assert fails(lambda: xgrammar.Grammar.from_ebnf(grammar)), grammar
    write(folder, "ebnf.json", {"grammars": ebnf, "errors": EBNF_ERRORS})

    source = random.Random(6)
    texts = ["".join(text) for length in range(6) for text in itertools.product("ab", repeat=length)]
    made = []
    while len(made) < 120:
        grammar = random_grammar(source)
        accepted = in_child(accepted_by_xgrammar, grammar, texts)
        if accepted is not None:
            made.append({"grammar": grammar, "accepted": accepted})
    write(folder, "random_ebnf.json", made)

    lark = []
    for name, (grammar, seeds, scalars) in LARK.items():
        lark.append({"name": name, "grammar": grammar, **labelled(lambda text: lark_accepts(grammar, text), seeds, scalars, name)})
    for grammar in LARK_ERRORS:
        assert fails(lambda: lark_accepts(grammar, "")), grammar
    write(folder, "lark.json", {"grammars": lark, "errors": LARK_ERRORS})

    tags = []
    for name, (format, seeds, scalars) in TAGS.items():
        tag = {"type": "structural_tag", "format": format}
        compiled = xgrammar.Grammar.from_structural_tag(tag)
        tags.append({"name": name, "tag": tag, **labelled(lambda text: _is_grammar_accept_string(compiled, text), seeds, scalars, name)})
    errors = [{"type": "structural_tag", "format": format} for format in TAG_ERRORS]
    for tag in errors:
        assert fails(lambda: xgrammar.Grammar.from_structural_tag(json.dumps(tag))), tag
    write(folder, "structural_tags.json", {"tags": tags, "errors": errors})

    manifest = {
        "script": "Scripts/goldens/make_grammars.py",
        "command": "python3 Scripts/goldens/make_grammars.py Tests/Fixtures/grammars",
        "versions": {name: version(name) for name in ["xgrammar", "llguidance"]},
        "sha256": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.glob("*.json")) if path.name != "MANIFEST.json"},
    }
    (folder / "MANIFEST.json").write_text(json.dumps(manifest, indent=1) + "\n")


main()
