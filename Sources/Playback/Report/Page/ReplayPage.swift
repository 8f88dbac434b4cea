import Latency
import OTLP
import Terminal

/// A replay's report as one page that needs nothing but a browser: no network, no script.
public struct ReplayPage {
    private let replay: RepeatedReplay

    /// The page of one run or of several.
    public init(_ replay: RepeatedReplay) {
        self.replay = replay
    }

    /// The page.
    public var html: String {
        let sections = replay.runs.enumerated().map { index, run in
            RunSection(run, number: replay.runs.count > 1 ? index + 1 : nil).html
        }
        let corpus = replay.runs.first?.corpus.path ?? ""
        let speed = replay.runs.first?.settings.speed ?? ""
        return """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Replay of \(Markup.escaped(corpus)) at \(Markup.escaped(speed))</title>
            <style>\(Self.style)</style></head><body><main>
            \(summary)\(sections.joined(separator: "\n"))
            </main></body></html>

            """
    }

    private var summary: String {
        guard replay.runs.count > 1 else { return "" }
        let rows = replay.summary.map { figure in
            let kind = ReplayFigure(rawValue: figure.name)
            let values = [figure.median, figure.min, figure.max].map { kind?.text($0) ?? "\($0)" }
            return [kind?.title ?? figure.name] + values
                + [Quantity.percentage(figure.coefficientOfVariation)]
        }
        return "<h1>\(replay.runs.count) runs</h1>"
            + Markup.table(["", "median", "min", "max", "variation (CV)"], rows)
    }

    private static let style = """
        :root { color-scheme: light dark; --back: #fcfcfb; --ink: #1d1d1b; --muted: #6f6e68;
          --line: #e4e3de; --c0: #a3a29a; --c1: #2a78d6; --c2: #d9581f; --c3: #12855d;
          --good: #12794f; --bad: #b3400f; }
        @media (prefers-color-scheme: dark) { :root { --back: #1a1a19; --ink: #f1f0ea;
          --muted: #a3a29a; --line: #363531; --c0: #86857d; --c1: #5b9df0; --c2: #f08a5d;
          --c3: #3cc491; --good: #4fd19c; --bad: #f59a6f; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--back); color: var(--ink);
          font: 15px/1.5 system-ui, sans-serif; }
        main { max-width: 860px; margin: 0 auto; padding: 32px 20px 64px; }
        h1 { font-size: 22px; line-height: 1.3; margin: 24px 0 4px; overflow-wrap: anywhere; }
        h2 { font-size: 16px; margin: 36px 0 8px; }
        p { margin: 0 0 4px; } .sub, .note { color: var(--muted); }
        .verdict { font-size: 17px; font-weight: 600; margin: 12px 0 20px; padding: 10px 14px;
          border-left: 4px solid; border-radius: 2px; }
        .kept { color: var(--good); } .missed { color: var(--bad); }
        .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr));
          gap: 12px; }
        .tile { border: 1px solid var(--line); border-radius: 6px; padding: 10px 14px; }
        .tile .name { color: var(--muted); font-size: 13px; }
        .tile .value { font-size: 21px; font-weight: 600; white-space: nowrap; }
        .tile .note { font-size: 12px; min-height: 18px; }
        figure { margin: 28px 0 0; }
        figcaption { font-weight: 600; display: flex; justify-content: space-between;
          flex-wrap: wrap; gap: 4px 16px; margin-bottom: 6px; }
        .legend { font-weight: 400; font-size: 13px; color: var(--muted); }
        .key { margin-left: 14px; } .key i { display: inline-block; width: 14px; height: 3px;
          vertical-align: middle; margin-right: 6px; background: currentColor; }
        svg { width: 100%; height: auto; display: block; font-size: 11.5px; }
        svg text { fill: var(--muted); } text.y { text-anchor: end; dominant-baseline: middle; }
        text.x { text-anchor: middle; } .grid { stroke: var(--line); }
        .axis, .tick { stroke: var(--c0); }
        .line { fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linejoin: round; }
        .area { fill: currentColor; opacity: .14; } .c0 { color: var(--c0); }
        .c1 { color: var(--c1); } .c2 { color: var(--c2); } .c3 { color: var(--c3); }
        rect.note { fill: transparent; } rect.note:hover { fill: var(--ink); opacity: .07; }
        .scroll { overflow-x: auto; }
        table { border-collapse: collapse; width: 100%; font-size: 14px; }
        th, td { padding: 5px 10px 5px 0; border-bottom: 1px solid var(--line); text-align: left;
          font-weight: 400; vertical-align: top; }
        thead th { color: var(--muted); font-size: 13px; }
        .numbers td, .numbers thead th:not(:first-child) { text-align: right; padding: 5px 0 5px 14px;
          font-variant-numeric: tabular-nums; white-space: nowrap; }
        td { overflow-wrap: anywhere; } table:not(.numbers) th[scope=row] { color: var(--muted);
          white-space: nowrap; width: 180px; }
        """
}
