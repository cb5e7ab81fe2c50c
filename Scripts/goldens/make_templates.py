#!/usr/bin/env python3
"""Renders chat templates with transformers and jinja2 and stores what they give.

    python3 Scripts/goldens/make_templates.py Tests/Fixtures/chat

The templates are written for this project, in the styles that published models use.
Needs: pip install transformers jinja2.
"""
import datetime, hashlib, json, sys
from pathlib import Path

import jinja2, transformers
from transformers.utils import chat_template_utils

NOW = datetime.datetime(2026, 3, 7, 14, 5, 9)


class FixedDatetime(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return NOW


chat_template_utils.datetime = FixedDatetime

TEMPLATES = {
    "chatml": """{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system\\nBe helpful.<|im_end|>\\n' }}{% endif %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}""",
    "headers": """{{- bos_token }}
{%- if custom_tools is defined %}
    {%- set tools = custom_tools %}
{%- endif %}
{%- set ns = namespace(system='') %}
{%- if messages and messages[0].role == 'system' %}
    {%- set ns.system = messages[0].content | trim %}
    {%- set messages = messages[1:] %}
{%- endif %}
{{- '<|header|>system<|/header|>\\n\\n' }}
{%- if tools is not none %}
    {{- 'Environment: tools\\n' }}
{%- endif %}
{{- 'Today Date: ' + strftime_now('%d %b %Y') + '\\n\\n' }}
{%- if tools is not none %}
    {{- 'Respond with {"name": function name, "parameters": dictionary}.\\n\\n' }}
    {%- for t in tools %}
        {{- t | tojson(indent=4) }}
        {{- '\\n\\n' }}
    {%- endfor %}
{%- endif %}
{{- ns.system + '<|end|>' }}
{%- for message in messages %}
    {%- if not (message.role == 'tool' or 'tool_calls' in message) %}
        {{- '<|header|>' + message.role + '<|/header|>\\n\\n' + message.content | trim + '<|end|>' }}
    {%- elif 'tool_calls' in message %}
        {%- if not message.tool_calls | length == 1 %}
            {{- raise_exception('Only single tool-calls are supported') }}
        {%- endif %}
        {%- set call = message.tool_calls[0].function %}
        {{- '<|header|>assistant<|/header|>\\n\\n{"name": "' + call.name + '", "parameters": ' + call.arguments | tojson + '}<|end|>' }}
    {%- else %}
        {{- '<|header|>tool<|/header|>\\n\\n' }}
        {{- message.content | tojson if message.content is mapping or message.content is iterable else message.content }}
        {{- '<|end|>' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|header|>assistant<|/header|>\\n\\n' }}
{%- endif %}
""",
    "thinking": """{%- macro text_of(content) -%}
    {%- if content is string %}{{ content }}
    {%- elif content is none or content is undefined %}
    {%- else %}
        {%- for part in content %}
            {%- if part.type == 'text' %}{{ part.text }}{% else %}{{ '<' ~ part.type ~ '>' }}{% endif %}
        {%- endfor %}
    {%- endif %}
{%- endmacro %}
{%- set ns = namespace(multi_step=true, last=messages | length - 1) %}
{%- for message in messages[::-1] %}
    {%- set index = (messages | length - 1) - loop.index0 %}
    {%- if ns.multi_step and message.role == 'user' and not (text_of(message.content).startswith('<tool>') and text_of(message.content).endswith('</tool>')) %}
        {%- set ns.multi_step = false %}
        {%- set ns.last = index %}
    {%- endif %}
{%- endfor %}
{%- if tools %}
    {{- '<|s|>system\\n# Tools\\n' }}
    {%- for tool in tools %}
        {{- '\\n' ~ (tool | tojson) }}
    {%- endfor %}
    {{- '\\n<|e|>\\n' }}
{%- endif %}
{%- for message in messages %}
    {%- set content = text_of(message.content) %}
    {%- if message.role in ['user', 'system', 'developer'] %}
        {{- '<|s|>' + message.role + '\\n' + content + '<|e|>' + '\\n' }}
    {%- elif message.role == 'assistant' %}
        {%- set reasoning = '' %}
        {%- if message.reasoning_content is string %}
            {%- set reasoning = message.reasoning_content %}
        {%- elif '</think>' in content %}
            {%- set reasoning = content.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') %}
            {%- set content = content.split('</think>')[-1].lstrip('\\n') %}
        {%- endif %}
        {%- generation %}
        {{- '<|s|>assistant\\n' }}
        {%- if loop.index0 > ns.last and (loop.last or reasoning) %}
            {{- '<think>\\n' + reasoning.strip('\\n') + '\\n</think>\\n\\n' + content.lstrip('\\n') }}
        {%- else %}
            {{- content }}
        {%- endif %}
        {%- for call in message.tool_calls or [] %}
            {%- if call.function %}{% set call = call.function %}{% endif %}
            {{- '\\n<call>\\n{"name": "' }}{{ call.name }}{{ '", "arguments": ' }}
            {%- if call.arguments is string %}{{ call.arguments }}{% else %}{{ call.arguments | tojson }}{% endif %}
            {{- '}\\n</call>' }}
        {%- endfor %}
        {{- '<|e|>\\n' }}
        {%- endgeneration %}
    {%- elif message.role == 'tool' %}
        {%- if loop.first or loop.previtem.role != 'tool' %}{{ '<|s|>user' }}{% endif %}
        {{- '\\n<tool>\\n' + content + '\\n</tool>' }}
        {%- if loop.last or loop.nextitem.role != 'tool' %}{{ '<|e|>\\n' }}{% endif %}
    {%- else %}
        {{- raise_exception('Unexpected role ' + message.role | string + '.') }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|s|>assistant\\n' }}
    {%- if enable_thinking is defined and enable_thinking is false %}{{ '<think>\\n\\n</think>\\n\\n' }}{% endif %}
{%- endif %}""",
    "alternating": """{{ bos_token }}{% if messages and messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}{% set system_message = messages[0]['content'] %}{% else %}{% set loop_messages = messages %}{% set system_message = false %}{% endif %}{% for message in loop_messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}{% if loop.index0 == 0 and system_message != false %}{% set content = '<<SYS>>\\n' + system_message + '\\n<</SYS>>\\n\\n' + message['content'] %}{% else %}{% set content = message['content'] %}{% endif %}{% if message['role'] == 'user' %}{{ '[INST] ' + content.strip() + ' [/INST]' }}{% elif message['role'] == 'assistant' %}{{ ' ' + content.strip() + ' ' + eos_token }}{% endif %}{% endfor %}""",
    "schema_macro": """{%- macro render(schema, depth=0) %}
{%- if schema.type == 'object' %}
{{ '  ' * depth }}{
{%- for name, part in schema.properties | dictsort %}
{{ '  ' * (depth + 1) }}{{ name }}{% if name not in (schema.required or []) %}?{% endif %}: {{ render(part, depth + 1) | trim }}
    {%- if not loop.last %},{% endif %}
{%- endfor %}
{{ '  ' * depth }}}
{%- elif schema.enum is defined %}
{{- schema.enum | map('tojson') | join(' | ') }}
{%- elif schema.type is sequence and schema.type is not string %}
{{- schema.type | join('|') }}
{%- else %}
{{- schema.type | default('any', true) }}
{%- endif %}
{%- endmacro %}
{#- A comment
   over lines -#}
{% for tool in tools or [] %}
namespace {{ tool.function.name | upper }}({{ render(tool.function.parameters) }});
{% endfor %}
{% for message in messages if message.role != 'system' %}
{{ loop.index }}/{{ loop.length }} {{ message.role | capitalize }}: {{ message.content | string | replace('\\n', '\\\\n') }}
{% else %}
nothing
{% endfor %}
""",
}

TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "get_weather",
            "description": 'Weather "now" <b>& later</b> in a place — naïve',
            "parameters": {
                "type": "object",
                "properties": {
                    "place": {"type": "string", "description": "City"},
                    "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
                    "days": {"type": ["integer", "null"], "minimum": 1e-07, "maximum": 14.0},
                },
                "required": ["place"],
            },
        },
    },
    {"type": "function", "function": {"name": "noop", "parameters": {"type": "object", "properties": {}}}},
]

U, A, S, T = (lambda c, role=role: {"role": role, "content": c} for role in ("user", "assistant", "system", "tool"))
CALL = {"type": "function", "id": "abc123456", "function": {"name": "get_weather", "arguments": {"place": "Köln", "days": 2}}}
CONVERSATIONS = {
    "one": {"messages": [U("Hello, who are you?")]},
    "system": {"messages": [S(" Be brief.\n"), U("Hi  ")]},
    "turns": {"messages": [S("s"), U("1+1?"), A("2"), U("and\n2+2?")]},
    "no_prompt": {"messages": [U("1"), A("2")], "add_generation_prompt": False},
    "tools": {"messages": [U("Weather?")], "tools": TOOLS},
    "tool_round": {"messages": [U("Weather?"), {"role": "assistant", "content": "", "tool_calls": [CALL]}, T('{"t": 21.5}'), T("more"), A("Warm.")], "tools": TOOLS},
    "tool_parallel": {"messages": [U("Both"), {"role": "assistant", "content": None, "tool_calls": [CALL, CALL]}], "tools": TOOLS},
    "tool_string": {"messages": [U("w"), {"role": "assistant", "content": "x", "tool_calls": [{"function": {"name": "f", "arguments": '{"a": 1}'}}]}]},
    "reasoning": {"messages": [U("2*3?"), {"role": "assistant", "content": "6", "reasoning": "two by three"}, U("?"), {"role": "assistant", "content": "7", "reasoning_content": "\nadd\n"}]},
    "inline": {"messages": [U("q"), A("<think>\nhidden\n</think>\n\nvisible"), U("more")]},
    "off": {"messages": [U("quick")], "enable_thinking": False},
    "parts": {"messages": [U([{"type": "image"}, {"type": "text", "text": "What?"}])]},
    "unicode": {"messages": [S("{{ no }} {% raw %}"), U("👩‍👩‍👧 é é\u00a0x\ttab \u2028 \"quote' \\ 你好")]},
    "alternation": {"messages": [U("a"), U("b")]},
    "wizard": {"messages": [U("a"), {"role": "wizard", "content": "z"}]},
    "empty": {"messages": []},
    "list_result": {"messages": [U("a"), {"role": "tool", "content": ["x", 1, None, True, 2.0]}]},
}
SPECIAL = {"bos_token": "<s>", "eos_token": "</s>"}

VARIABLES = {
    "s": "Hello World", "e": "", "l": [3, 1, 2], "d": {"b": 1, "a": [1, 2, {"k": None}], "C": True}, "n": None, "i": 7,
    "f": 2.5, "neg": -7, "t": True, "u": "é😀\u00a0x", "h": "<a href='x'>&\"</a>", "nested": [[1, 2], [3, 4]],
    "ws": "  pad \n", "sm": 1e-07, "lg": 1e16, "fl": 3.0, "words": ["b", "A", "c", "B"],
    "people": [{"name": "Zoe", "age": 31, "x": {"y": 1}}, {"name": "adam", "age": 22}, {"name": "Bob", "age": 31, "x": {"y": 3}}],
    "messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "yo"}],
    "shadow": {"items": 5, "get": 1}, "multi": "a\r\nb\nc\n", "deep": {"a": {"b": {"c": [1]}}}, "num": {"1": "x"},
}

MICRO = r"""
{{ 1 }}|{{ -1 }}|{{ +1 }}|{{ 1.0 }}|{{ 1e3 }}|{{ 1_000 }}|{{ 0xff }}|{{ 0o17 }}|{{ 0b11 }}
{{ 1 + 2 * 3 }} {{ (1 + 2) * 3 }} {{ 2 ** 3 ** 2 }} {{ -2 ** 2 }} {{ 7 // 2 }} {{ -7 // 2 }} {{ 7 % 3 }} {{ -7 % 3 }} {{ 7 % -3 }}
{{ 7 / 2 }} {{ 6 / 2 }} {{ 7.5 // 2 }} {{ -7.5 % 2 }} {{ 2 ** -1 }} {{ 2 ** 0.5 }}
{{ 1 / 0 }}
{{ 1 // 0 }}
{{ 1 % 0 }}
{{ 1 + true }} {{ true + true }} {{ 1.5 + 1 }} {{ 'a' * 3 }} {{ 3 * 'ab' }} {{ [1] * 2 }} {{ 'a' * -1 }}
{{ 'a' + 1 }}
{{ 1 + 'a' }}
{{ [1] + (2,) }}
{{ [1] + [2] }} {{ (1,) + (2, 3) }}
{{ none + 1 }}
{{ 'a' ~ 1 ~ none ~ true ~ 2.0 ~ [1] ~ undefinedx }}
{{ 1 < 2 < 3 }} {{ 1 < 3 < 2 }} {{ 1 == 1.0 }} {{ 1 == true }} {{ '1' == 1 }} {{ none == none }} {{ 'a' < 'b' }} {{ [1, 2] < [1, 3] }} {{ (1,) == [1] }}
{{ 1 < 'a' }}
{{ none < 1 }}
{{ undefinedx < 1 }}
{{ 'b' in d }} {{ 'z' in d }} {{ 1 in l }} {{ 9 not in l }} {{ 'ell' in s }} {{ '' in s }} {{ 1 in (1, 2) }} {{ 'x' in undefinedx }}
{{ 1 in s }}
{{ 1 in 5 }}
{{ not 1 }} {{ not [] }} {{ not '' }} {{ not none }} {{ 1 and 2 }} {{ 0 and 2 }} {{ 0 or 'x' }} {{ '' or none }} {{ not 1 == 2 }}
{{ 'a' if t else 'b' }} {{ 'a' if n else 'b' }}[{{ 'a' if n }}]
{{ ('a' if n).x }}
{{ l[0] }} {{ l[-1] }} [{{ l[9] }}] {{ s[0] }} {{ s[-1] }} {{ u[1] }} {{ d['b'] }} {{ d.b }} [{{ d.zz }}] {{ d.a[2].k }} {{ nested[1][0] }} {{ l.0 }}
{{ l[9].x }}
{{ d.zz.y }}
{{ undefinedx.y }}
{{ undefinedx[0] }}
{{ n.x }}|{{ n['x'] }}|{{ i.x }}
{{ n.x.y }}
{{ l[1:] }} {{ l[:1] }} {{ l[::-1] }} {{ l[-2:] }} {{ l[5:] }} {{ s[1:4] }} {{ s[::2] }} {{ s[::-1] }} {{ u[:2] }} {{ l[none:2] }} {{ (1, 2, 3)[1:] }} {{ l[:-1] }} {{ l[2:0:-1] }} {{ s[-3:-1] }}
{{ l[::0] }}
{{ l['a'] }}|{{ s['upper']() }}|{{ d['items']() }}
{{ shadow.items() }}
{{ shadow['items'] }} {{ shadow.get('items') }} {{ shadow['get'] }}
{{ d }} {{ l }} {{ n }} {{ t }} {{ f }} {{ sm }} {{ lg }} {{ fl }} {{ 1e15 }} {{ 123456789012345.6 }} {{ 1e22 }} {{ 0.1 + 0.2 }} {{ 1e-4 }} {{ 0.00001 }} {{ 12000000000000000.0 }} {{ -0.0 }} {{ 1.5e300 * 1e10 }}
{{ (1,) }} {{ () }} {{ (1, 2) }} {{ {} }} {{ [] }} {{ [''] }} {{ ['a\'b'] }} {{ ['a"b'] }} {{ ['a\'"b'] }} {{ ['\n\t\\'] }} {{ [u] }} {{ ['\x00\x7f\u200b\u00ad'] }} {{ {1: 2, 'a': none} }} {{ {'a': 1, 'a': 2} }}
{{ d.items() }} {{ d.keys() }} {{ d.values() }} {{ d.items() | list }} {{ d.get('b') }} {{ d.get('q') }} {{ d.get('q', 5) }} {{ range(3) }} {{ range(1, 9, 3) | list }} {{ range(3, 0, -1) | list }} {{ range(5)[2] }}
{{ range(1000000) }}
{{ range(0, 5, 0) }}
{{ l.append(1) }}
{{ d.update({}) }}
{{ d.pop('b') }}
{{ l.append }}
{{ s.__class__ }}|{{ l.__len__ }}
{{ l.index(1) }} {{ l.count(3) }} {{ (1, 2).index(2) }}
{{ l.index(99) }}
{{ 5() }}
{{ undefinedx() }}
{{ d.zz() }}
{{ s.nope() }}
{{ s.upper() }} {{ s.lower() }} {{ s.title() }} {{ 'they\'re bill\'s' .title() }} {{ s.swapcase() }} {{ 'hELLO'.capitalize() }} {{ s.startswith('He') }} {{ s.endswith(('x', 'ld')) }} {{ s.startswith('W', 6) }}
{{ ws.strip() }}|{{ ws.lstrip() }}|{{ ws.rstrip() }}|{{ 'xxaxx'.strip('x') }}|{{ 'abca'.strip('ab') }}|{{ ws.strip(none) }}|{{ '\u00a0\u2003a\u3000'.strip() }}|
{{ 'a b  c '.split() }} {{ 'a b c d'.split(none, 2) }} {{ 'a,b,,c'.split(',') }} {{ 'a,b,c'.split(',', 1) }} {{ 'a,b,c'.rsplit(',', 1) }} {{ ''.split() }} {{ ''.split(',') }} {{ ' a b '.rsplit(none, 1) }} {{ 'aaa'.rsplit('aa', 1) }} {{ 'abc'.split('') if false else '' }}
{{ 'abc'.split('') }}
{{ multi.splitlines() }} {{ multi.splitlines(true) }} {{ 'a\x0bb\u2028c'.splitlines() }}
{{ 'aXbXc'.replace('X', '-') }} {{ 'aXbXc'.replace('X', '-', 1) }} {{ 'abc'.replace('', '-') }} {{ 'aaa'.replace('aa', 'b') }}
{{ 'hello'.find('l') }} {{ 'hello'.rfind('l') }} {{ 'hello'.find('z') }} {{ 'hello'.count('l') }} {{ 'aaaa'.count('aa') }} {{ 'hello'.index('e') }} {{ u.find('x') }} {{ 'hello'.find('l', 3) }} {{ 'abc'.count('') }}
{{ 'hello'.index('z') }}
{{ ','.join(['a', 'b']) }} {{ ''.join([]) }}
{{ ','.join([1]) }}
{{ 'a=b=c'.partition('=') }} {{ 'a=b=c'.rpartition('=') }} {{ 'abc'.partition('=') }} {{ 'abc'.rpartition('=') }}
{{ 'a'.center(5) }}| {{ 'ab'.center(5, '*') }} {{ 'a'.ljust(3) }}| {{ 'a'.rjust(3, '.') }} {{ '-5'.zfill(4) }} {{ 'a\tb'.expandtabs(4) }} {{ 'abc'.removeprefix('a') }} {{ 'abc'.removesuffix('c') }}
{{ 'abc'.isalpha() }} {{ 'ab1'.isalnum() }} {{ '12'.isdigit() }} {{ '½'.isnumeric() }} {{ '½'.isdigit() }} {{ '²'.isdigit() }} {{ '²'.isdecimal() }} {{ ' \t'.isspace() }} {{ ''.isspace() }} {{ 'Ab'.istitle() }} {{ 'ab'.islower() }} {{ 'AB'.isupper() }} {{ 'a_1'.isidentifier() }} {{ 'é'.isascii() }} {{ 'É'.isupper() }}
{{ '%s %d %5.2f %x %X %o %e %g %c %r %%' % ('a', 5, 3.14159, 255, 255, 8, 12345.678, 0.0001, 'z', 'q') }} {{ '%5d|%-5d|%05d|%+d|% d' % (1, 2, 3, 4, 5) }} {{ '%(a)s' % {'a': 1} }} {{ '%s' % 'x' }} {{ '%.3s|%10s|%-10s|' % ('abcdef', 'r', 'l') }} {{ '%s' % none }} {{ '%i' % 3.9 }} {{ '%.2f' % 2.675 }} {{ '%5.1f|%-8.3f|%08.3f' % (1.25, 1.0, -1.5) }} {{ '%#x' % 255 }} {{ '%G' % 1e-10 }} {{ '%s' % [1] }} {{ '%.0f' % 2.5 }}
{{ '%d' % 'a' }}
{{ '%s %s' % ('a',) }}
{{ '%s' % ('a', 'b') }}
{{ '%' % 1 }}
{{ '{} {}'.format(1, 'a') }} {{ '{1} {0}'.format(1, 2) }} {{ '{k}'.format(k=3) }} {{ '{0[a]} {0.b}'.format({'a': 1}) if false else '' }} {{ '{:>5}|{:<5}|{:^5}|{:*^7}'.format('a', 'b', 'c', 'd') }} {{ '{:05d} {:+d} {:,} {:x} {:b} {:.2f} {:e} {:%} {:g}'.format(42, 5, 1234567, 255, 5, 3.14159, 12345.678, 0.5, 1e20) }} {{ '{!r}'.format('a') }} {{ '{{}}'.format() }} {{ '{:{w}}|'.format('a', w=4) }} {{ '{:10.3}|'.format('abcdef') }} {{ '{:>8}'.format(1.5) }} {{ '{:.3}'.format(3.14159) }} {{ '{:n}'.format(5) }}
{{ '{}'.format() }}
{{ '{'.format() }}
{{ '{:d}'.format('a') }}
{{ s|upper }} {{ s|lower }} {{ 'a bC-dE(fg'|title }} {{ 'hELLO'|capitalize }} {{ s|length }} {{ l|length }} {{ d|length }} {{ u|length }} {{ undefinedx|length }} {{ ws|trim }}| {{ 'xax'|trim('x') }} {{ s|reverse }} {{ l|reverse|list }}
{{ 5|length }}
{{ none|length }}
{{ l|first }} {{ l|last }} {{ s|first }} {{ s|last }} [{{ []|first }}] {{ d|first }} {{ d|last }} {{ d|list }}
{{ none|first }}
{{ l|sort }} {{ l|sort(reverse=true) }} {{ words|sort }} {{ words|sort(case_sensitive=true) }} {{ people|sort(attribute='age')|map(attribute='name')|list }} {{ people|sort(attribute='age,name')|map(attribute='name')|join(',') }} {{ people|sort(true, false, 'age')|map(attribute='name')|list }}
{{ [1, 'a']|sort }}
{{ l|sum }} {{ people|sum(attribute='age') }} {{ l|sum(start=10) }} {{ l|min }} {{ l|max }} {{ words|min }} {{ people|max(attribute='age') }} [{{ []|max }}] {{ -5|abs }} {{ (-5)|abs }} {{ (-2.5)|abs }}
{{ l|join }} {{ l|join(', ') }} {{ people|join('-', attribute='name') }} {{ s|join('.') }} {{ [1, none, true]|join('|') }} {{ d|join(',') }}
{{ 5|join }}
{{ x|default('z') }} {{ none|default('z') }} {{ ''|default('z', true) }} {{ none|d('q', boolean=true) }} [{{ x|default }}] {{ d.zz|default('m') }}
{{ '5'|int }} {{ '5.7'|int }} {{ 'x'|int }} {{ 'x'|int(3) }} {{ 5.9|int }} {{ '0x1f'|int(0, 16) }} {{ true|int }} {{ none|int(4) }} {{ ' 12 '|int }} {{ '-3'|int }} {{ '1e3'|int }} {{ '5'|float }} {{ 'x'|float }} {{ 'x'|float(1.5) }} {{ 3|float }} {{ '1_000'|int }} {{ 'inf'|float }} {{ 'inf'|int(1) }}
{{ 2.5|round }} {{ 3.5|round }} {{ 2.567|round(2) }} {{ 2.1|round(0, 'ceil') }} {{ 2.9|round(method='floor') }} {{ 5|round }} {{ 1234|round(-2) }} {{ 1234.5|round(-2) }} {{ 2.675|round(2) }} {{ 0.5|round|int }}
{{ 'a'|round }}
{{ d|dictsort }} {{ {'b': 1, 'A': 2, 'c': 0}|dictsort }} {{ {'b': 1, 'A': 2}|dictsort(true) }} {{ {'b': 1, 'A': 2}|dictsort(false, 'value') }} {{ {'b': 1, 'a': 2}|dictsort(reverse=true) }}
{{ d|items|list }} {{ undefinedx|items|list }} {{ d|map('upper')|list }} {{ l|map('string')|list }} {{ people|map(attribute='x.y', default='-')|list }} {{ words|map('replace', 'b', 'X')|list }} {{ [['a', 1]]|map('first')|list }} {{ people|map(attribute='nope')|list }}
{{ l|items|list }}
{{ l|select('odd')|list }} {{ l|reject('odd')|list }} {{ [0, 1, '', none]|select|list }} {{ people|selectattr('age', 'equalto', 31)|map(attribute='name')|list }} {{ people|selectattr('x')|list|length }} {{ people|rejectattr('age', '>', 25)|list|length }} {{ l|select('in', [1, 2])|list }} {{ people|selectattr('x', 'defined')|list|length }} {{ people|selectattr('name', 'eq', 'Bob')|first }} {{ l|select('gt', 1)|sum }}
{{ people|selectattr('x.y', 'equalto', 3)|list|length }}
{{ l|select('nope')|list }}
{{ s|replace('o', '0') }} {{ s|replace('o', '0', 1) }} {{ 5|replace(5, 6) }} {{ s|string }} {{ 5|string + '1' }} {{ none|string }} {{ l|string|length }}
{{ 'a\nb\n\nc'|indent }} {{ 'a\nb'|indent(2, true) }} {{ 'a\n\nb'|indent(2, blank=true) }} {{ 'a\nb'|indent('> ') }} {{ 'a\nb'|indent(width=1, first=true) }} {{ ''|indent(first=true) }}
{{ 5|indent }}
{{ l|unique|list }} {{ [1, 1, 2, '1', 1.0]|unique|list }} {{ words|unique|list }} {{ words|unique(true)|list }} {{ people|unique(attribute='age')|map(attribute='name')|list }}
{{ people|groupby('age') }}
{% for age, group in people|groupby('age') %}{{ age }}:{{ group|map(attribute='name')|join(',') }};{% endfor %}{% for g in people|groupby('age') %}{{ g.grouper }}{{ g.list|length }}{% endfor %}
{{ [1, 2, 3, 4, 5]|batch(2)|list }} {{ [1, 2, 3]|batch(2, 0)|list }} {{ [1, 2, 3, 4, 5]|slice(2)|list }} {{ [1, 2, 3]|slice(2, 'x')|list }}
{{ h|e }} {{ h|escape|escape }} {{ h|safe }} {{ '<'|safe + '<' }} {{ '<' + '>'|safe }} {{ ('<'|safe) ~ '<' }} {{ h|striptags }} {{ '<'|forceescape }} {{ h|e|upper }} {{ ('a'|safe) == 'a' }} {{ ['<'|safe] }}
{{ 'a b c d e f'|truncate(7) }} {{ 'abcdefghijklmnop'|truncate(8) }} {{ 'abcdefghijklmnop'|truncate(8, true) }} {{ 'abcdef ghi jkl mno'|truncate(10, false, '…', 0) }} {{ 'a b  c'|wordcount }} {{ 'it\'s a_b 5'|wordcount }} {{ 'a b/c&d=é'|urlencode }} {{ 'x'|center(5) }}| {{ '%s-%s'|format(1, 2) }} {{ '%(a)s'|format(a=1) }}
{{ d|tojson }} {{ s|tojson }} {{ u|tojson }} {{ u|tojson(ensure_ascii=true) }} {{ n|tojson }} {{ t|tojson }} {{ f|tojson }} {{ sm|tojson }} {{ lg|tojson }} {{ h|tojson }} {{ (1, 2)|tojson }} {{ 'a\n\t\x08\x0c\x01\x7f\\"/'|tojson }} {{ {1: 2, none: 3, true: 4, 1.5: 5}|tojson }} {{ []|tojson }} {{ {}|tojson }} {{ 'x'|safe|tojson }}
{{ d|tojson(indent=2) }} {{ d|tojson(true, 1) }} {{ {'b': [], 'a': {}}|tojson(indent=4) }} {{ d|tojson(separators=(',', ':')) }} {{ d|tojson(sort_keys=true) }} {{ d|tojson(indent='--') }} {{ [1, 2]|tojson(indent=0) }} {{ d|tojson(indent=none) }}
{{ undefinedx|tojson }}
{{ range(3)|tojson }}
{{ d.items()|tojson }}
{{ l|map('string')|tojson }}
{{ {(1, 2): 3}|tojson }}
{{ s|nosuchfilter }}
{{ s is nosuchtest }}
{{ s is defined }} {{ x is defined }} {{ x is undefined }} {{ d.zz is defined }} {{ n is none }} {{ s is string }} {{ i is string }} {{ i is number }} {{ t is number }} {{ t is boolean }} {{ 1 is boolean }} {{ i is integer }} {{ t is integer }} {{ f is float }} {{ d is mapping }} {{ l is mapping }} {{ l is sequence }} {{ s is sequence }} {{ d is sequence }} {{ x is sequence }} {{ i is sequence }} {{ l is iterable }} {{ i is iterable }} {{ x is iterable }} {{ n is iterable }} {{ range is callable }} {{ s is callable }} {{ t is true }} {{ 1 is true }} {{ false is false }} {{ 0 is false }} {{ d.items() is sequence }} {{ d.items() is iterable }} {{ (l|map('string')) is iterable }}
{{ 4 is even }} {{ 5 is odd }} {{ 9 is divisibleby 3 }} {{ 9 is divisibleby(2) }} {{ 1 is eq 1 }} {{ 1 is ne(2) }} {{ 1 is lt 2 }} {{ 1 is in [1] }} {{ 1 is not in [1] }} {{ s is not none }} {{ not s is none }} {{ 'a' is lower }} {{ 'A' is upper }} {{ s is sameas s }} {{ 'upper' is filter }} {{ 'odd' is test }} {{ (h|e) is escaped }} {{ 1 is sameas true }} {{ s is equalto 'Hello World' }} {{ 2 is greaterthan 1 }}
{{ 'a' is even }}
{{ s is defined and s is string or false }} {{ (s is string) if s is defined else 'q' }}
{% set a = 1 %}{% if a == 1 %}x{% elif a == 2 %}y{% else %}z{% endif %}{% if a == 2 %}{% elif a == 1 %}e{% endif %}
{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}|{% for a, b in nested %}{{ a }}{{ b }}{% endfor %}|{% for c in 'abc' %}{{ c }}{% endfor %}|{% for k in d %}{{ k }}{% endfor %}|{% for x in [] %}a{% else %}none{% endfor %}|{% for x in undefinedx %}a{% else %}undef{% endfor %}
{% for a, b in [[1, 2, 3]] %}{% endfor %}
{% for x in 5 %}{% endfor %}
{% for x in none %}{% endfor %}
{% for x in l if x > 1 %}{{ loop.index }}{{ x }}{{ loop.last }} {% endfor %}{% for x in l %}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.cycle('a', 'b') }}{{ loop.previtem }}|{{ loop.nextitem }};{% endfor %}
{% for x in [1, 1, 2] %}{{ loop.changed(x) }}{% endfor %}
{% for n in nested recursive %}{% if n is iterable %}[{{ loop(n) }}]{% else %}{{ n }}@{{ loop.depth }}{% endif %}{% endfor %}
{% for x in l %}{{ loop(x) }}{% endfor %}
{% for x in l %}{% if x == 1 %}{% continue %}{% endif %}{{ x }}{% endfor %}{% for x in l %}{% if x == 1 %}{% break %}{% endif %}{{ x }}{% endfor %}
{% set x = 1 %}{% for y in l %}{% set x = y %}{{ x }}{% endfor %}{{ x }}{% set ns = namespace(a=1, b='z') %}{% for y in l %}{% set ns.a = ns.a + y %}{% endfor %}{{ ns.a }}{{ ns.b }}[{{ ns.c }}]
{% for y in l %}{{ q }}{% set q = y %}{{ q }}{% endfor %}[{{ q }}]
{% set ns = namespace({'a': 1}, b=2) %}{{ ns.a }}{{ ns.b }}{{ ns['a'] }}
{% set ns.x = 1 %}
{% set d.x = 1 %}
{% set ns = namespace(_a=1) %}
{% set a, b = 1, 2 %}{{ a }}{{ b }}{% set (c, e2) = [3, 4] %}{{ c }}{{ e2 }}{% set z = 1, %}{{ z }}
{% set a, b = 1 %}
{% set blk %}text {{ s }}{% endset %}[{{ blk }}]{% set up | upper %}abc{% endset %}{{ up }}{% set two | upper | replace('A', 'x') %}aba{% endset %}{{ two }}{{ blk is string }}
{% if true %}{% set inif = 5 %}{% endif %}{{ inif }}{% with q = 1, r = 2 %}{{ q + r }}{% set q = 9 %}{{ q }}{% endwith %}[{{ q }}]
{% macro m(a, b=2, c='x') %}{{ a }}-{{ b }}-{{ c }}{% endmacro %}{{ m(1) }} {{ m(1, 3) }} {{ m(b=5, a=0) }} {{ m() }} {{ m(1, c='q') }} {{ m(*[7, 8]) }} {{ m(**{'a': 9}) }} {{ m.name }} {{ m(1)|upper }} {{ m(1) is string }} {{ m.arguments }}
{% macro m(a) %}{% endmacro %}{{ m(1, 2) }}
{% macro m(a) %}{% endmacro %}{{ m(z=2) }}
{% macro m(a) %}{% endmacro %}{{ m(1, a=2) }}
{% macro m() %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, k=3) }}{{ m() }}
{% macro m(a) %}{{ a.b }}{% endmacro %}{{ m() }}
{% macro m(a, b=a) %}{{ a }}{{ b }}{% endmacro %}{{ m(1) }}
{% set x = 1 %}{% macro m() %}{{ x }}{% set x = 5 %}{{ x }}{% endmacro %}{{ m() }}{% set x = 2 %}{{ m() }}{{ x }}
{% macro fact(n) %}{% if n <= 1 %}1{% else %}{{ n * fact(n - 1)|int }}{% endif %}{% endmacro %}{{ fact(5) }}
{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}B{% endmacro %}{{ a() }}
{{ later() }}{% macro later() %}x{% endmacro %}
{% macro loopy() %}{{ loopy() }}{% endmacro %}{{ loopy() }}
{% macro wrap(t) %}<{{ t }}>{{ caller() }}</{{ t }}>{% endmacro %}{% call wrap('b') %}in {{ s }}{% endcall %}
{% macro each(xs) %}{% for x in xs %}{{ caller(x, loop.index) }};{% endfor %}{% endmacro %}{% call(v, i) each(l) %}{{ i }}:{{ v }}{% endcall %}
{% filter upper %}abc {{ s }}{% endfilter %}{% filter replace('a', 'b') | upper %}aXa{% endfilter %}
{% raw %}{{ x }} {% y %}{% endraw %}|{%- raw -%}  {{ z }}  {%- endraw -%}|
{# comment #}a{#- c -#} b {#- d #} c
a  {{- 1 -}}  b  {%- if true -%}  c  {%- endif -%}  d
  {% if true %}\n  x\n  {% endif %}\n  y
a\n    {% set q = 1 %}\nb\n  {%+ if true %}c{% endif %}\nd {% if true +%}\ne{% endif %}\n
\n\n  {%- if true %}\n\n  z\n  {%- endif %}\n\n
{{ 'a\nb' }}\n{{ 'c' }}\n
  {# c #}\nx {# d #}\ny\n{#+ e #}\nz
{% generation %}{{ s }}{% set gg = 1 %}{% endgeneration %}[{{ gg }}]
{{ 'é' 'b' "c" }}{{ '\u00e9\x41\101\q\'' }}{{ 'a\
b' }}
{{ strftime_now('%Y-%m-%d %d %b %Y %H:%M:%S %A %B %j %y %-d %-m %p %I %a %e %F %T %D %U %W %w %u %%') }}
{{ raise_exception('boom ' ~ 5) }}
{{ dict(a=1) }} {{ dict([('x', 1)]) }} {{ dict({'a': 1}, b=2) }}
{% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.next() }}{{ c.next() }}{{ c.current }}{% set j = joiner('; ') %}{{ j() }}a{{ j() }}b
{{ [1, 2, 3][1:]|map('string')|join('+') if l else 'none' }}
{{ messages[0]['role'] ~ ':' ~ messages|map(attribute='content')|join('/') }} {{ messages|length - 1 }} {{ messages[1:]|list|length }} {{ messages[-1].content }} {{ (messages|last).role }} {{ messages|selectattr('role', 'equalto', 'user')|list|length > 0 }}
{{ loop }}
{{ 1 if }}
{{ (1 }}
{% if %}{% endif %}
{% for x in %}{% endfor %}
{% endfor %}
{% if true %}
{{ 'unterminated }}
{{ a b }}
{% unknown %}
{{ 1 is defined is none }}
{{ }}
{% set 5 = 1 %}
{% macro m(a=1, b) %}{% endmacro %}
{{ f(a=1, 2) }}
{# open
{% raw %}
{{ [1, 2 }}
{{ {'a' 1} }}
{{ 1.5.real if false else 'ok' }}
{{ l|attr('count') is callable }} [{{ d|attr('b') }}]
{{ deep.a.b.c[0] }} {{ num['1'] }} [{{ num.1 }}] {{ deep['a']['b'] }} {{ d.a[-1]['k'] is none }}
{{ 'x' if s else 'y' if t else 'z' }} {{ ('a', 'b')[t] }} {{ [s, l][0] }} {{ {'a': l}['a'][0] }} {{ {'k': 'v'}.k }}
{{ '' ~ (1, 'a') ~ {'x': (1,)} }} {{ [none, true, 1.0, 'é', "it's"] }} {{ [[], {}, ()] }} {{ {'a': {'b': [1, {'c': none}]}} }}
{{ (l|list).index(3) }} {{ l|list == l }} {{ l|sort == [1, 2, 3] }} {{ d == {'b': 1, 'a': [1, 2, {'k': None}], 'C': True} }}
{% print s, l %}
{{ 9223372036854775807 }} {{ -9223372036854775807 }} {{ 3000000000 * 3 }}
{% block title %}{{ s }}{% set inblock = 1 %}{% endblock %}[{{ inblock }}]
{% for x in l recursive %}{{ x }}{% endfor %}{% for i in range(3) %}{% for j in range(2) %}{{ loop.index }}{{ i }}{{ j }} {% endfor %}{% endfor %}
{% for x in [1, 2] %}{% set last = loop.last %}{% for y in [1] %}{{ last }}{{ loop.last }}{% endfor %}{% endfor %}
{{ "a" if x is not defined else x }} {{ x is not defined }} {{ (x is defined) == false }} {{ x or 'dflt' }} {{ x and 1 }}
{{ x == y }} {{ x == none }} {{ x != none }} {{ x ~ 'a' }} {{ x|string }} {{ [x] }}
{{ x + 'a' }}
{{ 'a' + x }}
{{ x|upper }} {{ x|trim }} {{ x|list }} {{ x|join(',') }} {{ x|first is undefined }}
{{ l|list|tojson|length }} {{ (s|tojson)|length }} {{ {'a': 1}|tojson|safe }}
{{ 2**64 }} {{ 10**30 // 7 }} {{ -(2**70) % 1000 }} {{ 9223372036854775807 + 1 }} {{ 0xFFFFFFFFFFFFFFFFFF }} {{ 2**64 == 2.0**64 }} {{ {2**64: 'x'}[2**64] }} {{ '%d %x' % (2**65, 2**66) }} {{ '{:,}'.format(10**20) }} {{ (10**20)|tojson }} {{ '123456789012345678901'|int + 1 }}
{{ 10**5000 }}
{{ 7.5 // 2 }} {{ -7.5 // 2 }} {{ -7.5 % 2 }} {{ 7 % -3 }} {{ 1e308 * 10 }} {{ 5 // -2 }} {{ 2 ** -1 }} {{ 0.1 + 0.2 }} {{ 1_000 }} {{ 12.0 }}
{{ 10.0 ** 400 }}
{{ 0123 }}
{{ nested.0.1 }} {{ deep.a.b[0].c }} {{ d[()] }} {{ l[10**30] }}
{{ ('<b>'|safe).upper() + '<' }} {{ ('<b>'|safe).join(['<', 1]) }} {{ ('%s'|safe) % '<' }} {{ ('{}'|safe).format('<') }} {{ ('a b'|safe).split()[0] + '&' }} {{ ('&lt;b&gt;'|safe).unescape() }} {{ ('<i>x</i>  y'|safe).striptags() }} {{ ('a'|safe) * 2 + '<' }} {{ ('abc'|safe)[1:] + '<' }}
{% autoescape true %}{{ h }}{{ h|safe }}{{ h ~ ('>'|safe) }}{% set b %}<i>{{ h }}</i>{% endset %}{{ b }}{% macro m(a) %}<p>{{ a }}</p>{% endmacro %}{{ m('<') }}{{ ['<', '>'|safe]|join('&') }}{{ h|replace('<', '>') }}{% autoescape false %}{{ h }}{% endautoescape %}{% endautoescape %}{{ h }}
{{ 5|filesizeformat }} {{ 1500|filesizeformat }} {{ 1536|filesizeformat(true) }} {{ 1|filesizeformat }} {{ 10**30|filesizeformat }} {{ {'class': 'a<b', 'id': none, 'x': 1}|xmlattr }}| {{ {}|xmlattr }} {{ {'a b': 1, 'c': 'd/e'}|urlencode }} {{ [('a', 1)]|urlencode }}
{{ {'a b': 1}|xmlattr }}
{{ 'see http://example.com/a?b=c, (www.x.org) and me@x.org <http://a.com>'|urlize }} {{ 'https://example.com/long/path'|urlize(10, true, '_blank') }}
{{ 'the quick brown-fox jumps overthelazydog'|wordwrap(10) }}|{{ 'the quick'|wordwrap(3, false, '/') }}|{{ 'a\nb c'|wordwrap(2) }}
{{ {'b': [1, 2], 'a': 'x'}|pprint }} {{ range(40)|list|pprint }} {{ ('word ' * 20)|pprint }} {{ {'k': ['some long text here'] * 6}|pprint }}
{{ u.title() }} {{ 'ΑΣ ΣΑΣ'.lower() }} {{ 'straße'.upper() }} {{ 'ǆ'.title() }} {{ 'ß'.casefold() }} {{ 'aBc'.swapcase() }} {{ 'ﬁx'.capitalize() }} {{ 'ΑΣ'|lower }} {{ "they're bill's"|title }}
{{ '{:>8}|{:<8}|{:^8}|{:*^8}'.format('a', 'b', 'c', 'd') }} {{ '{:08.3f} {:+d} {:#x} {:_b} {:e} {:.3} {:%}'.format(3.14159, 5, 255, 1000, 12345.678, 100.0, 0.25) }} {{ '{0[a]} {1.real} {x!r}'.format(d, 2, x='é') }} {{ '{:{}}'.format('a', 5) }} {{ '{:05}'.format('ab') }} {{ '{:,.2f}'.format(1234567.891) }} {{ '{:09,}'.format(1234) }}
{{ '{} {0}'.format(1) }}
{{ '{.a}'.format(d) }}
{{ '%5.2f|%-5d|%+d|%05d|%x|%o|%e|%g|%c|%r|%a|%%' % (3.14159, 42, 7, 42, 255, 8, 12345.678, 0.0001, 'x', 'é', 'é') }} {{ '%(a)s %(b)d' % {'a': 1, 'b': 2} }} {{ '%*d' % (5, 42) }} {{ 'x' % [1] }}
{{ '%d' % 'a' }}
{{ 'abc'.translate({97: 'x', 98: none}) }} {{ 'abc'.find('c', -1) }} {{ 'abc'.find('', 9) }} {{ 'abcabc'.count('b', 2) }} {{ 'a,b,c'.rsplit(',', 1) }} {{ 'aXbX'.rpartition('X') }} {{ 'abc'.startswith(('x', 'a')) }} {{ '-5'.zfill(4) }} {{ 'a\tb'.expandtabs(4) }} {{ 'ab'.center(5, '*') }} {{ 'x'.join(d) }} {{ '{a}'.format_map({'a': 1}) }}
{{ d.get(key='a') }}
{{ 'a'.split(sep=none) }} {{ l.index(1) }} {{ (1, 2, 1).count(1) }} {{ range(5).index(3) }} {{ range(10)[2:8:3] }} {{ range(3)[1] }} {{ d.keys() == {'b': 1, 'a': 2, 'C': 3}.keys() }} {{ dict.fromkeys([1, 2], 0) }} {{ (5).bit_length() }} {{ (2.0).is_integer() }} {{ 'a'.__class__ }}|{{ 1.5.__class__ is defined }}
{{ messages|selectattr('tool_calls.0.x', 'eq', 1)|first is undefined }}
{{ [{'a': 1}, 5]|selectattr('a', 'eq', 1)|first }} {{ [1, 'x']|map('abs')|first }} {% set g = l|map('string') %}{{ g|first }}{{ g|list }}{{ g|list }} {{ 1 in (l|map('int')) }} {% set unused = l|map('nosuch') %}ok
{{ l|map('nosuch')|list }}
{% for x in l if x is nosuch %}{% endfor %}
{% if false %}{{ s|nosuch }}{% endif %}fine{{ (s|nosuch) if false else 'q' }}
{% if false %}{% for x in l %}{{ s|nosuch }}{% endfor %}{% endif %}
{% for z in [1] %}[{{ s }}]{% endfor %}{% set s = 1 %}{{ s }}
{% for y in l %}{% for z in [1] %}[{{ s }}]{% endfor %}{% set s = 1 %}{% endfor %}{{ s }}
{% set a = 1 %}{% for y in l %}{% if y == 1 %}{% set a = 2 %}{% endif %}{{ a }}{% endfor %}{{ a }}
{% with a = 1, b = a %}{{ a }}[{{ b }}]{% endwith %}{% set x | replace('a', nowhere) %}a{% endset %}
{% block one %}{{ q }}{% set q = 5 %}{{ q }}{% endblock %}{{ self.one() }}{% for i in [1] %}{% block two %}[{{ i }}]{% endblock %}{% block three scoped %}[{{ i }}{{ loop.index }}]{% endblock %}{% endfor %}{% set late = 1 %}{% block four %}{{ late }}{{ super is defined }}{% endblock %}
{% block a %}{% endblock %}{% block a %}{% endblock %}
{% include 'x' %}
{% import 'x' as y %}
{% extends 'x' %}
{% include 'x' ignore missing %}
{% do l %}
{% break %}
{% for x in l %}{% macro m() %}{% break %}{% endmacro %}{% endfor %}
{% for loop in l %}{% endfor %}
{% for x in l %}{% set c %}a{% if x == 1 %}{% break %}{% endif %}{% endset %}{{ x }}{{ c }}{% endfor %}{% for x in [] %}{% else %}none{% endfor %}{% for y in l %}{% for x in [] %}{% else %}{% break %}{% endfor %}{{ y }}{% endfor %}
{% for x in l|map('string') %}{{ loop.index }}/{{ loop.length }}{{ loop.last }}{{ loop.nextitem }} {% endfor %}{% for x in l if x != 1 %}{{ loop.length }}{{ loop.revindex }}{% endfor %}
{% set ns = namespace(n=0) %}{% for x in l if ns.n < 2 %}{% set ns.n = ns.n + 1 %}{{ x }}{% endfor %}{% set ns.a, ns.b = 1, 2 %}{{ ns.a }}{{ ns.b }}
{% for x in [[1, [2]], [3]] recursive %}{{ loop.depth }}{% if x is iterable %}({{ loop(x) }}){% else %}{{ x }}{% endif %}{% else %}e{% endfor %}
{% macro m(a, b=a, caller=none) %}{{ b }}{{ caller is none }}{% endmacro %}{{ m(1) }}{{ m.catch_kwargs }}{{ m.caller }}{% macro c(x) %}{{ caller(x, k=2) }}{% endmacro %}{% call(p, k=1) c(5) %}{{ p }}{{ k }}{{ s }}{% endcall %}
{% macro m(a, a) %}{% endmacro %}
{{ dict(a=1, a=2) }}
{% filter length %}abc{% endfilter %}
{% macro m(caller) %}{{ caller }}{% endmacro %}
{{ [3, 1, 2]|sort|reverse|list }} {{ 'abc'|reverse }} {{ (1, 2)|last }} {{ d|last }} {{ d|dictsort(by='value')|length }}
{{ [1, 'a']|sort }}
{{ people|groupby('age', default=0)|length }} {{ [[1, 2], [1, 3]]|groupby(0) }} {{ [1, 2, 3]|batch(0)|list }} {{ l|sum(start=10) }} {{ people|sort(attribute='age,name')|map(attribute='name')|join }} {{ ['b', 'A']|max }} {{ people|max(attribute='age') }}
{{ none[1:] }}|{{ 5[1:] is defined }}
{{ n[1:] }}
{{ i.real }}{{ (1 is callable) }}{{ missing is callable }}{{ missing is sequence }}{{ [] is sameas [] }}{{ l is sameas l }}{{ 1 == 1.0 == true }}{{ {1: 'a', true: 'b', 1.0: 'c'} }}
{{ {(1, [2]): 3} }}
{{ 'a' 'b' ~ 1 }} {{ x if x is defined }} {{ -2 ** 2 }} {{ 2 ** 3 ** 2 }} {{ not 1 == 2 }} {{ 1 < 2 < 3 }} {{ 3 > 2 > 2 }} {{ (1,) + (2,) }} {{ [1] * 2 }} {{ 'ab' * 0 }} {{ 'a' < 'B' }} {{ [1, 2] < [1, 3] }}
{{ '\é' }} {{ '\x41\u00e9\N' if false }}
{{#
"""


def micro_templates():
    lines, templates = MICRO.strip("\n").split("\n"), []
    while lines:
        line = lines.pop(0)
        while line.endswith("\\") and not line.endswith("\\\\"):
            line += "\n" + lines.pop(0)
        # Outside of expressions a written \n stands for a line end, so that each case stays on one line here.
        if not line.startswith("{{"):
            line = line.replace("\\n", "\n")
        templates.append(line)
    return templates


def outcome(render):
    try:
        return {"expected": render()}
    except RecursionError:
        return {"error": "RecursionError"}
    except Exception as error:  # noqa: BLE001 — whatever Python raises is the expectation
        kind = "raise_exception" if type(error) is jinja2.exceptions.TemplateError else type(error).__name__
        return {"error": kind, "message": str(error)}


def conversation_case(template, conversation):
    arguments = dict(conversation)
    messages = arguments.pop("messages")
    arguments.setdefault("add_generation_prompt", True)

    def render():
        rendered, _ = chat_template_utils.render_jinja_template(
            conversations=[messages], chat_template=template, **SPECIAL, **arguments
        )
        return rendered[0]

    return outcome(render)


def main(folder):
    cases = [
        {"template": name, "conversation": label, **conversation_case(source, conversation)}
        for name, source in TEMPLATES.items()
        for label, conversation in CONVERSATIONS.items()
    ]
    micro = [
        {"template": source, **outcome(lambda: chat_template_utils._compile_jinja_template(source).render(**VARIABLES))}
        for source in micro_templates()
    ]
    files = {
        "conversations.json": json.dumps(
            {"templates": TEMPLATES, "conversations": CONVERSATIONS, "special": SPECIAL, "cases": cases}, indent=1
        ),
        "micro.json": json.dumps({"variables": VARIABLES, "cases": micro}, indent=1),
    }
    manifest = {
        "script": "Scripts/goldens/make_templates.py",
        "command": "python3 Scripts/goldens/make_templates.py Tests/Fixtures/chat",
        "versions": {"jinja2": jinja2.__version__, "transformers": transformers.__version__},
        "clock": NOW.isoformat(),
        "sha256": {},
    }
    for name, text in files.items():
        (folder / name).write_text(text + "\n")
        manifest["sha256"][name] = hashlib.sha256((text + "\n").encode()).hexdigest()
    (folder / "MANIFEST.json").write_text(json.dumps(manifest, indent=1) + "\n")
    print(len(cases), "cases,", len(micro), "micro cases")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
