"""The dress of the report and of the site, light or dark as the reader's screen is; colours after Okabe and Ito."""

_SHADES = 10
"""Steps of colour in a heat map, on either side."""


def shade(share: float) -> str:
    """The class of a cell of a heat map: ``good-1`` to ``good-10`` above a half, ``bad-1`` to ``bad-10`` below."""
    steps = round(abs(share - 0.5) * 2 * _SHADES)
    return f"{'good' if share >= 0.5 else 'bad'}-{min(steps, _SHADES)}"


_SERIES = "\n".join(
    f".series-{index} {{ stroke: var(--series-{index}); }} .band.series-{index} {{ fill: var(--series-{index}); }}"
    for index in range(6)
)
_HEAT = "\n".join(
    f".heat .{side}-{step} {{ background: rgba(var(--{side}), calc({0.06 * step:.2f} * var(--heat))); }}"
    for side in ("good", "bad")
    for step in range(_SHADES + 1)
)

CSS = """
:root { color-scheme: light dark; --ink: #1f2933; --muted: #5b6875; --line: #d9dfe5; --paper: #ffffff;
  --ground: #f4f6f8; --accent: #0069a6; --second: #6b7885; --bound: #d55e00; --good: 0, 114, 178; --bad: 213, 94, 0;
  --heat: 1;
  --series-0: #0072b2; --series-1: #d55e00; --series-2: #009e73; --series-3: #b45c8f; --series-4: #b97f00;
  --series-5: #3d9ad1; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6ebf0; --muted: #9aa7b4; --line: #333d47; --paper: #1a2129;
  --ground: #11161b; --accent: #63b8ec; --second: #8b98a5; --bound: #e69f00; --good: 86, 180, 233;
  --bad: 230, 120, 30; --heat: 0.75; --series-0: #56b4e9; --series-1: #e8853d; --series-2: #2fbf96; --series-3: #dd94bd;
  --series-4: #e6b94d; --series-5: #9fd3f2; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.55 system-ui, "Segoe UI", sans-serif;
  overflow-wrap: break-word; }
header, main, footer { max-width: 1240px; margin: 0 auto; padding: 0 24px; }
header { padding-top: 44px; }
h1 { font-size: 2.1rem; line-height: 1.2; margin: 0 0 6px; letter-spacing: -0.02em; }
h2 { font-size: 0.85rem; margin: 48px 0 12px; text-transform: uppercase; letter-spacing: 0.1em;
  color: var(--muted); }
h3 { font-size: 1.35rem; line-height: 1.3; margin: 0; letter-spacing: -0.01em; }
h4 { font-size: 1rem; margin: 28px 0 8px; }
p { margin: 6px 0; } a { color: var(--accent); text-decoration: none; } a:hover { text-decoration: underline; }
.soft, .caption, footer { color: var(--muted); }
.caption { font-size: 0.85rem; max-width: 100ch; margin-top: 8px; }
.card { background: var(--paper); border: 1px solid var(--line); border-radius: 14px; padding: 26px 28px;
  margin: 0 0 22px; min-width: 0; }
.chips { display: flex; flex-wrap: wrap; gap: 8px; margin: 10px 0 4px; padding: 0; list-style: none; }
.chips li { border: 1px solid var(--line); border-radius: 999px; padding: 2px 12px; font-size: 0.85rem;
  color: var(--muted); max-width: 100%; }
.top { display: grid; grid-template-columns: minmax(0, 300px) minmax(0, 1fr); gap: 28px; align-items: center;
  margin-top: 18px; }
.top.alone { grid-template-columns: minmax(0, 1fr); }
.picture { background: #ffffff; border: 1px solid var(--line); border-radius: 10px; overflow: hidden; margin: 0; }
.picture svg { display: block; width: 100%; height: auto; }
.scroll { overflow-x: auto; }
.card .scroll { background:
  linear-gradient(90deg, var(--paper) 30%, transparent) 0 0 / 36px 100% no-repeat local,
  linear-gradient(270deg, var(--paper) 30%, transparent) 100% 0 / 36px 100% no-repeat local,
  linear-gradient(90deg, var(--line), transparent) 0 0 / 12px 100% no-repeat scroll,
  linear-gradient(270deg, var(--line), transparent) 100% 0 / 12px 100% no-repeat scroll; }
table { border-collapse: collapse; width: 100%; font-size: 0.92rem; font-variant-numeric: tabular-nums; }
th, td { padding: 8px 9px; text-align: right; border-bottom: 1px solid var(--line); vertical-align: baseline;
  white-space: nowrap; }
thead th { font-weight: 600; color: var(--muted); vertical-align: bottom; white-space: normal; }
th:first-child, td:first-child { padding-left: 4px; } tbody tr:last-child > * { border-bottom: 0; }
th.text, td.text { text-align: left; } td.text { max-width: 260px; overflow: hidden; text-overflow: ellipsis; }
td.agent { font-weight: 600; }
.sure { color: var(--muted); font-size: 0.85em; font-weight: 400; } td .sure { display: block; }
td.names { white-space: normal; } tr.first td { background: rgba(var(--good), 0.09); }
tr.bound td { color: var(--muted); font-style: italic; }
.heat { width: auto; } .heat td { text-align: center; border: 3px solid var(--paper); padding: 8px 14px;
  border-radius: 9px; }
.heat thead th { border: 0; text-align: center; max-width: 130px; overflow: hidden; text-overflow: ellipsis; }
.heat tbody th { text-align: left; border: 0; padding-left: 4px; max-width: 200px; overflow: hidden;
  text-overflow: ellipsis; position: sticky; left: 0; background: var(--paper); }
.heat td .sure { color: inherit; } .heat td.self { color: var(--muted); background: none; }
.forest { font-size: 0.86rem; font-variant-numeric: tabular-nums; }
.forest > div { display: grid; grid-template: "name plot number" / minmax(80px, 150px) minmax(0, 1fr) 170px;
  column-gap: 16px; align-items: center; }
.forest .name { grid-area: name; text-align: right; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.forest .plot, .forest .axis { grid-area: plot; } .forest .number { grid-area: number; }
.forest a { color: inherit; }
.axis { color: var(--muted); font-size: 0.82rem; } .forest .axis, .axis.across { text-align: center; }
.forest .leads .name, .forest .leads .value { font-weight: 650; }
.plot { display: block; width: 100%; overflow: visible; font-size: 11.5px; }
.plot .grid { stroke: var(--line); } .plot .mark { stroke: var(--muted); stroke-dasharray: 4 4; }
.plot .tick { fill: var(--muted); }
.plot .interval { stroke: var(--second); stroke-width: 2; } .plot .dot { fill: var(--second); }
.leads .plot .interval { stroke: var(--accent); } .leads .plot .dot { fill: var(--accent); }
.bound .plot .interval { stroke: var(--bound); } .bound .plot .dot { fill: var(--paper); stroke: var(--bound);
  stroke-width: 2; }
@media (max-width: 640px) { .heat tbody th { max-width: 34vw; white-space: normal; overflow-wrap: anywhere; }
  .forest > div { grid-template: "name number" "plot plot" / minmax(0, 1fr) auto; }
  .forest .name { text-align: left; } }
details { margin-top: 20px; } summary { cursor: pointer; color: var(--accent); }
footer { padding: 10px 24px 60px; font-size: 0.85rem; }
@media (max-width: 760px) { header, main, footer { padding-left: 16px; padding-right: 16px; }
  .top { grid-template-columns: minmax(0, 1fr); } .card { padding: 18px 16px; } h1 { font-size: 1.7rem; } }
.chart { margin: 10px 0; } .chart .frame { padding: 4px 14px 22px 52px; } .chart .axis { margin: 0; }
.series { fill: none; stroke-width: 2; } .dashed { stroke-dasharray: 6 4; }
.series.band { stroke: none; opacity: 0.16; }
.legend { display: flex; flex-wrap: wrap; gap: 2px 18px; margin: 8px 0 0; padding: 0; list-style: none;
  font-size: 0.86rem; } .legend li { display: flex; gap: 7px; align-items: center; min-width: 0; }
.swatch { flex: none; }
@media print { body { background: #ffffff; } .card { break-inside: avoid; } }
"""
CSS += f"{_SERIES}\n{_HEAT}\n"
