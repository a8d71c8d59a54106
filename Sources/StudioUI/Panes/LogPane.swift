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
        return "\(level)  L level"
    }

    package static func draw(_ state: StudioState, on canvas: inout Canvas) {
        let look = state.look
        let lines = state.log.shown.dropLast(state.log.scroll).suffix(canvas.height)
        // Long lines wrap, so fewer than `height` lines may fit: fill from the bottom.
        var rows: [(String, Style)] = []
        for line in lines.reversed() {
            let text = line.time + " " + line.kind.sign + line.text
            let wrapped = TextWrap.lines(text, columns: max(canvas.width - 2, 10))
            rows = wrapped.map { ($0, line.kind == .ok ? look.text : look.style(line.kind)) } + rows
            if rows.count >= canvas.height { break }
        }
        for (y, row) in rows.suffix(canvas.height).enumerated() { canvas.write(row.0, x: 1, y: y, style: row.1) }
    }
}
