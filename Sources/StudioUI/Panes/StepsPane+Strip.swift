import TerminalKit

/// The frames of the last estimate below the table of steps, where the table leaves room.
extension StepsPane {
    /// Rows of a strip: a line of text and the pictures.
    private static let stripRows = 5...10
    private static let stripGap = 2

    /// Draws the strip into the last of these rows; nothing where they are too few or the job has no estimate.
    static func drawStrip(_ run: RunState, _ state: StudioState, rows: Range<Int>, on canvas: inout Canvas) {
        guard let strip = state.estimateStrip, strip.job == run.id, let first = strip.frames.first?.picture,
            rows.count >= stripRows.lowerBound
        else { return }
        let width = (canvas.width - 2 + stripGap) / strip.frames.count - stripGap
        let room = Rect(x: 1, y: 0, width: width, height: min(rows.count, stripRows.upperBound) - 1)
        let size = PictureLayout.fit(
            width: first.width, height: first.height, in: room, cell: CellPixels(width: 1, height: 2))
        let top = rows.upperBound - size.height
        canvas.write(stripText(strip, run, state), x: 1, y: top - 1, style: state.look.dim, limit: canvas.width - 2)
        for (index, frame) in strip.frames.enumerated() {
            let x = 1 + index * (size.width + stripGap)
            let rect = Rect(x: x, y: top, width: size.width, height: size.height)
            let look = state.look
            CellPicture.draw(
                frame.picture, on: &canvas, in: rect, depth: look.depth, isASCII: look.isASCII, style: look.text)
        }
    }

    /// `estimate at step 5, frames 1 / 41 / 81 / 121   F plays them`, the key while the preview shows something else.
    private static func stripText(_ strip: EstimateStrip, _ run: RunState, _ state: StudioState) -> String {
        let numbers = strip.frames.map { String($0.number) }.joined(separator: " / ")
        let isElsewhere = run.isRunning && !state.preview.followsJob
        let hint = isElsewhere ? state.keyHints([(.follow, "plays them")], in: kind, gap: 0) : ""
        return ["estimate at step \(strip.step), frames \(numbers)", hint].filter { !$0.isEmpty }.joined(
            separator: "   ")
    }
}
