"""The results as Markdown: one table of ratios, one of what each proxy did."""

import json
from statistics import median

import figures
from figures import BALLAST

TITLES = {
    BALLAST: "Ballast",
    "haproxy": "HAProxy",
    "haproxy-splice": "HAProxy, splicing",
    "nginx": "nginx",
    "caddy": "Caddy",
}
PHASES = {
    "first": "first 10 s",
    "saturated": "saturated",
    "half": "half load",
    "common": "same rate",
}
ROWS = {
    "keepalive": "HTTP/1.1 keep-alive, 64 connections, 128 bytes",
    "connect": "a new connection per request, 64 at a time, 128 bytes",
    "large": "1 MiB bodies, 16 connections",
    "tls-ec": "full TLS 1.3 handshakes, P-256",
    "tls-rsa": "full TLS 1.3 handshakes, RSA 2048",
    "tls-bulk": "1 MiB bodies over TLS 1.3, 16 connections",
    "allocation": "heap allocation per request",
    "idle": "memory per idle connection",
    "start": "from exec to serving",
    "curve": "CPU per request with many backends and routes",
}


def markdown(results, setting):
    """Everything, in the order of reading: the verdicts, where they come from, and on what."""
    lines = figures.lines(results)
    parts = [setting_text(setting)]
    parts += [ratios(lines)] if lines else []
    parts += [alone(list(figures.facts(results))), caveats(results, setting), details(results)]
    return "\n\n".join(part for part in parts if part) + "\n"


def ratios(lines):
    names = ("ballast", "haproxy", "haproxy-splice", "nginx", "caddy")
    present = [name for name in names if any(name in line.values for line in lines)]
    header = ["work", *(TITLES[name] for name in present), "÷ best peer", "spread", "", "must", "aim", ""]
    rows = [header, ["---"] + ["---:"] * (len(header) - 1)]
    for line in lines:
        figure = line.figure
        cells = [figure.title]
        cells += [number(line.values.get(name), figure) for name in present]
        cells += ["" if line.ratio is None else f"**{line.ratio:.2f}**", span(line.spread), line.verdict]
        cells += [bound(figure.must), bound(figure.aim), figures.target(line.ratio, figure)]
        rows.append(cells)
    return table(rows)


def number(values, figure):
    return "" if not values else f"{median(values):,.{figure.digits}f} {figure.unit}"


def span(spread):
    return "" if spread is None else f"{spread[0]:.2f} … {spread[1]:.2f}"


def bound(ratio):
    return "" if ratio is None else f"≤ {ratio:.2f}"


def alone(facts):
    """What has a bound of its own."""
    if not facts:
        return ""
    rows = [["Ballast alone", "", "spread", "must", "aim", ""], ["---"] + ["---:"] * 5]
    for fact, values in facts:
        middle = median(values)
        form = f"{{:,.{fact.digits}f}}"
        spread = f"{form.format(min(values))} … {form.format(max(values))}" if len(values) > 1 else ""
        bounds = [f"≤ {value:g} {fact.unit}" if value is not None else "" for value in (fact.must, fact.aim)]
        rows.append(
            [fact.title, f"**{form.format(middle)}** {fact.unit}", spread, *bounds, figures.target(middle, fact)]
        )
    return table(rows)


def caveats(results, setting):
    """What limits the tables above, each once; and where a row is from another run than the last."""
    found = [f"- {where}: {caveat}" for where, caveat in figures.caveats(results)]
    for row, result in results.items():
        own = result.get("setting", setting)
        if any(own[key] != setting[key] for key in ("revision", "warmUp", "rounds", "seconds", "congestionControl")):
            found.append(f"- {row}: {run_text(own)}")
        secured = dict.fromkeys(filter(None, result.get("secured", {}).values()))
        found += [f"- {row}: {', '.join(secured)}"] if secured else []
    return "\n".join(["What limits these numbers:", "", *found]) if found else ""


def details(results):
    header = ["", "", "CPU µs", "per second", "p50 ms", "p99 ms", "p99.9 ms", "RSS MiB", "its core", "other core"]
    parts = []
    for row, title in ROWS.items():
        if "saturated" not in results.get(row, {}):
            continue
        rows = [header, ["---", "---"] + ["---:"] * (len(header) - 2)]
        for phase in (phase for phase in PHASES if phase in results[row]):
            rows += [detail(phase, name, turns) for name, turns in results[row][phase].items() if turns]
        parts.append(f"**{title}**\n\n{table(rows)}")
    return "\n\n".join(parts)


def detail(phase, name, turns):
    def cell(key, scale, form):
        values = [turn[key] for turn in turns if turn[key] is not None]
        return form.format(median(values) * scale) if values else ""

    return [
        PHASES[phase],
        TITLES[name],
        cell("cpuMicros", 1, "{:,.1f}"),
        cell("perSecond", 1, "{:,.0f}"),
        *(cell(key, 1e-3, "{:.2f}") for key in ("p50", "p99", "p999")),
        cell("residentMiB", 1, "{:.0f}"),
        cell("proxyCore", 1, "{:.0%}"),
        cell("restCore", 1, "{:.0%}"),
    ]


def setting_text(setting):
    machine = setting["machine"]
    versions = ", ".join(f"{TITLES.get(name, name)} {version}" for name, version in setting["versions"].items())
    kind = "virtual machine" if machine["virtual"] else "machine"
    return (
        f"{run_text(setting)}. {versions}; {machine['cpu']}, {machine['cores']} cores, {machine['memoryGiB']:.0f} GiB, "
        f"a {kind} with Linux {machine['kernel']}."
    )


def run_text(setting):
    return (
        f"Measured on {setting['date']} at revision {setting['revision']}, {setting['warmUp']} s of warm-up, "
        f"rounds: {setting['rounds']} of {setting['seconds']} s, TCP with {setting['congestionControl']}"
    )


def table(rows):
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def write_into(document, begin, end, text):
    """Between two lines of a page, in the place of what is there."""
    page = document.read_text(encoding="utf-8")
    head, _, rest = page.partition(begin)
    _, _, tail = rest.partition(end)
    document.write_text(f"{head}{begin}\n\n{text}\n{end}{tail}", encoding="utf-8")


def read_lines(path):
    """A JSON value per line, as a measurement has left them."""
    if not path.exists():
        raise SystemExit(f"Nothing has been measured in {path.parent}.")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
