package import TerminalKit

/// What happened, newest at the bottom.
package enum LogPane: Pane {
    package static let kind = PaneKind.log

    package static func detail(_ state: StudioState, width: Int) -> String {
        let level =
            switch state.log.level {
            case .detail, .ok: "all"
            case .warning: "warnings"
            case .error: "errors"
            }
        let hints: [(Command, String)] = [(.logLevel, "level"), (.copyCommand, "copy line")]
        return level + "  " + state.keyHints(width < 40 ? [hints[0]] : hints, in: kind, gap: 2)
    }

    package static func draw(_ state: StudioState, on canvas: inout Canvas) {
        let look = state.look
        let lines = state.log.shown.dropLast(state.log.scroll).suffix(canvas.height)
        // Long lines wrap, so fewer than `height` lines may fit: fill from the bottom.
        var rows: [(text: String, style: Style)] = []
        for line in lines.reversed() {
            let isSelected = rows.isEmpty && state.focus == .log
            let style = isSelected ? look.selection : line.kind == .ok ? look.text : look.style(line.kind)
            rows = Self.rows(of: line, columns: canvas.width).map { ($0, style) } + rows
            if rows.count >= canvas.height { break }
        }
        for (y, row) in rows.suffix(canvas.height).enumerated() {
            canvas.writeFitted(row.text, x: 1, y: y, columns: canvas.width - 2, style: row.style)
        }
        if state.focus == .log, state.overlays.isEmpty, !rows.isEmpty {
            canvas.placeCursor(x: 0, y: min(rows.count, canvas.height) - 1)
        }
    }

    /// A line as it is wrapped into the pane.
    static func rows(of line: LogLine, columns: Int) -> [String] {
        TextWrap.lines(line.time + " " + line.kind.sign + line.text, columns: max(columns - 2, 10))
    }
}
