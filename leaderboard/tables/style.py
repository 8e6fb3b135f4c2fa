"""The dress of the HTML report, light or dark as the reader's screen is; colours after Okabe and Ito."""

CSS = """
:root { color-scheme: light dark; --ink: #1f2933; --muted: #5b6875; --line: #d9dfe5; --paper: #ffffff;
  --ground: #f4f6f8;
  --accent: #0072b2; --second: #6b7885; --bound: #d55e00; --good: 0, 114, 178; --bad: 213, 94, 0; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6ebf0; --muted: #9aa7b4; --line: #333d47; --paper: #1a2129;
  --ground: #11161b; --accent: #56b4e9; --second: #8b98a5; --bound: #e69f00; --good: 86, 180, 233;
  --bad: 230, 120, 30; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.55 system-ui, "Segoe UI", sans-serif; }
header, main, footer { max-width: 1120px; margin: 0 auto; padding: 0 24px; }
header { padding-top: 44px; }
h1 { font-size: 2.1rem; line-height: 1.2; margin: 0 0 6px; letter-spacing: -0.02em; }
h2 { font-size: 0.85rem; margin: 48px 0 12px; text-transform: uppercase; letter-spacing: 0.1em; color: var(--muted); }
h3 { font-size: 1.35rem; margin: 0; letter-spacing: -0.01em; }
h4 { font-size: 1rem; margin: 28px 0 8px; }
p { margin: 6px 0; } a { color: var(--accent); text-decoration: none; } a:hover { text-decoration: underline; }
.soft, .caption, footer { color: var(--muted); } .caption { font-size: 0.85rem; max-width: 100ch; margin-top: 8px; }
.card { background: var(--paper); border: 1px solid var(--line); border-radius: 14px; padding: 26px 28px;
  margin: 0 0 22px; }
.chips { display: flex; flex-wrap: wrap; gap: 8px; margin: 10px 0 4px; padding: 0; list-style: none; }
.chips li { border: 1px solid var(--line); border-radius: 999px; padding: 2px 12px; font-size: 0.85rem;
  color: var(--muted); }
.top { display: grid; grid-template-columns: minmax(0, 300px) minmax(0, 1fr); gap: 28px; align-items: center;
  margin-top: 18px; }
.top.alone { grid-template-columns: minmax(0, 1fr); }
.picture { background: #ffffff; border: 1px solid var(--line); border-radius: 10px; overflow: hidden; margin: 0; }
.picture svg { display: block; width: 100%; height: auto; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 0.92rem; font-variant-numeric: tabular-nums; }
th, td { padding: 8px 12px; text-align: right; border-bottom: 1px solid var(--line); vertical-align: baseline;
  white-space: nowrap; }
thead th { font-weight: 600; color: var(--muted); vertical-align: bottom; white-space: normal; }
th:first-child, td:first-child { padding-left: 4px; } tbody tr:last-child > * { border-bottom: 0; }
th.text, td.text { text-align: left; } td.text { font-weight: 600; max-width: 260px; overflow: hidden;
  text-overflow: ellipsis; }
.sure { color: var(--muted); font-size: 0.85em; font-weight: 400; } td .sure { display: block; }
td.names { white-space: normal; } tr.first td { background: rgba(var(--good), 0.09); }
tr.bound td { color: var(--muted); font-style: italic; }
.heat { width: auto; } .heat td { text-align: center; border: 3px solid var(--paper); padding: 8px 14px;
  border-radius: 9px; }
.heat thead th { text-align: center; } .heat tbody th { text-align: left; border: 0; padding-left: 4px; }
.heat td .sure { color: inherit; opacity: 0.8; } .heat td.self { color: var(--muted); background: none; }
svg.forest { display: block; width: 100%; height: auto; font: 13px system-ui, "Segoe UI", sans-serif; }
.forest .grid { stroke: var(--line); } .forest .mark { stroke: var(--muted); stroke-dasharray: 4 4; }
.forest .tick { fill: var(--muted); font-size: 11.5px; } .forest .axis { fill: var(--muted); font-size: 12.5px; }
.forest .name, .forest .value { fill: var(--ink); } .forest .sure { fill: var(--muted); font-size: 11px; }
.forest .leads .name, .forest .leads .value { font-weight: 650; }
.forest .interval { stroke: var(--second); stroke-width: 2; } .forest .dot { fill: var(--second); }
.forest .leads .interval { stroke: var(--accent); } .forest .leads .dot { fill: var(--accent); }
.forest .bound .interval { stroke: var(--bound); } .forest .bound .dot { fill: var(--paper); stroke: var(--bound);
  stroke-width: 2; }
details { margin-top: 20px; } summary { cursor: pointer; color: var(--accent); }
footer { padding: 10px 24px 60px; font-size: 0.85rem; }
@media (max-width: 760px) { .top { grid-template-columns: minmax(0, 1fr); } .card { padding: 18px 16px; } }
@media print { body { background: #ffffff; } .card { break-inside: avoid; } }
"""
