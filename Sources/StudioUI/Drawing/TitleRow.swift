import TerminalKit

/// Row 0: tabs with their digits on the left, machine facts on the right.
enum TitleRow {
    static func draw(_ state: StudioState, on canvas: inout Canvas) {
        let look = state.look
        if tabs(state).first?.1.lowerBound != 1 { canvas.write("turbo2k", x: 1, y: 0, style: look.accent.bold) }
        for (pane, range) in tabs(state) {
            let isFocused = pane == state.focus
            let style = isFocused ? look.focus.bold : look.dim
            canvas.write(
                title(of: pane, state), x: range.lowerBound, y: 0, style: isFocused ? style.underline : style,
                limit: range.count)
        }
        let facts = facts(state)
        let end = tabs(state).last?.1.upperBound ?? 10
        guard canvas.width - TextWidth.width(of: facts) - 1 > end + 1 else { return }
        canvas.writeRight(facts, y: 0, style: look.dim, margin: 1)
    }

    static func pane(atColumn x: Int, state: StudioState) -> PaneKind? {
        tabs(state).first { $0.1.contains(x) }?.0
    }

    private static func title(of pane: PaneKind, _ state: StudioState) -> String {
        let isNarrow = state.width < 100
        return "\(pane.rawValue)\(isNarrow ? "" : " ")\(pane.title)"
    }

    private static func tabs(_ state: StudioState) -> [(PaneKind, Range<Int>)] {
        let gap = state.width < 100 ? 1 : 2
        // Where all do not fit the program's name goes, then the ends of the panes' names.
        let ways: [(start: Int, most: Int)] = [(state.width < 100 ? 10 : 11, .max), (1, .max), (1, 6)]
        let rows = ways.map { row(state, from: $0.start, gap: gap, most: $0.most) }
        return rows.first { ($0.last?.1.upperBound ?? 0) < state.width } ?? rows[2]
    }

    private static func row(
        _ state: StudioState, from start: Int, gap: Int, most: Int
    ) -> [(PaneKind, Range<Int>)] {
        var x = start
        return PaneKind.allCases.map { pane in
            let width = min(title(of: pane, state).count, most)
            defer { x += width + gap }
            return (pane, x..<x + width)
        }
    }

    private static func facts(_ state: StudioState) -> String {
        let facts = state.facts
        var parts: [String] = []
        if let used = facts.usedBytes, let total = facts.totalBytes {
            parts.append("RAM " + Format.share(used, of: total))
        }
        if state.width >= 180, let threads = facts.threadCount { parts.append("\(threads) threads") }
        if state.width >= 120, let disk = facts.freeDiskBytes { parts.append("disk " + Format.bytes(disk)) }
        return parts.joined(separator: "  ")
    }
}
