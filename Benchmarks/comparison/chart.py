"""A bar chart as SVG text that is readable on light and dark pages."""
from xml.sax.saxutils import escape

WIDTH, LABELS, VALUES, BAR, GAP, PADDING = 860, 260, 80, 11, 12, 16
# Of the longest number beside a bar.
NUMBER = 36
STYLE = """\
<style>
text { font: 12px system-ui, sans-serif; fill: #24292f }
.small { font-size: 10px; fill: #57606a }
.bold { font-weight: 600 }
.inside { fill: #ffffff; text-anchor: end }
.e0 { fill: #d9480f } .e1 { fill: #8c959f } .e2 { fill: #54aeff }
.limit { stroke: #24292f; stroke-width: 1.5 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 } .small { fill: #9198a1 } .limit { stroke: #e6edf3 }
.e0 { fill: #ff8a4c } .e1 { fill: #6e7681 } .e2 { fill: #388bfd }
}
</style>"""
NAMES = {"prefill": "prefill", "decode": "decode", "batch": "batch of", "http": "HTTP", "context": "", "neighbour": ""}


def svg(lines, engines):
    """One group of bars per speed; each group has its own scale, which ends at the machine's limit."""
    drawn = [line for line in lines if line.is_speed and line.row != "start"]
    body, y = [legend(engines)], 44
    for line in drawn:
        text, y = group(line, engines, y)
        body += text
    height = y + PADDING
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" '
        'role="img" aria-label="Tokens per second of each engine">', STYLE, *body, "</svg>", ""])


def legend(engines):
    parts, x = [], PADDING
    for index, name in enumerate(engines):
        parts.append(f'<rect class="e{index}" x="{x}" y="14" width="12" height="12"/>')
        parts.append(f'<text x="{x + 18}" y="24">{escape(name)}</text>')
        x += 110
    parts.append(f'<line class="limit" x1="{x}" y1="12" x2="{x}" y2="28"/>')
    parts.append(f'<text x="{x + 8}" y="24">limit of the machine</text>')
    parts.append(f'<text class="small" x="{x + 160}" y="24">tokens per second; each group has its own scale</text>')
    return "\n".join(parts)


def group(line, engines, y):
    values = [(index, line.median(name)) for index, name in enumerate(engines)]
    values = [(index, value) for index, value in values if value is not None]
    limit = line.limit(engines[0])
    if not values:
        return [], y
    room = WIDTH - LABELS - VALUES - PADDING
    scale = room / max([value for _, value in values] + [limit or 0])
    title = f"{line.format} {NAMES.get(line.row, '')} {line.case}".replace("  ", " ")
    middle = y + len(values) * BAR / 2
    parts = [f'<text class="bold" x="{PADDING}" y="{middle:.1f}">{escape(title)}</text>',
             f'<text class="small" x="{PADDING}" y="{middle + 12:.1f}">{escape(line.model)}</text>']
    top = y
    for index, value in values:
        width = max(value * scale, 1)
        parts.append(f'<rect class="e{index}" x="{LABELS}" y="{y}" width="{width:.1f}" height="{BAR - 1}"/>')
        # A number that would cross the limit's line stands inside its bar.
        crosses = limit is not None and width <= limit * scale <= width + NUMBER
        style, x = ("small inside", LABELS + width - 4) if crosses else ("small", LABELS + width + 5)
        parts.append(f'<text class="{style}" x="{x:.1f}" y="{y + 9}">{amount(value)}</text>')
        y += BAR
    if limit:
        x = LABELS + limit * scale
        parts.append(f'<line class="limit" x1="{x:.1f}" y1="{top - 2}" x2="{x:.1f}" y2="{y + 1}"/>')
        parts.append(f'<text class="small" x="{x + 5:.1f}" y="{y + 1}">{amount(limit)}</text>')
    return parts, max(y, int(top + 2 * BAR)) + GAP


def amount(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"
