import TerminalKit

/// Row 0: tabs with their digits on the left, machine facts on the right.
enum TitleRow {
    static func draw(_ state: StudioState, on canvas: inout Canvas) {
        let look = state.look
        canvas.write("turbo2k", x: 1, y: 0, style: look.accent.bold)
        for (pane, range) in tabs(state) {
            let isFocused = pane == state.focus
            let style = isFocused ? look.focus.bold : look.dim
            canvas.write(title(of: pane, state), x: range.lowerBound, y: 0, style: isFocused ? style.underline : style)
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
        var x = state.width < 100 ? 10 : 11
        return PaneKind.allCases.compactMap { pane in
            let width = title(of: pane, state).count
            guard x + width < state.width else { return nil }
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
