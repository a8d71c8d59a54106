import Generation
package import TerminalKit

/// The whole screen from the state.
package enum StudioView {
    /// A drawn screen and where its picture belongs.
    package struct Drawing: Sendable {
        package var canvas: Canvas
        /// Cells for the picture; nil where there is none, or a dialog lies over it.
        package var picture: Rect?
    }

    package static func draw(_ state: StudioState) -> Drawing {
        var canvas = Canvas(width: state.width, height: state.height, borders: state.look.borders)
        let layout = state.layout
        canvas.fill(canvas.bounds, style: state.look.text)
        guard layout.sizeClass != .tooSmall else {
            drawTooSmall(state, on: &canvas)
            return Drawing(canvas: canvas, picture: nil)
        }
        TitleRow.draw(state, on: &canvas)
        for (kind, rect) in layout.panes { drawPane(kind, rect, state, on: &canvas) }
        BottomRows.draw(state, layout: layout, on: &canvas)
        for overlay in state.overlays {
            canvas.hideCursor()
            overlay.draw(state, on: &canvas)
        }
        return Drawing(canvas: canvas, picture: pictureRect(state, layout))
    }

    private static func pictureRect(_ state: StudioState, _ layout: Layout) -> Rect? {
        guard let pane = layout.panes[.preview], state.preview.shownClip != nil, state.sheet == nil,
            state.overlays.isEmpty, !state.isTourAskedFor
        else {
            return nil
        }
        let rect = PreviewPane.picture(in: pane)
        return rect.isEmpty ? nil : rect
    }

    private static func drawPane(_ kind: PaneKind, _ rect: Rect, _ state: StudioState, on canvas: inout Canvas) {
        let look = state.look
        let isFocused = kind == state.focus
        let pane = kind.pane
        let subtitle = pane.subtitle(state)
        let inside = canvas.frame(
            rect,
            PaneFrame(
                title: subtitle.isEmpty ? kind.title : "\(kind.title)   \(subtitle)",
                detail: pane.detail(state, width: rect.width), isFocused: isFocused,
                border: isFocused ? look.focus : look.border, titleStyle: isFocused ? look.focus : look.title,
                detailStyle: look.dim))
        canvas.within(inside) { pane.draw(state, on: &$0) }
    }

    /// `Studio needs 60x16, this is 50x12. Job 15 step 5/8, eta 6s`.
    private static func drawTooSmall(_ state: StudioState, on canvas: inout Canvas) {
        var text = "Studio needs 60x16, this is \(state.width)x\(state.height)."
        if let run = state.run, run.isRunning {
            let step = run.presentStep.map { " step \($0)/\(run.stepCount)" } ?? ""
            text += " Job \(run.id)\(step), \(StepsPane.eta(run, state))"
        }
        for (row, line) in TextWrap.lines(text, columns: max(state.width, 1)).prefix(state.height).enumerated() {
            canvas.write(line, x: 0, y: row, style: state.look.text)
        }
    }
}
